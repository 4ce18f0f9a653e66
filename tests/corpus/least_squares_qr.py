"""A straight line fitted by a QR decomposition, and by least squares; how well it predicts."""

import numpy as np
from scipy.linalg import solve_triangular


def prediction(x, y, at):
    design = np.stack((np.ones(len(x)), x, x**2), axis=1)
    q, r = np.linalg.qr(design)
    line = solve_triangular(r, q.T @ y)
    again, rest, _, _ = np.linalg.lstsq(design, y)
    return line @ np.array([1.0, at, at**2]) + np.sum(again**2) + np.sum(rest)


def example(rng):
    return rng.uniform(-1.0, 1.0, 6), rng.standard_normal(6), 0.3


CASE = {"fun": "prediction", "args": example, "signature": "f64[n], f64[n], f64", "wrt": (0, 1, 2)}
