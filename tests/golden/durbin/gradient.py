# Written by adgen 0.1.0 from durbin.py:durbin; build it again instead of editing it.
# source sha256: d758ff627f85c982
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `durbin` with respect to `r`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]


def value_and_grad(r: Array) -> tuple[float, tuple[Array]]:
    """The value of `durbin` and its gradient by `r`.

    Args:
        r: float64 (n,)
    """
    (n,) = _shape(r, "r", 1)
    _check(r, "r", np.float64, (n,))
    if n < 1:
        raise ValueError("n >= 1 is required (index 0 is within the bounds)")

    y = np.zeros(n)  # durbin.py:8
    z = np.zeros(n)  # durbin.py:9
    alpha = -r[0]  # durbin.py:10
    y[0] = alpha
    steps = max(n - 1, 0)
    y_tape = np.empty((steps, n))  # keeps y of durbin.py:23 for durbin.py:20
    alpha_tape = np.empty(steps + 1)  # keeps alpha of durbin.py:18 for durbin.py:20
    beta_tape = np.empty(steps + 1)  # keeps beta of durbin.py:14 for durbin.py:18
    alpha_tape[0] = alpha
    beta_tape[0] = 1.0
    beta = 1.0  # durbin.py:13
    for k in range(1, n):
        y_tape[k - 1] = y
        beta *= 1.0 - alpha * alpha  # durbin.py:14
        beta_tape[k] = beta
        s = 0.0  # durbin.py:8
        for i in range(k):  # durbin.py:16
            s += r[k - i - 1] * y[i]  # durbin.py:17
        alpha = -(r[k] + s) / beta  # durbin.py:18
        alpha_tape[k] = alpha
        for i in range(k):  # durbin.py:19
            z[i] = y[i] + alpha * y[k - i - 1]  # durbin.py:20
        for i in range(k):  # durbin.py:21
            y[i] = z[i]  # durbin.py:22
        y[k] = alpha  # durbin.py:23
    value = np.sum(y * y)  # durbin.py:24

    # Reverse sweep.
    y_bar = 2.0 * y  # durbin.py:24
    z_bar = np.zeros(n)  # durbin.py:13
    r_bar = np.zeros(n)
    alpha_bar = 0.0  # durbin.py:8
    beta_bar = 0.0
    for k in reversed(range(1, n)):  # durbin.py:13
        y = y_tape[k - 1]
        alpha = alpha_tape[k]
        beta = beta_tape[k]
        alpha_1 = alpha_tape[k - 1]
        beta_1 = beta_tape[k - 1]
        y_bar_k = y_bar[k]  # durbin.py:23
        y_bar[k] = 0.0
        alpha_bar += y_bar_k
        for i in reversed(range(k)):  # durbin.py:21
            y_bar_i = y_bar[i]  # durbin.py:22
            y_bar[i] = 0.0
            z_bar[i] += y_bar_i
        for i in reversed(range(k)):  # durbin.py:19
            z_bar_i = z_bar[i]  # durbin.py:20
            z_bar[i] = 0.0
            alpha_bar += z_bar_i * y[k - i - 1]
            y_bar[k - i - 1] += z_bar_i * alpha
            y_bar[i] += z_bar_i
        beta_bar_1 = beta_bar - alpha_bar * (alpha / beta)  # durbin.py:18
        s_bar = -(alpha_bar / beta)
        r_bar[k] += s_bar
        for i in reversed(range(k)):  # durbin.py:16
            y_bar[i] += s_bar * r[k - i - 1]  # durbin.py:17
            r_bar[k - i - 1] += s_bar * y[i]
        beta_bar = beta_bar_1 * (1.0 - alpha_1 * alpha_1)  # durbin.py:14
        alpha_bar = -2.0 * (beta_bar_1 * beta_1) * alpha_1
    r_bar[0] -= alpha_bar + y_bar[0]  # durbin.py:10
    return value, (r_bar,)


def grad(r: Array) -> tuple[Array]:
    """The gradient of `durbin` by `r`."""
    return value_and_grad(r)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    y: Array  # (n,)
    y_tape: Array  # (steps, n)
    alpha_tape: Array  # (steps + 1,)
    beta_tape: Array  # (steps + 1,)
    r: Array  # (n,)


def forward(r: Array) -> tuple[float, Residuals]:
    """The value of `durbin`, and what `backward` needs of the forward sweep.

    Args:
        r: float64 (n,)
    """
    (n,) = _shape(r, "r", 1)
    _check(r, "r", np.float64, (n,))
    if n < 1:
        raise ValueError("n >= 1 is required (index 0 is within the bounds)")

    y = np.zeros(n)  # durbin.py:8
    z = np.zeros(n)  # durbin.py:9
    alpha = -r[0]  # durbin.py:10
    y[0] = alpha
    steps = max(n - 1, 0)
    y_tape = np.empty((steps, n))  # keeps y of durbin.py:23 for durbin.py:20
    alpha_tape = np.empty(steps + 1)  # keeps alpha of durbin.py:18 for durbin.py:20
    beta_tape = np.empty(steps + 1)  # keeps beta of durbin.py:14 for durbin.py:18
    alpha_tape[0] = alpha
    beta_tape[0] = 1.0
    beta = 1.0  # durbin.py:13
    for k in range(1, n):
        y_tape[k - 1] = y
        beta *= 1.0 - alpha * alpha  # durbin.py:14
        beta_tape[k] = beta
        s = 0.0  # durbin.py:8
        for i in range(k):  # durbin.py:16
            s += r[k - i - 1] * y[i]  # durbin.py:17
        alpha = -(r[k] + s) / beta  # durbin.py:18
        alpha_tape[k] = alpha
        for i in range(k):  # durbin.py:19
            z[i] = y[i] + alpha * y[k - i - 1]  # durbin.py:20
        for i in range(k):  # durbin.py:21
            y[i] = z[i]  # durbin.py:22
        y[k] = alpha  # durbin.py:23
    return np.sum(y * y), Residuals(y, y_tape, alpha_tape, beta_tape, r.copy())


def backward(residuals: Residuals, cotangent: float) -> tuple[Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    y, y_tape, alpha_tape, beta_tape, r = residuals
    n = y.shape[0]
    _check(cotangent, "cotangent", np.float64, ())

    y_bar = 2.0 * cotangent * y  # durbin.py:24
    z_bar = np.zeros(n)  # durbin.py:13
    r_bar = np.zeros(n)
    alpha_bar = 0.0
    beta_bar = 0.0
    for k in reversed(range(1, n)):
        y = y_tape[k - 1]
        alpha = alpha_tape[k]
        beta = beta_tape[k]
        alpha_1 = alpha_tape[k - 1]
        beta_1 = beta_tape[k - 1]
        y_bar_k = y_bar[k]  # durbin.py:23
        y_bar[k] = 0.0
        alpha_bar += y_bar_k
        for i in reversed(range(k)):  # durbin.py:21
            y_bar_i = y_bar[i]  # durbin.py:22
            y_bar[i] = 0.0
            z_bar[i] += y_bar_i
        for i in reversed(range(k)):  # durbin.py:19
            z_bar_i = z_bar[i]  # durbin.py:20
            z_bar[i] = 0.0
            alpha_bar += z_bar_i * y[k - i - 1]
            y_bar[k - i - 1] += z_bar_i * alpha
            y_bar[i] += z_bar_i
        beta_bar_1 = beta_bar - alpha_bar * (alpha / beta)  # durbin.py:18
        s_bar = -(alpha_bar / beta)
        r_bar[k] += s_bar
        for i in reversed(range(k)):  # durbin.py:16
            y_bar[i] += s_bar * r[k - i - 1]  # durbin.py:17
            r_bar[k - i - 1] += s_bar * y[i]
        beta_bar = beta_bar_1 * (1.0 - alpha_1 * alpha_1)  # durbin.py:14
        alpha_bar = -2.0 * (beta_bar_1 * beta_1) * alpha_1
    r_bar[0] -= alpha_bar + y_bar[0]  # durbin.py:10
    return (r_bar,)


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
