"""Generalised eigenvalues, the function of Lambert, and weighted sums of exponentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy


def generalised(a: Any, b: Any, lower: Any) -> Any:
    """Eigenvalues of a symmetric matrix relative to a positive definite one, and vectors."""
    x, y = np.asarray(a), np.asarray(b)
    if not lower:
        x, y = x.T, y.T
    x = np.tril(x) + np.tril(x, -1).T
    factor = np.linalg.cholesky(y)
    half = scipy.linalg.solve_triangular(factor, x, lower=True)
    values, vectors = np.linalg.eigh(scipy.linalg.solve_triangular(factor, half.T, lower=True))
    return values, scipy.linalg.solve_triangular(factor, vectors, trans=1, lower=True)


def symmetric_svd(a: Any) -> Any:
    """Singular vectors and values of Hermitian matrices, from their eigenvectors."""
    values, vectors = np.linalg.eigh(a)
    order = np.flip(np.argsort(np.abs(values)), -1)
    values = np.take_along_axis(values, order, axis=-1)
    u = np.take_along_axis(vectors, order[..., None, :], axis=-1)
    return u, np.abs(values), np.conj(np.swapaxes(u * np.sign(values)[..., None, :], -1, -2))


def _start(z: Any, k: Any) -> Any:
    """About the value of the function of Lambert."""
    root = np.sqrt(2.0 * (np.e * z + 1.0))
    far = np.log(np.where(z == 0, 1.0, z)) + 2.0j * np.pi * k
    far = far - np.log(np.where(np.abs(far) < 0.5, 1.0, far))
    if k == 0:
        small = np.abs(z + 0.3) < 0.3
        near = np.where(small, -1.0 + root - root * root / 3.0, np.log1p(np.where(np.real(z) > -0.5, z, 1.0)))
        return np.where(small | ((np.abs(z) < 3.0) & (np.real(z) > -0.5)), near, far)
    return np.where((np.abs(z + 0.2) < 0.17) & (np.imag(z) >= 0), -1.0 - root - root * root / 3.0, far)


def lambertw(z: Any, k: Any = 0, tol: Any = 1e-8) -> Any:
    """The w with w e^w = z, of the branches 0 and -1: always complex numbers."""
    if k not in (0, -1):
        raise ValueError("lambertw is supported for the branches 0 and -1")
    at = np.asarray(z).astype(np.complex128)
    plain = np.isfinite(at) & ((at != 0.0) | (k == 0))
    inner = np.where(plain, at, 1.0)
    w = _start(inner, k)
    for _ in range(8):
        e = np.exp(w)
        gap = w * e - inner
        w = w - gap / (e * (w + 1.0) - (w + 2.0) * gap / (2.0 * w + 2.0))
    ends = np.where(np.real(at) < 0.0, -at + (2.0j * k + 1.0j) * np.pi, at + 2.0j * k * np.pi)
    return np.where(plain, w, np.where(at == 0.0, -np.inf, ends))[()]


def logsumexp(a: Any, axis: Any, b: Any, keepdims: Any, return_sign: Any) -> Any:
    """log(sum(b exp(a))) over axes, with the sign of the sum where that is asked for."""
    x, weights = np.broadcast_arrays(np.asarray(a), np.asarray(b))
    x = np.where(weights == 0, -np.inf, x)
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.sum(weights * np.exp(x - top), axis=axis, keepdims=True)
    found = np.log(np.abs(total) if return_sign else total) + top
    sign = np.sign(total)
    if not keepdims:
        found, sign = np.squeeze(found, axis=axis), np.squeeze(sign, axis=axis)
    return (found[()], sign[()]) if return_sign else found[()]


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.special.lambertw": lambertw,
}
