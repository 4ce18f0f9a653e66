"""A signal filtered in the frequency domain, compared with a target: lengths odd and even."""

import numpy as np


def mismatch(x, response, target):
    spectrum = np.fft.rfft(x)
    filtered = np.fft.irfft(spectrum * response, len(x))
    roughness = np.abs(spectrum[1:]) ** 2 * np.fft.rfftfreq(len(x))[1:] ** 2
    return np.mean((filtered - target) ** 2) + 0.1 * np.sum(roughness)


def odd(rng):
    return (
        rng.standard_normal(7),
        rng.standard_normal(4) + 1j * rng.standard_normal(4),
        rng.standard_normal(7),
    )


def even(rng):
    return (
        rng.standard_normal(6),
        rng.standard_normal(4) + 1j * rng.standard_normal(4),
        rng.standard_normal(6),
    )


CASE = {
    "fun": "mismatch",
    "args": odd,
    "more": (even,),
    "signature": "f64[n], c128[m], f64[n]",
    "wrt": (0, 1, 2),
    "tags": ("complex",),
}
