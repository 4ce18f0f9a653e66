"""`:=` in the tests of loops that are left in the middle, cut short, and tested again behind each round."""


def named(x, y, tolerance):
    total, k = 0.0, 0
    square = 0.0
    if x[0] > 0.7 and (square := x[0] * x[1]) > 1.0:
        total += square
    product = square if y[1] > 0.5 else (square := y[0] * x[2]) * 2.0
    total += square * product
    while (term := x[k] * y[k]) < 2.0:
        total += term
        k += 1
        if total > 3.0 or k == len(x):
            break
    guess, rounds = 0.0, 0
    while (error := x[0] - guess) > tolerance and rounds < 50:
        rounds += 1
        if rounds == 2:
            continue
        guess += 0.3 * error
        if rounds > 20:
            return guess * term
    else:
        total += error
    while k < 9 and (total := total * 1.5) < 4.0:
        k += 1
        if y[0] > 0.9:
            break
    return total * y[0] + error + guess * term


def example(rng):
    return rng.uniform(0.5, 1.5, 4), rng.uniform(0.2, 0.8, 4), 0.05


def left(rng):
    return rng.uniform(1.5, 1.6, 4), rng.uniform(0.9, 1.0, 4), 1e-9


CASE = {
    "fun": "named",
    "args": example,
    "more": (left,),
    "signature": "f64[n], f64[n], f64",
    "wrt": (0, 1),
}
