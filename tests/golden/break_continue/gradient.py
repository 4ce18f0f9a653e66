# Written by adgen 0.1.0 from break_continue.py:scan; build it again instead of editing it.
# source sha256: 842f603fdb0eacf3
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `scan` with respect to `x`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(x: Array, limit: float) -> tuple[float, tuple[Array]]:
    """The value of `scan` and its gradient by `x`.

    Args:
        x: float64 (n,)
        limit: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(limit, "limit", np.float64, ())

    # keeps count of break_continue.py:9 for break_continue.py:11
    count_tape: list[int] = []
    total = 0.0  # break_continue.py:8
    count = 0
    for i in range(n):
        count += 1
        x_i = x[i]  # break_continue.py:9
        if x_i < 0.0:
            continue
        count_1 = 0  # break_continue.py:8
        for j in range(i, n):  # break_continue.py:11
            count_1 += 1
            x_j = x[j]  # break_continue.py:12
            if x_j < -0.5:
                break
            total += x_i * x_j  # break_continue.py:14
        count_tape.append(count_1)
        if total > limit:  # break_continue.py:15
            break
    value = total * total  # break_continue.py:17

    # Reverse sweep.
    total_bar = 2.0 * total  # break_continue.py:17
    x_bar = np.zeros(n)  # break_continue.py:8
    for i in reversed(range(count)):
        x_i_1 = x[i]  # break_continue.py:9
        if x_i_1 < 0.0:
            continue
        count = count_tape.pop()
        t = 0.0  # break_continue.py:8
        for k in reversed(range(count)):  # break_continue.py:11
            j = i + k
            x_j_1 = x[j]  # break_continue.py:12
            if x_j_1 < -0.5:
                continue
            x_bar[j] += total_bar * x_i_1
            t += total_bar * x_j_1  # break_continue.py:14
        x_bar[i] += t  # break_continue.py:9
    return value, (x_bar,)


def grad(x: Array, limit: float) -> tuple[Array]:
    """The gradient of `scan` by `x`."""
    return value_and_grad(x, limit)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    total: float
    count_1: int
    count_tape: list[int]
    x: Array  # (n,)


def forward(x: Array, limit: float) -> tuple[float, Residuals]:
    """The value of `scan`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n,)
        limit: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(limit, "limit", np.float64, ())

    # keeps count of break_continue.py:9 for break_continue.py:11
    count_tape: list[int] = []
    total = 0.0  # break_continue.py:8
    count = 0
    for i in range(n):
        count += 1
        x_i = x[i]  # break_continue.py:9
        if x_i < 0.0:
            continue
        count_1 = 0  # break_continue.py:8
        for j in range(i, n):  # break_continue.py:11
            count_1 += 1
            x_j = x[j]  # break_continue.py:12
            if x_j < -0.5:
                break
            total += x_i * x_j  # break_continue.py:14
        count_tape.append(count_1)
        if total > limit:  # break_continue.py:15
            break
    return total * total, Residuals(total, count, count_tape, x.copy())


def backward(residuals: Residuals, cotangent: float) -> tuple[Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    total, count_1, count_tape, x = residuals
    count_tape = count_tape.copy()
    n = x.shape[0]

    total_bar = 2.0 * cotangent * total  # break_continue.py:17
    x_bar = np.zeros(n)  # break_continue.py:8
    for i in reversed(range(count_1)):
        x_i = x[i]  # break_continue.py:9
        if x_i < 0.0:
            continue
        count = count_tape.pop()
        t = 0.0  # break_continue.py:8
        for k in reversed(range(count)):  # break_continue.py:11
            j = i + k
            x_j = x[j]  # break_continue.py:12
            if x_j < -0.5:
                continue
            x_bar[j] += total_bar * x_i
            t += total_bar * x_j  # break_continue.py:14
        x_bar[i] += t  # break_continue.py:9
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
