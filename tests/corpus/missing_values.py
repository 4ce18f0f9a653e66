"""Standardised columns with holes: the functions whose names begin with nan."""

import numpy as np


def filled(x, holes):
    y = np.where(holes, np.nan, x)
    z = (y - np.nanmean(y, axis=0)) / np.nanstd(y, axis=0, ddof=1)
    running = np.nancumsum(z, axis=0)
    return np.sum(running**3) + np.nanmax(running) - np.nanmin(running, axis=1)[0] + np.nanmedian(y)


def example(rng):
    x = rng.standard_normal((6, 3))
    holes = np.zeros((6, 3), dtype=bool)
    holes[[0, 2, 3], [1, 0, 2]] = True
    return x, holes


CASE = {
    "fun": "filled",
    "args": example,
    "signature": "f64[n,m], bool[n,m]",
    "wrt": (0,),
}
