# Written by adgen 0.1.0 from safe_where.py:guarded; build it again instead of editing it.
# source sha256: d8dec7142fe5f298
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `guarded` with respect to `x`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(x: Array) -> tuple[float, tuple[Array]]:
    """The value of `guarded` and its gradient by `x`.

    Args:
        x: float64 (n,)
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))

    mask = x > 0.0  # safe_where.py:7
    t = np.where(mask, x, 1.0)
    t_1 = np.log(t)
    sqrt_x = np.sqrt(x)
    r = np.where(mask, t_1 * sqrt_x, x * x)
    value = r.sum()  # safe_where.py:8

    # Reverse sweep.
    t_2 = np.where(mask, np.where(mask, sqrt_x / t, 0.0), 0.0)  # safe_where.py:7
    x_bar = np.where(mask, t_1 / (2.0 * sqrt_x), 2.0 * x) + t_2
    return value, (x_bar,)


def grad(x: Array) -> tuple[Array]:
    """The gradient of `guarded` by `x`.

    Args:
        x: float64 (n,)
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))

    mask = x > 0.0  # safe_where.py:7
    t = np.where(mask, x, 1.0)
    sqrt_x = np.sqrt(x)

    # Reverse sweep.
    t_1 = np.where(mask, np.log(t) / (2.0 * sqrt_x), 2.0 * x)  # safe_where.py:7
    x_bar = t_1 + np.where(mask, np.where(mask, sqrt_x / t, 0.0), 0.0)
    return (x_bar,)


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    x: Array  # (n,)
    sqrt_x: Array  # (n,)
    saved_2: Array  # (n,)
    mask: NDArray[np.bool_]  # (n,)
    saved_4: Array  # (n,)


def forward(x: Array) -> tuple[float, Residuals]:
    """The value of `guarded`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n,)
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))

    mask = x > 0.0  # safe_where.py:7
    t = np.where(mask, x, 1.0)
    t_1 = np.log(t)
    sqrt_x = np.sqrt(x)
    r = np.where(mask, t_1 * sqrt_x, x * x)
    return r.sum(), Residuals(x.copy(), sqrt_x, t_1, mask, t)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    x, sqrt_x, saved_2, mask, saved_4 = residuals
    _check(cotangent, "cotangent", np.float64, ())

    t = cotangent * saved_2 / (2.0 * sqrt_x)  # safe_where.py:7
    t_1 = np.where(mask, t, 2.0 * cotangent * x)
    t_2 = cotangent * sqrt_x / saved_4
    x_bar = t_1 + np.where(mask, np.where(mask, t_2, 0.0), 0.0)
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
