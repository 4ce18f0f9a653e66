"""Functions that write into an array: put, place, putmask, copyto, fill_diagonal, put_along_axis, fill."""

import numpy as np


def written(s, x):
    a = s * 2.0
    np.fill_diagonal(a, x)
    np.put(a, [1, 4], [x[0], x[1] * x[1]])
    np.copyto(a[2], x, where=x > 0.0)
    a.flat[3] *= x[2]
    a.ravel()[5] = x[0] * s[0, 0]
    best = np.argmax(s, axis=1)
    np.put_along_axis(a, best[:, None], np.take_along_axis(s, best[:, None], axis=1) ** 2, axis=1)
    b = x.copy()
    np.place(b, b > 0.0, [x[1], x[2]])
    np.putmask(b, b < -0.5, x * x)
    c = np.empty(2)
    c.fill(x[1])
    return np.sum(a * a) + np.sum(b**3) + np.sum(c * a[0, :2])


def example(rng):
    return rng.uniform(-1.0, 1.0, (3, 3)), np.array([0.4, -0.8, 0.9])


CASE = {"fun": "written", "args": example, "signature": "f64[3,3], f64[3]", "wrt": (0, 1)}
