"""scipy.sparse.linalg: systems solved by iterations, with a matrix that is an array."""

from __future__ import annotations

from collections.abc import Callable

from adgen.frontend.abstract import Abstract, Known, LibraryFunction, Partial, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table, documented
from adgen.frontend.library.embedding import embedded, from_parts_below, parts_below
from adgen.frontend.library.factorizations import square_matrices
from adgen.frontend.library.operands import floating, matched, require
from adgen.frontend.library.products import matmul
from adgen.frontend.library.written import entry
from adgen.frontend.library_context import CallContext
from adgen.frontend.written import operators
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.ir.types import DType
from adgen.primitives.define import Primitive
from adgen.primitives.indexing import zeros_of
from adgen.primitives.krylov import cg, gmres
from adgen.primitives.sizes import size_value

table = Table()
_RTOL, _ATOL = Known(1e-5), Known(0.0)
_columns = entry(operators, operators.in_full)


# -- operators, which no solver forms -------------------------------------------------------------------
def is_operator(x: Abstract) -> bool:
    """Whether this is a LinearOperator: a matrix that is known by its products."""
    return isinstance(x, Tuple) and x.kind == "object" and getattr(x.cls, "__name__", "") == "Operator"


def _times(c: CallContext, x: Abstract) -> Abstract:
    """The function that multiplies by a matrix or an operator."""
    if not is_operator(x):
        return Partial(LibraryFunction("numpy.matmul", matmul), (x,))
    from adgen.frontend.classes import record_member

    assert isinstance(x, Tuple)
    found = record_member(c.r, x, "matvec")
    assert found is not None
    return found


def _in_full(c: CallContext, x: Abstract, right: Abstract) -> Abstract:
    """The matrix of an operator, by its columns."""
    if not is_operator(x):
        return x
    size = c.fresh(size_value(c.b, c.value(right).type.dims[0]))
    found = _columns(c, _times(c, x), size)
    return found  # type: ignore[return-value]


def _by_products(
    c: CallContext,
    name: str,
    A: Abstract,
    b: Abstract,
    x0: Abstract,
    M: Abstract,
    limits: dict[str, Abstract],
) -> Result:
    """The solution by a function that multiplies; what it reads is differentiated, what ``M`` does is not."""
    from adgen.frontend.calls import Arguments, called
    from adgen.frontend.names import from_meaning, own_function
    from adgen.frontend.surroundings import frozen

    right = floating(c, c.value(b))
    require(c, right.type.rank == 1, f"scipy.sparse.linalg.{name}", b)
    if isinstance(A, Tuple) and is_operator(A):  # what multiplies doubles gives doubles
        own = A.items[A.keys.index("dtype")]
        double = c.is_none(own) or c.dtype(own) is DType.f64
        right = c.cast(right, DType.f64) if double else right
    start = c.fresh(zeros_of(c.b, right.type)) if c.is_none(x0) else x0
    near = M if c.is_none(M) else frozen(c.r, _times(c, M))
    solver = from_meaning(c.r, own_function(f"adgen.runtime.krylov.{name}"), name)
    given = Arguments([_times(c, A), c.fresh(right), start], {"near": near, **limits})
    return called(c.r, solver, given, name)


# -- matrices ---------------------------------------------------------------------------------------------
def _fitting(c: LibraryContext, M: Abstract, right: Value, size: Dim, name: str) -> Value:
    """The matrix that is nearly the inverse, of the size of the system."""
    nearly = c.cast(square_matrices(c, M, name), right.type.dtype)
    require(c, nearly.type.rank == 2, name, M)
    return c.with_dims(nearly, (size, size))


def _solved(
    prim: Primitive,
    c: CallContext,
    A: Abstract,
    b: Abstract,
    x0: Abstract,
    rtol: Abstract,
    atol: Abstract,
    maxiter: Abstract,
    M: Abstract,
    callback: Abstract,
    **more: int,
) -> Result:
    name = f"scipy.sparse.linalg.{prim.name}"
    if not c.is_none(callback):
        raise c.error("AG205", callback, function=name, reason="steps are not reported to a `callback`")
    if any(map(is_operator, (A, M))) and not c.value(b).type.is_complex:
        limits: dict[str, Abstract] = {"rtol": rtol, "atol": atol, "maxiter": maxiter}
        limits |= {name: Known(steps) for name, steps in more.items()}
        return _by_products(c, prim.name, A, b, x0, M, limits)
    A, M = (_in_full(c, x, b) for x in (A, M))
    a, right = c.promote(square_matrices(c, A, name), floating(c, c.value(b)))
    require(c, a.type.rank == 2 and right.type.rank == 1, name, A, b)
    size = matched(c, a.type.dims[0], right.type.dims[0], a, right)
    a, right = c.with_dims(a, (size, size)), c.with_dims(right, (size,))
    start = zeros_of(c.b, right.type)
    if not c.is_none(x0):
        given = c.value(x0)
        if given.type.rank != 1:
            raise c.error("AG205", x0, function=name, reason="`x0` is a vector")
        start = c.with_dims(c.cast(given, right.type.dtype), (size,))
    nearly = [] if c.is_none(M) else [_fitting(c, M, right, size, name)]
    accuracy = {"rtol": float(c.static(rtol, "rtol")), "atol": float(c.static(atol, "atol"))}
    most = None if c.is_none(maxiter) else c.static_int(maxiter, "maxiter")
    attrs = {**accuracy, "maxiter": most, **more}
    if not right.type.is_complex:
        return tuple(c.b.emit(prim, (a, right, start, *nearly), attrs))
    parts = (embedded(c.b, a), *(parts_below(c.b, v) for v in (right, start)))
    x, info = c.b.emit(prim, (*parts, *(embedded(c.b, m) for m in nearly)), attrs)
    return from_parts_below(c.b, x, size), info


def _solver(prim: Primitive, what: str) -> Callable[..., Result]:
    def restarted(
        c: CallContext,
        A: Abstract,
        b: Abstract,
        x0: Abstract = NONE,
        *,
        rtol: Abstract = _RTOL,
        atol: Abstract = _ATOL,
        restart: Abstract = NONE,
        maxiter: Abstract = NONE,
        M: Abstract = NONE,
        callback: Abstract = NONE,
        callback_type: Abstract = NONE,
    ) -> Result:
        steps = {} if c.is_none(restart) else {"restart": c.static_int(restart, "restart")}
        return _solved(prim, c, A, b, x0, rtol, atol, maxiter, M, callback, **steps)

    def apply(
        c: CallContext,
        A: Abstract,
        b: Abstract,
        x0: Abstract = NONE,
        *,
        rtol: Abstract = _RTOL,
        atol: Abstract = _ATOL,
        maxiter: Abstract = NONE,
        M: Abstract = NONE,
        callback: Abstract = NONE,
    ) -> Result:
        return _solved(prim, c, A, b, x0, rtol, atol, maxiter, M, callback)

    form = restarted if prim is gmres else apply
    return documented(form, f"The x with A @ x = b by {what}, differentiated as that; whether it failed.")


@table.function("scipy.sparse.linalg.aslinearoperator")
def aslinearoperator(c: LibraryContext, A: Abstract) -> Result:
    """The matrix or the operator itself."""
    return A


table.function("scipy.sparse.linalg.cg")(_solver(cg, "conjugate gradients"))
table.function("scipy.sparse.linalg.gmres")(_solver(gmres, "minimal residuals"))
