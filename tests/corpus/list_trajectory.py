"""A trajectory kept in a list that starts with an element; it is summed, indexed, sliced and run over."""

import numpy as np


def distance(y0, dt, forces):
    path = [y0]
    speeds = []
    for i in range(forces.shape[0]):
        speed = np.sin(path[-1]) + forces[i]
        speeds.append(speed)
        path.append(path[-1] + dt * speed)
    total = 0.0
    for k, (y, speed) in enumerate(zip(path, speeds)):  # noqa: B905
        total += y * y * (k + 1) + speed * y
    return total + sum(path) + np.array(path)[2] * path[1] + np.mean(speeds[1:]) + len(path)


def example(rng):
    return 0.3, 0.1, rng.standard_normal(5)


CASE = {"fun": "distance", "args": example, "signature": "f64, f64, f64[n]", "wrt": (0, 1, 2)}
