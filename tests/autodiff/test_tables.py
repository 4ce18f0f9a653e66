"""Dynamic programs, recurrences over arrays and trajectories keep nothing but their tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.switches import without
from tests.oracle.compare import copy_of


def split(s: np.ndarray) -> float:
    n = len(s)
    t = np.zeros((n, n))
    for d in range(1, n):
        for i in range(n - d):
            j = i + d
            best = s[i, j]
            for k in range(i, j):
                best = max(best, t[i, k] + t[k + 1, j])
            t[i, j] = best
    return t[0, n - 1]


def smooth_split(s: np.ndarray) -> float:
    n = len(s)
    t = np.zeros((n, n))
    for d in range(1, n):
        for i in range(n - d):
            total = 0.0
            for k in range(i, i + d):
                total += np.exp(t[i, k] + t[k + 1, i + d])
            t[i, i + d] = s[i, i + d] + np.log(total)
    return t[0, n - 1]


def selected(p: np.ndarray) -> float:
    n = len(p) - 1
    cost = np.zeros((n, n))
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            best = np.inf
            for k in range(j - 1, i - 1, -1):
                c = cost[i, k] + cost[k + 1, j] + p[i] * p[k + 1] * p[j + 1]
                if c < best:
                    best = c
            cost[i, j] = best
    return cost[0, n - 1]


def soft_min(a: float, b: float, c: float, gamma: float) -> float:
    m = min(a, b, c)
    s = np.exp((m - a) / gamma) + np.exp((m - b) / gamma) + np.exp((m - c) / gamma)
    return m - gamma * np.log(s)


def aligned(x: np.ndarray, y: np.ndarray) -> float:
    n, m = len(x), len(y)
    table = np.full((n + 1, m + 1), 1e3)
    table[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = x[i - 1] - y[j - 1]
            best = soft_min(table[i - 1, j], table[i, j - 1], table[i - 1, j - 1], 0.8)
            table[i, j] = d * d + best
    return table[n, m]


def decoded(logits: np.ndarray, trans: np.ndarray) -> float:
    n, m = logits.shape
    best = np.zeros((n, m))
    best[0] = logits[0]
    for t in range(1, n):
        for j in range(m):
            w = -1e30
            for i in range(m):
                w = max(w, best[t - 1, i] + trans[i, j])
            best[t, j] = w + logits[t, j]
    return np.max(best[n - 1])


def forward(logits: np.ndarray, trans: np.ndarray) -> float:
    n, m = logits.shape
    alpha = np.zeros((n, m))
    alpha[0] = logits[0]
    for t in range(1, n):
        for j in range(m):
            top = np.max(alpha[t - 1] + trans[:, j])
            alpha[t, j] = logits[t, j] + top + np.log(np.sum(np.exp(alpha[t - 1] + trans[:, j] - top)))
    return np.sum(alpha[n - 1])


def common(w: np.ndarray) -> float:
    n, m = w.shape
    t = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            a, b, c = t[i - 1, j], t[i, j - 1], t[i - 1, j - 1] + w[i - 1, j - 1]
            if a >= b and a >= c:
                t[i, j] = a
            elif b >= c:
                t[i, j] = b
            else:
                t[i, j] = c
    return t[n, m]


def increasing(v: np.ndarray) -> float:
    n = len(v)
    best = np.zeros(n)
    for i in range(n):
        top = 0.0
        for j in range(i):
            if v[j] < v[i] and best[j] > top:
                top = best[j]
        best[i] = top + v[i]
    return np.max(best)


def segmented(x: np.ndarray) -> float:
    n = len(x)
    f = np.zeros(n + 1)
    for j in range(1, n + 1):
        best = 1e300
        for i in range(j):
            s = 0.0
            for k in range(i, j):
                s += (x[k] - x[i]) ** 2
            best = min(best, f[i] + s + 0.3)
        f[j] = best
    return f[n]


def pulled(x: np.ndarray, steps: int) -> float:
    """A trajectory whose steps have named numbers and a loop that is not linear."""
    xs = np.zeros((steps + 1, len(x)))
    xs[0] = x
    for t in range(steps):
        for i in range(len(x)):
            force = 0.0
            for j in range(len(x)):
                gap = xs[t, j] - xs[t, i]
                force = np.tanh(force + gap * gap)
            xs[t + 1, i] = xs[t, i] + 0.1 * force
    return np.sum(xs[steps])


def split_in_place(s: np.ndarray) -> float:
    n = len(s)
    t = np.zeros((n, n))
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            t[i, j] = s[i, j]
            for k in range(i + 1, j):
                t[i, j] = max(t[i, j], t[i, k] + t[k + 1, j])
    return t[0, n - 1]


def selected_in_place(x: np.ndarray) -> float:
    n = len(x)
    f = np.zeros(n + 1)
    for j in range(1, n + 1):
        f[j] = np.inf
        for i in range(j):
            c = f[i] + (x[j - 1] - x[i]) ** 2 + 0.3
            if c < f[j]:
                f[j] = c
    return f[n]


_RNG = np.random.default_rng(3)
SQUARE, ROW, OTHER = _RNG.standard_normal((7, 7)), _RNG.standard_normal(7), _RNG.standard_normal(5)
LONG = _RNG.standard_normal(24)
#: a program, its arguments, and the bytes of what a loop that runs again keeps of one run
PROGRAMS: tuple[tuple[Any, tuple[int, ...], tuple[Any, ...], int], ...] = (
    (split, (0,), (SQUARE,), 8 * 6),
    (smooth_split, (0,), (SQUARE,), 0),
    (selected, (0,), (1.0 + np.abs(LONG),), 8 * 22),
    (aligned, (0, 1), (ROW, OTHER), 0),
    (decoded, (0, 1), (SQUARE[:4], SQUARE), 8 * 7),
    (forward, (0, 1), (SQUARE[:4], SQUARE), 0),
    (common, (0,), (SQUARE,), 0),
    (increasing, (0,), (np.abs(LONG),), 8 * 23),
    (segmented, (0,), (ROW,), 8 * 7),
    (split_in_place, (0,), (SQUARE,), 8 * 5),
    (selected_in_place, (0,), (LONG,), 8 * 24),
    (pulled, (0,), (OTHER, 4), 8 * 5),
)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize(("fun", "wrt", "args", "kept"), PROGRAMS, ids=lambda v: getattr(v, "__name__", ""))
def test_tables_keep_nothing_but_themselves(
    fun: Any, wrt: tuple[int, ...], args: tuple[Any, ...], kept: int, backend: str
) -> None:
    transform = adgen.value_and_grad(fun, wrt=wrt, backend=backend)
    lowered = transform.lower(*copy_of(args))
    # kernels may run rounds that are independent four abreast, each with a tape of its own
    assert lowered.storage.bytes in ((kept,) if backend == "numpy" else (kept, 5 * kept))
    found = [np.asarray(v) for v in leaves(lowered)]
    with without("tables"):
        plain = adgen.value_and_grad(fun, wrt=wrt, backend=backend).lower(*copy_of(args))
        assert plain.storage.bytes is not None
        assert plain.storage.bytes > kept
        expected = leaves(plain)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, np.asarray(other), strict=True)


def leaves(lowered: Any) -> list[Any]:
    """Value and gradients of a program at the arguments it was made for."""
    made = lowered.artifacts
    return list(made.program(copy_of([*made.leaves, *made.traced.examples])))


def kept_with_a_table(x: np.ndarray, w: float) -> float:
    """What is carried beside a table is no part of it."""
    t = np.zeros(len(x) + 1)
    h = w
    for i in range(len(x)):
        h = np.sin(h * x[i])
        t[i + 1] = t[i] * x[i] + h
    return t[len(x)]


def test_what_is_carried_beside_a_table_is_kept() -> None:
    lowered = adgen.grad(kept_with_a_table, wrt=(0, 1), backend="numpy").lower(ROW, 0.4)
    assert lowered.storage.bytes == 8 * len(ROW)


def beyond(t: np.ndarray, at: int) -> float:
    """The cell of a loop that makes no rounds need not be there."""
    s = 0.0
    for i in range(3):
        for k in range(i - 5):
            t[at] = max(t[at], t[k] * s)
        s += t[i] * t[i]
    return s


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_cells_that_need_not_be_there_are_not_read(backend: str) -> None:
    found = adgen.grad(beyond, backend=backend)(np.arange(4.0), 100)
    np.testing.assert_array_equal(found, [0.0, 2.0, 4.0, 0.0])


def overlapped(t: np.ndarray) -> float:
    """What a loop reads besides its cell may be that cell."""
    n = len(t)
    for i in range(1, n):
        for k in range(n):
            t[i] = max(t[i], np.sin(t[k]) * t[i])
    return np.sum(t * t)


def test_other_reads_of_the_cell() -> None:
    x = np.abs(ROW) + 0.1
    with without("tables"):
        expected = leaves(adgen.grad(overlapped, backend="numpy").lower(x.copy()))
    for one, other in zip(
        leaves(adgen.grad(overlapped, backend="numpy").lower(x.copy())), expected, strict=True
    ):
        np.testing.assert_array_equal(one, other)


def written_over(t: np.ndarray) -> float:
    """Cells that later rounds change are not final: loops over them cannot run again."""
    n = len(t)
    for _ in range(3):
        for i in range(1, n):
            best = 0.0
            for k in range(i):
                best = max(best, t[k] * t[i])
            t[i] = best + 0.1 * t[i]
    return np.sum(t)


def test_cells_that_change_are_kept() -> None:
    args = (np.abs(ROW) + 0.1,)
    with without("tables"):
        plain = adgen.grad(written_over, backend="numpy").lower(*copy_of(args))
        expected, kept = leaves(plain), plain.storage.bytes
    found = adgen.grad(written_over, backend="numpy").lower(*copy_of(args))
    assert found.storage.bytes == kept
    for one, other in zip(leaves(found), expected, strict=True):
        np.testing.assert_array_equal(one, other)
