"""One list under several names, changed by helpers."""


def push(values, value):
    values.append(value)
    return len(values)


def drop_small(values, bound):
    kept = []
    while values:
        value = values.pop()
        if value > bound:
            push(kept, value)
    return kept


def total(x):
    first = []
    same = first
    steps = 0
    for value in x:
        if value > 0.0:
            steps += push(first, value * value)
    kept = drop_small(same.copy(), 0.5)
    same.extend(kept)
    both = [*first, x[0], *kept]
    return sum(same) * steps + sum(both) * len(kept) + both[0]


def example(rng):
    return (rng.uniform(0.3, 1.3, 6),)


CASE = {"fun": "total", "args": example, "signature": "f64[n]", "wrt": (0,)}
