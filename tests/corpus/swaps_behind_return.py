"""Arrays that change places in a loop that may be left for good: which is which is a chain of branches."""

import numpy as np


def swaps_behind_return(x, w, even):
    b = np.ones(4)
    for i in range(3, -1, -1):
        for j in range(4):
            x[j] *= np.sum(x)
            b = np.zeros(4)
            if i % 2 == even:
                return 1.0 + np.sum(x * x)
        b, x = x, b
        b = b if b[-i] < 0.0 else x
        w[0] -= b[i - 1]
    return np.sum(x) + np.sum(w * w) + np.sum(b)


def example(rng):
    return rng.normal(size=4), rng.normal(size=4), 0


def to_the_end(rng):
    return rng.normal(size=4), rng.normal(size=4), 2


CASE = {
    "fun": "swaps_behind_return",
    "args": example,
    "more": (to_the_end,),
    "signature": "f64[4], f64[4], i64",
    "wrt": (0, 1),
    "tags": ("mutates",),
}
