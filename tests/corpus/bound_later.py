"""Names that get their value inside loops and branches, and loop variables read behind the loop."""


def settle(x, tolerance, rounds):
    z = 1.0
    for step in range(rounds):  # noqa: B007
        new = 0.5 * (z + x / z)
        change = abs(new - z)
        if change < tolerance:
            best = new * x
            break
        z = new
    if change < tolerance:
        z = best + z
    return z * (step + 1)


CASE = {
    "fun": "settle",
    "args": lambda rng: (rng.uniform(1.5, 3.0), 0.01, 12),
    "more": [lambda rng: (rng.uniform(1.5, 3.0), 0.0, 3), lambda rng: (rng.uniform(1.5, 3.0), 0.0, 1)],
    "signature": "f64, f64, i64",
    "wrt": (0,),
}
