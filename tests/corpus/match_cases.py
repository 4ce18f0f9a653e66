"""`match` on counters, constants, sequences and records."""

from typing import NamedTuple

import numpy as np


class Segment(NamedTuple):
    kind: str
    length: float


def path_length(x, y):
    total = 0.0
    for i in range(5):
        match i % 3:
            case 0:
                total += x * i
            case 1 | 4:
                total += np.sin(x * y)
            case k if k > 1:
                total -= y * y
    for piece in (Segment("line", x), Segment("arc", x * y), ("jump", y, x)):
        match piece:
            case Segment(kind="line", length=d):
                total += d
            case Segment("arc", d):
                total += 3.0 * d * d
            case [_, *steps]:
                total += steps[0] * steps[1]
    match {"mode": "fast", "gain": y}:
        case {"mode": "slow"}:
            total = 0.0
        case {"gain": gain}:
            total = total * gain
    return total


def example(rng):
    return 0.8, 1.3


CASE = {"fun": "path_length", "args": example, "signature": "f64, f64", "wrt": (0, 1)}
