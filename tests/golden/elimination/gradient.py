# Written by adgen 0.1.0 from elimination.py:determinant; build it again instead of editing it.
# source sha256: 9410a34246ad64de
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `determinant` with respect to `a0`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(a0: Array) -> tuple[float, tuple[Array]]:
    """The value of `determinant` and its gradient by `a0`.

    Args:
        a0: float64 (n, n)
    """
    n = _shape(a0, "a0", 2)[0]
    _check(a0, "a0", np.float64, (n, n))

    cells = (n * n - n) // 2
    tape = np.empty(cells)  # keeps a value of elimination.py:12
    d_tape = np.empty(n)  # keeps d of elimination.py:11
    a = a0.copy()
    d = 1.0  # elimination.py:10
    for k in range(n):
        d_tape[k] = d
        a_kk = a[k, k]  # elimination.py:11
        d *= a_kk
        length = n - 1 - k  # elimination.py:12
        t = a[k + 1 :, k] / a_kk
        tape[(2 * k * n - k * k - k) // 2 : ((2 * k * n - k * k - k) // 2) + length] = t
        a[k + 1 :, k:] -= np.outer(t, a[k, k:])

    # Reverse sweep.
    d_bar = 1.0
    a_bar = np.zeros((n, n))  # elimination.py:10
    for k in reversed(range(n)):
        length_2 = n - 1 - k  # elimination.py:12
        t_1 = tape[
            (2 * k * n - k * k - k) // 2 : ((2 * k * n - k * k - k) // 2) + length_2
        ]
        a_kk_1 = a[k, k]  # elimination.py:11
        d_1 = d_tape[k]
        t_2 = -a_bar[k + 1 :, k:]  # elimination.py:12
        t_3 = t_2 @ a[k, k:]
        a_bar[k, k:] += t_1 @ t_2
        a_bar[k + 1 :, k] += t_3 / a_kk_1
        d_bar_1 = d_bar * a_kk_1  # elimination.py:11
        a_bar[k, k] += np.sum(t_3 * -(t_1 / a_kk_1)) + d_bar * d_1
        d_bar = d_bar_1
    return d, (a_bar,)


def grad(a0: Array) -> tuple[Array]:
    """The gradient of `determinant` by `a0`."""
    return value_and_grad(a0)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    a: Array  # (n, n)
    tape: Array  # (cells,)
    d_tape: Array  # (n,)


def forward(a0: Array) -> tuple[float, Residuals]:
    """The value of `determinant`, and what `backward` needs of the forward sweep.

    Args:
        a0: float64 (n, n)
    """
    n = _shape(a0, "a0", 2)[0]
    _check(a0, "a0", np.float64, (n, n))

    cells = (n * n - n) // 2
    tape = np.empty(cells)  # keeps a value of elimination.py:12
    d_tape = np.empty(n)  # keeps d of elimination.py:11
    a = a0.copy()
    d = 1.0  # elimination.py:10
    for k in range(n):
        d_tape[k] = d
        a_kk = a[k, k]  # elimination.py:11
        d *= a_kk
        length = n - 1 - k  # elimination.py:12
        t = a[k + 1 :, k] / a_kk
        tape[(2 * k * n - k * k - k) // 2 : ((2 * k * n - k * k - k) // 2) + length] = t
        a[k + 1 :, k:] -= np.outer(t, a[k, k:])
    return d, Residuals(a, tape, d_tape)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    a, tape, d_tape = residuals
    n = a.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    a_bar = np.zeros((n, n))  # elimination.py:10
    for k in reversed(range(n)):
        length = n - 1 - k  # elimination.py:12
        t = tape[(2 * k * n - k * k - k) // 2 : ((2 * k * n - k * k - k) // 2) + length]
        a_kk = a[k, k]  # elimination.py:11
        d = d_tape[k]
        t_1 = -a_bar[k + 1 :, k:]  # elimination.py:12
        t_2 = t_1 @ a[k, k:]
        a_bar[k, k:] += t @ t_1
        a_bar[k + 1 :, k] += t_2 / a_kk
        d_bar = cotangent * a_kk  # elimination.py:11
        a_bar[k, k] += np.sum(t_2 * -(t / a_kk)) + cotangent * d
        cotangent = d_bar
    return (a_bar,)


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
