"""Methods of lists whose length is known: popped anywhere, inserted, deleted, reversed, sorted, searched."""


def shuffled(x, level):
    xs = [x[0], x[1], x[2], x[3]]
    first = xs.pop(0)
    xs.insert(1, first * level)
    xs.insert(-100, level)
    xs.reverse()
    del xs[1]
    kept = xs.copy()
    kept.append(7.0)
    xs.sort()
    largest = sorted([v * level for v in xs], reverse=True)[0]
    near = sorted((x[0], x[1], x[2]), key=lambda v: (v - level) ** 2)[0]
    turned = [x[0], x[1], x[2]]
    for i in range(3):
        v = turned.pop(0)
        turned.insert(2, v * x[i])
    names = [1, 5, 3]
    if len(xs) in names and 5 in names:
        level = level * names.index(3)
    kept.clear()
    return (
        xs[0] * 2.0
        + xs[1] * largest
        + xs[-1] * near
        + level * turned[0] * turned[2]
        + level * (len(xs) + names.count(5) + len(kept))
    )


def example(rng):
    return rng.permutation([0.3, -0.8, 1.4, 0.9]) + rng.uniform(-0.05, 0.05, 4), 0.55


CASE = {"fun": "shuffled", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
