"""Horner's rule over the elements of an array."""


def horner(coefficients, x):
    p = 0.0
    for c in coefficients:
        p = p * x + c
    return p


def example(rng):
    return rng.standard_normal(6), 0.8


def one(rng):
    return rng.standard_normal(1), 0.8


CASE = {"fun": "horner", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "more": (one,)}
