"""A loop with an early return inside a function that calls itself: bisection by calls."""


def root(a, lo, hi, depth):
    mid = 0.5 * (lo + hi)
    value = mid * mid * mid - a
    if depth == 0:
        return mid - value / (3.0 * mid * mid)
    for k in range(3):
        if abs(value) < 1e-3 * k:
            return mid - 0.5 * value * a
    if value > 0.0:
        return root(a, lo, mid, depth - 1)
    return root(a, mid, hi, depth - 1)


def example(rng):
    return rng.uniform(2.0, 3.0), 1.0, 2.0, 6


CASE = {
    "fun": "root",
    "args": example,
    "signature": "f64, f64, f64, i64",
    "wrt": (0, 1, 2),
    "tags": ("host",),
}
