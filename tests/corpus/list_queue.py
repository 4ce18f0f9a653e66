"""A queue: elements taken from the front, put in anywhere, deleted from the middle, turned round."""


def spread(x, rate):
    waiting = [(x[0], 1)]
    done = []
    while waiting and len(done) < 12:
        value, depth = waiting.pop(0)
        done.append(value * depth)
        if value < 3.0:
            waiting.append((value + rate, depth + 1))
            waiting.insert(len(waiting) // 2, (value * 1.4, depth))
        if len(waiting) > 4:
            del waiting[2]
            waiting.reverse()
    in_order = []
    for v in done:
        j = 0
        while j < len(in_order) and in_order[j] < v:
            j += 1
        in_order.insert(j, v)
    smallest = in_order.pop(0)
    place = done.index(smallest)
    done.remove(smallest)
    seen = done.count(smallest) + (smallest in in_order)
    return sum(v * i for i, v in enumerate(in_order)) + place * smallest + len(done) * smallest + seen * x[1]


def example(rng):
    return rng.uniform(0.3, 0.6, 2), 0.37


def short(rng):
    return rng.uniform(3.5, 4.0, 2), 0.37


CASE = {"fun": "spread", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "more": (short,)}
