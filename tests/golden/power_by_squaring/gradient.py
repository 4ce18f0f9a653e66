# Written by adgen 0.1.0 from power_by_squaring.py:power; build it again instead of editing it.
# source sha256: 703f78e5f0a4fe47
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `power` with respect to `x`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]


def value_and_grad(x: float, n: int) -> tuple[float, tuple[float]]:
    """The value of `power` and its gradient by `x`.

    Args:
        x: float
        n: int
    """
    _check(x, "x", np.float64, ())
    _check(n, "n", np.int64, ())

    base_tape: list[float] = []  # keeps base of power_by_squaring.py:10
    found_tape = bytearray()  # keeps a value of power_by_squaring.py:8
    # keeps result of power_by_squaring.py:8 for power_by_squaring.py:9
    result_tape: list[float] = []
    result = 1.0  # power_by_squaring.py:7
    base = x
    count = 0
    while n > 0:
        count += 1
        result_tape.append(result)
        base_tape.append(base)
        found = n % 2 == 1  # power_by_squaring.py:8
        found_tape.append(found)
        if found:
            result *= base  # power_by_squaring.py:9
        base *= base  # power_by_squaring.py:10
        n = n // 2  # power_by_squaring.py:11

    # Reverse sweep.
    result_bar = 1.0
    base_bar = 0.0  # power_by_squaring.py:7
    for _ in range(count):
        base = base_tape.pop()
        found_1 = found_tape.pop()
        result_1 = result_tape.pop()
        base_bar *= 2.0 * base  # power_by_squaring.py:10
        if bool(found_1):  # power_by_squaring.py:8
            result_bar_1 = result_bar * base  # power_by_squaring.py:9
            base_bar += result_bar * result_1
            result_bar = result_bar_1
    return result, (base_bar,)


def grad(x: float, n: int) -> tuple[float]:
    """The gradient of `power` by `x`."""
    return value_and_grad(x, n)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    count_1: int
    base_tape: list[float]
    found_tape: bytearray
    result_tape: list[float]


def forward(x: float, n: int) -> tuple[float, Residuals]:
    """The value of `power`, and what `backward` needs of the forward sweep.

    Args:
        x: float
        n: int
    """
    _check(x, "x", np.float64, ())
    _check(n, "n", np.int64, ())

    base_tape: list[float] = []  # keeps base of power_by_squaring.py:10
    found_tape = bytearray()  # keeps a value of power_by_squaring.py:8
    # keeps result of power_by_squaring.py:8 for power_by_squaring.py:9
    result_tape: list[float] = []
    result = 1.0  # power_by_squaring.py:7
    base = x
    count = 0
    while n > 0:
        count += 1
        result_tape.append(result)
        base_tape.append(base)
        found = n % 2 == 1  # power_by_squaring.py:8
        found_tape.append(found)
        if found:
            result *= base  # power_by_squaring.py:9
        base *= base  # power_by_squaring.py:10
        n = n // 2  # power_by_squaring.py:11
    return result, Residuals(count, base_tape, found_tape, result_tape)


def backward(residuals: Residuals, cotangent: float) -> tuple[float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float
    """
    count_1, base_tape, found_tape, result_tape = residuals
    base_tape = base_tape.copy()
    found_tape = found_tape.copy()
    result_tape = result_tape.copy()

    base_bar = 0.0  # power_by_squaring.py:7
    for _ in range(count_1):
        base = base_tape.pop()
        t = found_tape.pop()
        result = result_tape.pop()
        base_bar *= 2.0 * base  # power_by_squaring.py:10
        if bool(t):  # power_by_squaring.py:8
            result_bar = cotangent * base  # power_by_squaring.py:9
            base_bar += cotangent * result
            cotangent = result_bar
    return (base_bar,)


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
