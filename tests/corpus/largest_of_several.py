"""Python's max and min of three numbers share a tie evenly."""


def largest(x, y, z):
    return max(x, y, z) * x + min(x * y, y, z, 2.0)


def example(rng):
    return 0.7, 1.9, -0.4


def smaller_first(rng):
    return 3.0, 1.5, 2.5


AT_KINKS = (1.0, 1.0, 1.0)
EXPECTED = (1.0 + 1.0 / 3.0 + 1.0 / 3.0, 1.0 / 3.0 + 1.0 / 3.0 + 1.0 / 3.0, 1.0 / 3.0 + 1.0 / 3.0)

CASE = {
    "fun": "largest",
    "args": example,
    "more": (smaller_first,),
    "signature": "f64, f64, f64",
    "wrt": (0, 1, 2),
    "kinks": ((AT_KINKS, EXPECTED),),
}
