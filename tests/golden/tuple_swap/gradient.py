# Written by adgen 0.1.0 from tuple_swap.py:orbit; build it again instead of editing it.
# source sha256: ff97d82b17f24266
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `orbit` with respect to `q`, `p` and `h`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]


def value_and_grad(
    q: float, p: float, h: float
) -> tuple[float, tuple[float, float, float]]:
    """The value of `orbit` and its gradient by `q`, `p` and `h`.

    Args:
        q: float
        p: float
        h: float
    """
    _check(q, "q", np.float64, ())
    _check(p, "p", np.float64, ())
    _check(h, "h", np.float64, ())

    p_tape = np.empty(5)  # keeps p of tuple_swap.py:6 for tuple_swap.py:7
    state_0_tape = np.empty(5)  # keeps state_0 of tuple_swap.py:7 for tuple_swap.py:6
    state_0 = q  # tuple_swap.py:12
    state_1 = p
    for i in range(5):
        state_0_tape[i] = state_0
        p = state_1 - h * state_0  # tuple_swap.py:6
        p_tape[i] = p
        state_0 += h * p  # tuple_swap.py:7
        state_1 = p
    b = state_0 + state_1  # tuple_swap.py:15
    value = state_1 * b  # tuple_swap.py:16

    # Reverse sweep.
    state_1_bar = b + state_1  # tuple_swap.py:15
    state_0_bar = state_1  # tuple_swap.py:12
    h_bar = 0.0
    for i in reversed(range(5)):
        p = float(p_tape[i])
        state_0 = float(state_0_tape[i])
        p_bar = state_1_bar + state_0_bar * h  # tuple_swap.py:7
        t = -p_bar  # tuple_swap.py:6
        h_bar = h_bar + state_0_bar * p + t * state_0
        state_0_bar = state_0_bar + t * h
        state_1_bar = p_bar
    return value, (state_0_bar, state_1_bar, h_bar)


def grad(q: float, p: float, h: float) -> tuple[float, float, float]:
    """The gradient of `orbit` by `q`, `p` and `h`."""
    return value_and_grad(q, p, h)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    b: float
    state_1: float
    p_tape: NDArray[np.float64]  # (5,)
    state_0_tape: NDArray[np.float64]  # (5,)
    h: float


def forward(q: float, p: float, h: float) -> tuple[float, Residuals]:
    """The value of `orbit`, and what `backward` needs of the forward sweep.

    Args:
        q: float
        p: float
        h: float
    """
    _check(q, "q", np.float64, ())
    _check(p, "p", np.float64, ())
    _check(h, "h", np.float64, ())

    p_tape = np.empty(5)  # keeps p of tuple_swap.py:6 for tuple_swap.py:7
    state_0_tape = np.empty(5)  # keeps state_0 of tuple_swap.py:7 for tuple_swap.py:6
    state_0 = q  # tuple_swap.py:12
    state_1 = p
    for i in range(5):
        state_0_tape[i] = state_0
        p = state_1 - h * state_0  # tuple_swap.py:6
        p_tape[i] = p
        state_0 += h * p  # tuple_swap.py:7
        state_1 = p
    b = state_0 + state_1  # tuple_swap.py:15
    return state_1 * b, Residuals(b, state_1, p_tape, state_0_tape, h)


def backward(residuals: Residuals, cotangent: float) -> tuple[float, float, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float
    """
    b, state_1, p_tape, state_0_tape, h = residuals
    _check(cotangent, "cotangent", np.float64, ())

    b_bar = cotangent * state_1  # tuple_swap.py:16
    state_1_bar = cotangent * b + b_bar  # tuple_swap.py:15
    state_0_bar = b_bar  # tuple_swap.py:12
    h_bar = 0.0
    for i in reversed(range(5)):
        p = float(p_tape[i])
        state_0 = float(state_0_tape[i])
        p_bar = state_1_bar + state_0_bar * h  # tuple_swap.py:7
        t = -p_bar  # tuple_swap.py:6
        h_bar = h_bar + state_0_bar * p + t * state_0
        state_0_bar = state_0_bar + t * h
        state_1_bar = p_bar
    return state_0_bar, state_1_bar, h_bar


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
