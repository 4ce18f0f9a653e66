"""Functions with any number of arguments, keyword-only ones, partial functions, functions as arguments."""

import functools

import numpy as np


def squares(*values):
    total = 0.0
    for value in values:
        total = total + value * value
    return total


def scaled(factor, x, *, power=2):
    return factor * x**power


def applied(function, x, *rest):
    return function(x, *rest)


def several(x):
    cubes = functools.partial(scaled, power=3)
    halves = functools.partial(scaled, 0.5)
    twice = functools.partial(cubes, 2.0)
    total = squares(x[0], x[1], x[2] * x[0]) + squares(*[x[0], x[1]]) + squares()
    total = total + np.sum(twice(x)) + np.sum(halves(x)) + np.sum(halves(x, power=1))
    total = total + np.sum(applied(np.sin, x)) + applied(lambda v, k: np.sum(v) * k, x, 3.0)
    return total + np.sum(applied(scaled, 2.0, x)) * x[0]


def example(rng):
    return (rng.standard_normal(3),)


CASE = {"fun": "several", "args": example, "signature": "f64[n]", "wrt": (0,)}
