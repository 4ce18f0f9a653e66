"""Ridge regression: the error on other data as a function of the penalty."""

import numpy as np
from scipy.linalg import solve


def validation_error(x, y, other_x, other_y, penalty):
    normal = x.T @ x + penalty * np.eye(x.shape[1])
    w = solve(normal, x.T @ y, assume_a="pos")
    return np.mean((other_x @ w - other_y) ** 2) + 1e-3 * np.linalg.norm(w, 1) + 1e-3 * np.linalg.cond(normal)


def example(rng):
    return (*(rng.standard_normal(s) for s in ((5, 3), 5, (4, 3), 4)), 0.3)


CASE = {
    "fun": "validation_error",
    "args": example,
    "signature": "f64[n,m], f64[n], f64[k,m], f64[k], f64",
    "wrt": (0, 1, 2, 3, 4),
}
