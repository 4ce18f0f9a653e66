"""Small programs of the accepted language: each has to mean what Python means by it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import adgen

W = np.arange(6.0).reshape(2, 3)
K = 3
EPS = 0.5
SHAPE = (2, 3)
FLAG = True
TABLE = {"a": 1.5, "b": np.ones(2)}

x3 = np.array([0.5, -1.0, 2.0])
x5 = np.array([1.0, -2.0, 3.0, 7.0, 8.0])
A43 = np.arange(12.0).reshape(4, 3) / 7


def straight(x):
    """A docstring."""
    y = x * x + 2  # a comment
    return np.sin(y) / 3


def integer_start(x, w):
    s = 0
    for i in range(len(x)):
        s += x[i] * w[i]
    return s


def interior(x):
    v = x[1:-1] * 2
    return np.sum(v + x[2:])


def recurrence(x, n):
    h = np.zeros(3)
    for _ in range(n):
        h = np.tanh(h + x)
    return h.sum()


def views(x):
    a = np.zeros(4)
    for i in range(4):
        a[i] = x * i
    v = a[1:3]
    v *= 2
    v[0] = 7.0
    return np.sum(a) + a[-1]


def early_returns(x):
    if x > 0:
        return x * 2
    if x < -1:
        return -x
    return 0.0 * x


def newton(x, tol):
    r = x
    while abs(r * r - x) > tol:
        r = 0.5 * (r + x / r)
    return r


def layers(ws, x):
    for w, b in ws:
        x = np.tanh(w @ x + b)
    return x


def skip_and_stop(x):
    s = 0.0
    for i, v in enumerate(x):
        if v < 0:
            continue
        if v > 5:
            break
        s += v * i
    return s


def return_from_loop(x):
    for i in range(3):
        if x[i] > 1:
            return x[i] * 10
    return x[0] * 0


def nested_exits(x, n):
    s = 0.0
    for i in range(n):
        for j in range(i, n):
            if x[j] > 3:
                break
            s = s + x[j] * i
        if s > 100:
            return s
        s += 1
    return -s


def forever(x):
    y = 0
    while True:
        y = y + x
        if y > 10:
            break
        x = x * 2
    return y, x


def closures(x):
    def inner(z, p=2):
        return z**p + k

    k = x * 3
    g = lambda q: inner(q, p=3)  # noqa: E731
    return inner(x) + g(1.0)


def tuples(x):
    a, (b, c) = x, (x * 2, [x * 3, 4])
    d = c[0] if len(c) > 1 else 0
    return a + b + d, (a, d)


def previous(x):
    prev = None
    s = 0.0
    for v in x:
        if prev is None:
            prev = v * 0
        s = s + v * prev
        prev = v
    return s


def double_buffer(x):
    u, v = np.zeros(4), np.ones(4)
    for _ in range(3):
        for i in range(1, 3):
            v[i] = u[i - 1] + u[i + 1] * x + 1
        u, v = v, u
    return u.sum() + 2 * v.sum()


def rank_changes(x, a):
    s = 0
    for row in a:
        s = s + row * x
    return s


def aliases(x):
    y = np.zeros((3, 2))
    for (i, r), w in zip(enumerate(y), x, strict=False):
        r[0] = w
        r[1] += i
    y.T[0] *= 2
    return y


def chained(x):
    return (1 < x <= 3 and x != 2) or not x


def reshaped_stores(x):
    r = x.reshape(2, -1).copy()
    r[0] -= 1
    z = r.reshape(-1)
    z[2:5] = x[:3]
    z[::-1][0] = 9
    return r


def counter_afterwards(x):
    t = 0
    for i in reversed(range(1, 4, 2)):
        t += x[i] * i
    return t + i


def computed_slices(x, n):
    y = x[:n] * 2
    z = x[n:]
    return y.sum() * z.sum(), y


def comprehensions(x):
    return [v * 2 for v in (x, x + 1)], sum(w for w in (x, 1.0))


def relu(z, slope=EPS):
    return np.maximum(z, slope * z)


def helper(x, n):
    return relu(W @ x) * EPS + n


def helpers(x):
    y = helper(x, K)
    return np.sum(y) + TABLE["a"]


def unrolled(x):
    s = 0.0
    for t in adgen.unroll(range(K)):
        s += x[t]
    return s


def static_axis(x, axis):
    return np.sum(x, axis=axis)


def index_into_tuple(ws, x):
    for k in range(len(ws)):
        x = ws[k] * x
    return x


def captured_shape(x):
    return np.zeros(SHAPE).sum() + x if FLAG else x * 2


def mode(x, kind="a"):
    if kind == "a":
        return x
    return x * 2


def gather(x, idx):
    y = np.zeros(5)
    y[idx] += x
    np.add.at(y, idx, x)
    return y[idx] * x, y


def in_place(x):
    y = x.copy()
    y[y < 0] = 0
    y[:] = y * 2
    y[...] += 1
    y += x
    y -= 2
    y /= 3
    return y


def by_rank(x, y):
    return x + y, x.T @ y if x.ndim == 2 else x * y


def affine_indices(x):
    n = len(x)
    m = n - 1
    out = np.empty(m)
    for i in range(m):
        out[i] = x[i + 1] - x[i]
    for i in range(1, n):
        out[i - 1] += x[-i] * x[n - i]
    for i in range(n - 1, 0, -1):
        out[i - 1] *= x[i]
    return out


def powers(x, n):
    return x**n, x**2, x**-1, 2**x, x // 2, x % 2, -x, 7 // 2


def numbers(a, b):
    return a / b, a * b, a - b, a < b < 3, math.sqrt(a * a + 1) + abs(-b)


def branch_types(x):
    if x.sum() > 0:
        a, b = 1.0, x[0]
    else:
        b = x[1] * 2
        a = 2
    return a * b


def triangle(a):
    n, m = a.shape
    s = 0.0
    for i in range(n):
        for j in range(m):
            if j > i:
                continue
            s += a[i, j] * a[i, j - 1]
    return s + a[0, :].sum() + a[:, -1].sum() + a[1:, ::2].sum() + a[None, 0, ..., None].sum()


def function_values(x):
    f = lambda v: v * 2  # noqa: E731
    g = f
    for _ in range(2):
        x = g(x)
    return x


def apply_twice(g, x):
    return g(g(x))


def higher_order(x, k):
    return apply_twice(lambda v: v * k + 1, x)


def writes_argument(x):
    x[0] = 3.0
    x[1:] *= 2
    return np.sum(x * x)


def branch_stores(x, a):
    y = np.zeros(3)
    v = y[1:]
    if a > 0:
        y[1] = a
    else:
        v[:] = x[:2]
    return y, v


def while_with_array(x):
    k = 0
    y = x.copy()
    while y.sum() < 10 and k < 8:
        y[k % 3] += 1.0
        k += 1
    return y, k


def dict_argument(p, x):
    return p["w"] * x + p["b"]


def defaults(x, n=3, *, scale=0.5):
    return x * n * scale


def zero_dimensional(x):
    y = np.zeros(())
    y += x
    y[...] = y * 2
    return y


def only_way_out(x):
    k = 0
    while True:
        x = x * 1.5
        k += 1
        if x > 10:
            return x, k


def bound_in_the_loop(x):
    while True:
        y = np.sin(x)
        if y < 0.1:
            break
        x = x + y
    return x + y


def sizes_by_branch(x, k):
    y = x[:k] * 2 if k > 1 else x
    if k > 2:  # noqa: SIM108
        z = np.zeros(k)
    else:
        z = x[k:]
    return y.sum() + z.sum()


def returned_early(x, a):
    if a > 0:
        if x > 1:
            y = x
        else:
            return 0.0
        y = y * 2
    else:
        y = -x
    return y


def elimination(a, b):
    n = a.shape[0]
    a, b = a.copy(), b.copy()
    for k in range(n - 1):
        for i in range(k + 1, n):
            f = a[i, k] / a[k, k]
            a[i, k:] -= f * a[k, k:]
            b[i] -= f * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x


vec = np.array([0.3, 0.7])
PAIRS = ((np.ones((3, 2)), np.ones(3)), (np.ones((4, 3)), np.ones(4)))
CASES: list[tuple[Any, tuple[Any, ...]]] = [
    (straight, (2.0,)),
    (straight, (x3,)),
    (straight, (np.float32(2.0),)),
    (straight, (x3.astype(np.float32),)),
    (integer_start, (x3, x3 + 1)),
    (interior, (x5,)),
    (recurrence, (x3, 2)),
    (recurrence, (x3, 0)),
    (views, (1.5,)),
    (early_returns, (1.0,)),
    (early_returns, (-2.0,)),
    (early_returns, (-0.5,)),
    (newton, (2.0, 1e-9)),
    (layers, (PAIRS, vec)),
    (skip_and_stop, (x5,)),
    (return_from_loop, (x3,)),
    (return_from_loop, (x3 * 0,)),
    (nested_exits, (x5, 4)),
    (forever, (1.0,)),
    (closures, (2.0,)),
    (tuples, (2.0,)),
    (previous, (x5,)),
    (double_buffer, (0.5,)),
    (rank_changes, (x3, A43)),
    (aliases, (x3,)),
    (chained, (2.0,)),
    (chained, (3.0,)),
    (reshaped_stores, (np.arange(6.0),)),
    (counter_afterwards, (x5,)),
    (computed_slices, (x5, 2)),
    (computed_slices, (x5, -9)),
    (computed_slices, (x5, 9)),
    (comprehensions, (2.0,)),
    (helpers, (x3,)),
    (unrolled, (x3,)),
    (static_axis, (A43, 1)),
    (static_axis, (A43, -2)),
    (index_into_tuple, ((1.0, vec), 2.0)),
    (captured_shape, (1.0,)),
    (mode, (1.0,)),
    (mode, (1.0, "b")),
    (gather, (x3, np.array([0, 2, 2]))),
    (in_place, (x3,)),
    (by_rank, (np.ones((2, 2)), vec)),
    (by_rank, (vec, vec)),
    (by_rank, (np.ones(1), vec)),
    (affine_indices, (x5,)),
    (powers, (1.5, 2)),
    (numbers, (1, 2)),
    (numbers, (1.5, 2)),
    (numbers, (True, 2.0)),
    (branch_types, (vec,)),
    (branch_types, (-vec,)),
    (triangle, (A43,)),
    (function_values, (1.0,)),
    (higher_order, (1.0, 2.0)),
    (writes_argument, (x3,)),
    (branch_stores, (x3, 1.0)),
    (branch_stores, (x3, -1.0)),
    (while_with_array, (x3,)),
    (dict_argument, ({"w": 2.0, "b": vec}, 3.0)),
    (defaults, (1.0,)),
    (defaults, (1.0, 2)),
    (zero_dimensional, (1.5,)),
    (only_way_out, (1.0,)),
    (bound_in_the_loop, (1.0,)),
    (sizes_by_branch, (x5, 1)),
    (sizes_by_branch, (x5, 2)),
    (sizes_by_branch, (x5, 3)),
    (returned_early, (2.0, 1.0)),
    (returned_early, (0.5, 1.0)),
    (returned_early, (0.5, -1.0)),
    (elimination, (np.eye(3) * 3 + 1, x3)),
]
