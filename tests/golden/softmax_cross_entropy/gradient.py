# Written by adgen 0.1.0 from softmax_cross_entropy.py:loss; build it again instead of editing it.
# source sha256: ae211b25d919a36f
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `loss` with respect to `w`, `b` and `x`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(
    w: Array, b: Array, x: Array, labels: NDArray[np.int64]
) -> tuple[float, tuple[Array, Array, Array]]:
    """The value of `loss` and its gradient by `w`, `b` and `x`.

    Args:
        w: float64 (d, k)
        b: float64 (k,)
        x: float64 (n, d)
        labels: int64 (n,)
    """
    d, k = _shape(w, "w", 2)
    n = _shape(x, "x", 2)[0]
    _check(w, "w", np.float64, (d, k))
    _check(b, "b", np.float64, (k,))
    _check(x, "x", np.float64, (n, d))
    _check(labels, "labels", np.int64, (n,))

    z = x @ w + b  # softmax_cross_entropy.py:7
    z = z - z.max(axis=1, keepdims=True)  # softmax_cross_entropy.py:8
    exp_z = np.exp(z)  # softmax_cross_entropy.py:9
    exp_z_sum = exp_z.sum(axis=1, keepdims=True)
    logp = z - np.log(exp_z_sum)
    t = np.arange(n)  # softmax_cross_entropy.py:11
    value = -np.sum(logp[t, labels]) / n

    # Reverse sweep.
    logp_bar = np.zeros((n, k))  # softmax_cross_entropy.py:11
    logp_bar[t, labels] -= np.float64(1.0) / float(n)
    # softmax_cross_entropy.py:9
    t_1 = np.sum(-logp_bar, axis=1, keepdims=True) / exp_z_sum
    z_bar = logp_bar + t_1[:, 0][:, None] * exp_z
    b_bar = z_bar.sum(axis=0)  # softmax_cross_entropy.py:7
    x_bar = z_bar @ w.T
    w_bar = x.T @ z_bar
    return value, (w_bar, b_bar, x_bar)


def grad(
    w: Array, b: Array, x: Array, labels: NDArray[np.int64]
) -> tuple[Array, Array, Array]:
    """The gradient of `loss` by `w`, `b` and `x`."""
    return value_and_grad(w, b, x, labels)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    saved_0: NDArray[np.int64]  # (n,)
    saved_1: NDArray[np.int64]  # (n,)
    exp_z_sum: Array  # (n,)
    exp_z: Array  # (n, k)
    w: Array  # (d, k)
    x: Array  # (n, d)


def forward(
    w: Array, b: Array, x: Array, labels: NDArray[np.int64]
) -> tuple[float, Residuals]:
    """The value of `loss`, and what `backward` needs of the forward sweep.

    Args:
        w: float64 (d, k)
        b: float64 (k,)
        x: float64 (n, d)
        labels: int64 (n,)
    """
    d, k = _shape(w, "w", 2)
    n = _shape(x, "x", 2)[0]
    _check(w, "w", np.float64, (d, k))
    _check(b, "b", np.float64, (k,))
    _check(x, "x", np.float64, (n, d))
    _check(labels, "labels", np.int64, (n,))

    z = x @ w + b  # softmax_cross_entropy.py:7
    z = z - z.max(axis=1, keepdims=True)  # softmax_cross_entropy.py:8
    exp_z = np.exp(z)  # softmax_cross_entropy.py:9
    exp_z_sum = exp_z.sum(axis=1)
    logp = z - np.log(exp_z_sum[:, None])
    t = np.arange(n)  # softmax_cross_entropy.py:11
    return -np.sum(logp[t, labels]) / n, Residuals(
        t % n, labels % k, exp_z_sum, exp_z, w.copy(), x.copy()
    )


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, Array, Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    saved_0, saved_1, exp_z_sum, exp_z, w, x = residuals
    n = saved_0.shape[0]
    k = exp_z.shape[1]
    _check(cotangent, "cotangent", np.float64, ())

    logp_bar = np.zeros((n, k))  # softmax_cross_entropy.py:11
    logp_bar[saved_0, saved_1] -= cotangent / n
    # softmax_cross_entropy.py:9
    logp_bar_sum = np.sum(-logp_bar, axis=1, keepdims=True)
    z_bar = logp_bar + (logp_bar_sum / exp_z_sum[:, None])[:, 0][:, None] * exp_z
    b_bar = z_bar.sum(axis=0)  # softmax_cross_entropy.py:7
    x_bar = z_bar @ w.T
    w_bar = x.T @ z_bar
    return w_bar, b_bar, x_bar


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
