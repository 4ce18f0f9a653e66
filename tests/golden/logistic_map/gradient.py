# Written by adgen 0.1.0 from logistic_map.py:logistic; build it again instead of editing it.
# source sha256: 99dc5f0858f1cc20
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `logistic` with respect to `r` and `x0`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]


def value_and_grad(
    r: float, x0: float, steps: int
) -> tuple[float, tuple[float, float]]:
    """The value of `logistic` and its gradient by `r` and `x0`.

    Args:
        r: float
        x0: float
        steps: int
    """
    _check(r, "r", np.float64, ())
    _check(x0, "x0", np.float64, ())
    _check(steps, "steps", np.int64, ())

    steps_1 = max(steps, 0)
    x_tape = np.empty(steps_1)  # keeps x of logistic_map.py:7
    x = x0  # logistic_map.py:6
    for i in range(steps):
        x_tape[i] = x
        x = r * x * (1.0 - x)  # logistic_map.py:7

    # Reverse sweep.
    x_bar = 1.0
    r_bar = 0.0  # logistic_map.py:6
    for i in reversed(range(steps)):
        x_1 = float(x_tape[i])
        t = 1.0 - x_1  # logistic_map.py:7
        r_bar += x_bar * t * x_1
        x_bar *= t * r - (r * x_1)
    return x, (r_bar, x_bar)


def grad(r: float, x0: float, steps: int) -> tuple[float, float]:
    """The gradient of `logistic` by `r` and `x0`."""
    return value_and_grad(r, x0, steps)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    steps: int
    x_tape: NDArray[np.float64]  # (steps,)
    r: float


def forward(r: float, x0: float, steps: int) -> tuple[float, Residuals]:
    """The value of `logistic`, and what `backward` needs of the forward sweep.

    Args:
        r: float
        x0: float
        steps: int
    """
    _check(r, "r", np.float64, ())
    _check(x0, "x0", np.float64, ())
    _check(steps, "steps", np.int64, ())

    steps_1 = max(steps, 0)
    x_tape = np.empty(steps_1)  # keeps x of logistic_map.py:7
    x = x0  # logistic_map.py:6
    for i in range(steps):
        x_tape[i] = x
        x = r * x * (1.0 - x)  # logistic_map.py:7
    return x, Residuals(steps, x_tape, r)


def backward(residuals: Residuals, cotangent: float) -> tuple[float, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float
    """
    steps, x_tape, r = residuals
    _check(cotangent, "cotangent", np.float64, ())

    r_bar = 0.0  # logistic_map.py:6
    for i in reversed(range(steps)):
        x = float(x_tape[i])
        t = 1.0 - x  # logistic_map.py:7
        r_bar += cotangent * t * x
        cotangent *= t * r - (r * x)
    return r_bar, cotangent


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
