"""Option prices with a tanh form of the normal distribution, scalar by scalar."""

import math


def normal_cdf(x):
    return 0.5 * (1.0 + math.tanh(0.7978845608 * (x + 0.044715 * x**3)))


def call_price(spot, strike, rate, vol, years):
    d1 = (math.log(spot / strike) + (rate + 0.5 * vol**2) * years) / (vol * math.sqrt(years))
    d2 = d1 - vol * math.sqrt(years)
    return spot * normal_cdf(d1) - strike * math.exp(-rate * years) * normal_cdf(d2)


def example(rng):
    return 100.0, 95.0, 0.03, 0.25, 0.75


CASE = {"fun": "call_price", "args": example, "signature": "f64, f64, f64, f64, f64", "wrt": (0, 1, 2, 3, 4)}
