"""Simulations and signal processing: bodies, flows, filters, transforms."""

# ruff: noqa: B007, E741
from __future__ import annotations

import math

import numpy as np

from tests.kernels import Kernel, torch


# -- bodies ---------------------------------------------------------------------------------------------
def getAcc(pos, mass, G, softening):
    """
    Calculate the acceleration on each particle due to Newton's Law
    pos  is an N x 3 matrix of positions
    mass is an N x 1 vector of masses
    """
    # positions r = [x,y,z] for all particles
    x = pos[:, 0:1]
    y = pos[:, 1:2]
    z = pos[:, 2:3]

    # matrix that stores all pairwise particle separations: r_j - r_i
    dx = x.T - x
    dy = y.T - y
    dz = z.T - z

    # matrix that stores 1/r^3 for all particle pairwise particle separations
    inv_r3 = dx**2 + dy**2 + dz**2 + softening**2
    I = inv_r3 > 0
    inv_r3[I] = inv_r3[I] ** (-1.5)

    ax = G * (dx * inv_r3) @ mass
    ay = G * (dy * inv_r3) @ mass
    az = G * (dz * inv_r3) @ mass

    # pack together the acceleration components
    a = np.hstack((ax, ay, az))
    return a


def getEnergy(pos, vel, mass, G):
    # Kinetic Energy:
    KE = 0.5 * np.sum(mass * vel**2)

    # Potential Energy:
    x = pos[:, 0:1]
    y = pos[:, 1:2]
    z = pos[:, 2:3]
    dx = x.T - x
    dy = y.T - y
    dz = z.T - z

    # matrix that stores 1/r for all particle pairwise particle separations
    inv_r = np.sqrt(dx**2 + dy**2 + dz**2)
    I = inv_r > 0
    inv_r[I] = 1.0 / inv_r[I]

    # sum over upper triangle, to count each interaction only once
    PE = G * np.sum(np.triu(-(mass * mass.T) * inv_r, 1))
    return KE, PE


def nbody(mass, pos, vel, N, Nt, dt, G, softening):
    # Convert to Center-of-Mass frame
    vel -= np.mean(mass * vel, axis=0) / np.mean(mass)

    # calculate initial gravitational accelerations
    acc = getAcc(pos, mass, G, softening)

    # calculate initial energy of system
    KE = np.ndarray(Nt + 1, dtype=np.float64)
    PE = np.ndarray(Nt + 1, dtype=np.float64)
    KE[0], PE[0] = getEnergy(pos, vel, mass, G)

    t = 0.0

    # Simulation Main Loop
    for i in range(Nt):
        # (1/2) kick
        vel += acc * dt / 2.0
        # drift
        pos += vel * dt
        # update accelerations
        acc = getAcc(pos, mass, G, softening)
        # (1/2) kick
        vel += acc * dt / 2.0
        # update time
        t += dt
        # get energy of system
        KE[i + 1], PE[i + 1] = getEnergy(pos, vel, mass, G)

    return np.sum(KE * KE) + np.sum(PE * PE)


def nbody_loops(m, x, v, dt, steps):
    """Pairs by explicit loops; positions and velocities are stepped in place."""
    n = len(m)
    x = x.copy()
    v = v.copy()
    for _ in range(steps):
        for i in range(n):
            for j in range(i + 1, n):
                d = x[i] - x[j]
                r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 0.01
                mag = dt / (r2 * math.sqrt(r2))
                for k in range(3):
                    v[i, k] -= d[k] * m[j] * mag
                    v[j, k] += d[k] * m[i] * mag
        for i in range(n):
            x[i] += dt * v[i]
    return np.sum(x**2) + np.sum(v**2)


# -- flows ----------------------------------------------------------------------------------------------
def build_up_b(b, rho, dt, u, v, dx, dy):
    b[1:-1, 1:-1] = rho * (
        1 / dt * ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx) + (v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy))
        - ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx)) ** 2
        - 2 * ((u[2:, 1:-1] - u[0:-2, 1:-1]) / (2 * dy) * (v[1:-1, 2:] - v[1:-1, 0:-2]) / (2 * dx))
        - ((v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy)) ** 2
    )


def pressure_poisson(nit, p, dx, dy, b):
    pn = np.empty_like(p)
    pn = p.copy()

    for q in range(nit):
        pn = p.copy()
        p[1:-1, 1:-1] = (
            (pn[1:-1, 2:] + pn[1:-1, 0:-2]) * dy**2 + (pn[2:, 1:-1] + pn[0:-2, 1:-1]) * dx**2
        ) / (2 * (dx**2 + dy**2)) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b[1:-1, 1:-1]

        p[:, -1] = p[:, -2]  # dp/dx = 0 at x = 2
        p[0, :] = p[1, :]  # dp/dy = 0 at y = 0
        p[:, 0] = p[:, 1]  # dp/dx = 0 at x = 0
        p[-1, :] = 0  # p = 0 at y = 2


def cavity_flow(nx, ny, nt, nit, u, v, dt, dx, dy, p, rho, nu):
    un = np.empty_like(u)
    vn = np.empty_like(v)
    b = np.zeros((ny, nx))

    for n in range(nt):
        un = u.copy()
        vn = v.copy()

        build_up_b(b, rho, dt, u, v, dx, dy)
        pressure_poisson(nit, p, dx, dy, b)

        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (un[1:-1, 1:-1] - un[0:-2, 1:-1])
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, 0:-2])
            + nu
            * (
                dt / dx**2 * (un[1:-1, 2:] - 2 * un[1:-1, 1:-1] + un[1:-1, 0:-2])
                + dt / dy**2 * (un[2:, 1:-1] - 2 * un[1:-1, 1:-1] + un[0:-2, 1:-1])
            )
        )

        v[1:-1, 1:-1] = (
            vn[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (vn[1:-1, 1:-1] - vn[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (vn[1:-1, 1:-1] - vn[0:-2, 1:-1])
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[0:-2, 1:-1])
            + nu
            * (
                dt / dx**2 * (vn[1:-1, 2:] - 2 * vn[1:-1, 1:-1] + vn[1:-1, 0:-2])
                + dt / dy**2 * (vn[2:, 1:-1] - 2 * vn[1:-1, 1:-1] + vn[0:-2, 1:-1])
            )
        )

        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = 1  # set velocity on cavity lid equal to 1
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0
    return np.sum(u * u) + np.sum(v * v) + np.sum(p * p)


def build_up_b_periodic(rho, dt, dx, dy, u, v):
    b = np.zeros_like(u)
    b[1:-1, 1:-1] = rho * (
        1 / dt * ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx) + (v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy))
        - ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx)) ** 2
        - 2 * ((u[2:, 1:-1] - u[0:-2, 1:-1]) / (2 * dy) * (v[1:-1, 2:] - v[1:-1, 0:-2]) / (2 * dx))
        - ((v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy)) ** 2
    )

    # Periodic BC Pressure @ x = 2
    b[1:-1, -1] = rho * (
        1 / dt * ((u[1:-1, 0] - u[1:-1, -2]) / (2 * dx) + (v[2:, -1] - v[0:-2, -1]) / (2 * dy))
        - ((u[1:-1, 0] - u[1:-1, -2]) / (2 * dx)) ** 2
        - 2 * ((u[2:, -1] - u[0:-2, -1]) / (2 * dy) * (v[1:-1, 0] - v[1:-1, -2]) / (2 * dx))
        - ((v[2:, -1] - v[0:-2, -1]) / (2 * dy)) ** 2
    )

    # Periodic BC Pressure @ x = 0
    b[1:-1, 0] = rho * (
        1 / dt * ((u[1:-1, 1] - u[1:-1, -1]) / (2 * dx) + (v[2:, 0] - v[0:-2, 0]) / (2 * dy))
        - ((u[1:-1, 1] - u[1:-1, -1]) / (2 * dx)) ** 2
        - 2 * ((u[2:, 0] - u[0:-2, 0]) / (2 * dy) * (v[1:-1, 1] - v[1:-1, -1]) / (2 * dx))
        - ((v[2:, 0] - v[0:-2, 0]) / (2 * dy)) ** 2
    )

    return b


def pressure_poisson_periodic(nit, p, dx, dy, b):
    pn = np.empty_like(p)

    for q in range(nit):
        pn = p.copy()
        p[1:-1, 1:-1] = (
            (pn[1:-1, 2:] + pn[1:-1, 0:-2]) * dy**2 + (pn[2:, 1:-1] + pn[0:-2, 1:-1]) * dx**2
        ) / (2 * (dx**2 + dy**2)) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b[1:-1, 1:-1]

        # Periodic BC Pressure @ x = 2
        p[1:-1, -1] = ((pn[1:-1, 0] + pn[1:-1, -2]) * dy**2 + (pn[2:, -1] + pn[0:-2, -1]) * dx**2) / (
            2 * (dx**2 + dy**2)
        ) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b[1:-1, -1]

        # Periodic BC Pressure @ x = 0
        p[1:-1, 0] = ((pn[1:-1, 1] + pn[1:-1, -1]) * dy**2 + (pn[2:, 0] + pn[0:-2, 0]) * dx**2) / (
            2 * (dx**2 + dy**2)
        ) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b[1:-1, 0]

        # Wall boundary conditions, pressure
        p[-1, :] = p[-2, :]  # dp/dy = 0 at y = 2
        p[0, :] = p[1, :]  # dp/dy = 0 at y = 0


def channel_flow(nit, u, v, dt, dx, dy, p, rho, nu, F):
    udiff = 1
    stepcount = 0

    while udiff > 0.3:
        un = u.copy()
        vn = v.copy()

        b = build_up_b_periodic(rho, dt, dx, dy, u, v)
        pressure_poisson_periodic(nit, p, dx, dy, b)

        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (un[1:-1, 1:-1] - un[0:-2, 1:-1])
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, 0:-2])
            + nu
            * (
                dt / dx**2 * (un[1:-1, 2:] - 2 * un[1:-1, 1:-1] + un[1:-1, 0:-2])
                + dt / dy**2 * (un[2:, 1:-1] - 2 * un[1:-1, 1:-1] + un[0:-2, 1:-1])
            )
            + F * dt
        )

        v[1:-1, 1:-1] = (
            vn[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (vn[1:-1, 1:-1] - vn[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (vn[1:-1, 1:-1] - vn[0:-2, 1:-1])
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[0:-2, 1:-1])
            + nu
            * (
                dt / dx**2 * (vn[1:-1, 2:] - 2 * vn[1:-1, 1:-1] + vn[1:-1, 0:-2])
                + dt / dy**2 * (vn[2:, 1:-1] - 2 * vn[1:-1, 1:-1] + vn[0:-2, 1:-1])
            )
        )

        # Periodic BC u @ x = 2
        u[1:-1, -1] = (
            un[1:-1, -1]
            - un[1:-1, -1] * dt / dx * (un[1:-1, -1] - un[1:-1, -2])
            - vn[1:-1, -1] * dt / dy * (un[1:-1, -1] - un[0:-2, -1])
            - dt / (2 * rho * dx) * (p[1:-1, 0] - p[1:-1, -2])
            + nu
            * (
                dt / dx**2 * (un[1:-1, 0] - 2 * un[1:-1, -1] + un[1:-1, -2])
                + dt / dy**2 * (un[2:, -1] - 2 * un[1:-1, -1] + un[0:-2, -1])
            )
            + F * dt
        )

        # Wall BC: u,v = 0 @ y = 0,2
        u[0, :] = 0
        u[-1, :] = 0
        v[0, :] = 0
        v[-1, :] = 0

        udiff = (np.sum(u) - np.sum(un)) / np.sum(u)
        stepcount += 1

    return np.sum(u * u) + stepcount


# -- signals --------------------------------------------------------------------------------------------
def deriche(alpha, imgIn):
    k = (1.0 - np.exp(-alpha)) * (1.0 - np.exp(-alpha)) / (1.0 + alpha * np.exp(-alpha) - np.exp(2.0 * alpha))
    a1 = a5 = k
    a2 = a6 = k * np.exp(-alpha) * (alpha - 1.0)
    a3 = a7 = k * np.exp(-alpha) * (alpha + 1.0)
    a4 = a8 = -k * np.exp(-2.0 * alpha)
    b1 = 2.0 ** (-alpha)
    b2 = -np.exp(-2.0 * alpha)
    c1 = c2 = 1

    y1 = np.empty_like(imgIn)
    y1[:, 0] = a1 * imgIn[:, 0]
    y1[:, 1] = a1 * imgIn[:, 1] + a2 * imgIn[:, 0] + b1 * y1[:, 0]
    for j in range(2, imgIn.shape[1]):
        y1[:, j] = a1 * imgIn[:, j] + a2 * imgIn[:, j - 1] + b1 * y1[:, j - 1] + b2 * y1[:, j - 2]

    y2 = np.empty_like(imgIn)
    y2[:, -1] = 0.0
    y2[:, -2] = a3 * imgIn[:, -1]
    for j in range(imgIn.shape[1] - 3, -1, -1):
        y2[:, j] = a3 * imgIn[:, j + 1] + a4 * imgIn[:, j + 2] + b1 * y2[:, j + 1] + b2 * y2[:, j + 2]

    imgOut = c1 * (y1 + y2)

    y1[0, :] = a5 * imgOut[0, :]
    y1[1, :] = a5 * imgOut[1, :] + a6 * imgOut[0, :] + b1 * y1[0, :]
    for i in range(2, imgIn.shape[0]):
        y1[i, :] = a5 * imgOut[i, :] + a6 * imgOut[i - 1, :] + b1 * y1[i - 1, :] + b2 * y1[i - 2, :]

    y2[-1, :] = 0.0
    y2[-2, :] = a7 * imgOut[-1, :]
    for i in range(imgIn.shape[0] - 3, -1, -1):
        y2[i, :] = a7 * imgOut[i + 1, :] + a8 * imgOut[i + 2, :] + b1 * y2[i + 1, :] + b2 * y2[i + 2, :]

    imgOut[:] = c2 * (y1 + y2)

    return np.sum(imgOut**2)


def stockham(re, im):
    """A Fourier transform of length 2**k by Stockham's method, real and imaginary parts apart."""
    n = len(re)
    half = n // 2
    re = re.copy()
    im = im.copy()
    size = 1
    while size < n:
        new_re = np.zeros(n)
        new_im = np.zeros(n)
        for block in range(half // size):
            for k in range(size):
                angle = -math.pi * k / size
                c, s = math.cos(angle), math.sin(angle)
                at = block * size + k
                other = at + half
                tr = c * re[other] - s * im[other]
                ti = s * re[other] + c * im[other]
                out = 2 * block * size + k
                new_re[out] = re[at] + tr
                new_im[out] = im[at] + ti
                new_re[out + size] = re[at] - tr
                new_im[out + size] = im[at] - ti
        re, im = new_re, new_im
        size *= 2
    return np.sum((re * re + im * im) * np.arange(n))


def mandelbrot(re, im, maxiter):
    """How soon points escape, and the size where they end."""
    count = 0
    total = 0.0
    for i in range(re.shape[0]):
        for j in range(im.shape[0]):
            x, y = 0.0, 0.0
            for k in range(maxiter):
                if x * x + y * y > 4.0:
                    break
                x, y = x * x - y * y + re[i], 2.0 * x * y + im[j]
                count += 1
            total += 1.0 / (1.0 + x * x + y * y)
    return total + count


def mandelbrot_arrays(re, im, maxiter):
    cx = re[None, :] + 0.0 * im[:, None]
    cy = im[:, None] + 0.0 * re[None, :]
    x = np.zeros(cx.shape)
    y = np.zeros(cx.shape)
    n = np.zeros(cx.shape, dtype=np.int64)
    for k in range(maxiter):
        inside = x * x + y * y < 4.0
        n[inside] = k
        x, y = np.where(inside, x * x - y * y + cx, x), np.where(inside, 2.0 * x * y + cy, y)
    return np.sum(1.0 / (1.0 + x * x + y * y)) + np.sum(n)


# -- twins ----------------------------------------------------------------------------------------------
def forces(pos, mass, g, softening):
    d = pos[None] - pos[:, None]
    r2 = (d**2).sum(-1) + softening**2
    return g * (d * (r2**-1.5)[..., None] * mass[None]).sum(1)


def energies(pos, vel, mass, g):
    i, j = torch.triu_indices(len(pos), len(pos), 1)
    r = (pos[i] - pos[j]).norm(dim=1)
    return 0.5 * (mass * vel**2).sum(), -g * (mass[i, 0] * mass[j, 0] / r).sum()


def twin_nbody(mass, pos, vel, n, steps, dt, g, softening):
    vel = vel - (mass * vel).mean(0) / mass.mean()
    acc = forces(pos, mass, g, softening)
    found = [energies(pos, vel, mass, g)]
    for _ in range(steps):
        vel = vel + acc * dt / 2.0
        pos = pos + vel * dt
        acc = forces(pos, mass, g, softening)
        vel = vel + acc * dt / 2.0
        found.append(energies(pos, vel, mass, g))
    return sum(k * k + p * p for k, p in found)


def twin_nbody_loops(m, x, v, dt, steps):
    for _ in range(steps):
        d = x[:, None] - x[None]
        r2 = (d**2).sum(-1) + 0.01
        v = v - dt * (d * (m[None] / r2**1.5)[..., None]).sum(1)
        x = x + dt * v
    return (x**2).sum() + (v**2).sum()


def differences(u, dx, dy, periodic):
    """Central differences and neighbours: of the inside, or of all columns where these are periodic."""
    if periodic:
        c, e, w = u[1:-1], torch.roll(u, -1, 1)[1:-1], torch.roll(u, 1, 1)[1:-1]
        n, s = u[2:], u[:-2]
    else:
        c, e, w, n, s = u[1:-1, 1:-1], u[1:-1, 2:], u[1:-1, :-2], u[2:, 1:-1], u[:-2, 1:-1]
    return c, e, w, n, s


def source(rho, dt, dx, dy, u, v, periodic):
    _, ue, uw, un, us = differences(u, dx, dy, periodic)
    _, ve, vw, vn, vs = differences(v, dx, dy, periodic)
    ux, uy, vx, vy = (ue - uw) / (2 * dx), (un - us) / (2 * dy), (ve - vw) / (2 * dx), (vn - vs) / (2 * dy)
    return rho * ((ux + vy) / dt - ux**2 - 2 * uy * vx - vy**2)


def momentum(w, u, v, slope, dt, dx, dy, nu, periodic):
    c, e, west, n, s = differences(w, dx, dy, periodic)
    uc, vc = (differences(x, dx, dy, periodic)[0] for x in (u, v))
    spread = nu * dt * ((e - 2 * c + west) / dx**2 + (n - 2 * c + s) / dy**2)
    return c - uc * dt / dx * (c - west) - vc * dt / dy * (c - s) - slope + spread


def relaxed(p, b, dx, dy, periodic):
    _, e, w, n, s = differences(p, dx, dy, periodic)
    return ((e + w) * dy**2 + (n + s) * dx**2 - dx**2 * dy**2 * b) / (2 * (dx**2 + dy**2))


def twin_cavity_flow(nx, ny, nt, nit, u, v, dt, dx, dy, p, rho, nu):
    wall = torch.nn.functional.pad
    for _ in range(nt):
        b = source(rho, dt, dx, dy, u, v, False)
        for _ in range(nit):
            inner = relaxed(p, b, dx, dy, False)
            p = torch.cat([p[1:-1, :1], inner, inner[:, -1:]], 1)  # the left column is replaced below
            bottom = torch.cat([p[0, :1], p[0, 1:]])
            p = torch.stack([bottom, *p, torch.zeros_like(bottom)])
            p = torch.cat([p[:, 1:2], p[:, 1:]], 1)
            p = torch.cat([p[:-1], torch.zeros_like(p[:1])])
        _, pe, pw, pn, ps = differences(p, dx, dy, False)
        u_new = momentum(u, u, v, dt / (2 * rho * dx) * (pe - pw), dt, dx, dy, nu, False)
        v_new = momentum(v, u, v, dt / (2 * rho * dy) * (pn - ps), dt, dx, dy, nu, False)
        u = torch.cat([wall(u_new, (1, 1, 1, 0)), torch.ones(1, nx, dtype=u.dtype)])
        v = wall(v_new, (1, 1, 1, 1))
    return (u * u).sum() + (v * v).sum() + (p * p).sum()


def twin_channel_flow(nit, u, v, dt, dx, dy, p, rho, nu, force):
    """Columns are periodic, except that the first of u keeps to its start and v keeps both ends."""
    count, change = 0, 1.0
    wall = lambda w: torch.nn.functional.pad(w, (0, 0, 1, 1))  # noqa: E731
    while change > 0.3:
        b = source(rho, dt, dx, dy, u, v, True)
        for _ in range(nit):
            inner = relaxed(p, b, dx, dy, True)
            p = torch.cat([inner[:1], inner, inner[-1:]])
        _, pe, pw, pn, ps = differences(p, dx, dy, True)
        u_new = momentum(u, u, v, dt / (2 * rho * dx) * (pe - pw), dt, dx, dy, nu, True) + force * dt
        v_new = momentum(v, u, v, dt / (2 * rho * dy) * (pn - ps), dt, dx, dy, nu, True)
        before = u
        u = wall(torch.cat([u[1:-1, :1], u_new[:, 1:]], 1))
        v = wall(torch.cat([v[1:-1, :1], v_new[:, 1:-1], v[1:-1, -1:]], 1))
        change = ((u.sum() - before.sum()) / u.sum()).item()
        count += 1
    return (u * u).sum() + count


def twin_deriche(alpha, image):
    e = torch.exp(-alpha)
    k = (1.0 - e) ** 2 / (1.0 + alpha * e - 1.0 / e**2)
    a1, a2, a3, a4 = k, k * e * (alpha - 1.0), k * e * (alpha + 1.0), -k * e**2
    b1, b2 = 2.0**-alpha, -(e**2)

    def both(x):
        """Along the second axis, causal plus anticausal."""
        n = x.shape[1]
        ahead, back = [a1 * x[:, 0], a1 * x[:, 1] + a2 * x[:, 0] + b1 * a1 * x[:, 0]], {}
        for j in range(2, n):
            ahead.append(a1 * x[:, j] + a2 * x[:, j - 1] + b1 * ahead[-1] + b2 * ahead[-2])
        back[n - 1], back[n - 2] = 0.0 * x[:, 0], a3 * x[:, -1]
        for j in range(n - 3, -1, -1):
            back[j] = a3 * x[:, j + 1] + a4 * x[:, j + 2] + b1 * back[j + 1] + b2 * back[j + 2]
        return torch.stack([ahead[j] + back[j] for j in range(n)], 1)

    return (both(both(image).T) ** 2).sum()


def twin_stockham(re, im):
    y = torch.fft.fft(torch.complex(re, im))
    return (y.abs() ** 2 * torch.arange(len(re))).sum()


def twin_mandelbrot(re, im, maxiter):
    count, total = 0, 0.0
    for c in re:
        for d in im:
            x, y = 0.0 * c, 0.0 * c
            k = 0
            while k < maxiter and x * x + y * y <= 4.0:
                x, y = x * x - y * y + c, 2.0 * x * y + d
                k += 1
            count, total = count + k, total + 1.0 / (1.0 + x * x + y * y)
    return total + count


def twin_mandelbrot_arrays(re, im, maxiter):
    total = 0.0
    for c in re:
        for d in im:
            x, y, last = 0.0 * c, 0.0 * c, 0
            for k in range(maxiter):
                if x * x + y * y < 4.0:
                    last = k
                    x, y = x * x - y * y + c, 2.0 * x * y + d
            total = total + 1.0 / (1.0 + x * x + y * y) + last
    return total


# -- arguments ------------------------------------------------------------------------------------------
def make_nbody(rng, n):
    mass = 20.0 * np.ones((n, 1)) / n
    return (mass, rng.standard_normal((n, 3)), rng.standard_normal((n, 3)), n, 3, 0.05, 1.0, 0.1)


def make_plane(rng, n):
    return (np.linspace(-1.7, 0.6, n), np.linspace(-1.1, 1.2, n - 1), 8)


def make_nbody_loops(rng, n):
    return (rng.random(n) + 0.5, rng.standard_normal((n, 3)), rng.standard_normal((n, 3)), 0.05, 3)


def make_cavity(rng, n):
    u, v, p = (0.1 * rng.standard_normal((n + 1, n)) for _ in range(3))
    return (n, n + 1, 2, 3, u, v, 0.01, 2.0 / (n - 1), 2.0 / n, p, 1.0, 0.1)


def make_channel(rng, n):
    u, v, p = (0.1 * rng.standard_normal((n, n + 1)) for _ in range(3))
    return (3, np.abs(u), v, 0.01, 2.0 / n, 2.0 / (n - 1), p, 1.0, 0.1, 8.0)


KERNELS = (
    Kernel(nbody, make_nbody, twin_nbody, (0, 1, 2, 5, 6, 7)),
    Kernel(nbody_loops, make_nbody_loops, twin_nbody_loops, (0, 1, 2)),
    Kernel(cavity_flow, make_cavity, twin_cavity_flow, (4, 5, 6, 7, 8, 9, 10, 11)),
    Kernel(channel_flow, make_channel, twin_channel_flow, (1, 2, 3, 4, 5, 6, 7, 8, 9)),
    Kernel(deriche, lambda rng, n: (0.25, rng.random((n, n + 1))), twin_deriche, (0, 1)),
    Kernel(
        stockham,
        lambda rng, n: (rng.standard_normal(2 ** (n - 2)), rng.standard_normal(2 ** (n - 2))),
        twin_stockham,
        (0, 1),
    ),
    *(
        Kernel(fun, make_plane, twin, (0, 1))
        for fun, twin in ((mandelbrot, twin_mandelbrot), (mandelbrot_arrays, twin_mandelbrot_arrays))
    ),
)
