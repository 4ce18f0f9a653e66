"""The transforms of the public interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.diagnostics import refuse
from adgen.runtime.direct import chain_of
from adgen.runtime.native import DECLINED
from adgen.runtime.options import read_options
from adgen.runtime.plans import Plan
from adgen.runtime.subject import subject_of, wrt_positions
from adgen.runtime.transform import Transform

Function = Callable[..., Any]
MODES = ("auto", "forward", "reverse")
Wrt = int | str | Sequence[int | str]


def grad(
    fun: Function | None = None, wrt: Wrt = 0, *, backend: str = "auto", has_aux: bool = False, **options: Any
) -> Any:
    """The gradient of a function that returns one number.

    ``wrt`` is a parameter by position or name, or a tuple or list of them, which gives a tuple of gradients.
    With ``has_aux`` the function returns ``(out, aux)`` and the result is ``(gradients, aux)``.
    """
    return _differentiated("grad", fun, wrt, backend, has_aux, options)


def value_and_grad(
    fun: Function | None = None, wrt: Wrt = 0, *, backend: str = "auto", has_aux: bool = False, **options: Any
) -> Any:
    """The value of a function that returns one number, and its gradient; see :func:`grad`.

    With ``has_aux`` the result is ``((out, aux), gradients)``.
    """
    return _differentiated("value_and_grad", fun, wrt, backend, has_aux, options)


def _differentiated(
    kind: str, fun: Any, wrt: Any, backend: str, has_aux: bool, options: dict[str, Any]
) -> Any:
    arguments = {"wrt": wrt, "backend": backend, "has_aux": has_aux, **options}
    if fun is None:
        return lambda function: _differentiated(kind, function, wrt, backend, has_aux, options)
    subject = subject_of(fun)
    read = read_options(backend, options, subject.place)
    positions, single = wrt_positions(subject, wrt)
    return Transform(subject, Plan(kind, positions, single, bool(has_aux)), read, {"kind": kind, **arguments})


def jit(fun: Function | None = None, *, backend: str = "llvm", **options: Any) -> Any:
    """The function itself, compiled."""
    if fun is None:
        return lambda function: jit(function, backend=backend, **options)
    subject = subject_of(fun)
    read = read_options(backend, options, subject.place)
    return Transform(subject, Plan("primal"), read, {"kind": "jit", "backend": backend, **options})


# -- products with the Jacobian -------------------------------------------------------------------------
def vjp(
    fun: Function, *primals: Any, backend: str = "auto", **options: Any
) -> tuple[Any, Callable[[Any], Any]]:
    """The result of ``fun(*primals)``, and a pullback: from a cotangent of the result to one per primal.

    The pullback may be called many times. Integers and static arguments get None.
    """
    chain = chain_of(fun, "vjp", backend, options)
    found = chain.call(*primals)
    if found is not DECLINED:
        found[1].started(fun, found[0])
        return found  # type: ignore[no-any-return]
    from adgen.runtime.products import pull_back

    subject = subject_of(fun)
    return pull_back(subject, read_options(backend, options, subject.place), primals, chain)


def jvp(
    fun: Function, primals: Sequence[Any], tangents: Sequence[Any], *, backend: str = "auto", **options: Any
) -> tuple[Any, Any]:
    """The result of ``fun(*primals)`` and its derivative in the direction ``tangents``.

    A tangent has the structure of its primal; None stands for zero, and for integers.
    """
    chain = chain_of(fun, "jvp", backend, options)
    found = chain.call(primals, tangents)
    if found is not DECLINED:
        return found  # type: ignore[no-any-return]
    from adgen.runtime.products import push_forward

    subject = subject_of(fun)
    return push_forward(subject, read_options(backend, options, subject.place), primals, tangents, chain)


def hvp(
    fun: Function, primals: Sequence[Any], tangents: Sequence[Any], *, backend: str = "auto", **options: Any
) -> Any:
    """The Hessian of ``fun`` at ``primals`` times ``tangents``, in the structure of ``primals``.

    A primal that is held fixed (an integer, say) has the tangent None, and None in the product.
    """
    moved = tuple(k for k, tangent in enumerate(tangents) if tangent is not None)
    chain = chain_of(fun, ("hvp", moved), backend, options)
    found = chain.call(primals, tangents)
    if found is DECLINED:
        from adgen.runtime.products import push_forward

        read = read_options(backend, options, subject_of(fun).place)
        subject = subject_of(grad(fun, moved, backend=backend, **options))
        found = push_forward(subject, read, primals, tangents, chain)
    parts = iter(found[1])
    product = tuple(None if tangent is None else next(parts) for tangent in tangents)
    return product[0] if len(primals) == 1 else product


# -- whole matrices -------------------------------------------------------------------------------------
def jacobian(
    fun: Function | None = None, wrt: Wrt = 0, *, mode: str = "auto", backend: str = "auto", **options: Any
) -> Any:
    """The Jacobian, of shape ``out.shape + in.shape``; ``mode`` is ``forward``, ``reverse`` or ``auto``."""
    if fun is None:
        return lambda function: jacobian(function, wrt, mode=mode, backend=backend, **options)
    subject = subject_of(fun)
    if mode not in MODES:
        raise refuse("AG274", subject.place(), name="mode", value=repr(mode))
    positions, single = wrt_positions(subject, wrt)
    read = read_options(backend, options, subject.place)
    given = {"kind": "jacobian", "wrt": wrt, "mode": mode, "backend": backend, **options}
    return Transform(subject, Plan("jacobian", positions, single, direction=mode), read, given)


def jacrev(fun: Function | None = None, wrt: Wrt = 0, *, backend: str = "auto", **options: Any) -> Any:
    """The Jacobian by reverse mode: one pullback per number of the result."""
    return jacobian(fun, wrt, mode="reverse", backend=backend, **options)


def jacfwd(fun: Function | None = None, wrt: Wrt = 0, *, backend: str = "auto", **options: Any) -> Any:
    """The Jacobian by forward mode: one product per number of the arguments."""
    return jacobian(fun, wrt, mode="forward", backend=backend, **options)


def sparse_jacobian(
    fun: Function | None = None, wrt: Wrt = 0, *, backend: str = "auto", **options: Any
) -> Any:
    """The Jacobian of an array by an array, as a ``scipy.sparse.csr_array``.

    The pattern is guaranteed for all floats; it follows from the shapes and the integers of a call. Columns
    (or rows) without a common element share one product: a stencil of half-width h takes 2 h + 1.

    >>> import numpy as np
    >>> def difference(x):
    ...     return x[1:] ** 2 - x[:-1]
    >>> jacobian = sparse_jacobian(difference)
    >>> jacobian(np.array([1.0, 2.0, 3.0])).toarray()
    array([[-1.,  4.,  0.],
           [ 0., -1.,  6.]])
    >>> jacobian.colours(np.ones(1000))
    2
    """
    if fun is None:
        return lambda function: sparse_jacobian(function, wrt, backend=backend, **options)
    from adgen.runtime.sparse import SparseJacobian

    return SparseJacobian.of(fun, wrt, backend, options)


def sparse_hessian(
    fun: Function | None = None, wrt: Wrt = 0, *, backend: str = "auto", **options: Any
) -> Any:
    """The Hessian by an array, as a ``scipy.sparse.csr_array``: :func:`sparse_jacobian` of the gradient.

    >>> import numpy as np
    >>> def chain(x):
    ...     return np.sum(x[1:] * x[:-1] ** 2)
    >>> sparse_hessian(chain)(np.array([1.0, 2.0, 3.0])).toarray()
    array([[4., 2., 0.],
           [2., 6., 4.],
           [0., 4., 0.]])
    """
    if fun is None:
        return lambda function: sparse_hessian(function, wrt, backend=backend, **options)
    return sparse_jacobian(grad(fun, wrt, backend=backend, **options), wrt, backend=backend, **options)


def hessian(fun: Function | None = None, wrt: Wrt = 0, *, backend: str = "auto", **options: Any) -> Any:
    """The Hessian: forward mode over the gradient."""
    if fun is None:
        return lambda function: hessian(function, wrt, backend=backend, **options)
    return jacobian(
        grad(fun, wrt, backend=backend, **options), wrt, mode="forward", backend=backend, **options
    )
