# Written by adgen 0.1.0 from rnn_states.py:loss; build it again instead of editing it.
# source sha256: 853d742b78c7cc74
# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"
"""The gradient of `loss` with respect to `wx`, `wh` and `wy`, in plain NumPy."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Residuals", "backward", "forward", "grad", "value_and_grad"]

Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]


def value_and_grad(
    wx: Array, wh: Array, wy: Array, tokens: Int64Array, targets: Int64Array
) -> tuple[float, tuple[Array, Array, Array]]:
    """The value of `loss` and its gradient by `wx`, `wh` and `wy`.

    Args:
        wx: float64 (v, h)
        wh: float64 (h, h)
        wy: float64 (h, v)
        tokens: int64 (steps,)
        targets: int64 (steps,)
    """
    v, h = _shape(wx, "wx", 2)
    (steps,) = _shape(tokens, "tokens", 1)
    _check(wx, "wx", np.float64, (v, h))
    _check(wh, "wh", np.float64, (h, h))
    _check(wy, "wy", np.float64, (h, v))
    _check(tokens, "tokens", np.int64, (steps,))
    _check(targets, "targets", np.int64, (steps,))

    hs = np.zeros((steps + 1, h))  # rnn_states.py:9
    tape = np.empty(steps)  # keeps a value of rnn_states.py:15
    tape_1 = np.empty((steps, v))  # keeps a value of rnn_states.py:15
    total = 0.0
    for t in range(steps):  # rnn_states.py:11
        tmp = wx[tokens[t]]  # rnn_states.py:12
        hs[t + 1] = np.tanh(tmp + hs[t] @ wh)
        z = hs[t + 1] @ wy  # rnn_states.py:13
        top = z.max()  # rnn_states.py:14
        tmp_1 = np.exp(z - top)  # rnn_states.py:15
        tape_1[t] = tmp_1
        tmp_2 = tmp_1.sum()
        tape[t] = tmp_2
        tmp_3 = z[targets[t]]
        total += np.log(tmp_2) + top - tmp_3
    value = total / steps  # rnn_states.py:16

    # Reverse sweep.
    total_bar = np.float64(1.0) / float(steps)  # rnn_states.py:16
    hs_bar = np.zeros((steps + 1, h))  # rnn_states.py:11
    wh_bar = np.zeros((h, h))
    wx_bar = np.zeros((v, h))
    wy_bar = np.zeros((h, v))
    for t in reversed(range(steps)):
        hs_next = hs[t + 1]  # rnn_states.py:13
        z_bar = np.zeros(v)  # rnn_states.py:15
        z_bar[targets[t]] -= total_bar
        z_bar = z_bar + total_bar / tape[t] * tape_1[t]
        wy_bar += np.outer(hs_next, z_bar)  # rnn_states.py:13
        hs_bar[t + 1] += z_bar @ wy.T
        tmp_4 = hs_bar[t + 1] * (1.0 - hs_next * hs_next)  # rnn_states.py:12
        wx_bar[tokens[t]] += tmp_4
        wh_bar += np.outer(hs[t], tmp_4)
        hs_bar[t + 1] = 0.0
        hs_bar[t] += tmp_4 @ wh.T
    return value, (wx_bar, wh_bar, wy_bar)


def grad(
    wx: Array, wh: Array, wy: Array, tokens: Int64Array, targets: Int64Array
) -> tuple[Array, Array, Array]:
    """The gradient of `loss` by `wx`, `wh` and `wy`."""
    return value_and_grad(wx, wh, wy, tokens, targets)[1]


class Residuals(NamedTuple):
    """What `backward` needs of the forward sweep."""

    targets: Int64Array  # (steps,)
    tape: Array  # (steps,)
    tape_1: Array  # (steps, v)
    hs: Array  # (steps + 1, h)
    tokens: Int64Array  # (steps,)
    wy: Array  # (h, v)
    wh: Array  # (h, h)


def forward(
    wx: Array, wh: Array, wy: Array, tokens: Int64Array, targets: Int64Array
) -> tuple[float, Residuals]:
    """The value of `loss`, and what `backward` needs of the forward sweep.

    Args:
        wx: float64 (v, h)
        wh: float64 (h, h)
        wy: float64 (h, v)
        tokens: int64 (steps,)
        targets: int64 (steps,)
    """
    v, h = _shape(wx, "wx", 2)
    (steps,) = _shape(tokens, "tokens", 1)
    _check(wx, "wx", np.float64, (v, h))
    _check(wh, "wh", np.float64, (h, h))
    _check(wy, "wy", np.float64, (h, v))
    _check(tokens, "tokens", np.int64, (steps,))
    _check(targets, "targets", np.int64, (steps,))

    hs = np.zeros((steps + 1, h))  # rnn_states.py:9
    tape = np.empty(steps)  # keeps a value of rnn_states.py:15
    tape_1 = np.empty((steps, v))  # keeps a value of rnn_states.py:15
    total = 0.0
    for t in range(steps):  # rnn_states.py:11
        tmp = wx[tokens[t]]  # rnn_states.py:12
        hs[t + 1] = np.tanh(tmp + hs[t] @ wh)
        z = hs[t + 1] @ wy  # rnn_states.py:13
        top = z.max()  # rnn_states.py:14
        tmp_1 = np.exp(z - top)  # rnn_states.py:15
        tape_1[t] = tmp_1
        tmp_2 = tmp_1.sum()
        tape[t] = tmp_2
        tmp_3 = z[targets[t]]
        total += np.log(tmp_2) + top - tmp_3
    return total / steps, Residuals(
        targets.copy(), tape, tape_1, hs, tokens.copy(), wy.copy(), wh.copy()
    )


def backward(residuals: Residuals, cotangent: float) -> tuple[Array, Array, Array]:
    """The gradient, from the residuals and the cotangent of the value.

    Args:
        cotangent: float64
    """
    targets, tape, tape_1, hs, tokens, wy, wh = residuals
    steps = targets.shape[0]
    v = tape_1.shape[1]
    h = hs.shape[1]
    _check(cotangent, "cotangent", np.float64, ())

    total_bar = cotangent / steps  # rnn_states.py:16
    hs_bar = np.zeros((steps + 1, h))  # rnn_states.py:11
    wh_bar = np.zeros((h, h))
    wx_bar = np.zeros((v, h))
    wy_bar = np.zeros((h, v))
    for t in reversed(range(steps)):
        hs_next = hs[t + 1]  # rnn_states.py:13
        z_bar = np.zeros(v)  # rnn_states.py:15
        z_bar[targets[t]] -= total_bar
        z_bar = z_bar + total_bar / tape[t] * tape_1[t]
        wy_bar += np.outer(hs_next, z_bar)  # rnn_states.py:13
        hs_bar[t + 1] += z_bar @ wy.T
        tmp = hs_bar[t + 1] * (1.0 - hs_next * hs_next)  # rnn_states.py:12
        wx_bar[tokens[t]] += tmp
        wh_bar += np.outer(hs[t], tmp)
        hs_bar[t + 1] = 0.0
        hs_bar[t] += tmp @ wh.T
    return wx_bar, wh_bar, wy_bar


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
