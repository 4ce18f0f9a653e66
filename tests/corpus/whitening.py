"""Data whitened by the inverse square root of its covariance; the orthogonal factor of a matrix."""

import numpy as np
from scipy.linalg import polar, sqrtm


def spread(data, turn):
    centred = data - np.mean(data, axis=0)
    covariance = centred.T @ centred / len(data) + 0.1 * np.eye(data.shape[1])
    white = np.linalg.solve(sqrtm(covariance), centred.T)
    u, p = polar(turn)
    return np.sum(np.tanh(u @ white)) + np.linalg.norm(p, "nuc")


def example(rng):
    return rng.standard_normal((6, 3)), rng.standard_normal((3, 3)) + 2.0 * np.eye(3)


CASE = {"fun": "spread", "args": example, "signature": "f64[n,m], f64[m,m]", "wrt": (0, 1)}
