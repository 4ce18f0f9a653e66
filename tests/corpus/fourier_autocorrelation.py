"""Sidelobes of an autocorrelation by padded transforms, and the power in shifted bands."""

import numpy as np


def sidelobes(x, width):
    n = len(x)
    f = np.fft.fft(x * width, 2 * n)
    r = np.fft.ifft(f * f.conj()).real[:n]
    bands = np.fft.fftshift(np.abs(f) ** 2)
    return np.sum(r[1:] ** 2) / r[0] ** 2 + np.log(1.0 + np.sum(bands[: n // 2 + 1]))


def example(rng):
    return rng.standard_normal(5), 0.8


CASE = {
    "fun": "sidelobes",
    "args": example,
    "signature": "f64[n], f64",
    "wrt": (0, 1),
    "tags": ("complex",),
}
