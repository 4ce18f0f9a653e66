"""Python floats rounded to decimals, as their decimals are written: constants of the derivative."""


def prices(x, fee):
    total = 0.0
    for k in range(3):
        total = round(total + x * fee * k, 2) + x * fee
    return total * round(2.675, 2) + round(fee * 100.0, -1) * x


def example(rng):
    return 1.2345, 0.377


CASE = {"fun": "prices", "args": example, "signature": "f64, f64", "wrt": (0, 1), "tags": ("host",)}
