"""Linear systems whose matrix is a function that multiplies by it, solved as scipy.sparse.linalg does.

Written as a user would write it, and read like the user's own functions. Steps are those of SciPy; the
solution is what is differentiated, not the steps to it: the cotangent of the right-hand side solves the
transposed system by the same method to rounding, and what ``times`` reads is differentiated at the solution.
No matrix is formed: ``gmres`` gets the transposed product as the gradient of one with ``times``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.runtime.custom import custom_vjp
from adgen.runtime.transforms import grad

Function = Callable[..., Any]
#: how small the residuals of derivatives get, next to the right-hand side: in units of the precision
_ROUNDING = 45.0


def _pulled(times: Function, x: Any, args: Any, bar: Any) -> Any:
    """The cotangents of what ``times`` reads, for that of the right-hand side."""
    if len(args) == 0:
        return ()
    return grad(lambda *given: -bar @ times(x, *given), wrt=tuple(range(len(args))))(*args)


# -- conjugate gradients --------------------------------------------------------------------------------
@custom_vjp
def cg(
    times: Function,
    right: Any,
    start: Any,
    *args: Any,
    near: Any = None,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: Any = None,
) -> Any:
    """The solution of ``times(x, *args) = right``, and how many steps failed to reach it."""
    length = np.sqrt(right @ right)
    limit = max(atol, rtol * length)
    rounds = 10 * len(right) if maxiter is None else maxiter
    x = start * 1.0
    r = right - times(x, *args)
    p = np.zeros_like(right)
    before = length * 0.0 + 1.0
    count = 0
    size = np.sqrt(r @ r)
    while count < rounds and size >= limit and limit > 0.0:
        z = r if near is None else near(r)
        now = r @ z
        p = z + (now / before if count > 0 else now * 0.0) * p
        q = times(p, *args)
        alpha = now / (p @ q)
        x = x + alpha * p
        r = r - alpha * q
        before = now
        size = np.sqrt(r @ r)
        count += 1
    info = rounds if count >= rounds and size >= limit and limit > 0.0 else 0
    return (x if length > 0.0 else right * 0.0), info


def _cg_forward(
    times: Function, right: Any, start: Any, *args: Any, near: Any, rtol: float, atol: float, maxiter: Any
) -> Any:
    x, info = cg(times, right, start, *args, near=near, rtol=rtol, atol=atol, maxiter=maxiter)
    return (x, info), (times, x, args, near)


def _cg_backward(saved: Any, bars: Any) -> Any:
    times, x, args, near = saved
    bar, _ = cg(times, bars[0], np.zeros_like(x), *args, near=near, rtol=_ROUNDING * np.finfo(x.dtype).eps)
    return (None, bar, None, *_pulled(times, x, args, bar), None, None, None, None)


cg.defvjp(_cg_forward, _cg_backward)


# -- minimal residuals ----------------------------------------------------------------------------------
def _cycle(times: Function, args: Any, near: Any, r: Any, steps: int, enough: Any) -> Any:
    """The change that a cycle makes, how far it gets, and whether the space ended.

    Arnoldi's process with rotations (Saad and Schultz 1986), as SciPy ends it.
    """
    eps = np.finfo(r.dtype).eps
    first = r if near is None else near(r)
    length = np.sqrt(first @ first)
    basis = np.zeros((steps + 1, len(r)), dtype=r.dtype)
    basis[0] = first / length
    triangle = np.zeros((steps, steps + 1), dtype=r.dtype)
    turns = np.zeros((steps, 2), dtype=r.dtype)
    side = np.zeros(steps + 1, dtype=r.dtype)
    side[0] = length
    used = 0
    left = length
    broken = False
    while used < steps and not broken and (used == 0 or left > enough):
        w = times(basis[used], *args)
        w = w if near is None else near(w)
        before = np.sqrt(w @ w)
        for k in range(used + 1):
            along = basis[k] @ w
            triangle[used, k] = along
            w = w - along * basis[k]
        after = np.sqrt(w @ w)
        broken = bool(after <= eps * before)
        triangle[used, used + 1] = 0.0 if broken else after
        basis[used + 1] = w if broken else w / after
        for k in range(used):
            upper, lower = triangle[used, k], triangle[used, k + 1]
            triangle[used, k] = turns[k, 0] * upper + turns[k, 1] * lower
            triangle[used, k + 1] = turns[k, 0] * lower - turns[k, 1] * upper
        f, g = triangle[used, used], triangle[used, used + 1]
        size = np.copysign(np.sqrt(f * f + g * g), f) if f != 0.0 else abs(g)
        turned = (size if g != 0.0 else f) != 0.0
        cosine = (abs(f) / abs(size) if g != 0.0 else f / f) if turned and f != 0.0 else f * 0.0
        sine = g / size if turned and g != 0.0 else g * 0.0
        turns[used, 0] = cosine
        turns[used, 1] = sine
        triangle[used, used] = size if g != 0.0 else f
        triangle[used, used + 1] = 0.0
        side[used + 1] = -sine * side[used]
        side[used] = cosine * side[used]
        left = abs(side[used + 1])
        used += 1
    weights = side * 1.0
    if triangle[used - 1, used - 1] == 0.0:
        weights[used - 1] = 0.0
    change = np.zeros_like(r)
    for step in range(used):
        k = used - 1 - step
        if weights[k] != 0.0:
            weights[k] = weights[k] / triangle[k, k]
            for above in range(k):
                weights[above] = weights[above] - weights[k] * triangle[k, above]
        change = change + weights[k] * basis[k]
    return change, left, broken


def _cycles(
    times: Function, right: Any, start: Any, args: Any, near: Any, limits: Any, restart: Any, maxiter: Any
) -> Any:
    """The solution, and how many cycles failed to reach it."""
    size = len(right)
    steps = min(20 if restart is None else restart, size)
    most = 10 * size if maxiter is None else maxiter
    eps = np.finfo(right.dtype).eps
    length = np.sqrt(right @ right)
    limit = max(limits[1], limits[0] * length)
    x = start * 1.0
    r = right - times(x, *args)
    gap = np.sqrt(r @ r)
    nearly = right if near is None else near(right)
    factor = 1.0
    enough = np.sqrt(nearly @ nearly) * min(1.0, limit / (length if length > 0.0 else 1.0))
    far = bool(gap >= limit) and bool(length > 0.0)
    broken = False
    count = 0
    while far and not broken and count < most:
        change, left, broken = _cycle(times, args, near, r, steps, enough)
        x = x + change
        r = right - times(x, *args)
        gap = np.sqrt(r @ r)
        factor = max(eps, 0.25 * factor) if left <= enough else min(1.0, 1.5 * factor)
        enough = left * min(factor, limit / (gap if gap > 0.0 else 1.0))
        far = bool(gap > limit)
        count += 1
    return (x if length > 0.0 else right * 0.0), (most if far else 0)


@custom_vjp
def gmres(
    times: Function,
    right: Any,
    start: Any,
    *args: Any,
    near: Any = None,
    rtol: float = 1e-5,
    atol: float = 0.0,
    restart: Any = None,
    maxiter: Any = None,
) -> Any:
    """The solution of ``times(x, *args) = right``, and how many cycles failed to reach it."""
    return _cycles(times, right, start, args, near, (rtol, atol), restart, maxiter)


def _gmres_forward(
    times: Function,
    right: Any,
    start: Any,
    *args: Any,
    near: Any,
    rtol: float,
    atol: float,
    restart: Any,
    maxiter: Any,
) -> Any:
    x, info = gmres(
        times, right, start, *args, near=near, rtol=rtol, atol=atol, restart=restart, maxiter=maxiter
    )
    return (x, info), (times, x, args, restart)


def _gmres_backward(saved: Any, bars: Any) -> Any:
    times, x, args, restart = saved
    bar = _transposed(times, bars[0], args, restart)
    return (None, bar, None, *_pulled(times, x, args, bar), None, None, None, None, None)


@custom_vjp
def _transposed(times: Function, right: Any, args: Any, restart: Any) -> Any:
    """The solution of the transposed system; this and :func:`gmres` are each other's rules."""
    zeros = np.zeros_like(right)
    turned = lambda y, *given: grad(lambda t: y @ times(t, *given))(zeros)  # noqa: E731
    return _cycles(
        turned, right, zeros, args, None, (_ROUNDING * np.finfo(right.dtype).eps, 0.0), restart, None
    )[0]


def _transposed_forward(times: Function, right: Any, args: Any, restart: Any) -> Any:
    y = _transposed(times, right, args, restart)
    return y, (times, y, args, restart)


def _transposed_backward(saved: Any, bar: Any) -> Any:
    times, y, args, restart = saved
    x, _ = gmres(
        times, bar, np.zeros_like(bar), *args, rtol=_ROUNDING * np.finfo(bar.dtype).eps, restart=restart
    )
    return None, x, _pulled(times, x, args, y), None


gmres.defvjp(_gmres_forward, _gmres_backward)
_transposed.defvjp(_transposed_forward, _transposed_backward)


for _solver in (cg, gmres):
    _solver.solver = True
