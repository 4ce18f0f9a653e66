"""Sums of products in loops as matrix products: the values of the loops, wherever they apply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen

Args = tuple[Any, ...]


def gemm(alpha: Any, beta: Any, a: Any, b: Any, c0: Any) -> Any:
    c = c0.copy()
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[i, j] *= beta
            for k in range(a.shape[1]):
                c[i, j] += alpha * a[i, k] * b[k, j]
    return np.sum(c * c)


def rows_of_gemm(a: Any, b: Any) -> Any:
    c = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            c[i] += a[i, k] * b[k]
    return np.sum(np.sin(c))


def two_products(a: Any, b: Any, c: Any) -> Any:
    n, m, p = a.shape[0], b.shape[1], a.shape[1]
    t = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            s = 0.0
            for k in range(p):
                s += a[i, k] * b[k, j]
            t[i, j] = np.tanh(s)
    d = np.zeros((n, c.shape[1]))
    for i in range(n):
        for j in range(c.shape[1]):
            for k in range(m):
                d[i, j] -= t[i, k] * c[k, j]
    return np.sum(d * d)


def syrk(alpha: Any, beta: Any, a: Any, c0: Any) -> Any:
    c = c0.copy()
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
    return np.sum(c * c)


def syr2k(alpha: Any, a: Any, b: Any, c0: Any) -> Any:
    c = c0.copy()
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(i + 1):
                c[i, j] += a[j, k] * alpha * b[i, k] + b[j, k] * alpha * a[i, k]
    return np.sum(c * c)


def symm(alpha: Any, beta: Any, a: Any, b: Any, c0: Any) -> Any:
    c = c0.copy()
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            t = 0.0
            for k in range(i):
                c[k, j] += alpha * b[i, j] * a[i, k]
                t += b[k, j] * a[i, k]
            c[i, j] = beta * c[i, j] + alpha * b[i, j] * a[i, i] + alpha * t
    return np.sum(c * c)


def trmm(alpha: Any, a: Any, b0: Any) -> Any:
    b = b0.copy()
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            for k in range(i + 1, a.shape[0]):
                b[i, j] += a[k, i] * b[k, j]
            b[i, j] = alpha * b[i, j]
    return np.sum(b * b)


def masked(a: Any, b: Any) -> Any:
    n = a.shape[0]
    c = np.zeros((n, b.shape[1]))
    for i in range(n):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(i + 1):
                s += a[i, k] * b[k, j]
            c[i, j] = s * s
    return np.sum(c)


def correlation(data: Any, w: Any) -> Any:
    n, m = data.shape
    d = (data - np.mean(data, axis=0)) / np.sqrt(n * np.var(data, axis=0))
    corr = np.eye(m)
    for i in range(m - 1):
        for j in range(i + 1, m):
            corr[i, j] = np.dot(d[:, i], d[:, j])
            corr[j, i] = corr[i, j]
    return np.sum(corr * w)


def doitgen(a: Any, c4: Any) -> Any:
    nr, nq, np_ = a.shape
    out = a.copy()
    for r in range(nr):
        for q in range(nq):
            t = np.zeros(np_)
            for p in range(np_):
                for s in range(np_):
                    t[p] += a[r, q, s] * c4[s, p]
            out[r, q, :] = t
    return np.sum(out * out)


def steps(a: Any, b: Any, times: Any) -> Any:
    c = np.zeros((a.shape[0], b.shape[1]))
    for _ in range(times):
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                for k in range(a.shape[1]):
                    c[i, j] += a[i, k] * b[k, j]
        c = np.tanh(c)
    return np.sum(c)


def _normal(*shapes: tuple[int, ...]) -> list[Any]:
    rng = np.random.default_rng(3)
    return [rng.normal(size=shape) for shape in shapes]


N, M, P = 26, 23, 29
CASES: list[tuple[Callable[..., Any], Args, tuple[str, ...]]] = [
    (gemm, (1.5, 0.7, *_normal((N, P), (P, M), (N, M))), ("alpha", "beta", "a", "b", "c0")),
    (rows_of_gemm, tuple(_normal((N, P), (P, M))), ("a", "b")),
    (two_products, tuple(_normal((N, P), (P, M), (M, N))), ("a", "b", "c")),
    (syrk, (1.5, 0.7, *_normal((N, P), (N, N))), ("a", "c0")),
    (syr2k, (1.5, *_normal((N, P), (N, P), (N, N))), ("a", "b", "c0")),
    (symm, (1.5, 0.7, *_normal((N, N), (N, M), (N, M))), ("a", "b", "c0")),
    (trmm, (0.3, *_normal((N, N), (N, M))), ("a", "b0")),
    (masked, tuple(_normal((N, N), (N, P))), ("a", "b")),
    (correlation, tuple(_normal((P, N), (N, N))), ("data",)),
    (doitgen, tuple(_normal((4, 5, P), (P, P))), ("a", "c4")),
    (steps, (*_normal((N, P), (P, M)), 3), ("a", "b")),
]
USED = {gemm, rows_of_gemm, two_products, syrk, masked, correlation, steps, symm, syr2k, doitgen}


def _both(function: Any, args: Args, wrt: tuple[str, ...], **options: Any) -> tuple[Any, Any, Any]:
    kernel = adgen.value_and_grad(function, wrt=wrt, backend="llvm", **options)
    source = adgen.value_and_grad(function, wrt=wrt, backend="numpy")
    return kernel, kernel(*args), source(*args)


def _small(args: Args) -> Args:
    """The same call with a few rows and columns."""
    return tuple(x[tuple(slice(0, 5) for _ in x.shape)] if isinstance(x, np.ndarray) else x for x in args)


@pytest.mark.parametrize(("function", "args", "wrt"), CASES, ids=lambda x: getattr(x, "__name__", ""))
@pytest.mark.parametrize("small", [False, True], ids=["large", "small"])
def test_values_and_gradients(function: Any, args: Args, wrt: tuple[str, ...], small: bool) -> None:
    kernel, found, wanted = _both(function, _small(args) if small else args, wrt)
    assert ("product " in kernel.loops) == (function in USED) or small
    assert found[0] == pytest.approx(wanted[0], rel=1e-12)
    for a, b in zip(found[1], wanted[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10 * np.max(np.abs(b)))


@pytest.mark.parametrize(("function", "args", "wrt"), CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_what_is_not_finite_spreads_no_further(function: Any, args: Args, wrt: tuple[str, ...]) -> None:
    arrays = [k for k, x in enumerate(args) if isinstance(x, np.ndarray)]
    for position in arrays:
        given = [x.copy() if isinstance(x, np.ndarray) else x for x in args]
        given[position][(1, 2, 3)[: given[position].ndim]] = np.inf
        with np.errstate(all="ignore"):
            _, found, wanted = _both(function, tuple(given), wrt)
        for a, b in zip(found[1], wanted[1], strict=True):
            np.testing.assert_array_equal(np.isnan(a), np.isnan(b))


def test_nothing_is_scaled_by_zero() -> None:
    a, b, c0 = _normal((N, P), (P, M), (N, M))
    a[0, 0] = np.nan
    _, found, wanted = _both(gemm, (0.0, 1.0, a, b, c0), ("a", "b", "c0"))
    for x, y in zip((found[0], *found[1]), (wanted[0], *wanted[1]), strict=True):
        np.testing.assert_array_equal(np.isnan(x), np.isnan(y))


def test_what_fails_fails_alike() -> None:
    a, b, c0 = _normal((N, P), (P - 1, M), (N, M))
    for backend in ("llvm", "numpy"):
        with pytest.raises(IndexError):
            adgen.grad(gemm, wrt="a", backend=backend)(1.0, 1.0, a, b, c0)
        with pytest.raises(ValueError, match=r"broadcast|reshape|slice"):
            adgen.grad(syrk, wrt="a", backend=backend)(1.0, 1.0, a, c0)


def test_strict_keeps_the_loops() -> None:
    kernel, found, wanted = _both(rows_of_gemm, CASES[1][1], ("a", "b"), strict=True)
    assert "product " not in kernel.loops
    assert found[0] == pytest.approx(wanted[0], rel=1e-12)


def test_known_sizes_need_no_choice() -> None:
    args = CASES[1][1]
    kernel, found, wanted = _both(rows_of_gemm, args, ("a", "b"), static_shapes=True)
    assert "product " in kernel.loops
    assert "else" not in kernel.loops
    np.testing.assert_allclose(found[1][0], wanted[1][0], rtol=1e-11, atol=1e-11)
    kernel, _, _ = _both(rows_of_gemm, _small(args), ("a", "b"), static_shapes=True)
    assert "product " not in kernel.loops


# -- several axes ---------------------------------------------------------------------------------------
def convolved(x: Any, w: Any, b: Any) -> Any:
    n, k = x.shape[0], w.shape[0]
    y = np.zeros((n, x.shape[1] - k + 1, x.shape[2] - k + 1, w.shape[3]))
    for i in range(y.shape[1]):
        for j in range(y.shape[2]):
            for c in range(x.shape[3]):
                for p in range(k):
                    for q in range(k):
                        for s in range(n):
                            y[s, i, j, :] += x[s, i + p, j + q, c] * w[p, q, c, :]
            y[:, i, j, :] += b
    return np.sum(y * y)


def strided(x: Any, w: Any) -> Any:
    n, k = x.shape[0], w.shape[2]
    y = np.zeros((n, w.shape[0], (x.shape[2] - k) // 2 + 1, (x.shape[3] - k) // 2 + 1))
    for s in range(n):
        for o in range(w.shape[0]):
            for i in range(y.shape[2]):
                for j in range(y.shape[3]):
                    for c in range(x.shape[1]):
                        for p in range(k):
                            for q in range(k):
                                y[s, o, i, j] += x[s, c, 2 * i + p, 2 * j + q] * w[o, c, p, q]
    return np.sum(np.tanh(y))


@pytest.mark.parametrize(
    ("function", "shapes", "wrt"),
    [
        (convolved, ((2, 9, 8, 3), (3, 3, 3, 4), (4,)), ("x", "w", "b")),
        (convolved, ((2, 4, 4, 1), (3, 3, 1, 2), (2,)), ("x", "w", "b")),
        (strided, ((2, 3, 11, 12), (4, 3, 3, 3)), ("x", "w")),
    ],
    ids=["convolved", "few", "strided"],
)
def test_several_axes(function: Any, shapes: Any, wrt: tuple[str, ...]) -> None:
    kernel, found, wanted = _both(function, tuple(_normal(*shapes)), wrt)
    assert "product " in kernel.loops
    assert found[0] == pytest.approx(wanted[0], rel=1e-12)
    for a, b in zip(found[1], wanted[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10 * np.max(np.abs(b)))
