# Written by adgen 0.1.0 from path_table.py:paths; build it again instead of editing it.
# source sha256: 1e48cccee7a1311a
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `paths` with respect to `cost`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(cost: Array) -> tuple[float, tuple[Array]]:
    """The value of `paths` and its gradient by `cost`.

    Args:
        cost: float64 (n, m)
    """
    n, m = _shape(cost, "cost", 2)
    _check(cost, "cost", np.float64, (n, m))
    if n < 1:
        raise ValueError("n >= 1 is required (index -1 is within the bounds)")
    if m < 1:
        raise ValueError("m >= 1 is required (index -1 is within the bounds)")

    t = np.zeros((n, m))  # path_table.py:8
    for i in range(n):  # path_table.py:9
        for j in range(m):  # path_table.py:10
            tmp = t[i - 1, j] if i > 0 else 0.0  # path_table.py:11
            tmp_1 = t[i, j - 1] if j > 0 else 0.0  # path_table.py:12
            cost_ij = cost[i, j]  # path_table.py:13
            t[i, j] = np.sin(cost_ij) + 0.5 * tmp + 0.3 * tmp_1 * cost_ij
    value = t[-1, -1]  # path_table.py:14

    # Reverse sweep.
    t_bar = np.zeros((n, m))  # path_table.py:14
    t_bar[-1, -1] += 1.0
    cost_bar = np.empty((n, m))  # path_table.py:9
    for i in reversed(range(n)):
        for j in reversed(range(m)):  # path_table.py:10
            cost_ij_1 = cost[i, j]  # path_table.py:13
            found = j > 0  # path_table.py:12
            tmp_2 = t[i, j - 1] if found else 0.0
            t_bar_ij = t_bar[i, j]  # path_table.py:13
            t_bar[i, j] = 0.0
            tmp_3 = t_bar_ij * cost_ij_1 * 0.3
            tmp_4 = t_bar_ij * 0.5
            cost_bar[i, j] = t_bar_ij * (0.3 * tmp_2) + t_bar_ij * np.cos(cost_ij_1)
            if found:  # path_table.py:12
                t_bar[i, j - 1] += tmp_3
            if i > 0:  # path_table.py:11
                t_bar[i - 1, j] += tmp_4
    return value, (cost_bar,)


def grad(cost: Array) -> tuple[Array]:
    """The gradient of `paths` by `cost`."""
    return value_and_grad(cost)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    cost: Array  # (n, m)
    t: Array  # (n, m)


def forward(cost: Array) -> tuple[float, Residuals]:
    """The value of `paths`, and what `backward` needs of the forward sweep.

    Args:
        cost: float64 (n, m)
    """
    n, m = _shape(cost, "cost", 2)
    _check(cost, "cost", np.float64, (n, m))
    if n < 1:
        raise ValueError("n >= 1 is required (index -1 is within the bounds)")
    if m < 1:
        raise ValueError("m >= 1 is required (index -1 is within the bounds)")

    t = np.zeros((n, m))  # path_table.py:8
    for i in range(n):  # path_table.py:9
        for j in range(m):  # path_table.py:10
            tmp = t[i - 1, j] if i > 0 else 0.0  # path_table.py:11
            tmp_1 = t[i, j - 1] if j > 0 else 0.0  # path_table.py:12
            cost_ij = cost[i, j]  # path_table.py:13
            t[i, j] = np.sin(cost_ij) + 0.5 * tmp + 0.3 * tmp_1 * cost_ij
    return t[-1, -1], Residuals(cost.copy(), t)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    cost, t = residuals
    n, m = cost.shape
    _check(cotangent, "cotangent", np.float64, ())

    t_bar = np.zeros((n, m))  # path_table.py:14
    t_bar[-1, -1] += cotangent
    cost_bar = np.empty((n, m))  # path_table.py:9
    for i in reversed(range(n)):
        for j in reversed(range(m)):  # path_table.py:10
            cost_ij = cost[i, j]  # path_table.py:13
            found = j > 0  # path_table.py:12
            tmp = t[i, j - 1] if found else 0.0
            t_bar_ij = t_bar[i, j]  # path_table.py:13
            t_bar[i, j] = 0.0
            tmp_1 = t_bar_ij * cost_ij * 0.3
            tmp_2 = t_bar_ij * 0.5
            cost_bar[i, j] = t_bar_ij * (0.3 * tmp) + t_bar_ij * np.cos(cost_ij)
            if found:  # path_table.py:12
                t_bar[i, j - 1] += tmp_1
            if i > 0:  # path_table.py:11
                t_bar[i - 1, j] += tmp_2
    return (cost_bar,)


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
