"""A dict made inside the function, read by key and run over."""

import numpy as np


def layers(x, w):
    parameters = {"w": w, "b": x[0], "scale": 2.0}
    states = {"first": np.tanh(w @ x + parameters["b"]), "second": x * parameters["scale"]}
    total = 0.0
    for name, state in states.items():
        total = total + np.sum(state * state) * len(name)
    for state in states.values():
        total = total + state[0]
    for name in states:
        total = total + np.sum(states[name])
    return total + parameters.get("b") * parameters.get("missing", 3.0) + len(parameters)


def example(rng):
    return rng.standard_normal(3), rng.standard_normal((3, 3))


CASE = {"fun": "layers", "args": example, "signature": "f64[n], f64[n,n]", "wrt": (0, 1)}
