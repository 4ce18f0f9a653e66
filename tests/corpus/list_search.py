"""A tree walked with an explicit stack of pairs, to a depth that depends on the values."""


def tree_energy(x, rate):
    stack = [(x, 0)]
    total = 0.0
    visited = 0
    while stack:
        value, depth = stack.pop()
        visited += 1
        total += value * value / (1 + depth)
        if value < 2.0 and depth < 4:
            stack.append((value * rate, depth + 1))
            stack.append((value + rate * rate, depth + 2))
    return total + visited * x


def example(rng):
    return 0.7, 1.3


def leaf(rng):
    return 5.0, 1.1


CASE = {"fun": "tree_energy", "args": example, "signature": "f64, f64", "wrt": (0, 1), "more": (leaf,)}
