"""A loop whose condition must not look beyond the end, and returns out of nested loops."""


def score(x, limit):
    i = 0
    total = 0.0
    while i < len(x) and x[i] > 0.0:
        total += x[i] * x[i]
        i += 1
    for j in range(i):
        k = 0
        while True:
            k += 1
            if k > j:
                break
            if k == 2:
                continue
            total += x[j] * x[k]
            if total > limit:
                return total * x[0]
        if total < 0.0:
            return -total
    return total


CASE = {
    "fun": "score",
    "args": lambda rng: (rng.uniform(0.5, 1.0, 6), 100.0),
    "more": [
        lambda rng: (rng.uniform(0.5, 1.0, 6), 4.0),
        lambda rng: (rng.uniform(-1.0, 1.0, 6), 100.0),
        lambda rng: (rng.uniform(0.5, 1.0, 0), 100.0),
    ],
    "signature": "f64[n], f64",
    "wrt": (0,),
}
