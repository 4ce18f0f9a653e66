"""Starred parameters, starred targets and starred arguments, by position and by keyword."""

import numpy as np


def weighted(*terms, scale=1.0, **options):
    total = options.get("start", 0.0)
    for term in terms:
        total = total + scale * np.sum(term)
    return total


def spread(x, *rest):
    first, *middle, last = (x[0], *rest, x[1] * x[2])
    keywords = {"scale": first, "start": last}
    value = weighted(x, *middle, **keywords) + weighted(*rest)
    for a, b in zip(rest, middle, strict=True):
        value = value + np.sum(a * b)
    return value * len(rest)


def example(rng):
    return rng.standard_normal(3), 0.4, rng.standard_normal(2)


CASE = {"fun": "spread", "args": example, "signature": "f64[n], f64, f64[m]", "wrt": (0, 1, 2)}
