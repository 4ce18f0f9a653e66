"""Padding, convolutions with kernels that are learned, and a pooled sum."""

import numpy as np
from scipy import signal


def response(image, kernel, taps):
    wide = np.pad(image, 1, mode="reflect")
    edges = signal.correlate2d(wide, kernel, mode="valid")
    rows = np.convolve(image[0], taps, mode="same")
    back = np.correlate(image[:, 1], taps[:2], mode="full")
    height, width = edges.shape
    pooled = (
        edges[: height // 2 * 2, : width // 2 * 2].reshape(height // 2, 2, width // 2, 2).max(axis=(1, 3))
    )
    return np.sum(pooled**2) + np.sum(rows**2) + np.sum(np.tanh(back))


def example(rng):
    return rng.standard_normal((4, 6)), rng.standard_normal((3, 3)), rng.standard_normal(3)


CASE = {
    "fun": "response",
    "args": example,
    "signature": "f64[4,6], f64[3,3], f64[k]",
    "wrt": (0, 1, 2),
}
