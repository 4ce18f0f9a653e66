"""Powers by repeated squaring: a number known only at run time decides how deep it goes."""


def power(x, n):
    # halve the exponent, square the result
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    if n % 2 == 0:
        return half * half
    return x * half * half


def example(rng):
    return rng.uniform(0.5, 1.5), 13


def at_once(rng):
    return rng.uniform(0.5, 1.5), 0


CASE = {
    "fun": "power",
    "args": example,
    "more": (at_once,),
    "signature": "f64, i64",
    "wrt": (0,),
    "tags": ("host",),
}
