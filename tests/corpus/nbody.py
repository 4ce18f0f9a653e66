"""Gravitation of a few bodies: pair loops with slice updates of the forces."""

import numpy as np


def energy_after(pos0, vel0, mass, dt):
    pos = pos0.copy()
    vel = vel0.copy()
    n = pos.shape[0]
    for _ in range(2):
        acc = np.zeros((n, 3))
        for i in range(n):
            for j in range(i + 1, n):
                d = pos[j] - pos[i]
                r2 = np.sum(d * d) + 0.05
                f = 1.0 / (r2 * np.sqrt(r2))
                acc[i] += mass[j] * f * d
                acc[j] -= mass[i] * f * d
        vel += dt * acc
        pos += dt * vel
    return 0.5 * np.sum(mass * np.sum(vel * vel, axis=1))


def example(rng):
    return rng.standard_normal((3, 3)), rng.standard_normal((3, 3)), rng.uniform(0.5, 1.5, 3), 0.05


CASE = {
    "fun": "energy_after",
    "args": example,
    "signature": "f64[n,3], f64[n,3], f64[n], f64",
    "wrt": (0, 1, 2, 3),
}
