"""A range with a negative step."""


def fraction(a, x):
    value = a[a.shape[0] - 1]
    for i in range(a.shape[0] - 2, -1, -1):
        value = a[i] + x / value
    return value


def example(rng):
    return rng.uniform(1.0, 2.0, 5), 0.7


CASE = {"fun": "fraction", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
