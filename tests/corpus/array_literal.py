"""np.array of computed numbers."""

import numpy as np


def rotation(angle, p):
    c = np.cos(angle)
    s = np.sin(angle)
    m = np.array([[c, -s], [s, c]])
    v = np.array([p[1], p[0] * angle])
    return np.sum(m @ v * p)


def example(rng):
    return 0.6, rng.standard_normal(2)


CASE = {"fun": "rotation", "args": example, "signature": "f64, f64[2]", "wrt": (0, 1)}
