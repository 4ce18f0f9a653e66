# Written by adgen 0.1.0 from logistic_regression.py:loss; build it again instead of editing it.
# source sha256: d5e30e021f31ed90
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `loss` with respect to `w` and `b`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(
    w: Array, b: float, x: Array, y: Array
) -> tuple[float, tuple[Array, float]]:
    """The value of `loss` and its gradient by `w` and `b`.

    Args:
        w: float64 (d,)
        b: float
        x: float64 (B, d)
        y: float64 (B,)
    """
    (d,) = _shape(w, "w", 1)
    B = _shape(x, "x", 2)[0]
    _check(w, "w", np.float64, (d,))
    _check(b, "b", np.float64, ())
    _check(x, "x", np.float64, (B, d))
    _check(y, "y", np.float64, (B,))

    z = x @ w + b  # logistic_regression.py:7
    t = np.logaddexp(0.0, z)  # logistic_regression.py:8
    value = np.mean(t - y * z) + 0.05 * (w @ w)

    # Reverse sweep.
    t_1 = 1.0 / np.float64(B)  # logistic_regression.py:8
    z_bar = t_1 * np.exp(z - t) - t_1 * y
    w_bar = 2.0 * (0.05 * w) + x.T @ z_bar  # logistic_regression.py:7
    b_bar = float(z_bar.sum())
    return value, (w_bar, b_bar)


def grad(w: Array, b: float, x: Array, y: Array) -> tuple[Array, float]:
    """The gradient of `loss` by `w` and `b`.

    Args:
        w: float64 (d,)
        b: float
        x: float64 (B, d)
        y: float64 (B,)
    """
    (d,) = _shape(w, "w", 1)
    B = _shape(x, "x", 2)[0]
    _check(w, "w", np.float64, (d,))
    _check(b, "b", np.float64, ())
    _check(x, "x", np.float64, (B, d))
    _check(y, "y", np.float64, (B,))

    z = x @ w + b  # logistic_regression.py:7

    # Reverse sweep.
    t = 1.0 / np.float64(B)  # logistic_regression.py:8
    z_bar = t * np.exp(z - np.logaddexp(0.0, z)) - t * y
    w_bar = 2.0 * (0.05 * w) + x.T @ z_bar  # logistic_regression.py:7
    b_bar = float(z_bar.sum())
    return w_bar, b_bar


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    w: Array  # (d,)
    y: Array  # (B,)
    z: Array  # (B,)
    saved_3: Array  # (B,)
    x: Array  # (B, d)


def forward(w: Array, b: float, x: Array, y: Array) -> tuple[float, Residuals]:
    """The value of `loss`, and what `backward` needs of the forward sweep.

    Args:
        w: float64 (d,)
        b: float
        x: float64 (B, d)
        y: float64 (B,)
    """
    (d,) = _shape(w, "w", 1)
    B = _shape(x, "x", 2)[0]
    _check(w, "w", np.float64, (d,))
    _check(b, "b", np.float64, ())
    _check(x, "x", np.float64, (B, d))
    _check(y, "y", np.float64, (B,))

    z = x @ w + b  # logistic_regression.py:7
    t = np.logaddexp(0.0, z)  # logistic_regression.py:8
    return np.mean(t - y * z) + 0.05 * (w @ w), Residuals(
        w.copy(), y.copy(), z, t, x.copy()
    )


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    w, y, z, saved_3, x = residuals
    B = y.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    t = cotangent * 0.05  # logistic_regression.py:8
    t_1 = cotangent / B
    z_bar = t_1 * np.exp(z - saved_3) - t_1 * y
    w_bar = 2.0 * (t * w) + x.T @ z_bar  # logistic_regression.py:7
    b_bar = float(z_bar.sum())
    return w_bar, b_bar


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
