# Written by adgen 0.1.0 from early_return.py:first_above; build it again instead of editing it.
# source sha256: bc372a885f80f194
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `first_above` with respect to `x`, `limit` and `scale`, in plain NumPy."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(
    x: Array, limit: float, scale: float
) -> tuple[float, tuple[Array, float, float]]:
    """The value of `first_above` and its gradient by `x`, `limit` and `scale`.

    Args:
        x: float64 (n,)
        limit: float
        scale: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(limit, "limit", np.float64, ())
    _check(scale, "scale", np.float64, ())

    found = scale < 0.0  # early_return.py:7
    # keeps total of early_return.py:11 for early_return.py:12
    total_tape: list[float] = []
    if found:
        result = np.float64(scale * limit)
        returned = False
        count = 0
        exp_scale = 0.0
    else:
        total = 0.0  # early_return.py:10
        returned = False
        result = 0.0
        exp_scale = 0.0  # early_return.py:7
        count = 0  # early_return.py:10
        for i in range(n):
            count += 1
            exp_scale = math.exp(scale)  # early_return.py:11
            total += exp_scale * x[i]
            total_tape.append(total)
            returned = bool(total > limit)  # early_return.py:12
            if returned:
                result = total * total  # early_return.py:13
                break
            result = 0.0  # early_return.py:10
        if not returned:
            result = total - limit  # early_return.py:14

    # Reverse sweep.
    result_bar = 1.0
    if found:  # early_return.py:7
        scale_bar = limit
        limit_bar = scale
        x_bar = np.zeros(n)
    else:
        if not returned:  # early_return.py:10
            limit_bar = -1.0
            total_bar = result_bar
            result_bar = 0.0
        else:
            total_bar = 0.0
            limit_bar = 0.0  # early_return.py:7
        x_bar = np.zeros(n)  # early_return.py:10
        scale_bar = 0.0  # early_return.py:7
        for i in reversed(range(count)):  # early_return.py:10
            total = total_tape.pop()
            if total > limit:  # early_return.py:12
                total_bar += 2.0 * result_bar * total  # early_return.py:13
            x_bar[i] += total_bar * exp_scale  # early_return.py:11
            # early_return.py:10
            scale_bar = float(scale_bar + total_bar * x[i] * exp_scale)
            result_bar = 0.0
    return result, (x_bar, limit_bar, scale_bar)


def grad(x: Array, limit: float, scale: float) -> tuple[Array, float, float]:
    """The gradient of `first_above` by `x`, `limit` and `scale`."""
    return value_and_grad(x, limit, scale)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    found: bool
    limit: float
    scale: float
    returned: bool
    count_1: int
    total_tape: list[float]
    x: Array  # (n,)
    exp_scale: float


def forward(x: Array, limit: float, scale: float) -> tuple[float, Residuals]:
    """The value of `first_above`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n,)
        limit: float
        scale: float
    """
    (n,) = _shape(x, "x", 1)
    _check(x, "x", np.float64, (n,))
    _check(limit, "limit", np.float64, ())
    _check(scale, "scale", np.float64, ())

    found = scale < 0.0  # early_return.py:7
    # keeps total of early_return.py:11 for early_return.py:12
    total_tape: list[float] = []
    if found:
        return np.float64(scale * limit), Residuals(
            True, limit, scale, False, 0, total_tape, x.copy(), 0.0
        )
    total = 0.0  # early_return.py:10
    returned = False
    exp_scale = 0.0  # early_return.py:7
    count = 0  # early_return.py:10
    for i in range(n):
        count += 1
        exp_scale = math.exp(scale)  # early_return.py:11
        total += exp_scale * x[i]
        total_tape.append(total)
        returned = bool(total > limit)  # early_return.py:12
        if returned:
            # early_return.py:13
            return total * total, Residuals(
                False, limit, scale, True, count, total_tape, x.copy(), exp_scale
            )
    # early_return.py:14
    return total - limit, Residuals(
        False, limit, scale, False, count, total_tape, x.copy(), exp_scale
    )


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, float, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    found, limit, scale, returned, count_1, total_tape, x, exp_scale = residuals
    total_tape = total_tape.copy()
    n = x.shape[0]

    if found:  # early_return.py:7
        t = float(cotangent)
        scale_bar = t * limit  # early_return.py:8
        limit_bar = t * scale
        x_bar = np.zeros(n)  # early_return.py:7
    else:
        if not returned:  # early_return.py:10
            limit_bar = float(-cotangent)
            total_bar = cotangent
            cotangent = 0.0
        else:
            total_bar = 0.0
            limit_bar = 0.0
        x_bar = np.zeros(n)
        scale_bar = 0.0
        for i in reversed(range(count_1)):
            total = total_tape.pop()
            if total > limit:  # early_return.py:12
                total_bar += 2.0 * cotangent * total  # early_return.py:13
            x_bar[i] += total_bar * exp_scale  # early_return.py:11
            # early_return.py:10
            scale_bar = float(scale_bar + total_bar * x[i] * exp_scale)
            cotangent = 0.0
    return x_bar, limit_bar, scale_bar


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
