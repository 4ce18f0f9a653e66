# Written by adgen 0.1.0 from ternary_chain.py:response; build it again instead of editing it.
# source sha256: 3cdadd38259b82e1
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `response` with respect to `x`, `low` and `high`, in plain NumPy."""

import math
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]


def value_and_grad(
    x: float, low: float, high: float
) -> tuple[float, tuple[float, float, float]]:
    """The value of `response` and its gradient by `x`, `low` and `high`.

    Args:
        x: float
        low: float
        high: float
    """
    _check(x, "x", np.float64, ())
    _check(low, "low", np.float64, ())
    _check(high, "high", np.float64, ())

    found = low < x < high  # ternary_chain.py:7
    found_1 = x <= low
    y = x if found else low if found_1 else high
    found_2 = x > 0.0  # ternary_chain.py:8
    found_3 = y > 2.0 and found_2
    if found_3:
        z = math.sin(y)  # ternary_chain.py:9
        cos_y = 0.0  # ternary_chain.py:8
    elif y > 0.5 or not x > -1.0:  # ternary_chain.py:10
        z = y * y  # ternary_chain.py:11
        cos_y = 0.0  # ternary_chain.py:8
    else:
        cos_y = math.cos(y)  # ternary_chain.py:13
        z = cos_y * x
    value = z + (0.1 * x if found_2 else -0.3 * x)  # ternary_chain.py:14

    # Reverse sweep.
    x_bar = 0.1 if found_2 else -0.3  # ternary_chain.py:14
    if found_3:  # ternary_chain.py:8
        y_bar = math.cos(y)  # ternary_chain.py:9
    elif y > 0.5 or not x > -1.0:  # ternary_chain.py:10
        y_bar = 2.0 * y  # ternary_chain.py:11
    else:
        x_bar += cos_y  # ternary_chain.py:13
        y_bar = x * -math.sin(y)
    x_bar += y_bar if found else 0.0  # ternary_chain.py:7
    t = 0.0 if found else y_bar
    low_bar = t if found_1 else 0.0
    high_bar = 0.0 if found_1 else t
    return value, (x_bar, low_bar, high_bar)


def grad(x: float, low: float, high: float) -> tuple[float, float, float]:
    """The gradient of `response` by `x`, `low` and `high`.

    Args:
        x: float
        low: float
        high: float
    """
    _check(x, "x", np.float64, ())
    _check(low, "low", np.float64, ())
    _check(high, "high", np.float64, ())

    found = low < x < high  # ternary_chain.py:7
    found_1 = x <= low
    y = x if found else low if found_1 else high
    found_2 = x > 0.0  # ternary_chain.py:8
    found_3 = y > 2.0 and found_2
    if found_3:
        t = 0.0
    elif y > 0.5 or not x > -1.0:  # ternary_chain.py:10
        t = 0.0  # ternary_chain.py:8
    else:
        t = math.cos(y)  # ternary_chain.py:13

    # Reverse sweep.
    x_bar = 0.1 if found_2 else -0.3  # ternary_chain.py:14
    if found_3:  # ternary_chain.py:8
        y_bar = math.cos(y)  # ternary_chain.py:9
    elif y > 0.5 or not x > -1.0:  # ternary_chain.py:10
        y_bar = 2.0 * y  # ternary_chain.py:11
    else:
        x_bar += t  # ternary_chain.py:13
        y_bar = x * -math.sin(y)
    x_bar += y_bar if found else 0.0  # ternary_chain.py:7
    t_1 = 0.0 if found else y_bar
    low_bar = t_1 if found_1 else 0.0
    high_bar = 0.0 if found_1 else t_1
    return x_bar, low_bar, high_bar


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    found_2: bool
    found_3: bool
    y: float
    x: float
    cos_y: float
    found: bool
    found_1: bool


def forward(x: float, low: float, high: float) -> tuple[float, Residuals]:
    """The value of `response`, and what `backward` needs of the forward sweep.

    Args:
        x: float
        low: float
        high: float
    """
    _check(x, "x", np.float64, ())
    _check(low, "low", np.float64, ())
    _check(high, "high", np.float64, ())

    found = low < x < high  # ternary_chain.py:7
    found_1 = x <= low
    y = x if found else low if found_1 else high
    found_2 = x > 0.0  # ternary_chain.py:8
    found_3 = y > 2.0 and found_2
    if found_3:
        z = math.sin(y)  # ternary_chain.py:9
        cos_y = 0.0  # ternary_chain.py:8
    elif y > 0.5 or not x > -1.0:  # ternary_chain.py:10
        z = y * y  # ternary_chain.py:11
        cos_y = 0.0  # ternary_chain.py:8
    else:
        cos_y = math.cos(y)  # ternary_chain.py:13
        z = cos_y * x
    return z + (0.1 * x if found_2 else -0.3 * x), Residuals(
        found_2, found_3, y, x, cos_y, found, found_1
    )


def backward(residuals: Residuals, cotangent: float) -> tuple[float, float, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float
    """
    found_2, found_3, y, x, cos_y, found, found_1 = residuals
    _check(cotangent, "cotangent", np.float64, ())

    x_bar = cotangent * 0.1 if found_2 else cotangent * -0.3  # ternary_chain.py:14
    if found_3:  # ternary_chain.py:8
        y_bar = cotangent * math.cos(y)  # ternary_chain.py:9
    elif y > 0.5 or not x > -1.0:  # ternary_chain.py:10
        y_bar = 2.0 * cotangent * y  # ternary_chain.py:11
    else:
        x_bar += cotangent * cos_y  # ternary_chain.py:13
        y_bar = cotangent * x * -math.sin(y)
    x_bar += y_bar if found else 0.0  # ternary_chain.py:7
    t = 0.0 if found else y_bar
    low_bar = t if found_1 else 0.0
    high_bar = 0.0 if found_1 else t
    return x_bar, low_bar, high_bar


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
