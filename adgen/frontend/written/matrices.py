"""Functions of matrices that are made of others of scipy.linalg."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy


def coshm(A: Any) -> Any:
    """The hyperbolic cosine of a matrix."""
    return 0.5 * (scipy.linalg.expm(A) + scipy.linalg.expm(-np.asarray(A)))


def sinhm(A: Any) -> Any:
    """The hyperbolic sine of a matrix."""
    return 0.5 * (scipy.linalg.expm(A) - scipy.linalg.expm(-np.asarray(A)))


def tanhm(A: Any) -> Any:
    """The hyperbolic tangent of a matrix."""
    return np.linalg.solve(coshm(A), sinhm(A))


def _turned(A: Any) -> Any:
    """exp(i A) for a real matrix, as a matrix of blocks: cosine and sine stand in its first rows."""
    x = np.asarray(A) * 1.0
    zeros = np.zeros_like(x)
    upper = np.concatenate((zeros, x), axis=1)
    lower = np.concatenate((-x, zeros), axis=1)
    return scipy.linalg.expm(np.concatenate((upper, lower)))


def cosm(A: Any) -> Any:
    """The cosine of a real matrix."""
    n = len(A)
    return np.array(_turned(A)[:n, :n])


def sinm(A: Any) -> Any:
    """The sine of a real matrix."""
    n = len(A)
    return np.array(_turned(A)[:n, n:])


def tanm(A: Any) -> Any:
    """The tangent of a real matrix."""
    found, n = _turned(A), len(A)
    return np.linalg.solve(found[:n, :n], found[:n, n:])


def complex_lu(a: Any) -> Any:
    """L and U in one of a complex matrix, by elimination, and which row each row was exchanged with."""
    x = np.array(a)
    n = len(x)
    pivots = np.zeros(n, dtype=np.int32)
    for k in range(n):
        column = x[k:, k]
        other = k + int(np.argmax(np.abs(column.real) + np.abs(column.imag)))
        pivots[k] = other
        x[[k, other]] = x[[other, k]]
        x[k + 1 :, k] = x[k + 1 :, k] / x[k, k]
        x[k + 1 :, k + 1 :] = x[k + 1 :, k + 1 :] - np.outer(x[k + 1 :, k], x[k, k + 1 :])
    return x, pivots


def rectangular_lu(a: Any) -> Any:
    """L, U and the order of rows of any matrix, by elimination."""
    x = np.array(a)
    rows, columns = x.shape
    size = min(rows, columns)
    order = np.arange(rows)
    for k in range(size):
        column = x[k:, k]
        other = k + int(np.argmax(np.abs(column.real) + np.abs(column.imag)))
        order[[k, other]] = order[[other, k]]
        x[[k, other]] = x[[other, k]]
        x[k + 1 :, k] = x[k + 1 :, k] / x[k, k]
        x[k + 1 :, k + 1 :] = x[k + 1 :, k + 1 :] - np.outer(x[k + 1 :, k], x[k, k + 1 :])
    low = np.tril(x[:, :size], -1) + np.eye(rows, size, dtype=x.dtype)
    return low, np.triu(x[:size]), order


def khatri_rao(a: Any, b: Any) -> Any:
    """The Kronecker products of columns."""
    left, right = np.asarray(a), np.asarray(b)
    return (left[:, None, :] * right[None, :, :]).reshape(-1, left.shape[1])


def companion(a: Any) -> Any:
    """The matrix whose characteristic polynomial has these coefficients."""
    c = np.asarray(a) * 1.0
    n = len(c) - 1
    found = np.eye(n, k=-1, dtype=c.dtype)
    found[:1] = -c[1:] / c[0]
    return found


def eigvalsh_tridiagonal(d: Any, e: Any) -> Any:
    """The eigenvalues of a symmetric matrix with three diagonals."""
    return scipy.linalg.eigh_tridiagonal(d, e, eigvals_only=True)


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.linalg.coshm": coshm,
    "scipy.linalg.sinhm": sinhm,
    "scipy.linalg.tanhm": tanhm,
    "scipy.linalg.cosm": cosm,
    "scipy.linalg.sinm": sinm,
    "scipy.linalg.tanm": tanm,
    "scipy.linalg.khatri_rao": khatri_rao,
    "scipy.linalg.companion": companion,
    "scipy.linalg.eigvalsh_tridiagonal": eigvalsh_tridiagonal,
}
