"""Knots put in and left out, blocks, meshes, and a polynomial through them."""

import numpy as np


def shaped(c, knots, h):
    more = np.insert(knots, 1, 0.5 * (knots[0] + knots[1]))
    fewer = np.delete(more, -1)
    xs, ys = np.meshgrid(fewer, knots, indexing="ij")
    surface = np.polyval(c, xs) * ys
    both = np.block([[surface, h * surface], [h * surface, surface]])
    slope = np.polyval(np.polyder(c), knots)
    steps = np.diff(knots, prepend=0.0, append=h)
    return np.sum(both**2) + np.sum(slope) + np.sum(np.rot90(both) * both[::-1].T) + steps @ steps


def example(rng):
    return rng.standard_normal(4), np.sort(rng.uniform(0.0, 1.0, 5)), 0.8


CASE = {
    "fun": "shaped",
    "args": example,
    "signature": "f64[k], f64[5], f64",
    "wrt": (0, 1, 2),
}
