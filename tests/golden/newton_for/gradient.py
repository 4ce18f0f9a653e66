# Written by adgen 0.1.0 from newton_for.py:newton_root; build it again instead of editing it.
# source sha256: 70cf621e78163725
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `newton_root` with respect to `a`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]


def value_and_grad(a: float) -> tuple[float, tuple[float]]:
    """The value of `newton_root` and its gradient by `a`.

    Args:
        a: float
    """
    _check(a, "a", np.float64, ())

    r_tape = np.empty(6)  # keeps r of newton_for.py:7
    r = a  # newton_for.py:6
    for i in range(6):
        r_tape[i] = r
        r = 0.5 * (r + a / r)  # newton_for.py:7

    # Reverse sweep.
    r_bar = 1.0
    a_bar = 0.0  # newton_for.py:6
    for i in reversed(range(6)):
        r_1 = float(r_tape[i])
        a_bar += r_bar * 0.5 / r_1  # newton_for.py:7
        r_bar *= 0.5 - 0.5 * (a / r_1 / r_1)
    a_bar += r_bar  # newton_for.py:6
    return r, (a_bar,)


def grad(a: float) -> tuple[float]:
    """The gradient of `newton_root` by `a`."""
    return value_and_grad(a)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    r_tape: NDArray[np.float64]  # (6,)
    a: float


def forward(a: float) -> tuple[float, Residuals]:
    """The value of `newton_root`, and what `backward` needs of the forward sweep.

    Args:
        a: float
    """
    _check(a, "a", np.float64, ())

    r_tape = np.empty(6)  # keeps r of newton_for.py:7
    r = a  # newton_for.py:6
    for i in range(6):
        r_tape[i] = r
        r = 0.5 * (r + a / r)  # newton_for.py:7
    return r, Residuals(r_tape, a)


def backward(residuals: Residuals, cotangent: float) -> tuple[float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float
    """
    r_tape, a = residuals
    _check(cotangent, "cotangent", np.float64, ())

    a_bar = 0.0  # newton_for.py:6
    for i in reversed(range(6)):
        r = float(r_tape[i])
        a_bar += cotangent * 0.5 / r  # newton_for.py:7
        cotangent *= 0.5 - 0.5 * (a / r / r)
    a_bar += cotangent  # newton_for.py:6
    return (a_bar,)


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
