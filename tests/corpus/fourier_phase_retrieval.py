"""Phase retrieval: intensities of a two-dimensional transform, of an image times an unknown phase."""

import numpy as np


def misfit(image, phase, intensity):
    field = image * np.exp(1j * phase)
    spectrum = np.fft.fft2(field, norm="ortho")
    seen = spectrum.real**2 + spectrum.imag**2
    smooth = np.fft.irfft2(np.fft.rfft2(phase)[:, :2], s=phase.shape)
    return np.sum((seen - intensity) ** 2) + 0.01 * np.sum(smooth**2)


def example(rng):
    return rng.standard_normal((4, 3)), rng.standard_normal((4, 3)), rng.uniform(0.0, 1.0, (4, 3))


CASE = {
    "fun": "misfit",
    "args": example,
    "signature": "f64[n,m], f64[n,m], f64[n,m]",
    "wrt": (0, 1),
    "tags": ("complex",),
}
