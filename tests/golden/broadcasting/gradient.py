# Written by adgen 0.1.0 from broadcasting.py:combine; build it again instead of editing it.
# source sha256: b00a7fed8824dbf4
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `combine` with respect to `column`, `row`, `x` and `s`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(
    column: Array, row: Array, x: Array, s: float
) -> tuple[float, tuple[Array, Array, Array, float]]:
    """The value of `combine` and its gradient by `column`, `row`, `x` and `s`.

    Args:
        column: float64 (n, 1)
        row: float64 (1, n)
        x: float64 (n,)
        s: float
    """
    n = _shape(column, "column", 2)[0]
    _check(column, "column", np.float64, (n, 1))
    _check(row, "row", np.float64, (1, n))
    _check(x, "x", np.float64, (n,))
    _check(s, "s", np.float64, ())

    grid = column * row + s  # broadcasting.py:7
    t = 2.0 + np.cos(x)  # broadcasting.py:8
    t_1 = grid / t
    y = t_1 - x[:, None] * 0.5
    t_2 = 1.0 - s  # broadcasting.py:9
    value = np.sum(y * t_2) + np.sum(column - x)

    # Reverse sweep.
    grid_bar = np.broadcast_to(t_2 / t, (n, n))  # broadcasting.py:8
    x_bar = (
        np.sum(np.broadcast_to(-1.0, (n, n)), axis=0)
        + (np.sum(np.full((n, n), -np.float64(t_2)), axis=1, keepdims=True) * 0.5)[:, 0]
        - np.sum(t_2 * -(t_1 / t), axis=0) * np.sin(x)
    )
    s_bar = float(grid_bar.sum() - y.sum())
    return value, (
        np.sum(1.0 + grid_bar * row, axis=1, keepdims=True).copy(),
        np.sum(grid_bar * column, axis=0, keepdims=True).copy(),
        x_bar,
        s_bar,
    )


def grad(
    column: Array, row: Array, x: Array, s: float
) -> tuple[Array, Array, Array, float]:
    """The gradient of `combine` by `column`, `row`, `x` and `s`.

    Args:
        column: float64 (n, 1)
        row: float64 (1, n)
        x: float64 (n,)
        s: float
    """
    n = _shape(column, "column", 2)[0]
    _check(column, "column", np.float64, (n, 1))
    _check(row, "row", np.float64, (1, n))
    _check(x, "x", np.float64, (n,))
    _check(s, "s", np.float64, ())

    grid = column * row + s  # broadcasting.py:7
    t = 2.0 + np.cos(x)  # broadcasting.py:8
    t_1 = grid / t
    y = t_1 - x[:, None] * 0.5
    t_2 = 1.0 - s  # broadcasting.py:9

    # Reverse sweep.
    grid_bar = np.broadcast_to(t_2 / t, (n, n))  # broadcasting.py:8
    x_bar = (
        np.sum(np.broadcast_to(-1.0, (n, n)), axis=0)
        + (np.sum(np.full((n, n), -np.float64(t_2)), axis=1, keepdims=True) * 0.5)[:, 0]
        - np.sum(t_2 * -(t_1 / t), axis=0) * np.sin(x)
    )
    s_bar = float(grid_bar.sum() - y.sum())
    return (
        np.sum(1.0 + grid_bar * row, axis=1, keepdims=True).copy(),
        np.sum(grid_bar * column, axis=0, keepdims=True).copy(),
        x_bar,
        s_bar,
    )


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    saved_0: float
    y: Array  # (n, n)
    saved_2: Array  # (n, n)
    saved_3: Array  # (n,)
    x: Array  # (n,)
    row: Array  # (1, n)
    column: Array  # (n, 1)


def forward(column: Array, row: Array, x: Array, s: float) -> tuple[float, Residuals]:
    """The value of `combine`, and what `backward` needs of the forward sweep.

    Args:
        column: float64 (n, 1)
        row: float64 (1, n)
        x: float64 (n,)
        s: float
    """
    n = _shape(column, "column", 2)[0]
    _check(column, "column", np.float64, (n, 1))
    _check(row, "row", np.float64, (1, n))
    _check(x, "x", np.float64, (n,))
    _check(s, "s", np.float64, ())

    grid = column * row + s  # broadcasting.py:7
    t = 2.0 + np.cos(x)  # broadcasting.py:8
    t_1 = grid / t
    y = t_1 - x[:, None] * 0.5
    t_2 = 1.0 - s  # broadcasting.py:9
    return np.sum(y * t_2) + np.sum(column - x), Residuals(
        t_2, y, t_1, t.copy(), x.copy(), row.copy(), column.copy()
    )


def backward(
    residuals: Residuals, cotangent: float
) -> tuple[Array, Array, Array, float]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    saved_0, y, saved_2, saved_3, x, row, column = residuals
    n = y.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    y_bar = np.full((n, n), cotangent * saved_0)  # broadcasting.py:9
    grid_bar = y_bar / saved_3  # broadcasting.py:8
    x_bar = (
        np.sum(np.full((n, n), -cotangent), axis=0)
        + (np.sum(-y_bar, axis=1, keepdims=True) * 0.5)[:, 0]
        - np.sum(y_bar * -(saved_2 / saved_3), axis=0) * np.sin(x)
    )
    s_bar = float(grid_bar.sum() - np.sum(cotangent * y))
    return (
        np.sum(cotangent + grid_bar * row, axis=1, keepdims=True).copy(),
        np.sum(grid_bar * column, axis=0, keepdims=True).copy(),
        x_bar,
        s_bar,
    )


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
