"""The negative logarithm of the marginal likelihood of a Gaussian process, by a Cholesky factor."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve


def negative_evidence(x, y, length, noise):
    gaps = (x[:, None] - x[None, :]) / length
    covariance = np.exp(-0.5 * gaps**2) + noise**2 * np.eye(len(x))
    factor = cho_factor(covariance, lower=True)
    weights = cho_solve(factor, y)
    volume = np.sum(np.log(np.diag(factor[0])))
    return 0.5 * y @ weights + volume + 0.5 * len(x) * np.log(2.0 * np.pi)


def example(rng):
    return np.linspace(0.0, 2.0, 5) + 0.1 * rng.standard_normal(5), rng.standard_normal(5), 0.7, 0.4


CASE = {
    "fun": "negative_evidence",
    "args": example,
    "signature": "f64[n], f64[n], f64, f64",
    "wrt": (0, 1, 2, 3),
}
