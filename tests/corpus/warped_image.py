"""An image smoothed by a Gaussian whose width is learned, and read at places that are learned."""

import numpy as np
from scipy import ndimage


def warped(image, shift, sigma):
    smooth = ndimage.gaussian_filter(image, sigma, radius=2)
    edges = ndimage.correlate1d(smooth, [-1.0, 0.0, 1.0], axis=0, mode="nearest")
    rows, columns = np.meshgrid(np.arange(4) + shift[0], np.arange(5) + shift[1], indexing="ij")
    moved = ndimage.map_coordinates(edges, [rows, columns], order=1, mode="mirror")
    return np.sum((moved - image[:4, :5]) ** 2)


def example(rng):
    return rng.standard_normal((5, 6)), np.array([0.3, 0.6]), 0.8


CASE = {
    "fun": "warped",
    "args": example,
    "signature": "f64[5,6], f64[2], f64",
    "wrt": (0, 1, 2),
}
