"""Output, f-strings and an import that do not change what is computed."""

import logging

import numpy as np


def talkative(x):
    import numpy as xp
    from numpy import cos

    print("start", x.shape)
    total = 0.0
    for i, value in enumerate(reversed(x), start=1):
        total += value * i
        print(f"after {i}")
    "a string of its own"
    label = f"{len(x)} values"
    logging.debug("total %s", label)
    if np.sum(x * x) > 1e9:
        raise ValueError(f"too large: {label}")
    return total * total + xp.sum(cos(x))


def example(rng):
    return (rng.standard_normal(4),)


CASE = {"fun": "talkative", "args": example, "signature": "f64[n]", "wrt": (0,)}
