"""`where=` of ufuncs and reductions: cells that are left alone, divisions that are not done."""

import numpy as np


def guarded(a, b):
    ratio = np.divide(a, b, out=np.zeros_like(a), where=b > 0.0)
    logs = np.full(len(a), 7.0)
    np.log(a, out=logs, where=a > 0.0)
    logs *= ratio
    total = np.sum(logs * a, where=a > 0.0) + np.sum(ratio, initial=2.0)
    return total + np.mean(logs * logs, where=b > 0.0)


def example(rng):
    return np.array([0.4, -0.7, 1.2, 0.9]), np.array([0.5, -0.4, 1.5, -2.0])


def all_taken(rng):
    return rng.uniform(0.5, 1.0, 3), rng.uniform(0.5, 1.0, 3)


CASE = {
    "fun": "guarded",
    "args": example,
    "more": (all_taken,),
    "signature": "f64[n], f64[n]",
    "wrt": (0, 1),
}
