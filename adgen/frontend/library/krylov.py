"""scipy.sparse.linalg: systems solved by iterations, with a matrix that is an array."""

from __future__ import annotations

from collections.abc import Callable

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table, documented
from adgen.frontend.library.embedding import embedded, from_parts_below, parts_below
from adgen.frontend.library.factorizations import square_matrices
from adgen.frontend.library.operands import floating, matched, require
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.primitives.define import Primitive
from adgen.primitives.indexing import zeros_of
from adgen.primitives.krylov import cg, gmres

table = Table()
_RTOL, _ATOL = Known(1e-5), Known(0.0)


def _fitting(c: LibraryContext, M: Abstract, right: Value, size: Dim, name: str) -> Value:
    """The matrix that is nearly the inverse, of the size of the system."""
    nearly = c.cast(square_matrices(c, M, name), right.type.dtype)
    require(c, nearly.type.rank == 2, name, M)
    return c.with_dims(nearly, (size, size))


def _solver(prim: Primitive, what: str) -> Callable[..., Result]:
    name = f"scipy.sparse.linalg.{prim.name}"

    def restarted(
        c: LibraryContext,
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
        return solved(c, A, b, x0, rtol, atol, maxiter, M, callback, **steps)

    def apply(
        c: LibraryContext,
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
        return solved(c, A, b, x0, rtol, atol, maxiter, M, callback)

    def solved(
        c: LibraryContext,
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
        if not c.is_none(callback):
            raise c.error("AG205", callback, function=name, reason="steps are not reported to a `callback`")
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
        limits = {"rtol": float(c.static(rtol, "rtol")), "atol": float(c.static(atol, "atol"))}
        most = None if c.is_none(maxiter) else c.static_int(maxiter, "maxiter")
        attrs = {**limits, "maxiter": most, **more}
        if not right.type.is_complex:
            return tuple(c.b.emit(prim, (a, right, start, *nearly), attrs))
        parts = (embedded(c.b, a), *(parts_below(c.b, v) for v in (right, start)))
        x, info = c.b.emit(prim, (*parts, *(embedded(c.b, m) for m in nearly)), attrs)
        return from_parts_below(c.b, x, size), info

    form = restarted if prim is gmres else apply
    return documented(form, f"The x with A @ x = b by {what}, differentiated as that; whether it failed.")


@table.function("scipy.sparse.linalg.aslinearoperator")
def aslinearoperator(c: LibraryContext, A: Abstract) -> Result:
    """The matrix itself."""
    return A


table.function("scipy.sparse.linalg.cg")(_solver(cg, "conjugate gradients"))
table.function("scipy.sparse.linalg.gmres")(_solver(gmres, "minimal residuals"))
