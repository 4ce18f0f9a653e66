"""An accumulator that starts as an integer and becomes a float in the loop."""


def start_at_zero(x, n):
    s = 0
    p = 1
    for i in range(n):
        s += x[i] * p
        p = p * 0.5
    return s * 1.0


def example(rng):
    return rng.standard_normal(5), 5


def no_steps(rng):
    return rng.standard_normal(5), 0


CASE = {"fun": "start_at_zero", "args": example, "signature": "f64[n], i64", "wrt": (0,), "more": (no_steps,)}
