# Written by adgen 0.1.0 from polynomial_horner.py:horner; build it again instead of editing it.
# source sha256: fdb816c283ec756e
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `horner` with respect to `coefficients` and `x`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(coefficients: Array, x: float) -> tuple[float, tuple[Array, float]]:
    """The value of `horner` and its gradient by `coefficients` and `x`.

    Args:
        coefficients: float64 (n,)
        x: float
    """
    (n,) = _shape(coefficients, "coefficients", 1)
    _check(coefficients, "coefficients", np.float64, (n,))
    _check(x, "x", np.float64, ())

    p_tape = np.empty(n)  # keeps p of polynomial_horner.py:7
    p = 0.0  # polynomial_horner.py:6
    for i in range(n):
        p_tape[i] = p
        c = coefficients[i]
        p = p * x + c  # polynomial_horner.py:7

    # Reverse sweep.
    p_bar = 1.0
    coefficients_bar = np.empty(n)  # polynomial_horner.py:6
    x_bar = 0.0
    for i in reversed(range(n)):
        p_1 = p_tape[i]
        p_bar_1 = p_bar * x  # polynomial_horner.py:7
        coefficients_bar[i] = p_bar  # polynomial_horner.py:6
        x_bar = float(x_bar + p_bar * p_1)
        p_bar = p_bar_1
    return p, (coefficients_bar, x_bar)


def grad(coefficients: Array, x: float) -> tuple[Array, float]:
    """The gradient of `horner` by `coefficients` and `x`."""
    return value_and_grad(coefficients, x)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    p_tape: Array  # (n,)
    x: float


def forward(coefficients: Array, x: float) -> tuple[float, Residuals]:
    """The value of `horner`, and what `backward` needs of the forward sweep.

    Args:
        coefficients: float64 (n,)
        x: float
    """
    (n,) = _shape(coefficients, "coefficients", 1)
    _check(coefficients, "coefficients", np.float64, (n,))
    _check(x, "x", np.float64, ())

    p_tape = np.empty(n)  # keeps p of polynomial_horner.py:7
    p = 0.0  # polynomial_horner.py:6
    for i in range(n):
        p_tape[i] = p
        c = coefficients[i]
        p = p * x + c  # polynomial_horner.py:7
    return p, Residuals(p_tape, x)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    p_tape, x = residuals
    n = p_tape.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    coefficients_bar = np.empty(n)  # polynomial_horner.py:6
    x_bar = 0.0
    for i in reversed(range(n)):
        p = p_tape[i]
        p_bar = cotangent * x  # polynomial_horner.py:7
        coefficients_bar[i] = cotangent  # polynomial_horner.py:6
        x_bar = float(x_bar + cotangent * p)
        cotangent = p_bar
    return coefficients_bar, x_bar


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
