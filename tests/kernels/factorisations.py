"""Factorisations and triangular solves: in place, row by row, cell by cell."""

from __future__ import annotations

import numpy as np

from tests.kernels import Kernel, torch


# -- as users write them --------------------------------------------------------------------------------
def cholesky(A):
    A[0, 0] = np.sqrt(A[0, 0])
    for i in range(1, A.shape[0]):
        for j in range(i):
            A[i, j] -= np.dot(A[i, :j], A[j, :j])
            A[i, j] /= A[j, j]
        A[i, i] -= np.dot(A[i, :i], A[i, :i])
        A[i, i] = np.sqrt(A[i, i])
    return np.sum(np.tril(A) ** 3)


def cholesky_loops(a):
    n = len(a)
    L = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            s = 0.0
            for k in range(j):
                s += L[i, k] * L[j, k]
            if i == j:
                L[i, i] = np.sqrt(a[i, i] - s)
            else:
                L[i, j] = (a[i, j] - s) / L[j, j]
    return np.sum(L**3)


def cholesky_columns(a):
    """Column by column, the rest updated by an outer product."""
    a = a.copy()
    n = a.shape[0]
    for k in range(n):
        a[k, k] = np.sqrt(a[k, k])
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k + 1 :, k])
    return np.sum(np.tril(a) ** 3)


def lu(A):
    for i in range(A.shape[0]):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[:j, j]
            A[i, j] /= A[j, j]
        for j in range(i, A.shape[0]):
            A[i, j] -= A[i, :i] @ A[:i, j]
    return np.sum(A**3)


def lu_loops(a):
    a = a.copy()
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    return np.sum(a**3)


def lu_rows(a):
    a = a.copy()
    n = a.shape[0]
    for k in range(n - 1):
        for i in range(k + 1, n):
            f = a[i, k] / a[k, k]
            a[i, k + 1 :] -= f * a[k, k + 1 :]
            a[i, k] = f
    return np.sum(a**3)


def ludcmp(A, b):
    x = np.zeros_like(b)
    y = np.zeros_like(b)

    for i in range(A.shape[0]):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[:j, j]
            A[i, j] /= A[j, j]
        for j in range(i, A.shape[0]):
            A[i, j] -= A[i, :i] @ A[:i, j]
    for i in range(A.shape[0]):
        y[i] = b[i] - A[i, :i] @ y[:i]
    for i in range(A.shape[0] - 1, -1, -1):
        x[i] = (y[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return np.sum(x * x * x)


def gauss_jordan(a, b):
    """With rows scaled and eliminated as whole vectors."""
    a = a.copy()
    x = b.copy()
    n = len(b)
    for k in range(n):
        pivot = a[k, k]
        a[k] /= pivot
        x[k] /= pivot
        for i in range(n):
            if i != k:
                f = a[i, k]
                a[i] -= f * a[k]
                x[i] -= f * x[k]
    return np.sum(x**3)


def durbin(r):
    y = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]

    for k in range(1, r.shape[0]):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha

    return np.sum(y**3)


def durbin_reversed(r):
    n = len(r)
    y = np.zeros(n)
    y[0] = -r[0]
    alpha, beta = -r[0], 1.0
    for k in range(1, n):
        beta = (1 - alpha**2) * beta
        alpha = -(r[k] + r[:k][::-1] @ y[:k]) / beta
        z = y[:k] + alpha * y[k - 1 :: -1]
        y[:k] = z
        y[k] = alpha
    return np.sum(y**3)


def durbin_loops(r):
    n = r.shape[0]
    y = np.zeros(n)
    z = np.zeros(n)
    y[0] = -r[0]
    alpha = -r[0]
    beta = 1.0
    for k in range(1, n):
        beta *= 1.0 - alpha * alpha
        s = 0.0
        for i in range(k):
            s += r[k - i - 1] * y[i]
        alpha = -(r[k] + s) / beta
        for i in range(k):
            z[i] = y[i] + alpha * y[k - i - 1]
        for i in range(k):
            y[i] = z[i]
        y[k] = alpha
    return np.sum(y**3)


def gramschmidt(A):
    Q = np.zeros_like(A)
    R = np.zeros((A.shape[1], A.shape[1]), dtype=A.dtype)

    for k in range(A.shape[1]):
        nrm = np.dot(A[:, k], A[:, k])
        R[k, k] = np.sqrt(nrm)
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, A.shape[1]):
            R[k, j] = np.dot(Q[:, k], A[:, j])
            A[:, j] -= Q[:, k] * R[k, j]

    return np.sum(Q**3) + np.sum(R**3)


def gramschmidt_norm(a):
    """The modified process, with whole projections and np.linalg.norm."""
    q = a.copy()
    n = q.shape[1]
    r = np.zeros((n, n))
    for k in range(n):
        r[k, k] = np.linalg.norm(q[:, k])
        q[:, k] /= r[k, k]
        r[k, k + 1 :] = q[:, k] @ q[:, k + 1 :]
        q[:, k + 1 :] -= np.outer(q[:, k], r[k, k + 1 :])
    return np.sum(q**3) + np.sum(r**3)


def gramschmidt_loops(a):
    m, n = a.shape
    a = a.copy()
    q = np.zeros((m, n))
    r = np.zeros((n, n))
    for k in range(n):
        nrm = 0.0
        for i in range(m):
            nrm += a[i, k] * a[i, k]
        r[k, k] = np.sqrt(nrm)
        for i in range(m):
            q[i, k] = a[i, k] / r[k, k]
        for j in range(k + 1, n):
            for i in range(m):
                r[k, j] += q[i, k] * a[i, j]
            for i in range(m):
                a[i, j] -= q[i, k] * r[k, j]
    return np.sum(q**3) + np.sum(r**3)


def trisolv(L, x, b):
    for i in range(x.shape[0]):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
    return np.sum(x**3)


def trisolv_loops(L, b):
    n = len(b)
    x = np.zeros(n)
    for i in range(n):
        x[i] = b[i]
        for j in range(i):
            x[i] -= L[i, j] * x[j]
        x[i] /= L[i, i]
    return np.sum(x**3)


def trisolv_columns(L, b):
    x = b.copy()
    for j in range(len(b)):
        x[j] /= L[j, j]
        x[j + 1 :] -= L[j + 1 :, j] * x[j]
    return np.sum(x**3)


def thomas(a, b, c, d):
    """The tridiagonal solver."""
    n = len(d)
    cp = np.zeros(n)
    dp = np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x = np.zeros(n)
    x[-1] = dp[-1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return np.sum(x**3)


# -- twins ----------------------------------------------------------------------------------------------
def twin_cholesky(a):
    """The factor reads the lower triangle only."""
    low = torch.tril(a)
    return (torch.linalg.cholesky(low + torch.tril(a, -1).T) ** 3).sum()


def factors(a):
    """Both factors without pivoting, in one matrix, by elimination."""
    n = a.shape[0]
    rest, upper, lower = a, [], []
    for k in range(n):
        row, column = rest[k], rest[:, k] / rest[k, k]
        upper.append(torch.cat([torch.zeros(k, dtype=a.dtype), row[k:]]))
        lower.append(torch.cat([torch.zeros(k + 1, dtype=a.dtype), column[k + 1 :]]))
        rest = rest - torch.outer(column, row)
    return torch.stack(upper) + torch.stack(lower, 1)


def twin_lu(a):
    return (factors(a) ** 3).sum()


def twin_solve(a, b):
    return (torch.linalg.solve(a, b) ** 3).sum()


def twin_durbin(r):
    """The Toeplitz system that the recursion solves."""
    n = r.shape[0]
    lags = torch.cat([torch.ones(1, dtype=r.dtype), r])
    matrix = lags[(torch.arange(n)[:, None] - torch.arange(n)[None]).abs()]
    return (torch.linalg.solve(matrix, -r) ** 3).sum()


def twin_gramschmidt(a):
    columns, r = [], []
    for k in range(a.shape[1]):
        column, row = a[:, k], []
        for q in columns:
            row.append(q @ a[:, k])
            column = column - q * row[-1]
        row.append(column.norm())
        columns.append(column / row[-1])
        r.extend(row)
    return sum((q**3).sum() for q in columns) + sum(v**3 for v in r)


def twin_trisolv(low, x, b):
    return twin_trisolv_loops(low, b)


def twin_trisolv_loops(low, b):
    return (torch.linalg.solve_triangular(torch.tril(low), b[:, None], upper=False) ** 3).sum()


def twin_thomas(a, b, c, d):
    return (torch.linalg.solve(torch.diag(b) + torch.diag(a[1:], -1) + torch.diag(c[:-1], 1), d) ** 3).sum()


# -- arguments ------------------------------------------------------------------------------------------
def definite(rng, n):
    a = rng.standard_normal((n, n))
    return a @ a.T / n + np.eye(n)


def dominant(rng, n):
    return rng.standard_normal((n, n)) + n * np.eye(n)


def lags(rng, n):
    return rng.uniform(-0.9, 0.9, n) / (2.0 + np.arange(n))


def system(rng, n):
    return dominant(rng, n), rng.standard_normal(n)


def tall(rng, n):
    return (rng.standard_normal((n + 2, n)),)


def bands(rng, n):
    return rng.random(n), 3.0 + rng.random(n), rng.random(n), rng.standard_normal(n)


KERNELS = (
    *(
        Kernel(fun, lambda rng, n: (definite(rng, n),), twin_cholesky)
        for fun in (cholesky, cholesky_loops, cholesky_columns)
    ),
    *(Kernel(fun, lambda rng, n: (dominant(rng, n),), twin_lu) for fun in (lu, lu_loops, lu_rows)),
    Kernel(ludcmp, system, twin_solve, (0, 1)),
    Kernel(gauss_jordan, system, twin_solve, (0, 1)),
    *(
        Kernel(fun, lambda rng, n: (lags(rng, n),), twin_durbin)
        for fun in (durbin, durbin_reversed, durbin_loops)
    ),
    *(Kernel(fun, tall, twin_gramschmidt) for fun in (gramschmidt, gramschmidt_norm, gramschmidt_loops)),
    Kernel(
        trisolv,
        lambda rng, n: (dominant(rng, n), np.zeros(n), rng.standard_normal(n)),
        twin_trisolv,
        (0, 2),
    ),
    Kernel(trisolv_loops, system, twin_trisolv_loops, (0, 1)),
    Kernel(trisolv_columns, system, twin_trisolv_loops, (0, 1)),
    Kernel(thomas, bands, twin_thomas, (0, 1, 2, 3)),
)
