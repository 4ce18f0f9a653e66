"""Tuples: unpacking, swapping, returned from helpers, subscripted."""


def advance(pair, h):
    q, p = pair
    p = p - h * q
    return q + h * p, p


def orbit(q, p, h):
    state = (q, p)
    for _ in range(5):
        state = advance(state, h)
    a, b = state[0], state[1]
    a, b = b, a + b
    return a * b


def example(rng):
    return 0.5, 0.9, 0.1


CASE = {"fun": "orbit", "args": example, "signature": "f64, f64, f64", "wrt": (0, 1, 2)}
