"""Covariance, correlation and a weighted average of returns."""

import numpy as np


def risk(returns, w, confidence):
    c = np.cov(returns, rowvar=False)
    r = np.corrcoef(returns, rowvar=False)
    drift = np.average(returns, axis=0, weights=confidence)
    share = w / np.sum(w)
    return share @ c @ share - share @ drift + np.sum(np.triu(r, 1) ** 2)


def example(rng):
    return rng.standard_normal((8, 3)), rng.uniform(0.5, 1.5, 3), rng.uniform(0.5, 1.5, 8)


CASE = {
    "fun": "risk",
    "args": example,
    "signature": "f64[t,n], f64[n], f64[t]",
    "wrt": (0, 1, 2),
}
