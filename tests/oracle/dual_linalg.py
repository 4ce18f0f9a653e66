"""Linear algebra on duals. The value is always that of the function itself; its tangent is that of a formula.

Importing this module adds NumPy's functions to `dual.FUNCTIONS`; `SCIPY` has those of scipy.linalg.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse.linalg

from tests.oracle.dual import FUNCTIONS, Dual, make, primal, strip, tangent

SCIPY: dict[Any, Callable[..., Any]] = {}


def _has(x: Any) -> bool:
    return isinstance(x, Dual) or (isinstance(x, tuple) and any(_has(e) for e in x))


def _primal(x: Any) -> Any:
    return tuple(_primal(e) for e in x) if isinstance(x, tuple) else primal(x)


def _pack(value: Any, formula: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_pack(v, f) for v, f in zip(value, formula, strict=True))
    return make(value, tangent(formula)) if isinstance(formula, Dual) else value


def shadowed(function: Any, formula: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with the tangent of a formula for the same thing."""

    def apply(*args: Any, **kwargs: Any) -> Any:
        if not any(_has(a) for a in args):
            return function(*args, **kwargs)
        value = apply(*(_primal(a) for a in args), **kwargs)
        value = tuple(value) if isinstance(value, tuple) else value
        return _pack(value, formula(*args, **kwargs))

    if function.__module__.startswith("scipy"):
        SCIPY[function] = apply
    else:
        FUNCTIONS[function] = apply
    return apply


def direct(function: Any, rule: Callable[..., Any]) -> Callable[..., Any]:
    """The function of one matrix, with the tangent that ``rule(result, matrix, direction)`` gives."""

    def apply(x: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(x, Dual):
            return function(x, *args, **kwargs)
        value = apply(x.p, *args, **kwargs)
        dots = rule(value, x.p, x.t)
        if isinstance(value, tuple):
            return tuple(v if d is None else make(v, d) for v, d in zip(value, dots, strict=True))
        return make(value, dots)

    if function.__module__.startswith("scipy"):
        SCIPY[function] = apply
    else:
        FUNCTIONS[function] = apply
    return apply


# -- numpy.linalg ---------------------------------------------------------------------------------------
def _solve(a: Any, b: Any) -> Any:
    if not _has(a) and not _has(b):
        return np.linalg.solve(a, b)
    value = _solve(primal(a), primal(b))
    right = tangent(b) if isinstance(b, Dual) else 0.0 * strip(b)
    if isinstance(a, Dual):
        right = right - a.t @ value
    return make(value, _solve(primal(a), right))


FUNCTIONS[np.linalg.solve] = _solve


def _inverse(a: Any) -> Any:
    return np.linalg.solve(a, np.eye(strip(a).shape[-1]))


def _low(x: Any) -> Any:
    return np.tril(x) - 0.5 * (x * np.eye(strip(x).shape[-1]))


def _gaps(s: Any) -> Any:
    gaps = s[None, :] - s[:, None] + np.eye(len(strip(s)))
    return (1.0 - np.eye(len(strip(s)))) / gaps


def _svd_rule(value: Any, a: Any, d: Any) -> Any:
    u, s, vh = value
    inner = u.T @ d @ vh.T
    f = _gaps(s) / (s[None, :] + s[:, None])
    du = u @ (f * (inner * s[None, :] + s[:, None] * inner.T))
    dv = vh.T @ (f * (s[:, None] * inner + inner.T * s[None, :]))
    du = du + (d @ vh.T - u @ (u.T @ d @ vh.T)) / s[None, :]
    dv = dv + (d.T @ u - vh.T @ (vh @ d.T @ u)) / s[None, :]
    return du, np.diagonal(inner), dv.T


def _qr_rule(value: Any, a: Any, d: Any) -> Any:
    q, r = value
    moved = _solve(r.T, d.T).T
    inner = q.T @ moved
    turning = np.tril(inner, -1) - np.tril(inner, -1).T
    return moved - q @ inner + q @ turning, (inner - turning) @ r


direct(np.linalg.inv, lambda x, a, d: -x @ d @ x)


def _eigenvalues_rule(value: Any, a: Any, d: Any) -> Any:
    vectors = _eigenvectors(a)
    return np.diagonal(_solve(vectors, d @ vectors))


def _eigenvectors(a: Any) -> Any:
    """Of any lengths and phases."""
    if not isinstance(a, Dual):
        return np.linalg.eig(a)[1]
    vectors = _eigenvectors(a.p)
    inner = _solve(vectors, a.t @ vectors)
    return make(vectors, vectors @ (_gaps(FUNCTIONS[np.linalg.eigvals](a.p)) * inner))


direct(np.linalg.eigvals, _eigenvalues_rule)
direct(np.linalg.det, lambda x, a, d: x * np.sum(_inverse(a).T * d))
direct(np.linalg.slogdet, lambda x, a, d: (None, np.sum(_inverse(a).T * d)))
direct(np.linalg.cholesky, lambda x, a, d: x @ _low(_solve(x, _solve(x, d).T).T))
direct(np.linalg.svd, _svd_rule)
direct(np.linalg.qr, _qr_rule)


def _values(a: Any) -> Any:
    return np.linalg.svd(a, full_matrices=False)[1]


def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    x = _solve(a.T @ a, a.T @ b)
    rest = np.sum((b - a @ x) ** 2, axis=0)
    return x, np.reshape(rest, (1,)) if np.ndim(strip(b)) == 1 else rest, 0, _values(a)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord == "nuc":
        return np.sum(_values(x))
    if ord == 1 and np.ndim(strip(x)) == 1:
        return np.sum(np.abs(x))
    return _plain_norm(x, ord, axis, keepdims)


_plain_norm = FUNCTIONS[np.linalg.norm]
shadowed(np.linalg.lstsq, _lstsq)
shadowed(np.linalg.cond, lambda x: (lambda s: s[0] / s[-1])(_values(x)))
shadowed(np.linalg.norm, _norm)


# -- scipy.linalg ---------------------------------------------------------------------------------------
def _triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False) -> Any:
    part = np.tril(a) if lower else np.triu(a)
    return _solve(part.T if trans else part, b)


def _symmetric(a: Any, b: Any, assume_a: Any = None) -> Any:
    return _solve(a if assume_a is None else np.triu(a) + np.triu(a, 1).T, b)


def _cho_factor(a: Any, lower: bool = False) -> Any:
    assert lower
    return np.linalg.cholesky(a) + np.triu(a, 1), lower


def _cho_solve(factor: Any, b: Any) -> Any:
    low = np.tril(factor[0]) if factor[1] else np.triu(factor[0]).T
    return _solve(low @ low.T, b)


def _banded(counts: tuple[int, int], ab: Any, b: Any) -> Any:
    size, total = strip(ab).shape[1], 0.0
    for r in range(strip(ab).shape[0]):
        offset = counts[1] - r
        places = np.eye(size, k=offset)
        total = total + places * ab[r][None, :]
    return _solve(total, b)


def _exponential(a: Any) -> Any:
    size = strip(a).shape[0]
    term = total = np.eye(size)
    for k in range(1, 20):
        term = term @ (a / 64.0) / k
        total = total + term
    for _ in range(6):
        total = total @ total
    return total


def _sylvester(a: Any, b: Any, c: Any) -> Any:
    n, m = strip(a).shape[0], strip(b).shape[0]
    left = np.kron(a, np.eye(m)) + np.kron(np.eye(n), b.T)
    return np.reshape(_solve(left, np.reshape(c, (-1,))), (n, m))


def _polar(a: Any) -> Any:
    p = SCIPY[scipy.linalg.sqrtm](a.T @ a)
    return _solve(p.T, a.T).T, p


shadowed(scipy.linalg.solve, _symmetric)
shadowed(scipy.linalg.solve_triangular, _triangular)
shadowed(scipy.linalg.cho_factor, _cho_factor)
shadowed(scipy.linalg.cho_solve, _cho_solve)
shadowed(scipy.linalg.solve_banded, _banded)
shadowed(scipy.sparse.linalg.cg, lambda a, b, rtol: (_solve(a, b), 0))
shadowed(scipy.linalg.expm, _exponential)
shadowed(scipy.linalg.polar, _polar)
shadowed(scipy.linalg.solve_continuous_lyapunov, lambda a, q: _sylvester(a, a.T, q))
direct(scipy.linalg.sqrtm, lambda x, a, d: _sylvester(x, x, d))


def _gathered(function: Any) -> None:
    """A function that only moves elements: the same moves for both halves."""

    def apply(*args: Any) -> Any:
        if not any(_has(a) for a in args):
            return function(*args)
        value = apply(*(primal(a) for a in args))
        return make(value, apply(*(tangent(a) if isinstance(a, Dual) else 0.0 * np.asarray(a) for a in args)))

    SCIPY[function] = apply


for _function in (
    scipy.linalg.toeplitz,
    scipy.linalg.hankel,
    scipy.linalg.circulant,
    scipy.linalg.block_diag,
):
    _gathered(_function)
