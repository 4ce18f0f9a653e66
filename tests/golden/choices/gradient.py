# Written by adgen 0.1.0 from choices.py:piecewise; build it again instead of editing it.
# source sha256: 4ad9a9653ea0df4c
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `piecewise` with respect to `x` and `y`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(x: Array, y: Array) -> tuple[float, tuple[Array, Array]]:
    """The value of `piecewise` and its gradient by `x` and `y`.

    Args:
        x: float64 (n,)
        y: float64 (n,)
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(y, "y", np.float64, (n,))

    mask = x > 0.0  # choices.py:7
    t = np.sqrt(np.abs(x) + 1.0)
    a = np.where(mask, t, x * y)
    b = np.clip(x, -0.8, 0.8)  # choices.py:8
    c = np.maximum(x, y) - np.minimum(x, 0.3)  # choices.py:9
    value = np.sum(a * b + c)  # choices.py:10

    # Reverse sweep.
    t_1 = 0.5 * (x == y)  # choices.py:9
    y_bar = (x < y) + t_1 + np.where(mask, 0.0, b * x)  # choices.py:7
    x_bar = (
        (x > y)
        + t_1
        - ((x < 0.3) + 0.5 * (x == 0.3))
        + a * ((-0.8 <= x) & (x <= 0.8))
        + np.where(mask, 0.0, b * y)
        + np.where(mask, b / (2.0 * t) * np.sign(x), 0.0)
    )
    return value, (x_bar, y_bar)


def grad(x: Array, y: Array) -> tuple[Array, Array]:
    """The gradient of `piecewise` by `x` and `y`.

    Args:
        x: float64 (n,)
        y: float64 (n,)
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(y, "y", np.float64, (n,))

    mask = x > 0.0  # choices.py:7
    t = np.sqrt(np.abs(x) + 1.0)
    a = np.where(mask, t, x * y)
    b = np.clip(x, -0.8, 0.8)  # choices.py:8

    # Reverse sweep.
    t_1 = 0.5 * (x == y)  # choices.py:9
    y_bar = (x < y) + t_1 + np.where(mask, 0.0, b * x)  # choices.py:7
    x_bar = (
        (x > y)
        + t_1
        - ((x < 0.3) + 0.5 * (x == 0.3))
        + a * ((-0.8 <= x) & (x <= 0.8))
        + np.where(mask, 0.0, b * y)
        + np.where(mask, b / (2.0 * t) * np.sign(x), 0.0)
    )
    return x_bar, y_bar


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    b: Array  # (n,)
    a: Array  # (n,)
    x: Array  # (n,)
    y: Array  # (n,)
    mask: NDArray[np.bool_]  # (n,)
    saved_5: Array  # (n,)


def forward(x: Array, y: Array) -> tuple[float, Residuals]:
    """The value of `piecewise`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n,)
        y: float64 (n,)
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(y, "y", np.float64, (n,))

    mask = x > 0.0  # choices.py:7
    t = np.sqrt(np.abs(x) + 1.0)
    a = np.where(mask, t, x * y)
    b = np.clip(x, -0.8, 0.8)  # choices.py:8
    c = np.maximum(x, y) - np.minimum(x, 0.3)  # choices.py:9
    return np.sum(a * b + c), Residuals(b, a, x.copy(), y.copy(), mask, t)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    b, a, x, y, mask, saved_5 = residuals
    _check(cotangent, "cotangent", np.float64, ())

    a_bar = cotangent * b  # choices.py:10
    b_bar = cotangent * a
    t = 0.5 * (x == y)  # choices.py:9
    t_1 = cotangent * ((x < y) + t)
    y_bar = t_1 + np.where(mask, 0.0, a_bar * x)  # choices.py:7
    x_bar = (
        cotangent * ((x > y) + t)
        - cotangent * ((x < 0.3) + 0.5 * (x == 0.3))
        + b_bar * ((-0.8 <= x) & (x <= 0.8))
        + np.where(mask, 0.0, a_bar * y)
        + np.where(mask, a_bar / (2.0 * saved_5) * np.sign(x), 0.0)
    )
    return x_bar, y_bar


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
