"""Burgers' equation by a pseudo-spectral method: a complex state carried by a loop, transforms in it."""

import numpy as np


def energy(u, viscosity, dt):
    n = len(u)
    k = 2 * np.pi * np.fft.fftfreq(n, d=1.0 / n)
    state = np.fft.fft(u)
    for _ in range(4):
        v = np.fft.ifft(state).real
        flux = 0.5j * k * np.fft.fft(v**2)
        state = (state - dt * flux) / (1.0 + dt * viscosity * k**2)
    return np.sum(np.fft.ifft(state).real ** 2)


def example(rng):
    return rng.standard_normal(6), 0.02, 0.01


CASE = {
    "fun": "energy",
    "args": example,
    "signature": "f64[n], f64, f64",
    "wrt": (0, 1, 2),
    "tags": ("complex",),
}
