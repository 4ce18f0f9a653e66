"""A list filled by a loop that is left early, inside another loop, and read backwards."""


def crossings(x, level):
    marks = []
    for row in x:
        height = 0.0
        for value in row:
            if height + value > level:
                break
            height += value
            marks.append(height * value)
    weight = 1.0
    for mark in reversed(marks):
        weight = 0.5 * weight + mark * weight
    return weight * len(marks)


def example(rng):
    return rng.uniform(0.2, 1.0, (3, 4)), 1.45


def never(rng):
    return rng.uniform(2.0, 3.0, (2, 3)), 1.5


CASE = {"fun": "crossings", "args": example, "signature": "f64[n,m], f64", "wrt": (0,), "more": (never,)}
