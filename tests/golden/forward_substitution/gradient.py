# Written by adgen 0.1.0 from forward_substitution.py:solve_lower; build it again instead of editing it.
# source sha256: 54cfbdf76c384063
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `solve_lower` with respect to `lower` and `b`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(lower: Array, b: Array) -> tuple[float, tuple[Array, Array]]:
    """The value of `solve_lower` and its gradient by `lower` and `b`.

    Args:
        lower: float64 (n, n)
        b: float64 (n,)
    """
    n = _shape(lower, "lower", 2)[0]
    _check(lower, "lower", np.float64, (n, n))
    _check(b, "b", np.float64, (n,))

    x = np.zeros(n)  # forward_substitution.py:8
    for i in range(n):  # forward_substitution.py:9
        s = b[i]  # forward_substitution.py:10
        for j in range(i):  # forward_substitution.py:11
            s -= lower[i, j] * x[j]  # forward_substitution.py:12
        x[i] = s / lower[i, i]  # forward_substitution.py:13
    value = np.sum(x * x)  # forward_substitution.py:14

    # Reverse sweep.
    x_bar = 2.0 * x  # forward_substitution.py:14
    b_bar = np.empty(n)  # forward_substitution.py:9
    lower_bar = np.zeros((n, n))
    for i in reversed(range(n)):
        lower_ii = lower[i, i]  # forward_substitution.py:13
        x_bar_i = x_bar[i]
        x_bar[i] = 0.0
        s_bar = x_bar_i / lower_ii
        lower_bar[i, i] -= x_bar_i * (x[i] / lower_ii)
        for j in reversed(range(i)):  # forward_substitution.py:11
            t = -s_bar  # forward_substitution.py:12
            x_bar[j] += t * lower[i, j]
            lower_bar[i, j] += t * x[j]
        b_bar[i] = s_bar  # forward_substitution.py:10
    return value, (lower_bar, b_bar)


def grad(lower: Array, b: Array) -> tuple[Array, Array]:
    """The gradient of `solve_lower` by `lower` and `b`."""
    return value_and_grad(lower, b)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    x: Array  # (n,)
    lower: Array  # (n, n)


def forward(lower: Array, b: Array) -> tuple[float, Residuals]:
    """The value of `solve_lower`, and what `backward` needs of the forward sweep.

    Args:
        lower: float64 (n, n)
        b: float64 (n,)
    """
    n = _shape(lower, "lower", 2)[0]
    _check(lower, "lower", np.float64, (n, n))
    _check(b, "b", np.float64, (n,))

    x = np.zeros(n)  # forward_substitution.py:8
    for i in range(n):  # forward_substitution.py:9
        s = b[i]  # forward_substitution.py:10
        for j in range(i):  # forward_substitution.py:11
            s -= lower[i, j] * x[j]  # forward_substitution.py:12
        x[i] = s / lower[i, i]  # forward_substitution.py:13
    return np.sum(x * x), Residuals(x, lower.copy())


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    x, lower = residuals
    n = x.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    x_bar = 2.0 * cotangent * x  # forward_substitution.py:14
    b_bar = np.empty(n)  # forward_substitution.py:9
    lower_bar = np.zeros((n, n))
    for i in reversed(range(n)):
        lower_ii = lower[i, i]  # forward_substitution.py:13
        x_bar_i = x_bar[i]
        x_bar[i] = 0.0
        s_bar = x_bar_i / lower_ii
        lower_bar[i, i] -= x_bar_i * (x[i] / lower_ii)
        for j in reversed(range(i)):  # forward_substitution.py:11
            t = -s_bar  # forward_substitution.py:12
            x_bar[j] += t * lower[i, j]
            lower_bar[i, j] += t * x[j]
        b_bar[i] = s_bar  # forward_substitution.py:10
    return lower_bar, b_bar


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
