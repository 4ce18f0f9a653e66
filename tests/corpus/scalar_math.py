"""math.* on Python floats, with a loop."""

import math


def spiral(r, turns):
    x = 0.0
    for i in range(4):
        angle = math.atan2(r + i, turns) * math.pi
        x += math.hypot(math.cos(angle), r) * math.log1p(math.fabs(x)) + math.sqrt(turns) - math.pow(r, 1.5)
    return x + math.sinh(0.1 * x) * math.log(turns)


def example(rng):
    return 0.7, 1.9


CASE = {"fun": "spiral", "args": example, "signature": "f64, f64", "wrt": (0, 1)}
