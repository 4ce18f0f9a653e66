"""A list of zeros of computed length, filled by position."""


def table(x, count):
    cells = [0.0] * count
    hits = [0] * count
    for i in range(len(x)):
        place = (3 * i) % count
        cells[place] += x[i] * x[i]
        hits[place] += 1
    cells[0] = cells[0] * cells[-1] + 1.0
    total = 0.0
    for cell, hit in zip(cells, hits, strict=True):
        total += cell * cell * hit
    cells.clear()
    return total + len(cells)


def example(rng):
    return rng.uniform(0.5, 1.5, 7), 5


CASE = {"fun": "table", "args": example, "signature": "f64[n], i64", "wrt": (0,)}
