# Written by adgen 0.1.0 from float32_loop.py:decay; build it again instead of editing it.
# source sha256: caff78801c3766aa
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `decay` with respect to `x`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float32]


def value_and_grad(x: Array, rate: float) -> tuple[np.float32, tuple[Array]]:
    """The value of `decay` and its gradient by `x`.

    Args:
        x: float32 (n,)
        rate: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float32, (n,))
    _check(rate, "rate", np.float64, ())
    if n < 1:
        raise ValueError("n >= 1 is required (index 0 is within the bounds)")

    y = np.zeros(n, dtype=np.float32)  # float32_loop.py:7
    y[0] = x[0]  # float32_loop.py:8
    for i in range(1, n):  # float32_loop.py:9
        t = rate * y[i - 1]  # float32_loop.py:10
        y[i] = t + np.exp(-x[i]) * 0.5
    value = y.sum()  # float32_loop.py:11

    # Reverse sweep.
    x_bar = np.zeros(n, dtype=np.float32)  # float32_loop.py:9
    y_bar = np.ones(n, dtype=np.float32)
    for i in reversed(range(1, n)):
        y_bar_i = y_bar[i]  # float32_loop.py:10
        y_bar[i] = 0.0
        x_bar[i] -= y_bar_i * 0.5 * np.exp(-x[i])
        y_bar[i - 1] += y_bar_i * rate
    x_bar[0] += y_bar[0]  # float32_loop.py:8
    return value, (x_bar,)


def grad(x: Array, rate: float) -> tuple[Array]:
    """The gradient of `decay` by `x`.

    Args:
        x: float32 (n,)
        rate: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float32, (n,))
    _check(rate, "rate", np.float64, ())
    if n < 1:
        raise ValueError("n >= 1 is required (index 0 is within the bounds)")

    x_bar = np.zeros(n, dtype=np.float32)  # float32_loop.py:9
    y_bar = np.ones(n, dtype=np.float32)
    for i in reversed(range(1, n)):
        y_bar_i = y_bar[i]  # float32_loop.py:10
        y_bar[i] = 0.0
        x_bar[i] -= y_bar_i * 0.5 * np.exp(-x[i])
        y_bar[i - 1] += y_bar_i * rate
    x_bar[0] += y_bar[0]  # float32_loop.py:8
    return (x_bar,)


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    x: Array  # (n,)
    rate: float


def forward(x: Array, rate: float) -> tuple[np.float32, Residuals]:
    """The value of `decay`, and what `backward` needs of the forward sweep.

    Args:
        x: float32 (n,)
        rate: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float32, (n,))
    _check(rate, "rate", np.float64, ())
    if n < 1:
        raise ValueError("n >= 1 is required (index 0 is within the bounds)")

    y = np.zeros(n, dtype=np.float32)  # float32_loop.py:7
    y[0] = x[0]  # float32_loop.py:8
    for i in range(1, n):  # float32_loop.py:9
        t = rate * y[i - 1]  # float32_loop.py:10
        y[i] = t + np.exp(-x[i]) * 0.5
    return y.sum(), Residuals(x.copy(), rate)


def backward(residuals: Residuals, cotangent: np.float32) -> tuple[Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float32
    """
    x, rate = residuals
    n = x.shape[0]
    _check(cotangent, "cotangent", np.float32, ())

    x_bar = np.zeros(n, dtype=np.float32)  # float32_loop.py:9
    y_bar = np.full(n, cotangent, dtype=np.float32)
    for i in reversed(range(1, n)):
        y_bar_i = y_bar[i]  # float32_loop.py:10
        y_bar[i] = 0.0
        x_bar[i] -= y_bar_i * 0.5 * np.exp(-x[i])
        y_bar[i - 1] += y_bar_i * rate
    x_bar[0] += y_bar[0]  # float32_loop.py:8
    return (x_bar,)


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
