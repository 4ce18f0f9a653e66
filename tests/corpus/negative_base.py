"""Integer powers of negative numbers and of zero."""

import numpy as np


def cubic(x):
    return np.sum(x**3 - 2.0 * x**2 + x**1 + x**0)


def example(rng):
    return (np.array([-1.5, 0.0, 2.0, -0.25]),)


CASE = {"fun": "cubic", "args": example, "signature": "f64[n]", "wrt": (0,)}
