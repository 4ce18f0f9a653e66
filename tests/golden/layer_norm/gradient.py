# Written by adgen 0.1.0 from layer_norm.py:layer_norm; build it again instead of editing it.
# source sha256: 23744694e3bc91f7
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `layer_norm` with respect to `x`, `gain` and `bias`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(
    x: Array, gain: Array, bias: Array
) -> tuple[float, tuple[Array, Array, Array]]:
    """The value of `layer_norm` and its gradient by `x`, `gain` and `bias`.

    Args:
        x: float64 (n, n_d)
        gain: float64 (n_d,)
        bias: float64 (n_d,)
    """
    n, n_d = _shape(x, "x", 2)
    _check(x, "x", np.float64, (n, n_d))
    _check(gain, "gain", np.float64, (n_d,))
    _check(bias, "bias", np.float64, (n_d,))

    mu = x.mean(axis=1, keepdims=True)  # layer_norm.py:7
    d = x - mu  # layer_norm.py:8
    var = np.mean(d * d, axis=1, keepdims=True)  # layer_norm.py:9
    t = np.sqrt(var + 1e-05)  # layer_norm.py:10
    t_1 = d / t
    y = t_1 * gain + bias
    value = np.sum(np.sin(y))  # layer_norm.py:11

    # Reverse sweep.
    y_bar = np.cos(y)  # layer_norm.py:11
    bias_bar = y_bar.sum(axis=0)  # layer_norm.py:10
    t_2 = y_bar * gain
    gain_bar = np.sum(y_bar * t_1, axis=0)
    var_bar = np.sum(t_2 * -(t_1 / t), axis=1, keepdims=True) / (2.0 * t)
    d_bar = t_2 / t + 2.0 * (var_bar[:, 0] / n_d)[:, None] * d  # layer_norm.py:9
    x_bar = d_bar + np.mean(-d_bar, axis=1)[:, None]  # layer_norm.py:7
    return value, (x_bar, gain_bar, bias_bar)


def grad(x: Array, gain: Array, bias: Array) -> tuple[Array, Array, Array]:
    """The gradient of `layer_norm` by `x`, `gain` and `bias`.

    Args:
        x: float64 (n, n_d)
        gain: float64 (n_d,)
        bias: float64 (n_d,)
    """
    n, n_d = _shape(x, "x", 2)
    _check(x, "x", np.float64, (n, n_d))
    _check(gain, "gain", np.float64, (n_d,))
    _check(bias, "bias", np.float64, (n_d,))

    mu = x.mean(axis=1, keepdims=True)  # layer_norm.py:7
    d = x - mu  # layer_norm.py:8
    var = np.mean(d * d, axis=1, keepdims=True)  # layer_norm.py:9
    t = np.sqrt(var + 1e-05)  # layer_norm.py:10
    t_1 = d / t
    y = t_1 * gain + bias

    # Reverse sweep.
    y_bar = np.cos(y)  # layer_norm.py:11
    bias_bar = y_bar.sum(axis=0)  # layer_norm.py:10
    t_2 = y_bar * gain
    gain_bar = np.sum(y_bar * t_1, axis=0)
    var_bar = np.sum(t_2 * -(t_1 / t), axis=1, keepdims=True) / (2.0 * t)
    d_bar = t_2 / t + 2.0 * (var_bar[:, 0] / n_d)[:, None] * d  # layer_norm.py:9
    x_bar = d_bar + np.mean(-d_bar, axis=1)[:, None]  # layer_norm.py:7
    return x_bar, gain_bar, bias_bar


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    y: Array  # (n, n_d)
    gain: Array  # (n_d,)
    saved_2: Array  # (n, n_d)
    saved_3: Array  # (n, 1)
    d: Array  # (n, n_d)


def forward(x: Array, gain: Array, bias: Array) -> tuple[float, Residuals]:
    """The value of `layer_norm`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n, n_d)
        gain: float64 (n_d,)
        bias: float64 (n_d,)
    """
    n, n_d = _shape(x, "x", 2)
    _check(x, "x", np.float64, (n, n_d))
    _check(gain, "gain", np.float64, (n_d,))
    _check(bias, "bias", np.float64, (n_d,))

    mu = x.mean(axis=1, keepdims=True)  # layer_norm.py:7
    d = x - mu  # layer_norm.py:8
    var = np.mean(d * d, axis=1, keepdims=True)  # layer_norm.py:9
    t = np.sqrt(var + 1e-05)  # layer_norm.py:10
    t_1 = d / t
    y = t_1 * gain + bias
    return np.sum(np.sin(y)), Residuals(y, gain.copy(), t_1, t.copy(), d)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, Array, Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    y, gain, saved_2, saved_3, d = residuals
    n_d = y.shape[1]
    _check(cotangent, "cotangent", np.float64, ())

    y_bar = cotangent * np.cos(y)  # layer_norm.py:11
    bias_bar = y_bar.sum(axis=0)  # layer_norm.py:10
    t = y_bar * gain
    gain_bar = np.sum(y_bar * saved_2, axis=0)
    var_bar = np.sum(t * -(saved_2 / saved_3), axis=1, keepdims=True) / (2.0 * saved_3)
    d_bar = t / saved_3 + 2.0 * (var_bar[:, 0] / n_d)[:, None] * d  # layer_norm.py:9
    x_bar = d_bar + np.mean(-d_bar, axis=1)[:, None]  # layer_norm.py:7
    return x_bar, gain_bar, bias_bar


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
