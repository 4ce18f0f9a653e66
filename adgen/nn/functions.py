"""Activations and softmax as plain NumPy functions: what they compute when nothing is differentiated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Axis = int | tuple[int, ...] | None


def _floats(x: Any) -> Any:
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def relu(x: Any) -> Any:
    """x where it is positive, else 0. Its derivative at 0 is 0.

    >>> relu(np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 2.])
    """
    return np.maximum(_floats(x), 0.0)[()]


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), without overflow.

    >>> float(sigmoid(0.0))
    0.5
    """
    x = _floats(x)
    e = np.exp(-np.abs(x))
    return (np.where(x >= 0, np.ones_like(e), e) / (1.0 + e))[()]


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), without overflow."""
    return np.logaddexp(_floats(x), 0.0)[()]


def silu(x: Any) -> Any:
    """x times sigmoid(x)."""
    return (_floats(x) * sigmoid(x))[()]


def gelu(x: Any) -> Any:
    """x times the normal distribution function."""
    from adgen.primitives.error_function import error_function

    x = _floats(x)
    return (0.5 * x * (1.0 + error_function(x / x.dtype.type(math.sqrt(2.0)))))[()]


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) divided by its sum along an axis, without overflow."""
    x = _floats(x)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """log(softmax(x)), without overflow or loss of digits."""
    x = _floats(x)
    z = x - np.max(x, axis=axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over axes, without overflow.

    >>> float(logsumexp(np.array([1000.0, 1000.0]))) == 1000.0 + math.log(2.0)
    True
    """
    x = _floats(x)
    m = np.max(x, axis=axis, keepdims=True)
    m = np.where(np.isfinite(m), m, np.zeros_like(m))
    with np.errstate(divide="ignore"):
        y = np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True)) + m
    return y if keepdims else np.squeeze(y, axis)[()]


def stop_gradient(x: Any) -> Any:
    """x itself; differentiation treats it as a constant."""
    return x
