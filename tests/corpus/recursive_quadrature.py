"""Adaptive Simpson quadrature: a nested function that calls itself and reads what is around it."""

import numpy as np


def integral(k, a, b, tol):
    def f(t):
        return np.exp(-k * t * t) * np.cos(k * t)

    def refine(a, b, fa, fm, fb, whole, tol):
        m = 0.5 * (a + b)
        fl, fr = f(0.5 * (a + m)), f(0.5 * (m + b))
        left = (m - a) / 6.0 * (fa + 4.0 * fl + fm)
        right = (b - m) / 6.0 * (fm + 4.0 * fr + fb)
        change = left + right - whole
        if abs(change) < 15.0 * tol:
            return left + right + change / 15.0
        return refine(a, m, fa, fl, fm, left, 0.5 * tol) + refine(m, b, fm, fr, fb, right, 0.5 * tol)

    fa, fm, fb = f(a), f(0.5 * (a + b)), f(b)
    return refine(a, b, fa, fm, fb, (b - a) / 6.0 * (fa + 4.0 * fm + fb), tol)


def example(rng):
    return rng.uniform(1.0, 1.5), 0.0, rng.uniform(2.0, 2.5), 1e-5


CASE = {
    "fun": "integral",
    "args": example,
    "signature": "f64, f64, f64, f64",
    "wrt": (0, 1, 2),
    "tags": ("host",),
}
