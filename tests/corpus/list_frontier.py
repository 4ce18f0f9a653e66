"""Two lists that change places: a frontier and the next one."""


def grown(x, step):
    frontier = [x[0], x[1]]
    total = 0.0
    rounds = 0
    while frontier:
        following = []
        for value in frontier:
            total += value**2
            if value < 3.0:
                following.append(value * 1.7)
            if value < 1.5:
                following.append(value + step)
        frontier = following
        rounds += 1
    return total * rounds


def example(rng):
    return rng.uniform(0.5, 1.0, 2), 0.8


CASE = {"fun": "grown", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "tags": ("host",)}
