"""Integer state decides in a while loop what is multiplied."""


def power(x, n):
    result = 1.0
    base = x
    while n > 0:
        if n % 2 == 1:
            result = result * base
        base = base * base
        n = n // 2
    return result


def example(rng):
    return 1.1, 13


def zeroth(rng):
    return 1.1, 0


CASE = {"fun": "power", "args": example, "signature": "f64, i64", "wrt": (0,), "more": (zeroth,)}
