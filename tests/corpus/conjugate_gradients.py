"""A Poisson problem solved by conjugate gradients: how the energy depends on the conductivity."""

import numpy as np
from scipy.sparse.linalg import cg


def energy(conductivity, load):
    n = len(load)
    stiffness = np.zeros((n, n))
    for i in range(n):
        stiffness[i, i] = conductivity[i] + conductivity[i + 1]
        if i > 0:
            stiffness[i, i - 1] = -conductivity[i]
            stiffness[i - 1, i] = -conductivity[i]
    deflection, info = cg(stiffness, load, rtol=1e-13)
    return load @ deflection + info


def example(rng):
    return rng.uniform(0.5, 1.5, 6), rng.standard_normal(5)


CASE = {"fun": "energy", "args": example, "signature": "f64[n+1], f64[n]", "wrt": (0, 1)}
