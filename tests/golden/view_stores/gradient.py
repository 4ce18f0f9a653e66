# Written by adgen 0.1.0 from view_stores.py:through_views; build it again instead of editing it.
# source sha256: c472e7d2904ea366
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `through_views` with respect to `x` and `w`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(x: Array, w: Array) -> tuple[float, tuple[Array, Array]]:
    """The value of `through_views` and its gradient by `x` and `w`.

    Args:
        x: float64 (n, 3)
        w: float64 (3,)
    """
    n = _shape(x, "x", 2)[0]
    _check(x, "x", np.float64, (n, 3))
    _check(w, "w", np.float64, (3,))
    if n < 2:
        raise ValueError("n >= 2 is required (index 1 is within the bounds)")

    w_0 = w[0]  # view_stores.py:9
    x_00 = x[0, 0]
    a = x.copy()
    a[1, 0] = w_0 * x_00
    a[1] += w  # view_stores.py:10
    inner = a[1:, 1:]  # view_stores.py:11
    a[1:, 1:] = inner * 2.0  # view_stores.py:12
    a_10 = a[1, 0]  # view_stores.py:13
    w_1 = w[1]
    a[1, 1] = a_10 * w_1
    a_1 = a[:, 1].copy()
    a_0 = a[:, 0].copy()
    a[:, 0] = a_1 * a_0  # view_stores.py:14
    value = np.sum(a * a) + np.sum(a[1])  # view_stores.py:15

    # Reverse sweep.
    a_bar = np.zeros((n, 3))  # view_stores.py:15
    a_bar[1] += 1.0
    a_bar = a_bar + 2.0 * a
    a_bar_0 = a_bar[:, 0]  # view_stores.py:14
    t_1 = a_bar_0 * a_0
    a_bar[:, 0] = a_bar_0 * a_1
    a_bar[:, 1] += t_1
    a_bar_11 = a_bar[1, 1]  # view_stores.py:13
    a_bar[1, 1] = 0.0
    w_bar = np.zeros(3)
    w_bar[1] += a_bar_11 * a_10
    a_bar[1, 0] += a_bar_11 * w_1
    inner_bar = a_bar[1:, 1:] * 2.0  # view_stores.py:12
    a_bar[1:, 1:] = inner_bar  # view_stores.py:11
    w_bar = w_bar + a_bar[1]  # view_stores.py:10
    a_bar_10 = a_bar[1, 0]  # view_stores.py:9
    a_bar[1, 0] = 0.0
    t_3 = a_bar_10 * x_00
    a_bar[0, 0] += a_bar_10 * w_0
    w_bar[0] += t_3
    return value, (a_bar, w_bar)


def grad(x: Array, w: Array) -> tuple[Array, Array]:
    """The gradient of `through_views` by `x` and `w`.

    Args:
        x: float64 (n, 3)
        w: float64 (3,)
    """
    n = _shape(x, "x", 2)[0]
    _check(x, "x", np.float64, (n, 3))
    _check(w, "w", np.float64, (3,))
    if n < 2:
        raise ValueError("n >= 2 is required (index 1 is within the bounds)")

    w_0 = w[0]  # view_stores.py:9
    x_00 = x[0, 0]
    a = x.copy()
    a[1, 0] = w_0 * x_00
    a[1] += w  # view_stores.py:10
    inner = a[1:, 1:]  # view_stores.py:11
    a[1:, 1:] = inner * 2.0  # view_stores.py:12
    a_10 = a[1, 0]  # view_stores.py:13
    w_1 = w[1]
    a[1, 1] = a_10 * w_1
    a_1 = a[:, 1].copy()
    a_0 = a[:, 0].copy()
    a[:, 0] = a_1 * a_0  # view_stores.py:14

    # Reverse sweep.
    a_bar = np.zeros((n, 3))  # view_stores.py:15
    a_bar[1] += 1.0
    a_bar = a_bar + 2.0 * a
    a_bar_0 = a_bar[:, 0]  # view_stores.py:14
    t_1 = a_bar_0 * a_0
    a_bar[:, 0] = a_bar_0 * a_1
    a_bar[:, 1] += t_1
    a_bar_11 = a_bar[1, 1]  # view_stores.py:13
    a_bar[1, 1] = 0.0
    w_bar = np.zeros(3)
    w_bar[1] += a_bar_11 * a_10
    a_bar[1, 0] += a_bar_11 * w_1
    inner_bar = a_bar[1:, 1:] * 2.0  # view_stores.py:12
    a_bar[1:, 1:] = inner_bar  # view_stores.py:11
    w_bar = w_bar + a_bar[1]  # view_stores.py:10
    a_bar_10 = a_bar[1, 0]  # view_stores.py:9
    a_bar[1, 0] = 0.0
    t_3 = a_bar_10 * x_00
    a_bar[0, 0] += a_bar_10 * w_0
    w_bar[0] += t_3
    return a_bar, w_bar


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    a: Array  # (n, 3)
    a_0: Array  # (n,)
    a_1: Array  # (n,)
    w_1: float
    a_10: float
    x_00: float
    w_0: float


def forward(x: Array, w: Array) -> tuple[float, Residuals]:
    """The value of `through_views`, and what `backward` needs of the forward sweep.

    Args:
        x: float64 (n, 3)
        w: float64 (3,)
    """
    n = _shape(x, "x", 2)[0]
    _check(x, "x", np.float64, (n, 3))
    _check(w, "w", np.float64, (3,))
    if n < 2:
        raise ValueError("n >= 2 is required (index 1 is within the bounds)")

    w_0 = w[0]  # view_stores.py:9
    x_00 = x[0, 0]
    a = x.copy()
    a[1, 0] = w_0 * x_00
    a[1] += w  # view_stores.py:10
    inner = a[1:, 1:]  # view_stores.py:11
    a[1:, 1:] = inner * 2.0  # view_stores.py:12
    a_10 = a[1, 0]  # view_stores.py:13
    w_1 = w[1]
    a[1, 1] = a_10 * w_1
    a_1 = a[:, 1].copy()
    a_0 = a[:, 0].copy()
    a[:, 0] = a_1 * a_0  # view_stores.py:14
    return np.sum(a * a) + np.sum(a[1]), Residuals(a, a_0, a_1, w_1, a_10, x_00, w_0)


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    a, a_0, a_1, w_1, a_10, x_00, w_0 = residuals
    n = a.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    a_bar = np.zeros((n, 3))  # view_stores.py:15
    a_bar[1] += cotangent
    a_bar = a_bar + 2.0 * cotangent * a
    a_bar_0 = a_bar[:, 0]  # view_stores.py:14
    t_1 = a_bar_0 * a_0
    a_bar[:, 0] = a_bar_0 * a_1
    a_bar[:, 1] += t_1
    a_bar_11 = a_bar[1, 1]  # view_stores.py:13
    a_bar[1, 1] = 0.0
    w_bar = np.zeros(3)
    w_bar[1] += a_bar_11 * a_10
    a_bar[1, 0] += a_bar_11 * w_1
    inner_bar = a_bar[1:, 1:] * 2.0  # view_stores.py:12
    a_bar[1:, 1:] = inner_bar  # view_stores.py:11
    w_bar = w_bar + a_bar[1]  # view_stores.py:10
    a_bar_10 = a_bar[1, 0]  # view_stores.py:9
    a_bar[1, 0] = 0.0
    t_3 = a_bar_10 * x_00
    a_bar[0, 0] += a_bar_10 * w_0
    w_bar[0] += t_3
    return a_bar, w_bar


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
