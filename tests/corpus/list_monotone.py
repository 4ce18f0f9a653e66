"""A monotone stack: lists that are read in tests and loops before the program says what is put into them."""

import numpy as np


def visible(x):
    stack = [].copy()
    peaks = []
    total = 0.0
    for v in x:
        while stack and stack[-1] > v:
            top = stack.pop()
            total += top * v
        for peak in reversed(peaks):
            total += 0.1 * peak * v
        if not peaks or v > peaks[-1]:
            peaks.append(v)
        stack.append(v * v)
    never = []
    for v in x:
        if v > 1e6:
            never.pop()
    while peaks and stack:
        total += peaks.pop() * stack.pop()
    return total + len(never) + (never[-1] if never else 0.0)


def example(rng):
    return (rng.uniform(0.2, 3.0, 7),)


def rising(rng):
    return (np.linspace(0.5, 2.0, 4),)


def single(rng):
    return (rng.uniform(0.2, 3.0, 1),)


CASE = {"fun": "visible", "args": example, "signature": "f64[n]", "wrt": (0,), "more": (rising, single)}
