"""What is lost of data by keeping the first two principal components."""

import numpy as np


def loss(data, scale):
    centred = (data - np.mean(data, axis=0)) * scale
    _, values, directions = np.linalg.svd(centred, full_matrices=False)
    kept = directions[:2]
    rebuilt = centred @ kept.T @ kept
    return np.sum((centred - rebuilt) ** 2) + 0.1 * np.log(values[0] / values[1])


def example(rng):
    return rng.standard_normal((6, 3)) * np.array([3.0, 1.5, 0.5]), rng.uniform(0.5, 1.5, 3)


CASE = {"fun": "loss", "args": example, "signature": "f64[n,m], f64[m]", "wrt": (0, 1)}
