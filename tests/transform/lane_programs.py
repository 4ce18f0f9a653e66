"""Functions with loops whose rounds do not depend on each other, for the tests of lanes."""

from __future__ import annotations

import math

import numpy as np


def stopped(a, w):
    """A while loop stopped by a tolerance, in each round another number of times."""
    s = 0.0
    for i in range(a.shape[0]):
        x = a[i]
        while abs(x * x - a[i]) > 1e-13 * a[i]:
            x = 0.5 * (x + a[i] / x)
        s += w[i] * x
    return s


def private(a, w):
    """Two arrays that each round writes before it reads them."""
    d = 3
    xc = np.zeros(d)
    term = np.zeros(w.shape[0])
    total = 0.0
    for i in range(a.shape[0]):
        for k in range(w.shape[0]):
            for j in range(d):
                xc[j] = a[i] * (j + 1) - w[k]
            sq = 0.0
            for r in range(d):
                t = w[k] * xc[r]
                for c in range(r):
                    t += (c + 1) * xc[c]
                sq += t * t
            term[k] = -0.1 * sq
        top = np.max(term)
        total += top + np.log(np.sum(np.exp(term - top)))
    return total


def trajectories(a, w):
    """Rows of an array that each belong to one round."""
    out = np.zeros((a.shape[0], 5))
    for i in range(a.shape[0]):
        x = 0.1 + 0.2 * np.sin(a[i])
        for t in range(5):
            x = 3.1 * x * (1.0 - x)
            out[i, t] = x
        out[i, 2] *= w[i]
    return np.sum(out * out)


def states(a, w):
    """A vector as the state of a recurrence, times a matrix that all rounds share."""
    m = np.outer(w[:3], w[1:4])
    s = 0.0
    for i in range(a.shape[0]):
        y = np.ones(3) * a[i]
        for _ in range(4):
            y = y + 0.1 * np.tanh(m @ y)
        s += np.sum(y) + y[1]
    return s


def escaping(a, w):
    """A loop with two reasons to stop, and what it counts."""
    total = 0.0
    steps = 0
    for i in range(a.shape[0]):
        z = 0.0
        k = 0
        while k < 12 and abs(z) < 4.0:
            z = z * z + a[i]
            k += 1
        steps += k
        total += w[i] * z * k
    return total + steps


def left_early(a, w):
    """A for loop that rounds leave at different times."""
    s = 0.0
    for i in range(a.shape[0]):
        x = a[i]
        for t in range(20):
            x = 0.5 * x + 0.01 * t
            if x < 0.3:
                x = x * w[i]
                break
        s += x * x
    return s


def branches(a, w):
    """Branches on what differs between rounds, and on what does not."""
    s = 0.0
    for i in range(a.shape[0]):
        x = a[i]
        for t in range(6):
            if x > 1.0:
                x = np.sqrt(x - 1.0) + 0.1
            elif x > 0.5 and t % 2 == 0:
                x = x * x * w[i]
            else:
                x = x + 0.3
            if t == 3:
                x = x * 1.5
        s += x
    return s


def python_numbers(a, w):
    """Functions of Python's math, which raise errors of their own."""
    s = 0.0
    for i in range(a.shape[0]):
        y = float(a[i])
        for _ in range(4):
            y = math.exp(-y) + math.sqrt(y) / (1.0 + y**2)
        s += y * w[i]
    return s


def shared_twice(a, w):
    """Cells that a round adds to, and reads again."""
    y = np.ones(a.shape[0])
    for i in range(a.shape[0]):
        for t in range(3):
            y[i] += a[i] * y[i] * 0.1
            y[i] = y[i] * (1.0 + 0.01 * t)
    return np.dot(y, w[: y.shape[0]])


def gathered(a, w):
    """Tables read at places that are computed."""
    s = 0.0
    for i in range(a.shape[0]):
        k = (3 * i + 1) % w.shape[0]
        x = w[k] + a[i - 1]
        for _ in range(3):
            x = np.sin(x) + w[-1 - k] * a[i]
        s += x
    return s


def late(a, w):
    """What goes from round to round beside what does not."""
    h = np.zeros(4)
    last, best, product = 0.0, -10.0, 1.0
    for i in range(a.shape[0]):
        x = a[i]
        for _ in range(3):
            x = np.cos(x) * 1.1
        h[i % 4] += x
        best = max(best, x * w[i])
        product = product * (1.0 + 0.01 * x)
        last = x
    return np.sum(h * h) + best + product + last


def inside_a_recurrence(a, w):
    """Rounds that are independent in a loop whose rounds are not."""
    u = a * 1.0
    for _ in range(3):
        v = np.zeros(a.shape[0])
        for i in range(a.shape[0]):
            x = u[i]
            for j in range(3):
                x = x + 0.1 * np.sin(x * (j + 1))
            v[i] = x * w[i]
        u = 0.5 * u + 0.1 * v
    return np.sum(u * u)


def pairs(a, w):
    """Every round with every other one."""
    n = a.shape[0]
    f = np.zeros(n)
    for i in range(n):
        for j in range(n):
            r = a[i] - a[j]
            f[i] += w[j] * np.exp(-r * r)
    return np.sum(f * f)


def nested_whiles(a, w):
    """A loop stopped by a tolerance in another one."""
    s = 0.0
    for i in range(a.shape[0]):
        x, n = a[i], 0
        while n < 4 and x < 50.0:
            y = 1.0
            while abs(y * y - x) > 1e-9 * x:
                y = 0.5 * (y + x / y)
            x = x * 1.2 + y
            n += 1
        s += x * w[i]
    return s


def offset(a, w):
    """Rounds that begin elsewhere, and neighbours."""
    s = 0.0
    for i in range(1, a.shape[0] - 1):
        x = a[i - 1] - 2.0 * a[i] + a[i + 1]
        for _ in range(3):
            x = np.tanh(x) + 0.1 * w[i]
        s += x
    return s


def below(a, w):
    """Every pair once: loops of different lengths."""
    e = 0.0
    for i in range(a.shape[0]):
        for j in range(i):
            r = a[i] - a[j]
            e += w[i] * w[j] / np.sqrt(r * r + 0.1)
    return e


def above(a, w):
    """Every pair once, the other way round, with a number of its own for each round."""
    e = 0.0
    for i in range(a.shape[0] - 1):
        own = 0.0
        for j in range(i + 1, a.shape[0]):
            if a[j] > 0.4:
                own += np.exp(-((a[i] - a[j]) ** 2)) * w[j]
        e += own * own
    return e


PROGRAMS = [
    stopped, private, trajectories, states, escaping, left_early, branches, python_numbers, shared_twice,
    gathered, late, inside_a_recurrence, pairs, nested_whiles, offset,
    below, above,
]  # fmt: skip


def rows(a, w):
    """Sums that BLAS does better."""
    m = np.outer(a, w)
    s = 0.0
    for i in range(m.shape[0]):
        t = 0.0
        for j in range(m.shape[1]):
            t += m[i, j] * w[j]
        s += t * t
    return s


def image(a, w):
    """A convolution, which has tiles of its own."""
    m = np.outer(a, w)
    s = 0.0
    for i in range(m.shape[0] - 2):
        for j in range(m.shape[1] - 2):
            t = 0.0
            for p in range(3):
                for q in range(3):
                    t += m[i + p, j + q] * w[p + q]
            s += t * t
    return s


def recurrence(a, w):
    """Rounds that wait for each other."""
    x = 0.3
    for i in range(a.shape[0]):
        for _ in range(9):
            x = np.tanh(x * a[i]) + w[i]
    return x


PLAIN = [rows, image, recurrence, trajectories, shared_twice]


def in_place(a, w):
    """An argument that the rounds change."""
    for i in range(a.shape[0]):
        x = a[i]
        for _ in range(5):
            x = np.sin(x) + w[i]
        a[i] = x
    return np.sum(a * a)


def failing(a, w):
    """What one of the rounds does not like."""
    s = 0.0
    for i in range(a.shape[0]):
        x = a[i]
        for _ in range(5):
            x = 0.9 * x + 0.1 * np.sin(x)
        assert x < 5.0, "too large"
        s += x * w[i]
    return s
