# Written by adgen 0.1.0 from gather_scatter.py:permuted; build it again instead of editing it.
# source sha256: aae7ca0b880e5eb1
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `permuted` with respect to `x`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]


def value_and_grad(
    x: Array, order: Int64Array, pairs: Int64Array
) -> tuple[float, tuple[Array]]:
    """The value of `permuted` and its gradient by `x`.

    Args:
        x: float64 (n,)
        order: int64 (n,)
        pairs: int64 (m,)
    """
    (n,) = _shape(x, "x", 1)
    (m,) = _shape(pairs, "pairs", 1)
    _check(x, "x", np.float64, (n,))
    _check(order, "order", np.int64, (n,))
    _check(pairs, "pairs", np.int64, (m,))
    if n < 2:
        raise ValueError("n >= 2 is required (the slice bound 2 is within the array)")
    if m < 1:
        raise ValueError("m >= 1 is required (index 0 is within the bounds)")

    y = np.zeros(n)  # gather_scatter.py:7
    y[order] = x * x  # gather_scatter.py:8
    t = order[:2]  # gather_scatter.py:9
    y[t] += 0.5 * x[:2]
    picked = y[pairs]  # gather_scatter.py:10
    picked_0 = picked[0]  # gather_scatter.py:11
    t_1 = picked[-1]
    value = np.sum(np.sin(picked)) + picked_0 * t_1

    # Reverse sweep.
    picked_bar = np.zeros(m)  # gather_scatter.py:11
    picked_bar[-1] += picked_0
    picked_bar[0] += t_1
    picked_bar = picked_bar + np.cos(picked)
    y_bar = np.zeros(n)  # gather_scatter.py:10
    np.add.at(y_bar, pairs, picked_bar)
    t_2 = np.arange(2)  # gather_scatter.py:9
    t_3 = np.empty(n, dtype=np.int64)
    t_3[t] = t_2
    t_4 = np.where(t_3[t] == t_2, y_bar[t], 0.0)
    y_bar[t] = 0.0
    np.add.at(y_bar, t, t_4)
    x_bar = np.zeros(n)
    x_bar[:2] += t_4 * 0.5
    t_5 = np.arange(n)  # gather_scatter.py:8
    t_6 = np.empty(n, dtype=np.int64)
    t_6[order] = t_5
    mask = t_6[order] == t_5
    x_bar = x_bar + 2.0 * np.where(mask, y_bar[order], 0.0) * x
    return value, (x_bar,)


def grad(x: Array, order: Int64Array, pairs: Int64Array) -> tuple[Array]:
    """The gradient of `permuted` by `x`.

    Args:
        x: float64 (n,)
        order: int64 (n,)
        pairs: int64 (m,)
    """
    (n,) = _shape(x, "x", 1)
    (m,) = _shape(pairs, "pairs", 1)
    _check(x, "x", np.float64, (n,))
    _check(order, "order", np.int64, (n,))
    _check(pairs, "pairs", np.int64, (m,))
    if n < 2:
        raise ValueError("n >= 2 is required (the slice bound 2 is within the array)")
    if m < 1:
        raise ValueError("m >= 1 is required (index 0 is within the bounds)")

    y = np.zeros(n)  # gather_scatter.py:7
    y[order] = x * x  # gather_scatter.py:8
    t = order[:2]  # gather_scatter.py:9
    y[t] += 0.5 * x[:2]
    picked = y[pairs]  # gather_scatter.py:10

    # Reverse sweep.
    picked_bar = np.zeros(m)  # gather_scatter.py:11
    picked_bar[-1] += picked[0]
    picked_bar[0] += picked[-1]
    picked_bar = picked_bar + np.cos(picked)
    y_bar = np.zeros(n)  # gather_scatter.py:10
    np.add.at(y_bar, pairs, picked_bar)
    t_1 = np.arange(2)  # gather_scatter.py:9
    t_2 = np.empty(n, dtype=np.int64)
    t_2[t] = t_1
    t_3 = np.where(t_2[t] == t_1, y_bar[t], 0.0)
    y_bar[t] = 0.0
    np.add.at(y_bar, t, t_3)
    x_bar = np.zeros(n)
    x_bar[:2] += t_3 * 0.5
    t_4 = np.arange(n)  # gather_scatter.py:8
    t_5 = np.empty(n, dtype=np.int64)
    t_5[order] = t_4
    mask = t_5[order] == t_4
    x_bar = x_bar + 2.0 * np.where(mask, y_bar[order], 0.0) * x
    return (x_bar,)


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    saved_0: float
    picked_0: float
    picked: Array  # (m,)
    saved_3: Int64Array  # (m,)
    saved_4: Int64Array  # (2,)
    saved_5: Int64Array  # (n,)
    x: Array  # (n,)


def forward(x: Array, order: Int64Array, pairs: Int64Array) -> tuple[float, Residuals]:
    """The value of `permuted`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n,)
        order: int64 (n,)
        pairs: int64 (m,)
    """
    (n,) = _shape(x, "x", 1)
    (m,) = _shape(pairs, "pairs", 1)
    _check(x, "x", np.float64, (n,))
    _check(order, "order", np.int64, (n,))
    _check(pairs, "pairs", np.int64, (m,))
    if n < 2:
        raise ValueError("n >= 2 is required (the slice bound 2 is within the array)")
    if m < 1:
        raise ValueError("m >= 1 is required (index 0 is within the bounds)")

    y = np.zeros(n)  # gather_scatter.py:7
    y[order] = x * x  # gather_scatter.py:8
    t = order[:2]  # gather_scatter.py:9
    y[t] += 0.5 * x[:2]
    picked = y[pairs]  # gather_scatter.py:10
    picked_0 = picked[0]  # gather_scatter.py:11
    t_1 = picked[-1]
    return np.sum(np.sin(picked)) + picked_0 * t_1, Residuals(
        t_1, picked_0, picked, pairs % n, t % n, order % n, x.copy()
    )


def backward(residuals: Residuals, cotangent: float) -> tuple[Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    saved_0, picked_0, picked, saved_3, saved_4, saved_5, x = residuals
    m = picked.shape[0]
    n = saved_5.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    picked_bar = np.zeros(m)  # gather_scatter.py:11
    picked_bar[-1] += cotangent * picked_0
    picked_bar[0] += cotangent * saved_0
    picked_bar = picked_bar + cotangent * np.cos(picked)
    y_bar = np.zeros(n)  # gather_scatter.py:10
    np.add.at(y_bar, saved_3, picked_bar)
    t = np.arange(2)  # gather_scatter.py:9
    t_1 = np.empty(n, dtype=np.int64)
    t_1[saved_4] = t
    t_2 = np.where(t_1[saved_4] == t, y_bar[saved_4], 0.0)
    y_bar[saved_4] = 0.0
    np.add.at(y_bar, saved_4, t_2)
    x_bar = np.zeros(n)
    x_bar[:2] += t_2 * 0.5
    t_3 = np.arange(n)  # gather_scatter.py:8
    t_4 = np.empty(n, dtype=np.int64)
    t_4[saved_5] = t_3
    mask = t_4[saved_5] == t_3
    x_bar = x_bar + 2.0 * np.where(mask, y_bar[saved_5], 0.0) * x
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
