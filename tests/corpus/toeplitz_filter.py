"""A filter fitted to a signal by a Toeplitz system, and a circulant, a Hankel and a block diagonal matrix."""

import numpy as np
from scipy.linalg import block_diag, circulant, hankel, toeplitz


def misfit(x, tail):
    correlation = toeplitz(0.5 * x) + np.eye(len(x))
    weights = np.linalg.solve(correlation, x)
    around = circulant(tail) @ tail
    blocks = block_diag(hankel(tail), 2.0, x)
    return np.sum(weights**2) + np.sum(np.sin(around)) + np.sum(blocks**3)


def example(rng):
    return rng.standard_normal(5), rng.standard_normal(3)


CASE = {"fun": "misfit", "args": example, "signature": "f64[n], f64[m]", "wrt": (0, 1)}
