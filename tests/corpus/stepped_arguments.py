"""Arguments stepped in place by augmented assignments to their names, inside a loop."""

import numpy as np


def leapfrog(position, velocity, dt, steps):
    velocity -= np.mean(velocity)
    for _ in range(steps):
        velocity += dt * np.sin(position)
        position += dt * velocity
        if np.sum(velocity) > 0.0:
            velocity *= 0.9
    return np.sum(position * velocity)


def example(rng):
    return rng.standard_normal(4), rng.standard_normal(4), 0.3, 5


CASE = {
    "fun": "leapfrog",
    "args": example,
    "signature": "f64[n], f64[n], f64, i64",
    "wrt": (0, 1, 2),
    "tags": ("mutates",),
}
