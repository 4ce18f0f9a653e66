"""A neural differential equation and a Kalman filter, differentiated within a number of bytes.

`memory` picks the schedule: what is kept for the reverse sweep stays within it, and as few steps as it allows
run again.
"""

from __future__ import annotations

import console
import numpy as np

import adgen


# -- a differential equation whose right-hand side is a network -----------------------------------------
def field(weights, bias, out, y):
    """The velocity at a place."""
    return out @ np.tanh(weights @ y + bias)


def orbit(weights, bias, out, y, steps):
    """How far a path of many small steps (Runge and Kutta's of fourth order) ends from the unit circle."""
    h, total = 2.0 / steps, 0.0
    for _ in range(steps):
        k1 = field(weights, bias, out, y)
        k2 = field(weights, bias, out, y + 0.5 * h * k1)
        k3 = field(weights, bias, out, y + 0.5 * h * k2)
        k4 = field(weights, bias, out, y + h * k3)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        total += h * (np.sum(y * y) - 1.0) ** 2
    return total


# -- a Kalman filter ------------------------------------------------------------------------------------
def surprise(motion, noise, seen):
    """Minus the logarithm of how likely a series is; of the state, place and speed, the place is seen."""
    state, spread, total = np.zeros(2), np.eye(2), 0.0
    for t in range(len(seen)):
        state = motion @ state
        spread = motion @ spread @ motion.T + np.exp(noise[0]) * np.eye(2)
        width = spread[0, 0] + np.exp(noise[1])
        error = seen[t] - state[0]
        gain = spread[:, 0] / width
        total += 0.5 * (np.log(width) + error * error / width)
        state = state + gain * error
        spread = spread - np.outer(gain, spread[0])
    return total


def orbits(backend: str, steps: int, memory: int | str | None) -> tuple[np.ndarray, ...]:
    """The gradient by the network of the differential equation."""
    rng = np.random.default_rng(2)
    weights, bias, out = rng.normal(size=(12, 2)), rng.normal(size=12), rng.normal(size=(2, 12)) / 12
    gradient = adgen.grad(orbit, (0, 1, 2), backend=backend, memory=memory)
    return gradient(weights, bias, out, np.array([1.0, 0.0]), steps)


def filters(backend: str, count: int, memory: int | str | None) -> tuple[np.ndarray, ...]:
    """The gradient by the motion and the logarithms of the variances."""
    rng = np.random.default_rng(3)
    seen = np.cumsum(rng.normal(size=count)) * 0.1 + rng.normal(size=count)
    motion, noise = np.array([[1.0, 0.1], [0.0, 0.99]]), np.array([-3.0, 0.0])
    return adgen.grad(surprise, (0, 1), backend=backend, memory=memory)(motion, noise, seen)


def main() -> None:
    """Compare gradients within budgets with those that keep everything."""
    arguments = console.options(__doc__.splitlines()[0]).parse_args()
    count = 50 if arguments.small else 20_000
    for name, form in (("neural differential equation", orbits), ("Kalman filter", filters)):
        whole = form(arguments.backend, count, None)
        for memory in ("4 kB", "1 MB"):
            found = form(arguments.backend, count, memory)
            same = all(np.array_equal(a, b) for a, b in zip(whole, found, strict=True))
            print(f"{name} within {memory}: the same gradient to the bit: {same}")
        try:
            form(arguments.backend, count, 64)
        except adgen.UserError as error:
            print(str(error).strip().splitlines()[0])


if __name__ == "__main__":
    main()
