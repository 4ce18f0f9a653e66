"""Array factor of antennas with complex weights: products, conjugates, parts written in place."""

import numpy as np


def side_lobes(weights, positions, angles):
    steering = np.exp(2j * np.pi * np.outer(np.sin(angles), positions))
    field = steering @ weights
    power = np.abs(field) ** 2
    tapered = weights.copy()
    tapered.real *= 0.5
    tapered.imag[1:] = weights.real[:-1]
    gram = np.outer(tapered.conj(), tapered)
    return np.sum(power[1:]) / power[0] + np.vdot(weights, tapered).imag + np.sum(gram.real[0])


def example(rng):
    weights = rng.standard_normal(4) + 1j * rng.standard_normal(4)
    return weights, np.sort(rng.uniform(0.0, 2.0, 4)), np.array([0.1, 0.6, 1.1])


CASE = {
    "fun": "side_lobes",
    "args": example,
    "signature": "c128[n], f64[n], f64[m]",
    "wrt": (0, 1, 2),
    "tags": ("complex",),
}
