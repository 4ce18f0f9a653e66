"""Polynomials by their coefficients, the highest power first, and windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def polyval(p: Any, x: Any) -> Any:
    """The value of a polynomial."""
    found = np.zeros_like(x)
    for c in np.asarray(p):
        found = found * x + c
    return found


def vander(x: Any, N: Any = None, increasing: Any = False) -> Any:
    """Powers of numbers, one column each."""
    at = np.asarray(x)
    columns = len(at) if N is None else N
    at = at.astype(np.result_type(at, np.int64))
    base = np.broadcast_to(at[:, None], (len(at), columns))
    if columns == 0:
        return base
    first = np.ones_like(base[:, :1])
    rising = np.cumprod(np.concatenate((first, base[:, 1:]), axis=1), axis=1)
    return rising if increasing else rising[:, ::-1]


def polyfit(x: Any, y: Any, deg: Any, rcond: Any = None, *, w: Any = None) -> Any:
    """The coefficients of the polynomial of a degree that fits points best."""
    rows, right = np.vander(np.asarray(x) + 0.0, deg + 1), np.asarray(y) + 0.0
    if w is not None:
        rows = rows * np.asarray(w)[:, None]
        right = right * (np.asarray(w) if right.ndim == 1 else np.asarray(w)[:, None])
    scale = np.sqrt((rows * rows).sum(axis=0))
    if rcond is None:
        found = np.linalg.lstsq(rows / scale, right)[0]
    else:
        found = np.linalg.lstsq(rows / scale, right, rcond)[0]
    return (found.T / scale).T


def polymul(a1: Any, a2: Any) -> Any:
    """The product of two polynomials."""
    return np.convolve(np.atleast_1d(a1), np.atleast_1d(a2))


def _added(a1: Any, a2: Any) -> Any:
    left, right = np.atleast_1d(a1), np.atleast_1d(a2)
    n = np.maximum(len(left), len(right))
    zeros = np.zeros(int(n - len(left)), dtype=left.dtype), np.zeros(int(n - len(right)), dtype=right.dtype)
    return np.concatenate((zeros[0], left)), np.concatenate((zeros[1], right))


def polyadd(a1: Any, a2: Any) -> Any:
    """The sum of two polynomials."""
    left, right = _added(a1, a2)
    return left + right


def polysub(a1: Any, a2: Any) -> Any:
    """The difference of two polynomials."""
    left, right = _added(a1, a2)
    return left - right


def polyder(p: Any, m: Any = 1) -> Any:
    """The derivative of a polynomial."""
    c = np.asarray(p)
    for _ in [0] * m:
        n = len(c) - 1
        c = c[:-1] * np.arange(n, 0, -1)
    return c


def polyint(p: Any, m: Any = 1, k: Any = None) -> Any:
    """The integral of a polynomial, with constants of integration."""
    c = np.asarray(p)
    constants = [0.0] * m if k is None else (k if isinstance(k, (list, tuple)) else [k] * m)
    for j, _ in enumerate([0] * m):
        c = np.concatenate((c / np.arange(len(c), 0, -1), np.atleast_1d(constants[j])))
    return c


def poly(seq_of_zeros: Any) -> Any:
    """The coefficients of the polynomial with these zeros, or those of a matrix."""
    given = np.atleast_1d(seq_of_zeros)
    zeros = np.linalg.eigvals(given) if given.ndim == 2 else given
    found = np.zeros(len(zeros) + 1, dtype=(zeros + 0.0).dtype)
    found[0] = 1.0
    for z in zeros:
        found[1:] = found[1:] - z * found[:-1]
    return found.real if given.dtype.kind != "c" else found


def roots(p: Any) -> Any:
    """The zeros of a polynomial, always complex numbers."""
    c = np.atleast_1d(p) + 0.0
    if c[0] == 0 or c[-1] == 0:
        raise ValueError("the first and the last coefficient have to be other than zero")
    n = len(c) - 1
    matrix = np.eye(n, k=-1, dtype=c.dtype)
    matrix[:1] = -c[1:] / c[0]
    return np.linalg.eigvals(matrix)


# -- windows --------------------------------------------------------------------------------------------
def _window(M: Any) -> Any:
    return np.arange(1 - M, M, 2) / 1.0


def bartlett(M: Any) -> Any:
    """A triangle that is zero at its ends."""
    n = _window(M)
    return np.where(n <= 0, 1 + n / (M - 1), 1 - n / (M - 1)) if M != 1 else np.ones(1)


def hanning(M: Any) -> Any:
    """A raised cosine that is zero at its ends."""
    return 0.5 + 0.5 * np.cos(np.pi * _window(M) / (M - 1)) if M != 1 else np.ones(1)


def hamming(M: Any) -> Any:
    """A raised cosine."""
    return 0.54 + 0.46 * np.cos(np.pi * _window(M) / (M - 1)) if M != 1 else np.ones(1)


def blackman(M: Any) -> Any:
    """A sum of two cosines."""
    n = _window(M)
    if M == 1:
        return np.ones(1)
    return 0.42 + 0.5 * np.cos(np.pi * n / (M - 1)) + 0.08 * np.cos(2.0 * np.pi * n / (M - 1))


def kaiser(M: Any, beta: Any) -> Any:
    """The window of Kaiser; derivatives by its shape."""
    if M == 1:
        return np.ones(1)
    alpha = (M - 1) / 2.0
    n = np.arange(0, M)
    return np.i0(beta * np.sqrt(1 - ((n - alpha) / alpha) ** 2.0)) / np.i0(beta)


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.polyval": polyval,
    "numpy.vander": vander,
    "numpy.polyfit": polyfit,
    "numpy.polymul": polymul,
    "numpy.polyadd": polyadd,
    "numpy.polysub": polysub,
    "numpy.polyder": polyder,
    "numpy.polyint": polyint,
    "numpy.poly": poly,
    "numpy.roots": roots,
    "numpy.bartlett": bartlett,
    "numpy.hanning": hanning,
    "numpy.hamming": hamming,
    "numpy.blackman": blackman,
    "numpy.kaiser": kaiser,
}
