"""Likelihoods and curves made of special functions."""

import numpy as np
from scipy import special


def tail(x):
    return special.erfc(x / np.sqrt(2.0)) / 2.0


def likelihood(rates, counts, x, width):
    terms = special.xlogy(counts, rates) - rates - special.gammaln(counts + 1.0)
    total = np.sum(terms) + special.log_ndtr(width)
    for k in range(x.shape[0]):
        total += special.j0(x[k]) * tail(width * x[k]) - special.ndtr(x[k] - width)
    return total + np.mean(special.rel_entr(rates, x)) + special.jn(2, width)


def example(rng):
    return rng.uniform(0.5, 2.0, 4), np.array([0.0, 1.0, 3.0, 2.0]), rng.uniform(0.3, 2.0, 4), 0.7


CASE = {
    "fun": "likelihood",
    "args": example,
    "signature": "f64[n], f64[n], f64[n], f64",
    "wrt": (0, 2, 3),
}
