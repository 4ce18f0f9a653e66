# Written by adgen 0.1.0 from attention.py:attention; build it again instead of editing it.
# source sha256: a8eba1af12bc2835
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""`attention` and its reverse mode derivative in two parts, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward"]

Array = NDArray[np.float64]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    v: Array  # (n, m)
    weights: Array  # (n, n)
    e_sum: Array  # (n,)
    e: Array  # (n, n)
    sqrt_k: float
    k: Array  # (n, n_k)
    q: Array  # (n, n_k)
    wv: Array  # (d, m)
    x: Array  # (n, d)
    wk: Array  # (d, n_k)
    wq: Array  # (d, n_k)


def forward(x: Array, wq: Array, wk: Array, wv: Array) -> tuple[Array, Residuals]:
    """The value of `attention`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n, d)
        wq: float64 (d, n_k)
        wk: float64 (d, n_k)
        wv: float64 (d, m)
    """
    n, d = _shape(x, "x", 2)
    n_k = _shape(wq, "wq", 2)[1]
    m = _shape(wv, "wv", 2)[1]
    _check(x, "x", np.float64, (n, d))
    _check(wq, "wq", np.float64, (d, n_k))
    _check(wk, "wk", np.float64, (d, n_k))
    _check(wv, "wv", np.float64, (d, m))

    q = x @ wq  # attention.py:7
    k = x @ wk  # attention.py:8
    v = x @ wv  # attention.py:9
    sqrt_k = np.sqrt(np.float64(n_k))  # attention.py:10
    scores = (q @ k.T) / sqrt_k
    e = np.exp(scores - scores.max(axis=1, keepdims=True))  # attention.py:11
    e_sum = e.sum(axis=1)  # attention.py:12
    weights = e / e_sum[:, None]
    return weights @ v, Residuals(
        v,
        weights,
        e_sum.copy(),
        e,
        sqrt_k,
        k,
        q,
        wv.copy(),
        x.copy(),
        wk.copy(),
        wq.copy(),
    )


def backward(
    residuals: Residuals, cotangent: Array
) -> tuple[Array, Array, Array, Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64 (n, m)
    """
    v, weights, e_sum, e, sqrt_k, k, q, wv, x, wk, wq = residuals
    n, m = v.shape
    _check(cotangent, "cotangent", np.float64, (n, m))

    t = e_sum[:, None]  # attention.py:12
    weights_bar = cotangent @ v.T  # attention.py:13
    v_bar = weights.T @ cotangent
    t_1 = weights_bar * -(weights / t)  # attention.py:12
    e_bar = weights_bar / t + t_1.sum(axis=1)[:, None]
    scores_bar = e_bar * e  # attention.py:11
    t_2 = scores_bar / sqrt_k  # attention.py:10
    q_bar = t_2 @ k
    k_bar = (q.T @ t_2).T
    wv_bar = x.T @ v_bar  # attention.py:9
    wk_bar = x.T @ k_bar  # attention.py:8
    wq_bar = x.T @ q_bar  # attention.py:7
    x_bar = v_bar @ wv.T + k_bar @ wk.T + q_bar @ wq.T
    return x_bar, wq_bar, wk_bar, wv_bar


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
