"""Distances of scipy.spatial: of two points, of the points of two sets, and of those of one set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _apart(u: Any, v: Any, metric: Any, p: Any, V: Any) -> Any:
    """The distances along the last axis. Raises ValueError for a metric that is not known."""
    d = u - v
    if metric in ("euclidean", "euclid", "eu", "e"):
        return np.linalg.norm(d, axis=-1)
    if metric in ("sqeuclidean", "sqe", "sqeuclid"):
        return np.sum(d * d, axis=-1)
    if metric in ("cityblock", "cblock", "cb", "c", "manhattan"):
        return np.sum(np.abs(d), axis=-1)
    if metric in ("chebyshev", "cheby", "cheb", "ch", "chebychev"):
        return np.max(np.abs(d), axis=-1, initial=0.0)
    if metric in ("minkowski", "mi", "m", "pnorm"):
        return np.linalg.norm(d, p, axis=-1)
    if metric in ("cosine", "cos"):
        return 1.0 - _along(u, v)
    if metric in ("correlation", "co"):
        return 1.0 - _along(u - np.mean(u, -1, keepdims=True), v - np.mean(v, -1, keepdims=True))
    if metric == "canberra":
        size = np.abs(u) + np.abs(v)
        return np.sum(np.where(size > 0, np.abs(d) / np.where(size > 0, size, 1.0), 0.0), axis=-1)
    if metric == "braycurtis":
        return np.sum(np.abs(d), axis=-1) / np.sum(np.abs(u + v), axis=-1)
    if metric == "seuclidean" and V is not None:
        return np.sqrt(np.sum(d * d / V, axis=-1))
    raise ValueError("this metric is not supported")


def _along(u: Any, v: Any) -> Any:
    """The cosine of the angle."""
    return np.sum(u * v, axis=-1) / np.sqrt(np.sum(u * u, axis=-1) * np.sum(v * v, axis=-1))


def cdist(XA: Any, XB: Any, metric: Any = "euclidean", *, p: Any = 2.0, V: Any = None) -> Any:
    """The distances of every row of one matrix from every row of another one."""
    a, b = np.asarray(XA).astype(np.float64), np.asarray(XB).astype(np.float64)
    return _apart(a[:, None, :], b[None, :, :], metric, p, V)


def pdist(X: Any, metric: Any = "euclidean", *, p: Any = 2.0, V: Any = None) -> Any:
    """The distances of the rows of a matrix from each other, each pair once."""
    x = np.asarray(X).astype(np.float64)
    i, j = np.triu_indices(x.shape[0], 1)
    return _apart(x[i], x[j], metric, p, V)


def squareform(X: Any, force: Any = "no", checks: Any = True) -> Any:
    """Distances of pairs as a symmetric matrix, or a symmetric matrix as those of pairs."""
    x = np.asarray(X)
    if x.ndim == 2:
        i, j = np.triu_indices(x.shape[0], 1)
        return x[i, j]
    n = int(np.ceil(np.sqrt(len(x) * 2)))
    i, j = np.triu_indices(n, 1)
    found = np.zeros((n, n), dtype=x.dtype)
    found[i, j] = x
    return found + found.T


def distance_matrix(x: Any, y: Any, p: Any = 2.0, threshold: Any = 1000000) -> Any:
    """The distances of order p of the rows of two matrices."""
    a, b = np.asarray(x).astype(np.float64), np.asarray(y).astype(np.float64)
    return np.linalg.norm(a[:, None, :] - b[None, :, :], p, axis=-1)


def _pair(u: Any, v: Any) -> Any:
    return np.asarray(u) * 1.0, np.asarray(v) * 1.0


def euclidean(u: Any, v: Any) -> Any:
    """The length of the difference of two vectors."""
    a, b = _pair(u, v)
    return float(_apart(a, b, "euclidean", 2.0, None))


def sqeuclidean(u: Any, v: Any) -> Any:
    """The square of the length of the difference of two vectors."""
    a, b = _pair(u, v)
    return _apart(a, b, "sqeuclidean", 2.0, None)


def cityblock(u: Any, v: Any) -> Any:
    """The sum of the distances along axes."""
    a, b = _pair(u, v)
    return _apart(a, b, "cityblock", 2.0, None)


def chebyshev(u: Any, v: Any) -> Any:
    """The largest of the distances along axes."""
    a, b = _pair(u, v)
    return _apart(a, b, "chebyshev", 2.0, None)


def cosine(u: Any, v: Any) -> Any:
    """One minus the cosine of the angle between two vectors."""
    a, b = _pair(u, v)
    return _apart(a, b, "cosine", 2.0, None)


def correlation(u: Any, v: Any) -> Any:
    """One minus the correlation of two vectors."""
    a, b = _pair(u, v)
    return _apart(a, b, "correlation", 2.0, None)


def minkowski(u: Any, v: Any, p: Any = 2) -> Any:
    """The norm of order p of the difference of two vectors."""
    a, b = _pair(u, v)
    return _apart(a, b, "minkowski", p, None)


def mahalanobis(u: Any, v: Any, VI: Any) -> Any:
    """The length of the difference of two vectors in a metric."""
    a, b = _pair(u, v)
    return np.sqrt(np.dot(np.dot(a - b, VI), a - b))


_HOME = "scipy.spatial.distance."
NAMES: dict[str, Callable[..., Any]] = {
    _HOME + "cdist": cdist,
    _HOME + "pdist": pdist,
    _HOME + "squareform": squareform,
    _HOME + "euclidean": euclidean,
    _HOME + "sqeuclidean": sqeuclidean,
    _HOME + "cityblock": cityblock,
    _HOME + "chebyshev": chebyshev,
    _HOME + "cosine": cosine,
    _HOME + "correlation": correlation,
    _HOME + "minkowski": minkowski,
    _HOME + "mahalanobis": mahalanobis,
    "scipy.spatial.distance_matrix": distance_matrix,
}
