"""Functions of numbers that are short formulas of others: of math and of scipy.special."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy


# -- math -----------------------------------------------------------------------------------------------
def ldexp(x: Any, i: Any) -> Any:
    """x * 2**i, for an integer i."""
    return float(x) * 2.0**i


def modf(x: Any) -> Any:
    """What stands behind the point and in front of it, both with the sign of x."""
    whole = float(math.trunc(x))
    return float(x) - whole, whole


def isclose(a: Any, b: Any, *, rel_tol: Any = 1e-09, abs_tol: Any = 0.0) -> Any:
    """Whether two numbers are as good as equal."""
    return a == b or abs(a - b) <= max(rel_tol * max(abs(a), abs(b)), abs_tol)


def sumprod(p: Any, q: Any) -> Any:
    """The sum of products of two sequences."""
    found = 0
    for a, b in zip(p, q, strict=True):
        found = found + a * b
    return found


# -- scipy.special --------------------------------------------------------------------------------------
def cosm1(x: Any) -> Any:
    """cos(x) - 1, accurate near 0."""
    half = np.sin(np.multiply(x, 0.5))
    return -2.0 * half * half


def exp10(x: Any) -> Any:
    """10 to the power x."""
    return np.power(10.0, x)


def binom(n: Any, k: Any) -> Any:
    """The binomial coefficient of real numbers, by both of them."""
    m = np.add(n, 1.0)
    return 1.0 / (m * scipy.special.beta(m - k, np.add(k, 1.0)))


def factorial(n: Any, exact: Any = False) -> Any:
    """The factorial of numbers that are not negative (of others 0), as a float."""
    if exact:
        return math.factorial(n)
    x = np.multiply(n, np.float64(1.0))
    return np.where(x >= 0.0, scipy.special.gamma(np.where(x >= 0.0, x, 0.0) + 1.0), 0.0)[()]


NAMES: dict[str, Callable[..., Any]] = {
    "math.ldexp": ldexp,
    "math.modf": modf,
    "math.isclose": isclose,
    **({"math.sumprod": sumprod} if hasattr(math, "sumprod") else {}),
    "scipy.special.cosm1": cosm1,
    "scipy.special.exp10": exp10,
    "scipy.special.binom": binom,
    "scipy.special.factorial": factorial,
}
