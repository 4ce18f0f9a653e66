"""Singular points: sqrt at 0, powers at 0, arctan2 and hypot at the origin, an untaken log."""

import numpy as np


def singular(x):
    a = np.sqrt(x[0]) + np.arctan2(x[1], x[2]) + np.hypot(x[3], x[4])
    return a + np.sum(np.where(x[5:] > 0.0, np.log(x[5:]), 0.0))


def example(rng):
    return (np.array([0.5, 0.3, 0.8, 0.4, 0.9, 1.5, 2.5]),)


AT_KINKS = (np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0]),)
EXPECTED = (np.array([np.inf, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5]),)

CASE = {
    "fun": "singular",
    "args": example,
    "signature": "f64[n]",
    "wrt": (0,),
    "kinks": ((AT_KINKS, EXPECTED),),
}
