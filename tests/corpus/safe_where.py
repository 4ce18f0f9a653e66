"""The branch not taken would be nan or inf: it must not reach the gradient."""

import numpy as np


def guarded(x):
    r = np.where(x > 0.0, np.log(np.where(x > 0.0, x, 1.0)) * np.sqrt(x), x * x)
    return np.sum(r)


def example(rng):
    return (np.array([-1.0, 0.0, 4.0, 0.3, -0.2]),)


CASE = {"fun": "guarded", "args": example, "signature": "f64[n]", "wrt": (0,), "tags": ("at-kink",)}
