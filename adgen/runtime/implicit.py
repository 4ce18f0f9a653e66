"""Solutions of equations: fixed points, roots and minima, differentiated where they are and not on the way.

All of this is written as a user would write it, and read like the user's own functions. The derivative of a
solution never enters the iterations that found it (Griewank and Walther 2008, chapter 15): for ``x = f(x,
a)`` the cotangent of ``a`` is ``v ∂f/∂a`` with ``v = g + v ∂f/∂x``, another fixed point; for ``g(x, a) =
0`` it takes one linear system. The two linear fixed points below are each other's rules, so derivatives of
every order exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.runtime.custom import custom_vjp
from adgen.runtime.transforms import grad, hessian, jacobian, jvp, vjp

Function = Callable[..., Any]


# -- structures -----------------------------------------------------------------------------------------
def _plus(x: Any, y: Any) -> Any:
    """The sum of two structures."""
    if isinstance(x, dict):
        return {key: _plus(x[key], y[key]) for key in x}
    if isinstance(x, tuple):
        return tuple(_plus(a, b) for a, b in zip(x, y))  # noqa: B905
    if isinstance(x, list):
        return [_plus(a, b) for a, b in zip(x, y)]  # noqa: B905
    return x + y


def _inner(x: Any, y: Any) -> Any:
    """The inner product of two structures."""
    if isinstance(x, dict):
        return sum(_inner(x[key], y[key]) for key in x)
    if isinstance(x, (tuple, list)):
        return sum(_inner(a, b) for a, b in zip(x, y))  # noqa: B905
    return np.sum(x * y)


def _apart(x: Any, y: Any) -> Any:
    """The largest difference between two structures, relative to large elements."""
    if isinstance(x, dict):
        return max(0.0, *[_apart(x[key], y[key]) for key in x])
    if isinstance(x, (tuple, list)):
        return max(0.0, *[_apart(a, b) for a, b in zip(x, y)])  # noqa: B905
    with np.errstate(invalid="ignore"):
        return np.max(np.abs(x - y) / (1.0 + np.abs(x)), initial=0.0)


def _flat(x: Any) -> Any:
    """All elements of a structure in one array."""
    if isinstance(x, dict):
        return np.concatenate([_flat(x[key]) for key in x])
    if isinstance(x, (tuple, list)):
        return np.concatenate([_flat(item) for item in x])
    return np.reshape(x, -1)


def _shaped(v: Any, like: Any) -> Any:
    """The structure that has these elements."""
    if isinstance(like, (dict, tuple, list)):
        parts = []
        at = 0
        for item in like.values() if isinstance(like, dict) else like:
            size = len(_flat(item))
            parts.append(_shaped(v[at : at + size], item))
            at += size
        if isinstance(like, dict):
            return {key: part for key, part in zip(like, parts)}  # noqa: B905
        return tuple(parts) if isinstance(like, tuple) else parts
    return v[0] if np.ndim(like) == 0 else np.reshape(v, np.shape(like))


# -- fixed points ---------------------------------------------------------------------------------------
def _iterated(step: Function, start: Any, tol: float, max_iter: int) -> Any:
    """Iterate until nothing moves by more than ``tol``. Raises RuntimeError where that takes too long."""
    x = step(start)
    gap = _apart(x, start)
    count = 1
    while not gap <= tol and count < max_iter:
        new = step(x)
        gap = _apart(new, x)
        x = new
        count += 1
    if not gap <= tol:
        raise RuntimeError("fixed_point: the iterations do not converge")
    return x


def _polished(step: Function, start: Any, tol: float, max_iter: int) -> Any:
    """As :func:`_iterated`, and then on as long as it moves less every time: for linear equations."""
    x = _iterated(step, start, tol, max_iter)
    new = step(x)
    last = np.inf
    gap = _apart(new, x)
    while gap < last:
        x = new
        new = step(x)
        last = gap
        gap = _apart(new, x)
    return x


@custom_vjp
def fixed_point(f: Function, x0: Any, *args: Any, tol: float = 1e-12, max_iter: int = 10_000) -> Any:
    """The solution of ``x = f(x, *args)``, found by iterating from ``x0``.

    ``x`` may be a number, an array or a tuple, list or dict of them. It is differentiated by ``args``, in
    memory that does not depend on the number of iterations; by ``x0`` the derivative is zero. Raises
    RuntimeError where ``max_iter`` iterations do not bring two of them within ``tol`` of each other,
    relative to large elements.

    >>> import adgen
    >>> def root_of(a):
    ...     return adgen.fixed_point(lambda x, a: 0.5 * (x + a / x), 1.0, a)
    ...
    >>> root_of(4.0), adgen.grad(root_of)(4.0)
    (2.0, 0.25)
    """
    return _iterated(lambda x: f(x, *args), x0, tol, max_iter)


def _fixed_point_forward(f: Function, x0: Any, *args: Any, tol: float, max_iter: int) -> Any:
    x = fixed_point(f, x0, *args, tol=tol, max_iter=max_iter)
    return x, (f, x, args, tol, max_iter)


def _fixed_point_backward(saved: Any, g: Any) -> Any:
    f, x, args, tol, max_iter = saved
    v = _pulled_back(f, x, args, g, tol, max_iter)
    _, pull = vjp(lambda *given: f(x, *given), *args)
    return (None, None, *pull(v), None, None)


fixed_point.defvjp(_fixed_point_forward, _fixed_point_backward)


@custom_vjp
def _pulled_back(f: Function, x: Any, args: Any, g: Any, tol: float, max_iter: int) -> Any:
    """The solution of ``v = g + v ∂f/∂x``."""
    _, pull = vjp(lambda y: f(y, *args), x)
    return _polished(lambda v: _plus(g, pull(v)[0]), g, tol, max_iter)


@custom_vjp
def _pushed_forward(f: Function, x: Any, args: Any, d: Any, tol: float, max_iter: int) -> Any:
    """The solution of ``w = d + ∂f/∂x w``."""
    push = lambda w: jvp(lambda y: f(y, *args), (x,), (w,))[1]  # noqa: E731
    return _polished(lambda w: _plus(d, push(w)), d, tol, max_iter)  # type: ignore[no-untyped-call]


def _through(f: Function, x: Any, args: Any, v: Any, w: Any) -> Any:
    """The cotangents of ``x`` and ``args`` for ``v ∂f/∂x w`` with ``v`` and ``w`` held fixed."""

    def product(y: Any, given: Any) -> Any:
        return _inner(v, jvp(lambda z: f(z, *given), (y,), (w,))[1])

    return vjp(product, x, args)[1](1.0)


def _pulled_back_forward(f: Function, x: Any, args: Any, g: Any, tol: float, max_iter: int) -> Any:
    v = _pulled_back(f, x, args, g, tol, max_iter)
    return v, (f, x, args, v, tol, max_iter)


def _pulled_back_backward(saved: Any, v_bar: Any) -> Any:
    f, x, args, v, tol, max_iter = saved
    w = _pushed_forward(f, x, args, v_bar, tol, max_iter)
    x_bar, args_bar = _through(f, x, args, v, w)
    return None, x_bar, args_bar, w, None, None


def _pushed_forward_forward(f: Function, x: Any, args: Any, d: Any, tol: float, max_iter: int) -> Any:
    w = _pushed_forward(f, x, args, d, tol, max_iter)
    return w, (f, x, args, w, tol, max_iter)


def _pushed_forward_backward(saved: Any, w_bar: Any) -> Any:
    f, x, args, w, tol, max_iter = saved
    v = _pulled_back(f, x, args, w_bar, tol, max_iter)
    x_bar, args_bar = _through(f, x, args, v, w)
    return None, x_bar, args_bar, v, None, None


_pulled_back.defvjp(_pulled_back_forward, _pulled_back_backward)
_pushed_forward.defvjp(_pushed_forward_forward, _pushed_forward_backward)


# -- roots ----------------------------------------------------------------------------------------------
def _solution_bars(g: Function, x: Any, args: Any, x_bar: Any) -> Any:
    """The cotangents of ``args`` for that of the solution ``x`` of ``g(x, *args) = 0``."""
    slope = jacobian(lambda v: _flat(g(_shaped(v, x), *args)))(_flat(x))
    value, pull = vjp(lambda *given: g(x, *given), *args)
    return pull(_shaped(np.linalg.solve(slope.T, -_flat(x_bar)), value))


@custom_vjp
def root(g: Function, x0: Any, *args: Any, tol: float = 1e-12, max_iter: int = 100) -> Any:
    """The solution of ``g(x, *args) = 0`` near ``x0``, by Newton's method.

    ``x`` may be a number, an array or a tuple, list or dict of them, and ``g`` gives as many numbers. It is
    differentiated by ``args``, at the price of one linear system; by ``x0`` the derivative is zero. Raises
    RuntimeError where ``max_iter`` steps do not get one below ``tol``, relative to large elements.

    >>> import adgen
    >>> adgen.grad(lambda a: adgen.root(lambda x, a: x**3 - a, 1.5, a))(8.0)
    np.float64(0.08333333333333333)
    """
    residual = lambda v: _flat(g(_shaped(v, x0), *args))  # noqa: E731
    x = _flat(x0) * 1.0
    moved = x + 1.0
    count = 0
    while not _apart(x, moved) <= tol:
        if count >= max_iter:
            raise RuntimeError("root: Newton's method does not converge")
        moved = x
        x = x - np.linalg.solve(jacobian(residual)(x), residual(x))  # type: ignore[no-untyped-call]
        count += 1
    return _shaped(x, x0)


def _root_forward(g: Function, x0: Any, *args: Any, tol: float, max_iter: int) -> Any:
    x = root(g, x0, *args, tol=tol, max_iter=max_iter)
    return x, (g, x, args)


def _root_backward(saved: Any, x_bar: Any) -> Any:
    g, x, args = saved
    return (None, None, *_solution_bars(g, x, args, x_bar), None, None)


root.defvjp(_root_forward, _root_backward)


# -- minima ---------------------------------------------------------------------------------------------
@custom_vjp
def argmin(f: Function, x0: Any, *args: Any, tol: float = 1e-10, max_iter: int = 100) -> Any:
    """Where ``f(x, *args)`` is least near ``x0``, by Newton's method with a line search.

    ``x`` may be a number, an array or a tuple, list or dict of them, and ``f`` is a number, smooth and
    strictly convex there. It is differentiated by ``args``, at the price of one linear system; by ``x0``
    the derivative is zero. Raises RuntimeError where ``max_iter`` steps do not get one below ``tol``,
    relative to large elements.

    >>> import adgen
    >>> import numpy as np
    >>> def ridge(w, a, b, strength):
    ...     return np.sum((a @ w - b) ** 2) + strength * np.sum(w * w)
    ...
    >>> a, b = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([1.0, 2.0])
    >>> slope = adgen.jacobian(lambda s: adgen.argmin(ridge, np.zeros(2), a, b, s))
    >>> np.round(slope(1.0), 6)
    array([-0.24, -0.08])
    """
    objective = lambda v: f(_shaped(v, x0), *args)  # noqa: E731
    x = _flat(x0) * 1.0
    moved = x + 1.0
    count = 0
    while not _apart(x, moved) <= tol:
        if count >= max_iter:
            raise RuntimeError("argmin: Newton's method does not converge")
        moved = x
        x = _descended(objective, x)
        count += 1
    return _shaped(x, x0)


def _descended(objective: Function, x: Any) -> Any:
    """One step of Newton's method, as far as it goes down; along the gradient where Newton's goes up."""
    slope = grad(objective)(x)
    step = np.linalg.solve(hessian(objective)(x), slope)
    along = np.sum(step * slope)
    if along < 0.0:
        step = slope
        along = np.sum(slope * slope)
    value = objective(x)
    rate = 1.0
    while rate > 1e-10 and not objective(x - rate * step) <= value - 1e-4 * rate * along + 1e-14 * abs(value):
        rate = 0.5 * rate
    return x - rate * step


def _argmin_forward(f: Function, x0: Any, *args: Any, tol: float, max_iter: int) -> Any:
    x = argmin(f, x0, *args, tol=tol, max_iter=max_iter)
    return x, (f, x, args)


def _argmin_backward(saved: Any, x_bar: Any) -> Any:
    f, x, args = saved
    return (None, None, *_solution_bars(lambda y, *given: grad(f)(y, *given), x, args, x_bar), None, None)


argmin.defvjp(_argmin_forward, _argmin_backward)

for _solver in (fixed_point, root, argmin):
    _solver.solver = True
