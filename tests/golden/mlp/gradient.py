# Written by adgen 0.1.0 from mlp.py:loss; build it again instead of editing it.
# source sha256: 48f5127acee164e4
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `loss` with respect to `w1`, `b1`, `w2` and `b2`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(
    w1: Array, b1: Array, w2: Array, b2: Array, x: Array, y: Array
) -> tuple[float, tuple[Array, Array, Array, Array]]:
    """The value of `loss` and its gradient by `w1`, `b1`, `w2` and `b2`.

    Args:
        w1: float64 (d, n_h)
        b1: float64 (n_h,)
        w2: float64 (n_h, k)
        b2: float64 (k,)
        x: float64 (B, d)
        y: float64 (B, k)
    """
    d, n_h = _shape(w1, "w1", 2)
    k = _shape(w2, "w2", 2)[1]
    B = _shape(x, "x", 2)[0]
    _check(w1, "w1", np.float64, (d, n_h))
    _check(b1, "b1", np.float64, (n_h,))
    _check(w2, "w2", np.float64, (n_h, k))
    _check(b2, "b2", np.float64, (k,))
    _check(x, "x", np.float64, (B, d))
    _check(y, "y", np.float64, (B, k))

    # hidden layer
    h = np.tanh(x @ w1 + b1)  # mlp.py:7
    out = h @ w2 + b2  # mlp.py:8
    e = out - y  # mlp.py:9
    value = 0.5 * np.mean(np.sum(e * e, axis=1))  # mlp.py:10

    # Reverse sweep.
    e_bar = 2.0 * (0.5 / np.float64(B)) * e  # mlp.py:10
    b2_bar = e_bar.sum(axis=0)  # mlp.py:8
    h_bar = e_bar @ w2.T
    w2_bar = h.T @ e_bar
    t = h_bar * (1.0 - h * h)  # mlp.py:7
    b1_bar = t.sum(axis=0)
    w1_bar = x.T @ t
    return value, (w1_bar, b1_bar, w2_bar, b2_bar)


def grad(
    w1: Array, b1: Array, w2: Array, b2: Array, x: Array, y: Array
) -> tuple[Array, Array, Array, Array]:
    """The gradient of `loss` by `w1`, `b1`, `w2` and `b2`."""
    return value_and_grad(w1, b1, w2, b2, x, y)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    e: Array  # (B, k)
    w2: Array  # (n_h, k)
    h: Array  # (B, n_h)
    x: Array  # (B, d)


def forward(
    w1: Array, b1: Array, w2: Array, b2: Array, x: Array, y: Array
) -> tuple[float, Residuals]:
    """The value of `loss`, and what `backward` needs of the forward sweep.

    Args:
        w1: float64 (d, n_h)
        b1: float64 (n_h,)
        w2: float64 (n_h, k)
        b2: float64 (k,)
        x: float64 (B, d)
        y: float64 (B, k)
    """
    d, n_h = _shape(w1, "w1", 2)
    k = _shape(w2, "w2", 2)[1]
    B = _shape(x, "x", 2)[0]
    _check(w1, "w1", np.float64, (d, n_h))
    _check(b1, "b1", np.float64, (n_h,))
    _check(w2, "w2", np.float64, (n_h, k))
    _check(b2, "b2", np.float64, (k,))
    _check(x, "x", np.float64, (B, d))
    _check(y, "y", np.float64, (B, k))

    # hidden layer
    h = np.tanh(x @ w1 + b1)  # mlp.py:7
    out = h @ w2 + b2  # mlp.py:8
    e = out - y  # mlp.py:9
    return 0.5 * np.mean(np.sum(e * e, axis=1)), Residuals(e, w2.copy(), h, x.copy())


def backward(
    residuals: Residuals, cotangent: float
) -> tuple[Array, Array, Array, Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    e, w2, h, x = residuals
    B = e.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    e_bar = 2.0 * (cotangent * 0.5 / B) * e  # mlp.py:10
    b2_bar = e_bar.sum(axis=0)  # mlp.py:8
    h_bar = e_bar @ w2.T
    w2_bar = h.T @ e_bar
    t = h_bar * (1.0 - h * h)  # mlp.py:7
    b1_bar = t.sum(axis=0)
    w1_bar = x.T @ t
    return w1_bar, b1_bar, w2_bar, b2_bar


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
