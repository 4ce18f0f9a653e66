# Written by adgen 0.1.0 from powers.py:powers; build it again instead of editing it.
# source sha256: bfeb7277ba2a11b5
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `powers` with respect to `x`, `y` and `s`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(
    x: Array, y: Array, s: float
) -> tuple[float, tuple[Array, Array, float]]:
    """The value of `powers` and its gradient by `x`, `y` and `s`.

    Args:
        x: float64 (n,)
        y: float64 (n,)
        s: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(y, "y", np.float64, (n,))
    _check(s, "s", np.float64, ())
    if n < 1:
        raise ValueError("n >= 1 is required (index 0 is within the bounds)")

    x_squared = x**2  # powers.py:7
    a = x_squared + x**3 - x**-1 + x**0.5 + x**-1.5
    t = x**y  # powers.py:8
    t_1 = 2.0**y
    b = t + t_1 + x**2.5 + np.square(y)
    t_2 = np.sum(a * b)  # powers.py:9
    s_cubed = s**3
    y_0 = y[0]
    t_3 = s**y_0
    value = t_2 * s_cubed + t_3

    # Reverse sweep.
    found = s == 0.0  # powers.py:9
    t_4 = np.where(found & (y_0 == 0.0), 1.0, s) ** (y_0 - 1.0)
    y_bar = np.zeros(n)
    y_bar[0] += t_3 * np.log(np.where(found & (y_0 >= 0.0), 1.0, s))
    t_5 = 1.0 * s_cubed
    a_bar = t_5 * b
    b_bar = t_5 * a
    mask = x == 0.0  # powers.py:8
    y_bar = (
        y_bar
        + b_bar * (2.0 * y)
        + b_bar * (t_1 * 0.6931471805599453)
        + b_bar * (t * np.log(np.where(mask & (y >= 0.0), 1.0, x)))
    )
    # powers.py:7
    x_bar = (
        b_bar * (2.5 * x**1.5)
        + b_bar * (y * np.where(mask & (y == 0.0), 1.0, x) ** (y - 1.0))
        + a_bar * (-1.5 * x**-2.5)
        + a_bar * (0.5 * x**-0.5)
        + a_bar * x**-2
        + a_bar * (3.0 * x_squared)
        + a_bar * (2.0 * x)
    )
    s_bar = float(y_0 * t_4 + t_2 * (3.0 * s**2))
    return value, (x_bar, y_bar, s_bar)


def grad(x: Array, y: Array, s: float) -> tuple[Array, Array, float]:
    """The gradient of `powers` by `x`, `y` and `s`.

    Args:
        x: float64 (n,)
        y: float64 (n,)
        s: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(y, "y", np.float64, (n,))
    _check(s, "s", np.float64, ())
    if n < 1:
        raise ValueError("n >= 1 is required (index 0 is within the bounds)")

    x_squared = x**2  # powers.py:7
    a = x_squared + x**3 - x**-1 + x**0.5 + x**-1.5
    t = x**y  # powers.py:8
    t_1 = 2.0**y
    b = t + t_1 + x**2.5 + np.square(y)
    y_0 = y[0]  # powers.py:9

    # Reverse sweep.
    found = s == 0.0  # powers.py:9
    t_2 = y_0 * np.where(found & (y_0 == 0.0), 1.0, s) ** (y_0 - 1.0)
    y_bar = np.zeros(n)
    y_bar[0] += s**y_0 * np.log(np.where(found & (y_0 >= 0.0), 1.0, s))
    t_3 = 1.0 * s**3
    a_bar = t_3 * b
    b_bar = t_3 * a
    mask = x == 0.0  # powers.py:8
    y_bar = (
        y_bar
        + b_bar * (2.0 * y)
        + b_bar * (t_1 * 0.6931471805599453)
        + b_bar * (t * np.log(np.where(mask & (y >= 0.0), 1.0, x)))
    )
    # powers.py:7
    x_bar = (
        b_bar * (2.5 * x**1.5)
        + b_bar * (y * np.where(mask & (y == 0.0), 1.0, x) ** (y - 1.0))
        + a_bar * (-1.5 * x**-2.5)
        + a_bar * (0.5 * x**-0.5)
        + a_bar * x**-2
        + a_bar * (3.0 * x_squared)
        + a_bar * (2.0 * x)
    )
    s_bar = float(t_2 + np.sum(a * b) * (3.0 * s**2))
    return x_bar, y_bar, s_bar


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    s: float
    y_0: float
    saved_2: float
    s_cubed: float
    saved_4: float
    b: Array  # (n,)
    a: Array  # (n,)
    y: Array  # (n,)
    x: Array  # (n,)
    saved_9: Array  # (n,)
    saved_10: Array  # (n,)


def forward(x: Array, y: Array, s: float) -> tuple[float, Residuals]:
    """The value of `powers`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n,)
        y: float64 (n,)
        s: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(y, "y", np.float64, (n,))
    _check(s, "s", np.float64, ())
    if n < 1:
        raise ValueError("n >= 1 is required (index 0 is within the bounds)")

    a = x**2 + x**3 - x**-1 + x**0.5 + x**-1.5  # powers.py:7
    t = x**y  # powers.py:8
    t_1 = 2.0**y
    b = t + t_1 + x**2.5 + np.square(y)
    t_2 = np.sum(a * b)  # powers.py:9
    s_cubed = s**3
    y_0 = y[0]
    t_3 = s**y_0
    return t_2 * s_cubed + t_3, Residuals(
        s, y_0, t_3, s_cubed, t_2, b, a, y.copy(), x.copy(), t_1, t
    )


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, Array, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    s, y_0, saved_2, s_cubed, saved_4, b, a, y, x, saved_9, saved_10 = residuals
    n = b.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    found = s == 0.0  # powers.py:9
    t = y_0 * np.where(found & (y_0 == 0.0), 1.0, s) ** (y_0 - 1.0)
    t_1 = np.where(found & (y_0 >= 0.0), 1.0, s)
    y_bar = np.zeros(n)
    y_bar[0] += cotangent * (saved_2 * np.log(t_1))
    t_2 = cotangent * s_cubed
    a_bar = t_2 * b
    b_bar = t_2 * a
    mask = x == 0.0  # powers.py:8
    y_bar = (
        y_bar
        + b_bar * (2.0 * y)
        + b_bar * (saved_9 * 0.6931471805599453)
        + b_bar * (saved_10 * np.log(np.where(mask & (y >= 0.0), 1.0, x)))
    )
    # powers.py:7
    x_bar = (
        b_bar * (2.5 * x**1.5)
        + b_bar * (y * np.where(mask & (y == 0.0), 1.0, x) ** (y - 1.0))
        + a_bar * (-1.5 * x**-2.5)
        + a_bar * (0.5 * x**-0.5)
        + a_bar * x**-2
        + a_bar * (3.0 * x**2)
        + a_bar * (2.0 * x)
    )
    s_bar = float(cotangent * t + cotangent * saved_4 * (3.0 * s**2))
    return x_bar, y_bar, s_bar


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
