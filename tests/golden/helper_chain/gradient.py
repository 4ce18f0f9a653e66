# Written by adgen 0.1.0 from helper_chain.py:total; build it again instead of editing it.
# source sha256: d171fa449a1fe52b
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `total` with respect to `xs`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(xs: Array) -> tuple[float, tuple[Array]]:
    """The value of `total` and its gradient by `xs`.

    Args:
        xs: float64 (n,)
    """
    (n,) = _shape(xs, "xs", 1)
    _check(xs, "xs", np.float64, (n,))

    # keeps result of helper_chain.py:7 for helper_chain.py:21
    result_tape = np.empty(n)
    x_tape = np.empty(n)  # keeps x of helper_chain.py:13 for helper_chain.py:21
    found_tape = np.empty(n, dtype=np.bool_)  # keeps a value of helper_chain.py:7
    x_tape_1 = np.empty((n, 3))  # keeps x of helper_chain.py:14
    tape = np.empty((n, 3))  # keeps a value of helper_chain.py:14
    s = 0.0  # helper_chain.py:20
    for i in range(n):
        x = xs[i]
        x_1 = x  # helper_chain.py:13
        for j in range(3):
            x_tape_1[i, j] = x_1
            result = x_1 if x_1 > 0.0 else 0.1 * x_1  # helper_chain.py:7
            t = 0.1 * result  # helper_chain.py:14
            tape[i, j] = t
            x_1 += t * np.cos(x_1)
        x_tape[i] = x_1
        result = s - x  # helper_chain.py:21
        found = result > 0.0  # helper_chain.py:7
        found_tape[i] = found
        if not found:
            result = 0.1 * result  # helper_chain.py:9
        result_tape[i] = result
        s += x_1 * result  # helper_chain.py:21

    # Reverse sweep.
    s_bar = 1.0
    xs_bar = np.empty(n)  # helper_chain.py:20
    for i in reversed(range(n)):
        result = result_tape[i]
        x = x_tape[i]
        x_bar = s_bar * result  # helper_chain.py:21
        result_bar = s_bar * x
        if not found_tape[i]:  # helper_chain.py:7
            result_bar *= 0.1  # helper_chain.py:9
        s_bar += result_bar  # helper_chain.py:21
        for j in reversed(range(3)):  # helper_chain.py:13
            x = x_tape_1[i, j]
            x_bar_1 = x_bar * (1.0 - tape[i, j] * np.sin(x))  # helper_chain.py:14
            result_bar_1 = x_bar * (np.cos(x) * 0.1)
            if x > 0.0:  # helper_chain.py:7
                x_bar = x_bar_1 + result_bar_1
            else:
                x_bar = x_bar_1 + result_bar_1 * 0.1  # helper_chain.py:9
        x_bar = x_bar - result_bar  # helper_chain.py:13
        xs_bar[i] = x_bar  # helper_chain.py:20
    return s, (xs_bar,)


def grad(xs: Array) -> tuple[Array]:
    """The gradient of `total` by `xs`."""
    return value_and_grad(xs)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    result_tape: Array  # (n,)
    x_tape: Array  # (n,)
    found_tape: NDArray[np.bool_]  # (n,)
    x_tape_1: Array  # (n, 3)
    tape: Array  # (n, 3)


def forward(xs: Array) -> tuple[float, Residuals]:
    """The value of `total`, and what `backward` needs of the forward sweep.

    Args:
        xs: float64 (n,)
    """
    (n,) = _shape(xs, "xs", 1)
    _check(xs, "xs", np.float64, (n,))

    # keeps result of helper_chain.py:7 for helper_chain.py:21
    result_tape = np.empty(n)
    x_tape = np.empty(n)  # keeps x of helper_chain.py:13 for helper_chain.py:21
    found_tape = np.empty(n, dtype=np.bool_)  # keeps a value of helper_chain.py:7
    x_tape_1 = np.empty((n, 3))  # keeps x of helper_chain.py:14
    tape = np.empty((n, 3))  # keeps a value of helper_chain.py:14
    s = 0.0  # helper_chain.py:20
    for i in range(n):
        x = xs[i]
        x_1 = x  # helper_chain.py:13
        for j in range(3):
            x_tape_1[i, j] = x_1
            result = x_1 if x_1 > 0.0 else 0.1 * x_1  # helper_chain.py:7
            t = 0.1 * result  # helper_chain.py:14
            tape[i, j] = t
            x_1 += t * np.cos(x_1)
        x_tape[i] = x_1
        result = s - x  # helper_chain.py:21
        found = result > 0.0  # helper_chain.py:7
        found_tape[i] = found
        if not found:
            result = 0.1 * result  # helper_chain.py:9
        result_tape[i] = result
        s += x_1 * result  # helper_chain.py:21
    return s, Residuals(result_tape, x_tape, found_tape, x_tape_1, tape)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    result_tape, x_tape, found_tape, x_tape_1, tape = residuals
    n = result_tape.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    xs_bar = np.empty(n)  # helper_chain.py:20
    for i in reversed(range(n)):
        result = result_tape[i]
        x = x_tape[i]
        x_bar = cotangent * result  # helper_chain.py:21
        result_bar = cotangent * x
        if not found_tape[i]:  # helper_chain.py:7
            result_bar *= 0.1  # helper_chain.py:9
        cotangent += result_bar  # helper_chain.py:21
        for j in reversed(range(3)):  # helper_chain.py:13
            x = x_tape_1[i, j]
            x_bar_1 = x_bar * (1.0 - tape[i, j] * np.sin(x))  # helper_chain.py:14
            result_bar_1 = x_bar * (np.cos(x) * 0.1)
            if x > 0.0:  # helper_chain.py:7
                x_bar = x_bar_1 + result_bar_1
            else:
                x_bar = x_bar_1 + result_bar_1 * 0.1  # helper_chain.py:9
        x_bar = x_bar - result_bar  # helper_chain.py:13
        xs_bar[i] = x_bar  # helper_chain.py:20
    return (xs_bar,)


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
