# Written by adgen 0.1.0 from stencil_1d.py:heat; build it again instead of editing it.
# source sha256: 75fc15022243a202
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `heat` with respect to `u0` and `alpha`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(
    u0: Array, alpha: float, steps: int
) -> tuple[float, tuple[Array, float]]:
    """The value of `heat` and its gradient by `u0` and `alpha`.

    Args:
        u0: float64 (n,)
        alpha: float
        steps: int
    """
    (n,) = _shape(u0, "u0", 1)
    _check(u0, "u0", np.float64, (n,))
    _check(alpha, "alpha", np.float64, ())
    _check(steps, "steps", np.int64, ())
    if n < 2:
        raise ValueError("n >= 2 is required (the slice has n-2 elements)")

    v = np.zeros(n)  # stencil_1d.py:8
    steps_1 = max(steps, 0)
    tape = np.empty((steps_1, n - 2))  # keeps a value of stencil_1d.py:11
    tape_1 = np.empty((steps_1, n - 2))  # keeps a value of stencil_1d.py:10
    u = u0.copy()
    for i in range(steps):  # stencil_1d.py:9
        t = u[1:-1]  # stencil_1d.py:10
        t_1 = u[2:] - 2.0 * t + u[:-2]
        tape_1[i] = t_1
        v[1:-1] = t + alpha * t_1
        t_2 = v[1:-1]  # stencil_1d.py:11
        tape[i] = t_2
        u[1:-1] = t_2 * (1.0 - 0.1 * t_2)
    value = np.sum(u * u)  # stencil_1d.py:12

    # Reverse sweep.
    u_bar = 2.0 * u  # stencil_1d.py:12
    v_bar = np.zeros(n)  # stencil_1d.py:9
    alpha_bar = 0.0
    for i in reversed(range(steps)):
        tape__ = tape[i]
        t_3 = u_bar[1:-1]  # stencil_1d.py:11
        v_bar[1:-1] += t_3 * (1.0 - 0.1 * tape__) - t_3 * tape__ * 0.1
        t_4 = v_bar[1:-1]  # stencil_1d.py:10
        t_5 = t_4 * alpha
        u_bar[1:-1] = 0.0  # stencil_1d.py:11
        u_bar[:-2] += t_5  # stencil_1d.py:10
        u_bar[2:] += t_5
        u_bar[1:-1] += t_4 - t_5 * 2.0
        alpha_bar = float(alpha_bar + np.sum(t_4 * tape_1[i]))  # stencil_1d.py:9
        v_bar[1:-1] = 0.0  # stencil_1d.py:10
    return value, (u_bar, alpha_bar)


def grad(u0: Array, alpha: float, steps: int) -> tuple[Array, float]:
    """The gradient of `heat` by `u0` and `alpha`."""
    return value_and_grad(u0, alpha, steps)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    u: Array  # (n,)
    steps: int
    tape: Array  # (steps, n - 2)
    tape_1: Array  # (steps, n - 2)
    alpha: float


def forward(u0: Array, alpha: float, steps: int) -> tuple[float, Residuals]:
    """The value of `heat`, and what `backward` needs of the forward sweep.

    Args:
        u0: float64 (n,)
        alpha: float
        steps: int
    """
    (n,) = _shape(u0, "u0", 1)
    _check(u0, "u0", np.float64, (n,))
    _check(alpha, "alpha", np.float64, ())
    _check(steps, "steps", np.int64, ())
    if n < 2:
        raise ValueError("n >= 2 is required (the slice has n-2 elements)")

    v = np.zeros(n)  # stencil_1d.py:8
    steps_1 = max(steps, 0)
    tape = np.empty((steps_1, n - 2))  # keeps a value of stencil_1d.py:11
    tape_1 = np.empty((steps_1, n - 2))  # keeps a value of stencil_1d.py:10
    u = u0.copy()
    for i in range(steps):  # stencil_1d.py:9
        t = u[1:-1]  # stencil_1d.py:10
        t_1 = u[2:] - 2.0 * t + u[:-2]
        tape_1[i] = t_1
        v[1:-1] = t + alpha * t_1
        t_2 = v[1:-1]  # stencil_1d.py:11
        tape[i] = t_2
        u[1:-1] = t_2 * (1.0 - 0.1 * t_2)
    return np.sum(u * u), Residuals(u, steps, tape, tape_1, alpha)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    u, steps, tape, tape_1, alpha = residuals
    n = u.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    u_bar = 2.0 * cotangent * u  # stencil_1d.py:12
    v_bar = np.zeros(n)  # stencil_1d.py:9
    alpha_bar = 0.0
    for i in reversed(range(steps)):
        tape__ = tape[i]
        t = u_bar[1:-1]  # stencil_1d.py:11
        v_bar[1:-1] += t * (1.0 - 0.1 * tape__) - t * tape__ * 0.1
        t_1 = v_bar[1:-1]  # stencil_1d.py:10
        t_2 = t_1 * alpha
        u_bar[1:-1] = 0.0  # stencil_1d.py:11
        u_bar[:-2] += t_2  # stencil_1d.py:10
        u_bar[2:] += t_2
        u_bar[1:-1] += t_1 - t_2 * 2.0
        alpha_bar = float(alpha_bar + np.sum(t_1 * tape_1[i]))  # stencil_1d.py:9
        v_bar[1:-1] = 0.0  # stencil_1d.py:10
    return u_bar, alpha_bar


def _shape(value: Any, name: str, rank: int) -> tuple[int, ...]:
    """The shape of an argument. Raise ValueError unless it has this number of dims."""
    if np.ndim(value) != rank:
        raise ValueError(f"{name} has {np.ndim(value)} dims, expected {rank}")
    return np.shape(value)


def _check(
    value: Any, name: str, dtype: type[np.generic], shape: tuple[int, ...]
) -> None:
    """Raise ValueError unless an argument has this dtype and shape."""
    if shape and not isinstance(value, np.ndarray):
        raise ValueError(f"{name} is a {type(value).__name__}, expected an array")
    given = np.asarray(value)
    if given.dtype != dtype and (shape or not np.can_cast(given.dtype, dtype)):
        raise ValueError(f"{name} has dtype {given.dtype}, expected {np.dtype(dtype)}")
    if given.shape != shape:
        raise ValueError(f"{name} has shape {given.shape}, expected {shape}")
