"""Functions with reverse rules of their own, in loops and branches, of numbers and arrays."""

import numpy as np

import adgen


@adgen.custom_vjp
def log1pexp(x):
    return np.log(1.0 + np.exp(x))


def log1pexp_forward(x):
    return log1pexp(x), np.exp(x)


def log1pexp_backward(e, g):
    return g * (1.0 - 1.0 / (1.0 + e))


log1pexp.defvjp(log1pexp_forward, log1pexp_backward)


@adgen.custom_vjp
def root_of(a, start=1.0):
    """The square root, by iterations that are not differentiated."""
    x = start
    while abs(x * x - a) > 1e-14 * a:
        x = 0.5 * (x + a / x)
    return x


root_of.defvjp(
    lambda a, start: (root_of(a, start), root_of(a, start)), lambda root, g: (g / (2.0 * root), None)
)


@adgen.custom_vjp
def scaled(parameters, x, *, power=2):
    w, b = parameters["w"], parameters["b"]
    return {"sum": np.sum(x @ w) + b, "power": x**power}


def scaled_forward(parameters, x, *, power):
    return scaled(parameters, x, power=power), (parameters["w"], x, power)


def scaled_backward(saved, g):
    w, x, power = saved
    ones = np.ones(x.shape[0])
    w_bar = g["sum"] * (ones @ x)
    x_bar = g["sum"] * np.outer(ones, w) + g["power"] * power * x ** (power - 1)
    return {"w": w_bar, "b": g["sum"]}, x_bar, None


scaled.defvjp(scaled_forward, scaled_backward)


def loss(x, w):
    total = 0.0
    for i in range(len(w)):
        if w[i] > 0.0:
            total += log1pexp(w[i]) * root_of(1.0 + w[i] * w[i])
        else:
            total += w[i]
    both = scaled({"w": w, "b": total}, x, power=3)
    return np.sum(log1pexp(both["power"])) + both["sum"] * total


def example(rng):
    return rng.standard_normal((4, 3)), rng.standard_normal(3)


CASE = {"fun": "loss", "args": example, "signature": "f64[n,m], f64[m]", "wrt": (0, 1)}
