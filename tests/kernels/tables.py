"""Dynamic programming, paths, histograms, distances and small loops."""

from __future__ import annotations

import numpy as np

from tests.kernels import Kernel, torch


# -- as users write them --------------------------------------------------------------------------------
def floyd_warshall(path):
    for k in range(path.shape[0]):
        path[:] = np.minimum(path[:], np.add.outer(path[:, k], path[k, :]))
    return np.sum(path**2)


def floyd_warshall_rows(path):
    for k in range(path.shape[0]):
        for i in range(path.shape[0]):
            path[i, :] = np.minimum(path[i, :], path[i, k] + path[k, :])
    return np.sum(path**2)


def floyd_warshall_loops(path):
    n = path.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                path[i, j] = min(path[i, j], path[i, k] + path[k, j])
    return np.sum(path**2)


def floyd_warshall_if(path):
    n = len(path)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                d = path[i, k] + path[k, j]
                if d < path[i, j]:
                    path[i, j] = d
    return np.sum(path**2)


def match(b1, b2, bonus):
    if b1 + b2 == 3:
        return bonus
    else:
        return 0.0


def nussinov(N, seq, bonus):
    """The best pairing of a sequence; how much a pair counts is the parameter."""
    table = np.zeros((N, N))

    for i in range(N - 1, -1, -1):
        for j in range(i + 1, N):
            if j - 1 >= 0:
                table[i, j] = np.maximum(table[i, j], table[i, j - 1])
            if i + 1 < N:
                table[i, j] = np.maximum(table[i, j], table[i + 1, j])
            if j - 1 >= 0 and i + 1 < N:
                if i < j - 1:
                    table[i, j] = np.maximum(
                        table[i, j], table[i + 1, j - 1] + match(seq[i], seq[j], bonus[i])
                    )
                else:
                    table[i, j] = np.maximum(table[i, j], table[i + 1, j - 1])
            for k in range(i + 1, j):
                table[i, j] = np.maximum(table[i, j], table[i, k] + table[k + 1, j])

    return table[0, N - 1] ** 2


def matrix_chain(p):
    """The cheapest order of a chain of products, dimensions as reals."""
    n = len(p) - 1
    cost = np.zeros((n, n))
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            best = np.inf
            for k in range(i, j):
                q = cost[i, k] + cost[k + 1, j] + p[i] * p[k + 1] * p[j + 1]
                if q < best:
                    best = q
            cost[i, j] = best
    return cost[0, n - 1]


def go_fast(a):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    return np.sum((a + trace) ** 2)


def compute(array_1, array_2, a, b, c):
    return np.sum((np.clip(array_1, 2, 10) * a + array_2 * b + c) ** 2)


def arc_distance(theta_1, phi_1, theta_2, phi_2):
    """Pairwise arc distance between all points in vectors a and b."""
    temp = (
        np.sin((theta_2 - theta_1) / 2) ** 2
        + np.cos(theta_1) * np.cos(theta_2) * np.sin((phi_2 - phi_1) / 2) ** 2
    )
    distance_matrix = 2 * (np.arctan2(np.sqrt(temp), np.sqrt(1 - temp)))
    return np.sum(distance_matrix**2)


def azimint_naive(data, radius, npt):
    rmax = radius.max()
    res = np.zeros(npt, dtype=np.float64)
    for i in range(npt):
        r1 = rmax * i / npt
        r2 = rmax * (i + 1) / npt
        mask_r12 = np.logical_and((r1 <= radius), (radius < r2))
        values_r12 = data[mask_r12]
        res[i] = values_r12.mean()
    return np.sum(res**3)


def azimint_loops(data, radius, npt):
    rmax = radius.max()
    total = np.zeros(npt)
    count = np.zeros(npt)
    for k in range(len(data)):
        bin_ = min(int(radius[k] / rmax * npt), npt - 1)
        total[bin_] += data[k]
        count[bin_] += 1
    return np.sum((total / count) ** 3)


def azimint_where(data, radius, npt):
    edges = radius.max() / npt * np.arange(npt + 1)
    inside = (edges[:-1, None] <= radius) & (radius < edges[1:, None])
    res = np.sum(np.where(inside, data, 0.0), axis=1) / np.sum(inside, axis=1)
    return np.sum(res**3)


# -- twins ----------------------------------------------------------------------------------------------
def twin_floyd_warshall(path):
    for k in range(path.shape[0]):
        path = torch.minimum(path, path[:, k : k + 1] + path[k : k + 1, :])
    return (path**2).sum()


def twin_nussinov(n, seq, bonus):
    """Half of the cotangent goes to each of two equal candidates, in the order of the kernel."""
    zero = torch.zeros((), dtype=bonus.dtype)
    table = [[zero] * n for _ in range(n)]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            found = torch.maximum(zero, table[i][j - 1])
            if i + 1 < n:
                found = torch.maximum(found, table[i + 1][j])
                pair = bonus[i] if i < j - 1 and seq[i] + seq[j] == 3 else zero
                found = torch.maximum(found, table[i + 1][j - 1] + pair)
            for k in range(i + 1, j):
                found = torch.maximum(found, table[i][k] + table[k + 1][j])
            table[i][j] = found
    return table[0][n - 1] ** 2


def twin_matrix_chain(p):
    n = len(p) - 1
    cost = {(i, i): torch.zeros((), dtype=p.dtype) for i in range(n)}
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            ways = [cost[i, k] + cost[k + 1, j] + p[i] * p[k + 1] * p[j + 1] for k in range(i, j)]
            cost[i, j] = torch.stack(ways).min()
    return cost[0, n - 1]


def twin_go_fast(a):
    return ((a + torch.tanh(torch.diagonal(a)).sum()) ** 2).sum()


def twin_compute(x, y, a, b, c):
    return ((torch.clamp(x, 2, 10) * a + y * b + c) ** 2).sum()


def twin_arc_distance(t1, p1, t2, p2):
    h = torch.sin((t2 - t1) / 2) ** 2 + torch.cos(t1) * torch.cos(t2) * torch.sin((p2 - p1) / 2) ** 2
    return ((2 * torch.asin(torch.sqrt(h))) ** 2).sum()


def twin_azimint(data, radius, npt, last=False):
    top = radius.max()
    bins = (radius / top * npt).long()
    if last:
        bins = bins.clamp(max=npt - 1)
    return sum(data[bins == k].mean() ** 3 for k in range(npt))


def twin_azimint_loops(data, radius, npt):
    return twin_azimint(data, radius, npt, last=True)


# -- arguments ------------------------------------------------------------------------------------------
def make_path(rng, n):
    return (rng.uniform(1.0, 9.0, (n, n)) + 20.0 * (rng.random((n, n)) > 0.7),)


def make_nussinov(rng, n):
    return (n + 2, rng.integers(0, 4, n + 2), rng.uniform(0.5, 1.5, n + 2))


def make_azimint(rng, n):
    radius = np.concatenate([np.linspace(0.05, 0.95, 4 * n), rng.random(n)])
    return (rng.random(5 * n), radius, 4)


def make_points(rng, n):
    return (rng.random(n), rng.random(n), rng.random(n) + 1.0, rng.random(n))


KERNELS = (
    *(
        Kernel(fun, make_path, twin_floyd_warshall)
        for fun in (floyd_warshall, floyd_warshall_rows, floyd_warshall_loops, floyd_warshall_if)
    ),
    Kernel(nussinov, make_nussinov, twin_nussinov, (2,)),
    Kernel(matrix_chain, lambda rng, n: (rng.uniform(1.0, 9.0, n + 2),), twin_matrix_chain),
    Kernel(go_fast, lambda rng, n: (rng.standard_normal((n, n)),), twin_go_fast),
    Kernel(
        compute,
        lambda rng, n: (rng.uniform(0.0, 12.0, (n, n)), rng.random((n, n)), 4.0, 3.0, 9.0),
        twin_compute,
        (0, 1, 2, 3, 4),
    ),
    Kernel(arc_distance, make_points, twin_arc_distance, (0, 1, 2, 3)),
    Kernel(azimint_naive, make_azimint, twin_azimint),
    Kernel(azimint_loops, make_azimint, twin_azimint_loops),
    Kernel(azimint_where, make_azimint, twin_azimint),
)
