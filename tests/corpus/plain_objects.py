"""Objects of a plain class made by the function, with state that methods change."""

import numpy as np


class Momentum:
    decay = 0.9

    def __init__(self, rate, size=0.0):
        self.rate = rate
        self.velocity = size
        self.calls = 0

    def step(self, gradient):
        self.velocity = self.decay * self.velocity + gradient
        self.calls += 1
        return self.rate * self.velocity


class Clipped(Momentum):
    def step(self, gradient):
        return np.tanh(super().step(gradient))


def descent(x, rate):
    optimiser = Clipped(rate, size=np.zeros_like(x))
    plain = Momentum(rate)
    y = x[0]
    for _ in range(4):
        x = x - optimiser.step(2.0 * x)
        y = y - plain.step(y)
    return np.sum(x * x) + y * optimiser.calls


def example(rng):
    return np.array([1.2, -0.7, 0.4]), 0.1


CASE = {"fun": "descent", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
