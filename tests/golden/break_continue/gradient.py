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

    x_i_tape: list[float] = []
    count_tape: list[int] = []
    x_j_tape: list[float] = []
    j_tape: list[int] = []
    i_tape: list[int] = []
    total = 0.0  # break_continue.py:8
    count = 0
    for i in range(n):
        count += 1
        i_tape.append(i)
        x_i = x[i]  # break_continue.py:9
        x_i_tape.append(x_i)
        if x_i < 0.0:
            continue
        count_1 = 0  # break_continue.py:8
        for j in range(i, n):  # break_continue.py:11
            count_1 += 1
            j_tape.append(j)
            x_j = x[j]  # break_continue.py:12
            x_j_tape.append(x_j)
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
    for _ in range(count):
        x_i = x_i_tape.pop()
        i = i_tape.pop()
        if x_i < 0.0:  # break_continue.py:9
            t = 0.0  # break_continue.py:8
        else:
            count = count_tape.pop()
            t = 0.0
            for _ in range(count):  # break_continue.py:11
                x_j = x_j_tape.pop()
                j = j_tape.pop()
                if x_j < -0.5:  # break_continue.py:12
                    t_1 = 0.0  # break_continue.py:8
                else:
                    t += total_bar * x_j  # break_continue.py:14
                    t_1 = total_bar * x_i
                x_bar[j] += t_1  # break_continue.py:12
        x_bar[i] += t  # break_continue.py:9
    return value, (x_bar,)


def grad(x: Array, limit: float) -> tuple[Array]:
    """The gradient of `scan` by `x`."""
    return value_and_grad(x, limit)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    total: float
    count_1: int
    x_i_tape: list[float]
    count_tape: list[int]
    x_j_tape: list[float]
    j_tape: list[int]
    i_tape: list[int]
    n: int


def forward(x: Array, limit: float) -> tuple[float, Residuals]:
    """The value of `scan`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n,)
        limit: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(limit, "limit", np.float64, ())

    x_i_tape: list[float] = []
    count_tape: list[int] = []
    x_j_tape: list[float] = []
    j_tape: list[int] = []
    i_tape: list[int] = []
    total = 0.0  # break_continue.py:8
    count = 0
    for i in range(n):
        count += 1
        i_tape.append(i)
        x_i = x[i]  # break_continue.py:9
        x_i_tape.append(x_i)
        if x_i < 0.0:
            continue
        count_1 = 0  # break_continue.py:8
        for j in range(i, n):  # break_continue.py:11
            count_1 += 1
            j_tape.append(j)
            x_j = x[j]  # break_continue.py:12
            x_j_tape.append(x_j)
            if x_j < -0.5:
                break
            total += x_i * x_j  # break_continue.py:14
        count_tape.append(count_1)
        if total > limit:  # break_continue.py:15
            break
    return total * total, Residuals(
        total, count, x_i_tape, count_tape, x_j_tape, j_tape, i_tape, n
    )


def backward(residuals: Residuals, cotangent: float) -> tuple[Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    total, count_1, x_i_tape, count_tape, x_j_tape, j_tape, i_tape, n = residuals
    x_i_tape = x_i_tape.copy()
    count_tape = count_tape.copy()
    x_j_tape = x_j_tape.copy()
    j_tape = j_tape.copy()
    i_tape = i_tape.copy()

    total_bar = 2.0 * (cotangent * total)  # break_continue.py:17
    x_bar = np.zeros(n)  # break_continue.py:8
    for _ in range(count_1):
        t = x_i_tape.pop()
        i = i_tape.pop()
        if t < 0.0:  # break_continue.py:9
            t_1 = 0.0  # break_continue.py:8
        else:
            count = count_tape.pop()
            t_1 = 0.0
            for _ in range(count):  # break_continue.py:11
                t_2 = x_j_tape.pop()
                j = j_tape.pop()
                if t_2 < -0.5:  # break_continue.py:12
                    t_3 = 0.0  # break_continue.py:8
                else:
                    t_1 += total_bar * t_2  # break_continue.py:14
                    t_3 = total_bar * t
                x_bar[j] += t_3  # break_continue.py:12
        x_bar[i] += t_1  # break_continue.py:9
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
