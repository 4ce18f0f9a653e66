"""The square root of every element by a fixed point of numbers, in a loop, and a pair of them at once."""

import adgen


def improved(x, a):
    return 0.5 * (x + a / x)


def coupled(pair, a):
    u, v = pair
    return 0.25 * v + 0.1 * a, 0.3 * u * u


def total(xs):
    s = 0.0
    for x in xs:
        s += adgen.fixed_point(improved, 1.0, 1.0 + x * x)
    u, v = adgen.fixed_point(coupled, (0.0, 0.0), s, tol=1e-14)
    return u * v + s


def example(rng):
    return (rng.standard_normal(4),)


CASE = {"fun": "total", "args": example, "signature": "f64[n]", "wrt": (0,)}
