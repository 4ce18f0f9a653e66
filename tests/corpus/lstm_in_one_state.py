"""An LSTM whose hidden and cell state are halves of one array, and whose gates are quarters of another."""

from __future__ import annotations

from typing import Any

import numpy as np


def sigmoid(z: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-z))


def step(w: Any, u: Any, b: Any, x: Any, state: Any) -> Any:
    h, c = np.split(state, 2)
    i, f, g, o = np.split(w @ x + u @ h + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return np.concatenate([sigmoid(o) * np.tanh(c), c])


def loss(w: Any, u: Any, b: Any, xs: Any) -> Any:
    state = np.zeros(6)
    for x in xs:
        state = step(w, u, b, x, state)
    return np.sum(state**2)


def arguments(rng: np.random.Generator) -> tuple[Any, ...]:
    return (
        rng.standard_normal((12, 2)),
        0.5 * rng.standard_normal((12, 3)),
        rng.standard_normal(12),
        rng.standard_normal((4, 2)),
    )


CASE = {
    "fun": "loss",
    "args": arguments,
    "signature": "f64[12,2], f64[12,3], f64[12], f64[n,2]",
    "wrt": (0, 1, 2, 3),
}
