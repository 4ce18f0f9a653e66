"""A complex polynomial iterated until it escapes: loops that carry complex numbers and arrays."""

import numpy as np


def smooth_escape(c, weights):
    total = 0.0
    for k in range(len(c)):
        z = 0j
        n = 0
        while abs(z) < 2.0 and n < 8:
            z = z * z + c[k]
            n += 1
        total += weights[k] * (n + np.log(1.0 + abs(z) ** 2))
    orbit = np.zeros_like(c)
    for _ in range(3):
        orbit = orbit**2 + 0.3 * c
    return total + np.sum(np.abs(orbit) ** 2)


def example(rng):
    return (
        np.array([0.3 + 0.5j, -1.1 + 0.2j, 0.9 - 0.7j]),
        rng.standard_normal(3),
    )


def single(rng):
    return np.array([0.1 - 0.2j]), np.ones(1)


CASE = {
    "fun": "smooth_escape",
    "args": example,
    "more": (single,),
    "signature": "c128[n], f64[n]",
    "wrt": (0, 1),
    "tags": ("complex",),
}
