# Written by adgen 0.1.0 from newton_while.py:roots; build it again instead of editing it.
# source sha256: 57fe3ebfacf7c08d
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `roots` with respect to `a` and `w`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(a: Array, w: Array) -> tuple[float, tuple[Array, Array]]:
    """The value of `roots` and its gradient by `a` and `w`.

    Args:
        a: float64 (n,)
        w: float64 (n,)
    """
    (n,) = _shape(a, "a", 1)
    _check(a, "a", np.float64, (n,))
    _check(w, "w", np.float64, (n,))

    r_tape = np.empty(n)  # keeps r of newton_while.py:10 for newton_while.py:12
    # keeps count of newton_while.py:8 for newton_while.py:10
    count_tape = np.empty(n, dtype=np.int64)
    r_tape_1: list[float] = []  # keeps r of newton_while.py:11
    total = 0.0  # newton_while.py:8
    for i in range(n):
        r = a[i]  # newton_while.py:9
        r_1 = r  # newton_while.py:10
        count = 0  # newton_while.py:8
        while np.abs(r_1 * r_1 - r) > 1e-13 * r:  # newton_while.py:10
            count += 1
            r_tape_1.append(r_1)
            r_1 = 0.5 * (r_1 + r / r_1)  # newton_while.py:11
        r_tape[i] = r_1
        count_tape[i] = count
        total += w[i] * r_1  # newton_while.py:12

    # Reverse sweep.
    a_bar = np.empty(n)  # newton_while.py:8
    w_bar = np.empty(n)
    for i in reversed(range(n)):
        r = r_tape[i]
        r_bar = w[i]  # newton_while.py:12
        count = int(count_tape[i])
        r_1 = a[i]  # newton_while.py:9
        w_bar[i] = r  # newton_while.py:12
        r_bar_1 = 0.0  # newton_while.py:8
        for _ in range(count):  # newton_while.py:10
            r = r_tape_1.pop()
            r_bar_1 += r_bar * 0.5 / r  # newton_while.py:11
            r_bar *= 0.5 - 0.5 * (r_1 / r / r)
        r_bar = r_bar_1 + r_bar  # newton_while.py:10
        a_bar[i] = r_bar  # newton_while.py:9
    return total, (a_bar, w_bar)


def grad(a: Array, w: Array) -> tuple[Array, Array]:
    """The gradient of `roots` by `a` and `w`.

    Args:
        a: float64 (n,)
        w: float64 (n,)
    """
    (n,) = _shape(a, "a", 1)
    _check(a, "a", np.float64, (n,))
    _check(w, "w", np.float64, (n,))

    r_tape = np.empty(n)  # keeps r of newton_while.py:10 for newton_while.py:12
    # keeps count of newton_while.py:8 for newton_while.py:10
    count_tape = np.empty(n, dtype=np.int64)
    r_tape_1: list[float] = []  # keeps r of newton_while.py:11
    for i in range(n):  # newton_while.py:8
        r = a[i]  # newton_while.py:9
        r_1 = r  # newton_while.py:10
        count = 0  # newton_while.py:8
        while np.abs(r_1 * r_1 - r) > 1e-13 * r:  # newton_while.py:10
            count += 1
            r_tape_1.append(r_1)
            r_1 = 0.5 * (r_1 + r / r_1)  # newton_while.py:11
        r_tape[i] = r_1
        count_tape[i] = count

    # Reverse sweep.
    a_bar = np.empty(n)  # newton_while.py:8
    w_bar = np.empty(n)
    for i in reversed(range(n)):
        r = r_tape[i]
        r_bar = w[i]  # newton_while.py:12
        count = int(count_tape[i])
        r_1 = a[i]  # newton_while.py:9
        w_bar[i] = r  # newton_while.py:12
        r_bar_1 = 0.0  # newton_while.py:8
        for _ in range(count):  # newton_while.py:10
            r = r_tape_1.pop()
            r_bar_1 += r_bar * 0.5 / r  # newton_while.py:11
            r_bar *= 0.5 - 0.5 * (r_1 / r / r)
        r_bar = r_bar_1 + r_bar  # newton_while.py:10
        a_bar[i] = r_bar  # newton_while.py:9
    return a_bar, w_bar


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    r_tape_1: list[float]
    r_tape: Array  # (n,)
    w: Array  # (n,)
    count_tape: NDArray[np.int64]  # (n,)
    a: Array  # (n,)


def forward(a: Array, w: Array) -> tuple[float, Residuals]:
    """The value of `roots`, and what `backward` needs of the forward sweep.

    Args:
        a: float64 (n,)
        w: float64 (n,)
    """
    (n,) = _shape(a, "a", 1)
    _check(a, "a", np.float64, (n,))
    _check(w, "w", np.float64, (n,))

    r_tape = np.empty(n)  # keeps r of newton_while.py:10 for newton_while.py:12
    # keeps count of newton_while.py:8 for newton_while.py:10
    count_tape = np.empty(n, dtype=np.int64)
    r_tape_1: list[float] = []  # keeps r of newton_while.py:11
    total = 0.0  # newton_while.py:8
    for i in range(n):
        r = a[i]  # newton_while.py:9
        r_1 = r  # newton_while.py:10
        count = 0  # newton_while.py:8
        while np.abs(r_1 * r_1 - r) > 1e-13 * r:  # newton_while.py:10
            count += 1
            r_tape_1.append(r_1)
            r_1 = 0.5 * (r_1 + r / r_1)  # newton_while.py:11
        r_tape[i] = r_1
        count_tape[i] = count
        total += w[i] * r_1  # newton_while.py:12
    return total, Residuals(r_tape_1, r_tape, w.copy(), count_tape, a.copy())


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    r_tape_1, r_tape, w, count_tape, a = residuals
    r_tape_1 = r_tape_1.copy()
    n = r_tape.shape[0]

    a_bar = np.empty(n)  # newton_while.py:8
    w_bar = np.empty(n)
    for i in reversed(range(n)):
        r = r_tape[i]
        count = int(count_tape[i])
        r_1 = a[i]  # newton_while.py:9
        r_bar = cotangent * w[i]  # newton_while.py:12
        w_bar[i] = cotangent * r
        r_bar_1 = 0.0  # newton_while.py:8
        for _ in range(count):  # newton_while.py:10
            r = r_tape_1.pop()
            r_bar_1 += r_bar * 0.5 / r  # newton_while.py:11
            r_bar *= 0.5 - 0.5 * (r_1 / r / r)
        r_bar = r_bar_1 + r_bar  # newton_while.py:10
        a_bar[i] = r_bar  # newton_while.py:9
    return a_bar, w_bar


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
