"""Transforms of single precision numbers stay in single precision."""

import numpy as np
from numpy import fft


def spectral_norm(x, gain):
    spectrum = fft.rfft(x, norm="ortho")
    shaped = spectrum * gain.astype(np.complex64)
    back = fft.irfft(shaped, n=len(x), norm="ortho")
    return np.sum(np.abs(shaped)) + np.sum(back * back)


def example(rng):
    return rng.standard_normal(6).astype(np.float32), rng.uniform(0.5, 1.5, 4).astype(np.float32)


CASE = {
    "fun": "spectral_norm",
    "args": example,
    "signature": "f32[n], f32[m]",
    "wrt": (0, 1),
    "tags": ("complex", "f32"),
}
