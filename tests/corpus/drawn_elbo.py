"""A variational bound with reparameterised samples of several families."""

import numpy as np


def bound(mu, log_sigma, low, rng):
    sigma = np.exp(log_sigma)
    z = rng.normal(mu, sigma, size=(6, mu.shape[0]))
    u = rng.uniform(low, low + sigma)
    e = rng.exponential(sigma) + rng.gamma(2.0, sigma)
    noise = rng.normal(size=mu.shape[0]) + rng.laplace(0.0, sigma)
    log_p = -0.5 * np.sum(z * z, axis=1)
    return np.mean(log_p) + np.sum(log_sigma) + np.sum(u * e) + mu @ noise + rng.lognormal(low, 0.3)


def example(rng):
    return rng.standard_normal(3), 0.2 * rng.standard_normal(3), 0.5, np.random.default_rng(3)


CASE = {
    "fun": "bound",
    "args": example,
    "signature": "f64[n], f64[n], f64, Generator",
    "wrt": (0, 1, 2),
}
