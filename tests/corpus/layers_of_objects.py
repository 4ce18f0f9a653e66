"""Dataclasses that hold arrays and options, called like functions; one inherits from another."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Linear:
    w: np.ndarray
    b: np.ndarray
    activation: str = "linear"

    def __call__(self, x):
        z = self.w @ x + self.b
        if self.activation == "tanh":
            return np.tanh(z)
        return z

    @property
    def weight(self):
        return np.sum(self.w * self.w)

    @staticmethod
    def scale(x):
        return 0.5 * x

    @classmethod
    def square(cls, w):
        return cls(w, w[0], "tanh")


@dataclass(frozen=True)
class Residual(Linear):
    def __call__(self, x):
        return x + self.scale(super().__call__(x))


def network(w, b, x):
    layers = [Linear(w, b, activation="tanh"), Residual(w.T, b), Linear.square(w)]
    layers.append(replace(layers[0], b=2.0 * b))
    penalty = 0.0
    for layer in layers:
        x = layer(x)
        penalty = penalty + layer.weight
    return np.sum(x * x) + 0.1 * penalty


def example(rng):
    return 0.5 * rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)


CASE = {"fun": "network", "args": example, "signature": "f64[n,n], f64[n], f64[n]", "wrt": (0, 1, 2)}
