"""Functions made of functions: partial, map, reduce, operators, sorted keys, decorators of one's own."""

import functools
import operator

import numpy as np


def affine(x, slope=1.0, shift=0.0):
    return slope * x + shift


def doubled(function):
    @functools.wraps(function)
    def run(*args, **kwargs):
        return 2.0 * function(*args, **kwargs)

    return run


def composed(x, a):
    steep = functools.partial(affine, slope=a)

    @doubled
    def square(y, offset=0.5):
        return y * y + offset

    parts = tuple(map(steep, (x[0], x[1], x[2])))
    product = functools.reduce(operator.mul, parts, 1.0)
    total = functools.reduce(lambda s, y: s + y * y, parts)
    table = {"b": product, "a": total}
    for name in sorted(table):
        total = operator.add(total, table[name] * len(name))
    positive = all(part > -10.0 for part in parts) and any(part < 10.0 for part in parts)
    return square(total, offset=a) + (product if positive else total)


def example(rng):
    return np.array([0.4, -0.7, 1.1]), 1.2


CASE = {"fun": "composed", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
