"""Elements under a mask written and updated in place, by numbers and by other elements."""

import numpy as np


def limited(x, y, a):
    z = x.copy()
    z[z > 0.2] *= 2.0
    z[x < 0] = y[x < 0]
    z[x < -0.5] += y[x < -0.5] * 3.0
    both = (x > 0) & (y > 0)
    z[both] -= 0.5
    rows = np.sum(a, axis=1) > 0
    b = a * a
    b[rows] = b[rows] * 2.0
    b[rows, 0] += 1.0
    b[~rows] = 0.5
    b[b > 2.0] **= 2
    return np.sum(z * z) + np.sum(b * b)


def example(rng):
    return rng.standard_normal(7), rng.standard_normal(7), rng.standard_normal((4, 3))


CASE = {"fun": "limited", "args": example, "signature": "f64[n], f64[n], f64[k,m]", "wrt": (0, 1, 2)}
