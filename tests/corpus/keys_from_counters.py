"""Keys made by f-strings in a loop, which is written out for them."""

import numpy as np


def stacked(x, w):
    parameters = {}
    for i in range(3):
        parameters[f"w{i}"] = w * (i + 1.0)
        parameters[f"b{i}"] = x[i]
    h = x
    for i in range(3):
        h = np.tanh(parameters[f"w{i}"] * h + parameters[f"b{i}"])
    return np.sum(h) + sum(parameters[key] for key in ("b0", "b2")) * len(parameters)


def example(rng):
    return rng.standard_normal(3), 0.7


CASE = {"fun": "stacked", "args": example, "signature": "f64[3], f64", "wrt": (0, 1)}
