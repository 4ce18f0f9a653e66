"""The logistic map, iterated a run-time number of times."""


def logistic(r, x0, steps):
    x = x0
    for _ in range(steps):
        x = r * x * (1.0 - x)
    return x


def example(rng):
    return 3.2, 0.4, 7


def none(rng):
    return 3.2, 0.4, 0


CASE = {"fun": "logistic", "args": example, "signature": "f64, f64, i64", "wrt": (0, 1), "more": (none,)}
