# Written by adgen 0.1.0 from prefix_sum.py:scan; build it again instead of editing it.
# source sha256: 6b5776f6e3691cba
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `scan` with respect to `x` and `w`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(x: Array, w: float) -> tuple[float, tuple[Array, float]]:
    """The value of `scan` and its gradient by `x` and `w`.

    Args:
        x: float64 (n,)
        w: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(w, "w", np.float64, ())

    steps = max(n - 1, 0)
    y_prev_tape = np.empty(steps)  # keeps a value of prefix_sum.py:9
    y = x.copy()
    for i in range(1, n):  # prefix_sum.py:8
        y_prev = y[i - 1]  # prefix_sum.py:9
        y_prev_tape[i - 1] = y_prev
        y[i] += w * y_prev
    y_i_tape = np.empty(steps)  # keeps a value of prefix_sum.py:11
    for i in reversed(range(n - 1)):  # prefix_sum.py:10
        y_i = y[i]  # prefix_sum.py:11
        y_i_tape[n - i - 2] = y_i
        y[i] = y_i * (1.0 + 0.1 * y[i + 1])
    value = np.sum(y * y)  # prefix_sum.py:12

    # Reverse sweep.
    y_bar = 2.0 * y  # prefix_sum.py:12
    for i in range(n - 1):  # prefix_sum.py:10
        y_bar_i = y_bar[i]  # prefix_sum.py:11
        t_1 = y_bar_i * y_i_tape[n - i - 2]
        y_bar[i] = y_bar_i * (1.0 + 0.1 * y[i + 1])
        y_bar[i + 1] += t_1 * 0.1
    w_bar = 0.0  # prefix_sum.py:8
    for i in reversed(range(1, n)):
        y_bar_i_1 = y_bar[i]  # prefix_sum.py:9
        t_2 = y_bar_i_1 * y_prev_tape[i - 1]
        y_bar[i - 1] += y_bar_i_1 * w
        w_bar = float(w_bar + t_2)  # prefix_sum.py:8
    return value, (y_bar, w_bar)


def grad(x: Array, w: float) -> tuple[Array, float]:
    """The gradient of `scan` by `x` and `w`."""
    return value_and_grad(x, w)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    y: Array  # (n,)
    y_i_tape: Array  # (steps,)
    y_prev_tape: Array  # (steps.1,)
    w: float


def forward(x: Array, w: float) -> tuple[float, Residuals]:
    """The value of `scan`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n,)
        w: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(w, "w", np.float64, ())

    steps = max(n - 1, 0)
    y_prev_tape = np.empty(steps)  # keeps a value of prefix_sum.py:9
    y = x.copy()
    for i in range(1, n):  # prefix_sum.py:8
        y_prev = y[i - 1]  # prefix_sum.py:9
        y_prev_tape[i - 1] = y_prev
        y[i] += w * y_prev
    y_i_tape = np.empty(steps)  # keeps a value of prefix_sum.py:11
    for i in reversed(range(n - 1)):  # prefix_sum.py:10
        y_i = y[i]  # prefix_sum.py:11
        y_i_tape[n - i - 2] = y_i
        y[i] = y_i * (1.0 + 0.1 * y[i + 1])
    return np.sum(y * y), Residuals(y, y_i_tape, y_prev_tape, w)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    y, y_i_tape, y_prev_tape, w = residuals
    n = y.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    y_bar = 2.0 * cotangent * y  # prefix_sum.py:12
    for i in range(n - 1):  # prefix_sum.py:10
        y_bar_i = y_bar[i]  # prefix_sum.py:11
        t_1 = y_bar_i * y_i_tape[n - i - 2]
        y_bar[i] = y_bar_i * (1.0 + 0.1 * y[i + 1])
        y_bar[i + 1] += t_1 * 0.1
    w_bar = 0.0  # prefix_sum.py:8
    for i in reversed(range(1, n)):
        y_bar_i_1 = y_bar[i]  # prefix_sum.py:9
        t_2 = y_bar_i_1 * y_prev_tape[i - 1]
        y_bar[i - 1] += y_bar_i_1 * w
        w_bar = float(w_bar + t_2)  # prefix_sum.py:8
    return y_bar, w_bar


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
