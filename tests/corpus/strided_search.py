"""Loops whose step is an argument, up and down, left early or not."""


def search(x, step, limit):
    total = 0.0
    for i in range(0, len(x), step):
        if x[i] < 0.0:
            continue
        total += x[i] * x[i]
        if total > limit:
            break
    for j in reversed(range(1, len(x), step)):
        total += x[j] * x[j - 1]
    for k in range(len(x) - 1, -1, -step):
        total *= 1.0 + 0.1 * x[k]
    return total


def example(rng):
    return rng.standard_normal(9), 2, 1.5


CASE = {
    "fun": "search",
    "args": example,
    "more": [
        lambda rng: (rng.standard_normal(7), 3, 100.0),
        lambda rng: (rng.standard_normal(4), 20, 1.0),
        lambda rng: (rng.standard_normal(0), 1, 1.0),
    ],
    "signature": "f64[n], i64, f64",
    "wrt": (0,),
}
