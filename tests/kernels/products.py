"""Products of matrices and vectors: BLAS-like kernels, whole and by loops over triangles."""

# ruff: noqa: RUF059
from __future__ import annotations

import numpy as np

from tests.kernels import Kernel, torch


# -- as users write them --------------------------------------------------------------------------------
def gemm(alpha, beta, C, A, B):
    C[:] = alpha * A @ B + beta * C
    return np.sum(C**3)


def gemm_loops(alpha, beta, C, A, B):
    ni, nj = C.shape
    for i in range(ni):
        for j in range(nj):
            C[i, j] *= beta
        for k in range(A.shape[1]):
            for j in range(nj):
                C[i, j] += alpha * A[i, k] * B[k, j]
    return np.sum(C**3)


def k2mm(alpha, beta, A, B, C, D):
    D[:] = alpha * A @ B @ C + beta * D
    return np.sum(D**2)


def k3mm(A, B, C, D):
    return np.sum((A @ B @ C @ D) ** 2)


def gesummv(alpha, beta, A, B, x):
    return np.sum((alpha * A @ x + beta * B @ x) ** 3)


def gemver(alpha, beta, A, u1, v1, u2, v2, w, x, y, z):
    A += np.outer(u1, v1) + np.outer(u2, v2)
    x += beta * y @ A + z
    w += alpha * A @ x
    return np.sum(w**2)


def atax(A, x):
    return np.sum(((A @ x) @ A) ** 3)


def atax_loops(A, x):
    m, n = A.shape
    y = np.zeros(n)
    for i in range(m):
        tmp = 0.0
        for j in range(n):
            tmp += A[i, j] * x[j]
        for j in range(n):
            y[j] += A[i, j] * tmp
    return np.sum(y**3)


def bicg(A, p, r):
    s, q = r @ A, A @ p
    return np.sum(s**3) + np.sum(q**3)


def mvt(x1, x2, y_1, y_2, A):
    x1 += A @ y_1
    x2 += y_2 @ A
    return np.sum(x1 * x1) + np.sum(x2 * x2)


def mvt_loops(x1, x2, y_1, y_2, A):
    n = len(x1)
    for i in range(n):
        for j in range(n):
            x1[i] = x1[i] + A[i, j] * y_1[j]
    for i in range(n):
        for j in range(n):
            x2[i] = x2[i] + A[j, i] * y_2[j]
    return np.sum(x1 * x1) + np.sum(x2 * x2)


def doitgen(NR, NQ, NP, A, C4):
    A[:] = np.reshape(np.reshape(A, (NR, NQ, 1, NP)) @ C4, (NR, NQ, NP))
    return np.sum(A**3)


def doitgen_loops(A, C4):
    NR, NQ, NP = A.shape
    total = np.zeros(NP)
    for r in range(NR):
        for q in range(NQ):
            for p in range(NP):
                total[p] = 0.0
                for s in range(NP):
                    total[p] += A[r, q, s] * C4[s, p]
            for p in range(NP):
                A[r, q, p] = total[p]
    return np.sum(A**3)


def doitgen_rows(A, C4):
    NR, NQ, NP = A.shape
    for r in range(NR):
        for q in range(NQ):
            A[r, q, :] = A[r, q, :] @ C4
    return np.sum(A**3)


def trmm(alpha, A, B):
    for i in range(B.shape[0]):
        for j in range(B.shape[1]):
            B[i, j] += np.dot(A[i + 1 :, i], B[i + 1 :, j])
    B *= alpha
    return np.sum(B**3)


def trmm_loops(alpha, A, B):
    m, n = B.shape
    for i in range(m):
        for j in range(n):
            for k in range(i + 1, m):
                B[i, j] += A[k, i] * B[k, j]
            B[i, j] = alpha * B[i, j]
    return np.sum(B**3)


def syrk(alpha, beta, C, A):
    for i in range(A.shape[0]):
        C[i, : i + 1] *= beta
        for k in range(A.shape[1]):
            C[i, : i + 1] += alpha * A[i, k] * A[: i + 1, k]
    return np.sum(C**3)


def syrk_loops(alpha, beta, C, A):
    n, m = A.shape
    for i in range(n):
        for j in range(i + 1):
            C[i, j] *= beta
        for k in range(m):
            for j in range(i + 1):
                C[i, j] += alpha * A[i, k] * A[j, k]
    return np.sum(C**3)


def syr2k(alpha, beta, C, A, B):
    for i in range(A.shape[0]):
        C[i, : i + 1] *= beta
        for k in range(A.shape[1]):
            C[i, : i + 1] += A[: i + 1, k] * alpha * B[i, k] + B[: i + 1, k] * alpha * A[i, k]
    return np.sum(C**3)


def symm(alpha, beta, C, A, B):
    temp2 = np.empty((C.shape[1],), dtype=C.dtype)
    C *= beta
    for i in range(C.shape[0]):
        for j in range(C.shape[1]):
            C[:i, j] += alpha * B[i, j] * A[i, :i]
            temp2[j] = B[:i, j] @ A[i, :i]
        C[i, :] += alpha * B[i, :] * A[i, i] + alpha * temp2
    return np.sum(C**3)


def symm_loops(alpha, beta, C, A, B):
    m, n = C.shape
    for i in range(m):
        for j in range(n):
            temp2 = 0.0
            for k in range(i):
                C[k, j] += alpha * B[i, j] * A[i, k]
                temp2 += B[k, j] * A[i, k]
            C[i, j] = beta * C[i, j] + alpha * B[i, j] * A[i, i] + alpha * temp2
    return np.sum(C**3)


def covariance(M, float_n, data):
    mean = np.mean(data, axis=0)
    data -= mean
    cov = np.zeros((M, M), dtype=data.dtype)
    for i in range(M):
        cov[i:M, i] = data[:, i] @ data[:, i:M] / (float_n - 1.0)
        cov[i, i:M] = cov[i:M, i]
    return np.sum(cov**3)


def covariance_loops(data):
    n, m = data.shape
    mean = np.zeros(m)
    for j in range(m):
        for i in range(n):
            mean[j] += data[i, j]
        mean[j] /= n
    for i in range(n):
        for j in range(m):
            data[i, j] -= mean[j]
    cov = np.zeros((m, m))
    for i in range(m):
        for j in range(i, m):
            for k in range(n):
                cov[i, j] += data[k, i] * data[k, j]
            cov[i, j] /= n - 1.0
            cov[j, i] = cov[i, j]
    return np.sum(cov**3)


def covariance_whole(data):
    centred = data - data.mean(axis=0)
    cov = centred.T @ centred / (data.shape[0] - 1)
    return (cov**3).sum()


def correlation(M, float_n, data):
    mean = np.mean(data, axis=0)
    stddev = np.std(data, axis=0)
    stddev[stddev <= 0.1] = 1.0
    data -= mean
    data /= np.sqrt(float_n) * stddev
    corr = np.eye(M, dtype=data.dtype)
    for i in range(M - 1):
        corr[i + 1 : M, i] = corr[i, i + 1 : M] = data[:, i] @ data[:, i + 1 : M]
    return np.sum(corr**3)


def correlation_loops(data):
    n, m = data.shape
    mean = np.zeros(m)
    stddev = np.zeros(m)
    for j in range(m):
        for i in range(n):
            mean[j] += data[i, j] / n
        for i in range(n):
            stddev[j] += (data[i, j] - mean[j]) ** 2
        stddev[j] = np.sqrt(stddev[j] / n)
        stddev[j] = 1.0 if stddev[j] <= 0.1 else stddev[j]
    corr = np.eye(m)
    for i in range(m - 1):
        for j in range(i + 1, m):
            for k in range(n):
                corr[i, j] += (data[k, i] - mean[i]) * (data[k, j] - mean[j]) / (n * stddev[i] * stddev[j])
            corr[j, i] = corr[i, j]
    return np.sum(corr**3)


def spmv(A_row, A_col, A_val, x):
    y = np.empty(A_row.size - 1, A_val.dtype)
    for i in range(A_row.size - 1):
        cols = A_col[A_row[i] : A_row[i + 1]]
        vals = A_val[A_row[i] : A_row[i + 1]]
        y[i] = vals @ x[cols]
    return np.sum(y**3)


def spmv_loops(A_row, A_col, A_val, x):
    n = len(A_row) - 1
    y = np.zeros(n)
    for i in range(n):
        for k in range(A_row[i], A_row[i + 1]):
            y[i] += A_val[k] * x[A_col[k]]
    return np.sum(y**3)


# -- twins ----------------------------------------------------------------------------------------------
def twin_gemm(alpha, beta, c, a, b):
    return ((alpha * (a @ b) + beta * c) ** 3).sum()


def twin_k2mm(alpha, beta, a, b, c, d):
    return ((alpha * (a @ b @ c) + beta * d) ** 2).sum()


def twin_k3mm(a, b, c, d):
    return (((a @ b) @ (c @ d)) ** 2).sum()


def twin_gesummv(alpha, beta, a, b, x):
    return ((alpha * (a @ x) + beta * (b @ x)) ** 3).sum()


def twin_gemver(alpha, beta, a, u1, v1, u2, v2, w, x, y, z):
    a = a + torch.outer(u1, v1) + torch.outer(u2, v2)
    x = x + beta * (a.T @ y) + z
    return ((w + alpha * (a @ x)) ** 2).sum()


def twin_atax(a, x):
    return ((a.T @ (a @ x)) ** 3).sum()


def twin_bicg(a, p, r):
    return ((a.T @ r) ** 3).sum() + ((a @ p) ** 3).sum()


def twin_mvt(x1, x2, y1, y2, a):
    return ((x1 + a @ y1) ** 2).sum() + ((x2 + a.T @ y2) ** 2).sum()


def twin_doitgen(nr, nq, np_, a, c4):
    return twin_doitgen_loops(a, c4)


def twin_doitgen_loops(a, c4):
    return (torch.einsum("rqs,sp->rqp", a, c4) ** 3).sum()


def twin_trmm(alpha, a, b):
    low = torch.tril(a, -1) + torch.eye(a.shape[0], dtype=a.dtype)
    return ((alpha * (low.T @ b)) ** 3).sum()


def lower_part(c, new):
    mask = torch.ones_like(c).tril() > 0
    return torch.where(mask, new, c)


def twin_syrk(alpha, beta, c, a):
    return (lower_part(c, beta * c + alpha * (a @ a.T)) ** 3).sum()


def twin_syr2k(alpha, beta, c, a, b):
    return (lower_part(c, beta * c + alpha * (a @ b.T + b @ a.T)) ** 3).sum()


def twin_symm(alpha, beta, c, a, b):
    full = torch.tril(a) + torch.tril(a, -1).T
    return ((beta * c + alpha * (full @ b)) ** 3).sum()


def twin_covariance(m, n, data):
    return twin_covariance_whole(data)


def twin_covariance_whole(data):
    return (torch.cov(data.T) ** 3).sum()


def twin_correlation(m, n, data):
    return twin_correlation_loops(data)


def twin_correlation_loops(data):
    return (torch.corrcoef(data.T) ** 3).sum()


def twin_spmv(rows, columns, values, x):
    lengths = rows[1:] - rows[:-1]
    where = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
    y = torch.zeros(len(lengths), dtype=x.dtype).index_add(0, where, values * x[columns])
    return (y**3).sum()


# -- arguments ------------------------------------------------------------------------------------------
def normals(rng, *shapes):
    return tuple(rng.standard_normal(shape) for shape in shapes)


def make_spmv(rng, n):
    lengths = rng.integers(0, 4, n)
    rows = np.concatenate([[0], np.cumsum(lengths)])
    columns = rng.integers(0, n, rows[-1])
    return (rows, columns, rng.standard_normal(rows[-1]), rng.standard_normal(n))


def make_gemm(rng, n):
    return (1.5, 1.2, *normals(rng, (n, n + 1), (n, n + 2), (n + 2, n + 1)))


def make_gemver(rng, n):
    return (1.5, 1.2, *normals(rng, (n, n), *[n] * 8))


def make_mvt(rng, n):
    return normals(rng, n, n, n, n, (n, n))


def make_trmm(rng, n):
    return (1.5, *normals(rng, (n, n), (n, n + 1)))


def make_syrk(rng, n):
    return (1.5, 1.2, *normals(rng, (n, n), (n, n + 1)))


def make_symm(rng, n):
    return (1.5, 1.2, *normals(rng, (n, n + 1), (n, n), (n, n + 1)))


def make_data(rng, n):
    return normals(rng, (n + 2, n))


KERNELS = (
    *(Kernel(fun, make_gemm, twin_gemm, (0, 1, 2, 3, 4)) for fun in (gemm, gemm_loops)),
    Kernel(
        k2mm,
        lambda rng, n: (1.5, 1.2, *normals(rng, (n, n + 1), (n + 1, n + 2), (n + 2, n + 3), (n, n + 3))),
        twin_k2mm,
        (0, 1, 2, 3, 4, 5),
    ),
    Kernel(
        k3mm,
        lambda rng, n: normals(rng, (n, n + 1), (n + 1, n + 2), (n + 2, n + 3), (n + 3, n)),
        twin_k3mm,
        (0, 1, 2, 3),
    ),
    Kernel(
        gesummv,
        lambda rng, n: (1.5, 1.2, *normals(rng, (n, n), (n, n), n)),
        twin_gesummv,
        (0, 1, 2, 3, 4),
    ),
    Kernel(gemver, make_gemver, twin_gemver, tuple(range(11))),
    *(Kernel(f, lambda rng, n: normals(rng, (n + 1, n), n), twin_atax, (0, 1)) for f in (atax, atax_loops)),
    Kernel(bicg, lambda rng, n: normals(rng, (n + 1, n), n, n + 1), twin_bicg, (0, 1, 2)),
    *(Kernel(fun, make_mvt, twin_mvt, (0, 1, 2, 3, 4)) for fun in (mvt, mvt_loops)),
    Kernel(
        doitgen,
        lambda rng, n: (n - 2, n - 1, n, *normals(rng, (n - 2, n - 1, n), (n, n))),
        twin_doitgen,
        (3, 4),
    ),
    *(
        Kernel(fun, lambda rng, n: normals(rng, (n - 2, n - 1, n), (n, n)), twin_doitgen_loops, (0, 1))
        for fun in (doitgen_loops, doitgen_rows)
    ),
    *(Kernel(fun, make_trmm, twin_trmm, (0, 1, 2)) for fun in (trmm, trmm_loops)),
    *(Kernel(fun, make_syrk, twin_syrk, (0, 1, 2, 3)) for fun in (syrk, syrk_loops)),
    Kernel(
        syr2k,
        lambda rng, n: (1.5, 1.2, *normals(rng, (n, n), (n, n + 1), (n, n + 1))),
        twin_syr2k,
        (0, 1, 2, 3, 4),
    ),
    *(Kernel(fun, make_symm, twin_symm, (0, 1, 2, 3, 4)) for fun in (symm, symm_loops)),
    Kernel(covariance, lambda rng, n: (n, n + 2.0, *make_data(rng, n)), twin_covariance, (2,)),
    *(Kernel(fun, make_data, twin_covariance_whole) for fun in (covariance_loops, covariance_whole)),
    Kernel(correlation, lambda rng, n: (n, n + 2.0, *make_data(rng, n)), twin_correlation, (2,)),
    Kernel(correlation_loops, make_data, twin_correlation_loops),
    *(Kernel(fun, make_spmv, twin_spmv, (2, 3)) for fun in (spmv, spmv_loops)),
)
