"""A linear differential equation by matrix exponentials, and its steady spread by Lyapunov's equation."""

import numpy as np
from scipy import linalg


def misfit(a, start, wanted):
    state, total = start, 0.0
    step = linalg.expm(0.1 * a)
    for target in wanted:
        state = step @ state
        total += np.sum((state - target) ** 2)
    spread = linalg.solve_continuous_lyapunov(a, -np.eye(len(a)))
    return total + np.trace(spread)


def example(rng):
    a = 0.5 * rng.standard_normal((3, 3)) - 2.0 * np.eye(3)
    return a, rng.standard_normal(3), rng.standard_normal((4, 3))


CASE = {"fun": "misfit", "args": example, "signature": "f64[n,n], f64[n], f64[t,n]", "wrt": (0, 1, 2)}
