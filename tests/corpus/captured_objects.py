"""Objects, methods, dicts of functions and partial functions of the module, looked up at each call."""

from dataclasses import dataclass
from functools import partial

import numpy as np


@dataclass
class Filter:
    taps: np.ndarray
    gain: float = 2.0

    def apply(self, x):
        return self.gain * np.sum(self.taps * x)


class Pipeline:
    def __init__(self, filters, offset):
        self.filters = filters
        self.offset = offset

    def run(self, x):
        total = self.offset
        for item in self.filters:
            total = total + item.apply(x)
        return total


def power(x, exponent):
    return np.sum(x**exponent)


pipeline = Pipeline([Filter(np.array([1.0, 2.0, 3.0])), Filter(np.array([0.5, 0.1, 0.2]), 1.0)], 0.25)
run = pipeline.run
square = partial(power, exponent=2)
functions = {"sine": np.sin, "square": square, "first": lambda x: x[0]}


def signal(x):
    return (
        run(x) * pipeline.offset
        + functions["square"](x)
        + np.sum(functions["sine"](x)) * functions["first"](x)
    )


def example(rng):
    return (rng.standard_normal(3),)


CASE = {"fun": "signal", "args": example, "signature": "f64[3]", "wrt": (0,), "tags": ("live",)}
