"""Functions of scipy.special that are short formulas: derivatives, polynomials and distributions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy

from adgen.nn.functions import softplus as _softplus


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), without overflow."""
    return _softplus(x)


# -- derivatives of Bessel functions --------------------------------------------------------------------
def jvp(v: Any, z: Any, n: Any = 1) -> Any:
    """The n-th derivative of jv."""
    if n == 0:
        return scipy.special.jv(v, np.asarray(z).astype(np.float64)[()])
    return 0.5 * (jvp(v - 1, z, n - 1) - jvp(v + 1, z, n - 1))


def yvp(v: Any, z: Any, n: Any = 1) -> Any:
    """The n-th derivative of yv."""
    if n == 0:
        return scipy.special.yv(v, np.asarray(z).astype(np.float64)[()])
    return 0.5 * (yvp(v - 1, z, n - 1) - yvp(v + 1, z, n - 1))


def ivp(v: Any, z: Any, n: Any = 1) -> Any:
    """The n-th derivative of iv."""
    if n == 0:
        return scipy.special.iv(v, np.asarray(z).astype(np.float64)[()])
    return 0.5 * (ivp(v - 1, z, n - 1) + ivp(v + 1, z, n - 1))


def kvp(v: Any, z: Any, n: Any = 1) -> Any:
    """The n-th derivative of kv."""
    if n == 0:
        return scipy.special.kv(v, np.asarray(z).astype(np.float64)[()])
    return -0.5 * (kvp(v - 1, z, n - 1) + kvp(v + 1, z, n - 1))


# -- orthogonal polynomials of a whole degree -----------------------------------------------------------
def _recurred(n: Any, first: Any, second: Any, step: Any) -> Any:
    """Element n of a sequence in which every element follows from the two before."""
    if n == 0:
        return first
    before, now = first, second
    for k in range(1, n):
        before, now = now, step(k, now, before)
    return now


def eval_legendre(n: Any, x: Any) -> Any:
    """The polynomial of Legendre of a degree known at build time."""
    t = np.asarray(x).astype(np.float64)[()]
    return _recurred(n, t * 0.0 + 1.0, t, lambda k, p, q: ((2 * k + 1) * t * p - k * q) / (k + 1))


def eval_chebyt(n: Any, x: Any) -> Any:
    """The polynomial of Chebyshev of the first kind of a degree known at build time."""
    t = np.asarray(x).astype(np.float64)[()]
    return _recurred(n, t * 0.0 + 1.0, t, lambda k, p, q: 2.0 * t * p - q)


def eval_chebyu(n: Any, x: Any) -> Any:
    """The polynomial of Chebyshev of the second kind of a degree known at build time."""
    t = np.asarray(x).astype(np.float64)[()]
    return _recurred(n, t * 0.0 + 1.0, 2.0 * t, lambda k, p, q: 2.0 * t * p - q)


def eval_hermite(n: Any, x: Any) -> Any:
    """The physicists' polynomial of Hermite of a degree known at build time."""
    t = np.asarray(x).astype(np.float64)[()]
    return _recurred(n, t * 0.0 + 1.0, 2.0 * t, lambda k, p, q: 2.0 * t * p - 2.0 * k * q)


def eval_hermitenorm(n: Any, x: Any) -> Any:
    """The probabilists' polynomial of Hermite of a degree known at build time."""
    t = np.asarray(x).astype(np.float64)[()]
    return _recurred(n, t * 0.0 + 1.0, t, lambda k, p, q: t * p - k * q)


def eval_genlaguerre(n: Any, alpha: Any, x: Any) -> Any:
    """The polynomial of Laguerre with a parameter, of a degree known at build time."""
    t = np.asarray(x).astype(np.float64)[()]
    start = t * 0.0 + 1.0
    return _recurred(
        n,
        start,
        start + alpha - t,
        lambda k, p, q: ((2 * k + 1 + alpha - t) * p - (k + alpha) * q) / (k + 1),
    )


def eval_laguerre(n: Any, x: Any) -> Any:
    """The polynomial of Laguerre of a degree known at build time."""
    return eval_genlaguerre(n, 0.0, x)


def eval_gegenbauer(n: Any, alpha: Any, x: Any) -> Any:
    """The polynomial of Gegenbauer of a degree known at build time."""
    t = np.asarray(x).astype(np.float64)[()]
    return _recurred(
        n,
        t * 0.0 + 1.0,
        2.0 * alpha * t,
        lambda k, p, q: (2.0 * (k + alpha) * t * p - (k + 2.0 * alpha - 1.0) * q) / (k + 1),
    )


# -- distributions --------------------------------------------------------------------------------------
def _like(x: Any, found: Any) -> Any:
    """A result in the precision of an argument."""
    return found.astype(np.result_type(np.float32, np.asarray(x).dtype))


def chdtr(v: Any, x: Any) -> Any:
    """The distribution function of chi squared."""
    return _like(x, scipy.special.gammainc(np.multiply(v, 0.5), np.multiply(x, 0.5)))


def chdtrc(v: Any, x: Any) -> Any:
    """One minus the distribution function of chi squared."""
    return _like(x, scipy.special.gammaincc(np.multiply(v, 0.5), np.multiply(x, 0.5)))


def fdtr(dfn: Any, dfd: Any, x: Any) -> Any:
    """The distribution function of F."""
    up = np.multiply(dfn, x)
    return _like(x, scipy.special.betainc(np.multiply(dfn, 0.5), np.multiply(dfd, 0.5), up / (dfd + up)))


def fdtrc(dfn: Any, dfd: Any, x: Any) -> Any:
    """One minus the distribution function of F."""
    up = np.multiply(dfn, x)
    return _like(x, scipy.special.betaincc(np.multiply(dfn, 0.5), np.multiply(dfd, 0.5), up / (dfd + up)))


def gdtr(a: Any, b: Any, x: Any) -> Any:
    """The distribution function of gamma, of shape b and rate a."""
    return _like(x, scipy.special.gammainc(b, np.multiply(a, x)))


def gdtrc(a: Any, b: Any, x: Any) -> Any:
    """One minus the distribution function of gamma, of shape b and rate a."""
    return _like(x, scipy.special.gammaincc(b, np.multiply(a, x)))


_HOME = "scipy.special."
NAMES: dict[str, Callable[..., Any]] = {
    _HOME + "softplus": softplus,
    _HOME + "jvp": jvp,
    _HOME + "yvp": yvp,
    _HOME + "ivp": ivp,
    _HOME + "kvp": kvp,
    _HOME + "eval_legendre": eval_legendre,
    _HOME + "eval_chebyt": eval_chebyt,
    _HOME + "eval_chebyu": eval_chebyu,
    _HOME + "eval_hermite": eval_hermite,
    _HOME + "eval_hermitenorm": eval_hermitenorm,
    _HOME + "eval_genlaguerre": eval_genlaguerre,
    _HOME + "eval_laguerre": eval_laguerre,
    _HOME + "eval_gegenbauer": eval_gegenbauer,
    _HOME + "chdtr": chdtr,
    _HOME + "chdtrc": chdtrc,
    _HOME + "fdtr": fdtr,
    _HOME + "fdtrc": fdtrc,
    _HOME + "gdtr": gdtr,
    _HOME + "gdtrc": gdtrc,
}
