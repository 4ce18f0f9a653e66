"""Equal elements keep their order, and the derivative follows it."""

import numpy as np


def weighted(x):
    return np.sum(np.sort(x) * np.array([1.0, 10.0, 100.0, 1000.0]))


def example(rng):
    return (rng.standard_normal(4),)


CASE = {
    "fun": "weighted",
    "args": example,
    "signature": "f64[4]",
    "wrt": (0,),
    "kinks": (((np.array([2.0, 1.0, 2.0, 1.0]),), (np.array([100.0, 1.0, 1000.0, 10.0]),)),),
}
