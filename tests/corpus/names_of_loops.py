"""Names that a loop binds are read behind it, where the loop may not have run."""


def last(x, y, n):
    i = 5
    s = y
    for i in range(n):
        s = s * y + i
    v = y * 3.0
    for v in x:
        s = s + v
    return s * i + v * v


CASE = {
    "fun": "last",
    "args": lambda rng: (rng.standard_normal(3), 0.7, 4),
    "more": (
        lambda rng: (rng.standard_normal(2), 0.7, 0),
        lambda rng: (rng.standard_normal(0), 0.7, 1),
        lambda rng: (rng.standard_normal(0), 0.7, 0),
    ),
    "signature": "f64[n], f64, i64",
    "wrt": (0, 1),
}
