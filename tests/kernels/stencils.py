"""Stencils: whole-array statements on slices, explicit loops, several time steps."""

# ruff: noqa: B007, E741, F841
from __future__ import annotations

import numpy as np

from tests.kernels import Kernel, torch


# -- as users write them --------------------------------------------------------------------------------
def jacobi_1d(TSTEPS, A, B):
    for t in range(1, TSTEPS):
        B[1:-1] = 0.33333 * (A[:-2] + A[1:-1] + A[2:])
        A[1:-1] = 0.33333 * (B[:-2] + B[1:-1] + B[2:])
    return np.sum(A * A * B)


def jacobi_1d_loops(steps, a):
    n = a.shape[0]
    a = a.copy()
    b = a.copy()
    for t in range(steps):
        for i in range(1, n - 1):
            b[i] = (a[i - 1] + a[i] * a[i] + a[i + 1]) / 3.0
        for i in range(1, n - 1):
            a[i] = (b[i - 1] + b[i] * b[i] + b[i + 1]) / 3.0
    return np.sum(a * a)


def jacobi_2d(TSTEPS, A, B):
    for t in range(1, TSTEPS):
        B[1:-1, 1:-1] = 0.2 * (A[1:-1, 1:-1] + A[1:-1, :-2] + A[1:-1, 2:] + A[2:, 1:-1] + A[:-2, 1:-1])
        A[1:-1, 1:-1] = 0.2 * (B[1:-1, 1:-1] + B[1:-1, :-2] + B[1:-1, 2:] + B[2:, 1:-1] + B[:-2, 1:-1])
    return np.sum(A * A)


def jacobi_2d_swapped(u, f, steps):
    h2 = 1.0 / (u.shape[0] - 1) ** 2
    new = u.copy()
    for _ in range(steps):
        new[1:-1, 1:-1] = 0.25 * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - h2 * f[1:-1, 1:-1]
        )
        u, new = new, u
    return np.sum((u - f) ** 2)


def heat_3d(TSTEPS, A, B):
    for t in range(1, TSTEPS):
        B[1:-1, 1:-1, 1:-1] = (
            0.125 * (A[2:, 1:-1, 1:-1] - 2.0 * A[1:-1, 1:-1, 1:-1] + A[:-2, 1:-1, 1:-1])
            + 0.125 * (A[1:-1, 2:, 1:-1] - 2.0 * A[1:-1, 1:-1, 1:-1] + A[1:-1, :-2, 1:-1])
            + 0.125 * (A[1:-1, 1:-1, 2:] - 2.0 * A[1:-1, 1:-1, 1:-1] + A[1:-1, 1:-1, 0:-2])
            + A[1:-1, 1:-1, 1:-1]
        )
        A[1:-1, 1:-1, 1:-1] = (
            0.125 * (B[2:, 1:-1, 1:-1] - 2.0 * B[1:-1, 1:-1, 1:-1] + B[:-2, 1:-1, 1:-1])
            + 0.125 * (B[1:-1, 2:, 1:-1] - 2.0 * B[1:-1, 1:-1, 1:-1] + B[1:-1, :-2, 1:-1])
            + 0.125 * (B[1:-1, 1:-1, 2:] - 2.0 * B[1:-1, 1:-1, 1:-1] + B[1:-1, 1:-1, 0:-2])
            + B[1:-1, 1:-1, 1:-1]
        )
    return np.sum(A * B)


def seidel_2d(TSTEPS, N, A):
    for t in range(0, TSTEPS - 1):
        for i in range(1, N - 1):
            A[i, 1:-1] += (
                A[i - 1, :-2]
                + A[i - 1, 1:-1]
                + A[i - 1, 2:]
                + A[i, 2:]
                + A[i + 1, :-2]
                + A[i + 1, 1:-1]
                + A[i + 1, 2:]
            )
            for j in range(1, N - 1):
                A[i, j] += A[i, j - 1]
                A[i, j] /= 9.0
    return np.sum(A * A)


def seidel_2d_loops(A, steps):
    n = A.shape[0]
    for t in range(steps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                A[i, j] = (
                    A[i - 1, j - 1] + A[i - 1, j] + A[i - 1, j + 1]
                    + A[i, j - 1] + A[i, j] * A[i, j] + A[i, j + 1]
                    + A[i + 1, j - 1] + A[i + 1, j] + A[i + 1, j + 1]
                ) / 9.0  # fmt: skip
    return np.sum(A**2)


def fdtd_2d(TMAX, ex, ey, hz, _fict_):
    for t in range(TMAX):
        ey[0, :] = _fict_[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    return np.sum(hz * hz) + np.sum(ex * ey)


def adi(TSTEPS, N, u):
    v = np.empty(u.shape, dtype=u.dtype)
    p = np.empty(u.shape, dtype=u.dtype)
    q = np.empty(u.shape, dtype=u.dtype)

    DX = 1.0 / N
    DY = 1.0 / N
    DT = 1.0 / TSTEPS
    B1 = 2.0
    B2 = 1.0
    mul1 = B1 * DT / (DX * DX)
    mul2 = B2 * DT / (DY * DY)

    a = -mul1 / 2.0
    b = 1.0 + mul1
    c = a
    d = -mul2 / 2.0
    e = 1.0 + mul2
    f = d

    for t in range(1, TSTEPS + 1):
        v[0, 1 : N - 1] = 1.0
        p[1 : N - 1, 0] = 0.0
        q[1 : N - 1, 0] = v[0, 1 : N - 1]
        for j in range(1, N - 1):
            p[1 : N - 1, j] = -c / (a * p[1 : N - 1, j - 1] + b)
            q[1 : N - 1, j] = (
                -d * u[j, 0 : N - 2]
                + (1.0 + 2.0 * d) * u[j, 1 : N - 1]
                - f * u[j, 2:N]
                - a * q[1 : N - 1, j - 1]
            ) / (a * p[1 : N - 1, j - 1] + b)
        v[N - 1, 1 : N - 1] = 1.0
        for j in range(N - 2, 0, -1):
            v[j, 1 : N - 1] = p[1 : N - 1, j] * v[j + 1, 1 : N - 1] + q[1 : N - 1, j]

        u[1 : N - 1, 0] = 1.0
        p[1 : N - 1, 0] = 0.0
        q[1 : N - 1, 0] = u[1 : N - 1, 0]
        for j in range(1, N - 1):
            p[1 : N - 1, j] = -f / (d * p[1 : N - 1, j - 1] + e)
            q[1 : N - 1, j] = (
                -a * v[0 : N - 2, j]
                + (1.0 + 2.0 * a) * v[1 : N - 1, j]
                - c * v[2:N, j]
                - d * q[1 : N - 1, j - 1]
            ) / (d * p[1 : N - 1, j - 1] + e)
        u[1 : N - 1, N - 1] = 1.0
        for j in range(N - 2, 0, -1):
            u[1 : N - 1, j] = p[1 : N - 1, j] * u[1 : N - 1, j + 1] + q[1 : N - 1, j]
    return np.sum(u * u)


def hdiff(in_field, out_field, coeff):
    I, J, K = out_field.shape[0], out_field.shape[1], out_field.shape[2]
    lap_field = 4.0 * in_field[1 : I + 3, 1 : J + 3, :] - (
        in_field[2 : I + 4, 1 : J + 3, :]
        + in_field[0 : I + 2, 1 : J + 3, :]
        + in_field[1 : I + 3, 2 : J + 4, :]
        + in_field[1 : I + 3, 0 : J + 2, :]
    )

    res1 = lap_field[1:, 1 : J + 1, :] - lap_field[:-1, 1 : J + 1, :]
    flx_field = np.where(
        (res1 * (in_field[2 : I + 3, 2 : J + 2, :] - in_field[1 : I + 2, 2 : J + 2, :])) > 0, 0, res1
    )
    res2 = lap_field[1 : I + 1, 1:, :] - lap_field[1 : I + 1, :-1, :]
    fly_field = np.where(
        (res2 * (in_field[2 : I + 2, 2 : J + 3, :] - in_field[2 : I + 2, 1 : J + 2, :])) > 0, 0, res2
    )
    out_field[:, :, :] = in_field[2 : I + 2, 2 : J + 2, :] - coeff[:, :, :] * (
        flx_field[1:, :, :] - flx_field[:-1, :, :] + fly_field[:, 1:, :] - fly_field[:, :-1, :]
    )
    return np.sum(out_field * out_field)


BET_M = 0.5
BET_P = 0.5


def vadv(utens_stage, u_stage, wcon, u_pos, utens, dtr_stage):
    I, J, K = utens_stage.shape[0], utens_stage.shape[1], utens_stage.shape[2]
    ccol = np.ndarray((I, J, K), dtype=utens_stage.dtype)
    dcol = np.ndarray((I, J, K), dtype=utens_stage.dtype)
    data_col = np.ndarray((I, J), dtype=utens_stage.dtype)

    for k in range(1):
        gcv = 0.25 * (wcon[1:, :, k + 1] + wcon[:-1, :, k + 1])
        cs = gcv * BET_M

        ccol[:, :, k] = gcv * BET_P
        bcol = dtr_stage - ccol[:, :, k]

        # update the d column
        correction_term = -cs * (u_stage[:, :, k + 1] - u_stage[:, :, k])
        dcol[:, :, k] = dtr_stage * u_pos[:, :, k] + utens[:, :, k] + utens_stage[:, :, k] + correction_term

        # Thomas forward
        divided = 1.0 / bcol
        ccol[:, :, k] = ccol[:, :, k] * divided
        dcol[:, :, k] = dcol[:, :, k] * divided

    for k in range(1, K - 1):
        gav = -0.25 * (wcon[1:, :, k] + wcon[:-1, :, k])
        gcv = 0.25 * (wcon[1:, :, k + 1] + wcon[:-1, :, k + 1])

        as_ = gav * BET_M
        cs = gcv * BET_M

        acol = gav * BET_P
        ccol[:, :, k] = gcv * BET_P
        bcol = dtr_stage - acol - ccol[:, :, k]

        # update the d column
        correction_term = -as_ * (u_stage[:, :, k - 1] - u_stage[:, :, k]) - cs * (
            u_stage[:, :, k + 1] - u_stage[:, :, k]
        )
        dcol[:, :, k] = dtr_stage * u_pos[:, :, k] + utens[:, :, k] + utens_stage[:, :, k] + correction_term

        # Thomas forward
        divided = 1.0 / (bcol - ccol[:, :, k - 1] * acol)
        ccol[:, :, k] = ccol[:, :, k] * divided
        dcol[:, :, k] = (dcol[:, :, k] - (dcol[:, :, k - 1]) * acol) * divided

    for k in range(K - 1, K):
        gav = -0.25 * (wcon[1:, :, k] + wcon[:-1, :, k])
        as_ = gav * BET_M
        acol = gav * BET_P
        bcol = dtr_stage - acol

        # update the d column
        correction_term = -as_ * (u_stage[:, :, k - 1] - u_stage[:, :, k])
        dcol[:, :, k] = dtr_stage * u_pos[:, :, k] + utens[:, :, k] + utens_stage[:, :, k] + correction_term

        # Thomas forward
        divided = 1.0 / (bcol - ccol[:, :, k - 1] * acol)
        dcol[:, :, k] = (dcol[:, :, k] - (dcol[:, :, k - 1]) * acol) * divided

    for k in range(K - 1, K - 2, -1):
        datacol = dcol[:, :, k]
        data_col[:] = datacol
        utens_stage[:, :, k] = dtr_stage * (datacol - u_pos[:, :, k])

    for k in range(K - 2, -1, -1):
        datacol = dcol[:, :, k] - ccol[:, :, k] * data_col[:, :]
        data_col[:] = datacol
        utens_stage[:, :, k] = dtr_stage * (datacol - u_pos[:, :, k])
    return np.sum(utens_stage * utens_stage)


# -- twins ----------------------------------------------------------------------------------------------
def twin_jacobi_1d(steps, a, b):
    for _ in range(1, steps):
        b = torch.cat([b[:1], 0.33333 * (a[:-2] + a[1:-1] + a[2:]), b[-1:]])
        a = torch.cat([a[:1], 0.33333 * (b[:-2] + b[1:-1] + b[2:]), a[-1:]])
    return (a * a * b).sum()


def twin_jacobi_1d_loops(steps, a):
    for _ in range(2 * steps):
        a = torch.cat([a[:1], (a[:-2] + a[1:-1] ** 2 + a[2:]) / 3.0, a[-1:]])
    return (a * a).sum()


def cross(a):
    return a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1]


def framed(edge, inner):
    """The frame of one array around the inside of another, in any number of dims."""
    out = edge.clone()
    out[(slice(1, -1),) * edge.dim()] = inner
    return out


def twin_jacobi_2d(steps, a, b):
    for _ in range(1, steps):
        b = framed(b, 0.2 * (a[1:-1, 1:-1] + cross(a)))
        a = framed(a, 0.2 * (b[1:-1, 1:-1] + cross(b)))
    return (a * a).sum()


def twin_jacobi_2d_swapped(u, f, steps):
    h2 = 1.0 / (u.shape[0] - 1) ** 2
    for _ in range(steps):
        u = framed(u, 0.25 * (cross(u) - h2 * f[1:-1, 1:-1]))
    return ((u - f) ** 2).sum()


def twin_heat_3d(steps, a, b):
    def heated(v):
        m = v[1:-1, 1:-1, 1:-1]
        near = v[2:, 1:-1, 1:-1] + v[:-2, 1:-1, 1:-1] + v[1:-1, 2:, 1:-1] + v[1:-1, :-2, 1:-1]
        return m + 0.125 * (near + v[1:-1, 1:-1, 2:] + v[1:-1, 1:-1, :-2] - 6.0 * m)

    for _ in range(1, steps):
        b = framed(b, heated(a))
        a = framed(a, heated(b))
    return (a * b).sum()


def twin_seidel_2d(steps, n, a, power=1):
    cell = [[a[i, j] for j in range(n)] for i in range(n)]
    for _ in range(steps - 1):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                near = [cell[i + p][j + q] for p in (-1, 0, 1) for q in (-1, 0, 1) if p or q]
                cell[i][j] = (sum(near) + cell[i][j] ** power) / 9.0
    return sum(c * c for row in cell for c in row)


def twin_seidel_2d_loops(a, steps):
    return twin_seidel_2d(steps + 1, a.shape[0], a, power=2)


def twin_fdtd_2d(steps, ex, ey, hz, fict):
    for t in range(steps):
        first = fict[t].expand(1, ey.shape[1])
        ey = torch.cat([first, ey[1:] - 0.5 * (hz[1:] - hz[:-1])])
        ex = torch.cat([ex[:, :1], ex[:, 1:] - 0.5 * (hz[:, 1:] - hz[:, :-1])], 1)
        new = hz.clone()
        new[:-1, :-1] = hz[:-1, :-1] - 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
        hz = new
    return (hz * hz).sum() + (ex * ey).sum()


def twin_adi(steps, n, u):
    """Both sweeps are solves with the tridiagonal matrix of the implicit direction."""
    m1, m2 = 2.0 * n * n / steps, 1.0 * n * n / steps
    ones = torch.ones(1, n - 2, dtype=u.dtype)

    def solve(m, rhs):
        eye, k = torch.eye(n - 2, dtype=u.dtype), n - 2
        off = torch.diag(torch.ones(k - 1, dtype=u.dtype), 1)
        matrix = (1.0 + m) * eye - m / 2.0 * (off + off.T)
        edges = torch.zeros(k, 1, dtype=u.dtype)
        edges[0] += m / 2.0
        edges[-1] += m / 2.0
        return torch.linalg.solve(matrix, rhs + edges)

    for _ in range(steps):
        d = -m2 / 2.0
        rhs = -d * u[1:-1, :-2] + (1.0 + 2.0 * d) * u[1:-1, 1:-1] - d * u[1:-1, 2:]
        v = torch.cat([ones, solve(m1, rhs), ones])  # rows 0 .. n-1, columns 1 .. n-2
        a = -m1 / 2.0
        rhs = -a * v[:-2] + (1.0 + 2.0 * a) * v[1:-1] - a * v[2:]
        inner = torch.cat([ones.T, solve(m2, rhs.T).T, ones.T], 1)
        u = torch.cat([u[:1], inner, u[-1:]])
    return (u * u).sum()


def twin_hdiff(x, out, coeff):
    lap = 4.0 * x[1:-1, 1:-1] - (x[2:, 1:-1] + x[:-2, 1:-1] + x[1:-1, 2:] + x[1:-1, :-2])
    fx = lap[1:, 1:-1] - lap[:-1, 1:-1]
    fx = torch.where(fx * (x[2:-1, 2:-2] - x[1:-2, 2:-2]) > 0, torch.zeros_like(fx), fx)
    fy = lap[1:-1, 1:] - lap[1:-1, :-1]
    fy = torch.where(fy * (x[2:-2, 2:-1] - x[2:-2, 1:-2]) > 0, torch.zeros_like(fy), fy)
    out = x[2:-2, 2:-2] - coeff * (fx[1:] - fx[:-1] + fy[:, 1:] - fy[:, :-1])
    return (out * out).sum()


def twin_vadv(utens_stage, u_stage, wcon, u_pos, utens, dtr):
    """A tridiagonal system for every column, solved as a dense one."""
    n = u_stage.shape[2]
    g = 0.25 * (wcon[1:] + wcon[:-1])  # at k: between layers k - 1 and k
    rows, rhs = [], []
    for k in range(n):
        row = [torch.zeros_like(g[..., 0]) for _ in range(n)]
        right = dtr * u_pos[..., k] + utens[..., k] + utens_stage[..., k]
        row[k] = row[k] + dtr
        if k > 0:
            row[k - 1] = -g[..., k] * 0.5
            row[k] = row[k] + g[..., k] * 0.5
            right = right + g[..., k] * 0.5 * (u_stage[..., k - 1] - u_stage[..., k])
        if k < n - 1:
            row[k + 1] = g[..., k + 1] * 0.5
            row[k] = row[k] - g[..., k + 1] * 0.5
            right = right - g[..., k + 1] * 0.5 * (u_stage[..., k + 1] - u_stage[..., k])
        rows.append(torch.stack(row, -1))
        rhs.append(right)
    x = torch.linalg.solve(torch.stack(rows, -2), torch.stack(rhs, -1))
    return ((dtr * (x - u_pos)) ** 2).sum()


# -- arguments ------------------------------------------------------------------------------------------
def make_vadv(rng, n):
    shape = (n - 2, n - 3, n)
    fields = [rng.standard_normal(shape) for _ in range(4)]
    wcon = rng.standard_normal((n - 1, n - 3, n))
    return (fields[0], fields[1], wcon, fields[2], fields[3], 3.0 / 20.0 * 20.0)


KERNELS = (
    Kernel(jacobi_1d, lambda rng, n: (4, rng.random(n + 2), rng.random(n + 2)), twin_jacobi_1d, (1, 2)),
    Kernel(jacobi_1d_loops, lambda rng, n: (3, rng.random(n + 2)), twin_jacobi_1d_loops, (1,)),
    Kernel(jacobi_2d, lambda rng, n: (4, rng.random((n, n)), rng.random((n, n))), twin_jacobi_2d, (1, 2)),
    Kernel(
        jacobi_2d_swapped,
        lambda rng, n: (rng.random((n, n + 1)), rng.random((n, n + 1)), 5),
        twin_jacobi_2d_swapped,
        (0, 1),
    ),
    Kernel(heat_3d, lambda rng, n: (3, rng.random((n, n, n)), rng.random((n, n, n))), twin_heat_3d, (1, 2)),
    Kernel(seidel_2d, lambda rng, n: (3, n, rng.random((n, n))), twin_seidel_2d, (2,)),
    Kernel(seidel_2d_loops, lambda rng, n: (rng.random((n, n)), 2), twin_seidel_2d_loops),
    Kernel(
        fdtd_2d,
        lambda rng, n: (
            3,
            rng.random((n, n + 1)),
            rng.random((n, n + 1)),
            rng.random((n, n + 1)),
            rng.random(3),
        ),
        twin_fdtd_2d,
        (1, 2, 3, 4),
    ),
    Kernel(adi, lambda rng, n: (2, n, rng.random((n, n))), twin_adi, (2,)),
    Kernel(
        hdiff,
        lambda rng, n: (rng.random((n + 4, n + 3, 3)), np.zeros((n, n - 1, 3)), rng.random((n, n - 1, 3))),
        twin_hdiff,
        (0, 2),
    ),
    Kernel(vadv, make_vadv, twin_vadv, (0, 1, 2, 3, 4, 5)),
)
