"""Windows and convolutions whose sizes are differences of two sizes."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def smoothed(x, k):
    windows = sliding_window_view(np.pad(x, 1, mode="edge"), k.shape[0])
    wide = np.convolve(x, k)
    return np.sum(np.tanh(windows @ k)) + np.sum(wide**3)


def example(rng):
    return rng.standard_normal(6), rng.standard_normal(3)


CASE = {
    "fun": "smoothed",
    "args": example,
    "signature": "f64[n], f64[k]",
    "wrt": (0, 1),
}
