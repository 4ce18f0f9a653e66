# Written by adgen 0.1.0 from kink_ties.py:ties; build it again instead of editing it.
# source sha256: 858e0e4237302000
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `ties` with respect to `x`, `y`, `a` and `b`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(
    x: Array, y: Array, a: float, b: float
) -> tuple[float, tuple[Array, Array, float, float]]:
    """The value of `ties` and its gradient by `x`, `y`, `a` and `b`.

    Args:
        x: float64 (n,)
        y: float64 (n,)
        a: float
        b: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(y, "y", np.float64, (n,))
    _check(a, "a", np.float64, ())
    _check(b, "b", np.float64, ())

    pair = np.sum(np.maximum(x, y) * 2.0)  # kink_ties.py:7
    x_max = x.max()  # kink_ties.py:8
    y_min = y.min()
    value = x_max + 10.0 * y_min + pair + 100.0 * max(a, b) + 1000.0 * min(a, b)

    # Reverse sweep.
    pair_bar = 1.0
    t = 0.5 * (a == b)  # kink_ties.py:8
    t_1 = (b < a) + t
    t_2 = (b > a) + t
    mask = (y == y_min).astype(np.float64)
    mask_1 = (x == x_max).astype(np.float64)
    t_3 = mask_1 * (pair_bar / mask_1.sum())
    t_4 = 0.5 * (x == y)  # kink_ties.py:7
    x_bar = t_3 + 2.0 * ((x > y) + t_4)
    y_bar = mask * (10.0 / mask.sum()) + 2.0 * ((x < y) + t_4)
    a_bar = float(1000.0 * (1.0 - t_1) + 100.0 * (1.0 - t_2))
    b_bar = float(1000.0 * t_1 + 100.0 * t_2)
    return value, (x_bar, y_bar, a_bar, b_bar)


def grad(x: Array, y: Array, a: float, b: float) -> tuple[Array, Array, float, float]:
    """The gradient of `ties` by `x`, `y`, `a` and `b`.

    Args:
        x: float64 (n,)
        y: float64 (n,)
        a: float
        b: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(y, "y", np.float64, (n,))
    _check(a, "a", np.float64, ())
    _check(b, "b", np.float64, ())

    pair_bar = 1.0
    t = 0.5 * (a == b)  # kink_ties.py:8
    t_1 = (b < a) + t
    t_2 = (b > a) + t
    mask = (y == y.min()).astype(np.float64)
    mask_1 = (x == x.max()).astype(np.float64)
    t_3 = mask_1 * (pair_bar / mask_1.sum())
    t_4 = 0.5 * (x == y)  # kink_ties.py:7
    x_bar = t_3 + 2.0 * ((x > y) + t_4)
    y_bar = mask * (10.0 / mask.sum()) + 2.0 * ((x < y) + t_4)
    a_bar = float(1000.0 * (1.0 - t_1) + 100.0 * (1.0 - t_2))
    b_bar = float(1000.0 * t_1 + 100.0 * t_2)
    return x_bar, y_bar, a_bar, b_bar


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    a: float
    b: float
    y_min: float
    y: Array  # (n,)
    x_max: float
    x: Array  # (n,)


def forward(x: Array, y: Array, a: float, b: float) -> tuple[float, Residuals]:
    """The value of `ties`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n,)
        y: float64 (n,)
        a: float
        b: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(y, "y", np.float64, (n,))
    _check(a, "a", np.float64, ())
    _check(b, "b", np.float64, ())

    pair = np.sum(np.maximum(x, y) * 2.0)  # kink_ties.py:7
    x_max = x.max()  # kink_ties.py:8
    y_min = y.min()
    return (
        x_max + 10.0 * y_min + pair + 100.0 * max(a, b) + 1000.0 * min(a, b),
        Residuals(a, b, y_min, y.copy(), x_max, x.copy()),
    )


def backward(
    residuals: Residuals, cotangent: float
) -> tuple[Array, Array, float, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    a, b, y_min, y, x_max, x = residuals
    n = y.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    t = cotangent * 1000.0  # kink_ties.py:8
    t_1 = 0.5 * (a == b)
    t_2 = (b < a) + t_1
    t_3 = cotangent * 100.0
    t_4 = (b > a) + t_1
    mask = (y == y_min).astype(np.float64)
    t_5 = mask * (cotangent * 10.0 / mask.sum())
    mask_1 = (x == x_max).astype(np.float64)
    t_6 = mask_1 * (cotangent / mask_1.sum())
    t_7 = np.full(n, cotangent * 2.0)  # kink_ties.py:7
    t_8 = 0.5 * (x == y)
    x_bar = t_6 + t_7 * ((x > y) + t_8)
    y_bar = t_5 + t_7 * ((x < y) + t_8)
    a_bar = float(t * (1.0 - t_2) + t_3 * (1.0 - t_4))
    b_bar = float(t * t_2 + t_3 * t_4)
    return x_bar, y_bar, a_bar, b_bar


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
