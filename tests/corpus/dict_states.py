"""A dict of parameters updated by key in a loop, in branches and by a helper; merged, copied, taken apart."""

import numpy as np


def advance(state, rate):
    state["v"] = 0.9 * state["v"] - rate * state["x"]
    state["x"] = state["x"] + state["v"]
    state.setdefault("steps", 0)
    state["steps"] += 1


def momentum(x, v, rate):
    state = dict(x=x, v=v)
    state["steps"] = 0
    for _ in range(4):
        advance(state, rate)
        if state["x"][0] > 0.2:
            state["v"] = 0.5 * state["v"]
    other = {**state, "bias": x[0]} | {"v": 2.0 * v}
    del other["steps"]
    other.update(scale=rate)
    scaled = {key: value * rate for key, value in other.items() if key != "bias"}
    total = other.pop("bias") * state["steps"]
    for key in ("x", "v", "missing"):
        if key in scaled:
            total = total + np.sum(scaled[key] * state[key])
    return total + scaled["scale"] * len(other) + state.get("missing", 1.0)


def example(rng):
    return np.array([0.4, -0.2, 0.9]), np.array([0.1, 0.3, -0.5]), 0.3


CASE = {"fun": "momentum", "args": example, "signature": "f64[n], f64[n], f64", "wrt": (0, 1, 2)}
