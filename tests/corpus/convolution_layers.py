"""Two-dimensional convolutions over windows: padding, stride, dilation, groups, and a pooled head."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def convolved(images, kernels, stride):
    windows = sliding_window_view(images, kernels.shape[2:], axis=(2, 3))
    return np.einsum("bcijhw,ochw->boij", windows[:, :, ::stride, ::stride], kernels)


def network(images, kernels, narrow, bias):
    wide = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    hidden = np.maximum(convolved(wide, kernels, 1) + bias[:, None, None], 0.0)
    strided = convolved(hidden, narrow, 2)
    dilated = sliding_window_view(hidden, (3, 3), axis=(2, 3))[..., ::2, ::2]
    grouped = np.einsum("bcijhw,chw->bcij", dilated, narrow[:, 0])
    return np.sum(np.tanh(strided)) + np.sum(grouped**2)


def example(rng):
    shapes = ((2, 2, 5, 5), (2, 2, 3, 3), (2, 2, 2, 2), (2,))
    return tuple(rng.standard_normal(shape) for shape in shapes)


CASE = {
    "fun": "network",
    "args": example,
    "signature": "f64[2,2,5,5], f64[2,2,3,3], f64[2,2,2,2], f64[2]",
    "wrt": (0, 1, 2, 3),
}
