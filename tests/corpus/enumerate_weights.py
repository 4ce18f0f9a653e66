"""enumerate gives an index that enters the arithmetic and the subscripts."""


def weighted(x):
    total = 0.0
    for i, v in enumerate(x):
        total += v * v / (i + 1) + v * x[i // 2]
    return total


def example(rng):
    return (rng.standard_normal(6),)


CASE = {"fun": "weighted", "args": example, "signature": "f64[n]", "wrt": (0,)}
