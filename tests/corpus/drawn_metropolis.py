"""A Metropolis chain: proposals and acceptances are drawn."""

import math

import numpy as np


def energy(z, w):
    return 0.5 * w * z * z + 0.1 * z**4


def chain(start, w, width, rng):
    z = start
    accepted = 0
    total = 0.0
    for _ in range(12):
        proposal = z + width * rng.standard_normal()
        drop = energy(z, w) - energy(proposal, w)
        if drop > 0.0 or rng.random() < math.exp(drop):
            z = proposal
            accepted += 1
        total += z * z
    return total / 12 + 0.01 * accepted * start


def example(rng):
    return 0.4, 1.3, 0.7, np.random.default_rng(7)


def other(rng):
    return -0.2, 0.6, 1.1, np.random.default_rng(8)


CASE = {
    "fun": "chain",
    "args": example,
    "more": (other,),
    "signature": "f64, f64, f64, Generator",
    "wrt": (0, 1, 2),
}
