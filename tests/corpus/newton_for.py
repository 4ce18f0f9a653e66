"""Newton's square root with a fixed number of steps."""


def newton_root(a):
    r = a
    for _ in range(6):
        r = 0.5 * (r + a / r)
    return r


def example(rng):
    return (2.0,)


CASE = {"fun": "newton_root", "args": example, "signature": "f64", "wrt": (0,)}
