"""Functions of arrays applied to the numbers of a loop, which are arrays without axes to them."""

import numpy as np


def of_numbers(xs):
    total = 0.0
    for x in xs:
        total = total + (x + 0.1 * np.flip(x) * np.cos(x)) * x
    t = np.zeros(())
    for x in xs:
        t += x * x
        t *= 0.5
    return total + np.sum(np.flip(xs) * xs) + t


def example(rng):
    return (rng.standard_normal(4),)


CASE = {"fun": "of_numbers", "args": example, "signature": "f64[n]", "wrt": (0,)}
