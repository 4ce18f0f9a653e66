"""Module-level numbers, plain and derived."""

import math

RATE = 0.35
STEPS = 4
TWO_PI = 2.0 * math.pi


def oscillate(x, v):
    for _ in range(STEPS):
        v = v - RATE * math.sin(TWO_PI * x)
        x = x + RATE * v
    return x * v


def example(rng):
    return 0.3, 0.2


CASE = {"fun": "oscillate", "args": example, "signature": "f64, f64", "wrt": (0, 1)}
