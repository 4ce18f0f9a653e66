"""Arrays put one after the other: the sizes of the parts are not those of the result."""

import numpy as np


def joined(a, b):
    rows = np.concatenate([a, +b * 2.0], axis=0)
    return rows * np.sum(np.hstack([a.T, b.T]), axis=1)


CASE = {
    "fun": "joined",
    "args": lambda rng: (rng.standard_normal((3, 2)), rng.standard_normal((2, 2))),
    "more": (
        lambda rng: (rng.standard_normal((1, 1)), rng.standard_normal((1, 1))),
        lambda rng: (rng.standard_normal((0, 3)), rng.standard_normal((2, 3))),
    ),
    "signature": "f64[n,m], f64[k,m]",
    "wrt": (0, 1),
    "tags": ("vector",),
}
