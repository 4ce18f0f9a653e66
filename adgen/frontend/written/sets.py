"""Elements without repetition, membership, and lists of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _starts(s: Any, equal_nan: Any) -> Any:
    """Where a new value begins among sorted elements."""
    new = s[1:] != s[:-1]
    if equal_nan and s.dtype.kind == "f":
        new = new & ~(np.isnan(s[1:]) & np.isnan(s[:-1]))
    return np.nonzero(np.concatenate((np.ones(len(s), dtype=bool)[:1], new)))[0]


def unique(
    ar: Any,
    return_index: Any = False,
    return_inverse: Any = False,
    return_counts: Any = False,
    axis: Any = None,
    *,
    equal_nan: Any = True,
    sorted: Any = True,
) -> Any:
    """The different elements in increasing order; derivatives follow the first of equal ones."""
    whole = np.asarray(ar)
    if axis is None:
        x: Any = np.ravel(whole)
        order: Any = np.argsort(x)
        ordered = x[order]
        starts = _starts(ordered, equal_nan)
        found = [ordered[starts]]
    else:
        layers = np.moveaxis(whole, axis, 0)
        x = layers.reshape(layers.shape[0], -1)
        order = np.arange(len(x))
        for column in np.flip(x, 1).T:
            order = order[np.argsort(column[order], kind="stable")]
        ordered = x[order]
        changed = np.any(ordered[1:] != ordered[:-1], axis=1)
        starts = np.nonzero(np.concatenate((np.ones(len(x), dtype=bool)[:1], changed)))[0]
        found = [np.moveaxis(layers[order[starts]], 0, axis)]
    if return_index:
        found.append(order[starts])
    if return_inverse:
        places = np.empty(len(x), dtype=np.int64)
        places[order] = np.searchsorted(starts, np.arange(len(x)), side="right") - 1
        found.append(places.reshape(whole.shape) if axis is None else places)
    if return_counts:
        found.append(np.diff(starts, append=len(x)))
    return found[0] if len(found) == 1 else tuple(found)


def isin(
    element: Any, test_elements: Any, assume_unique: Any = False, invert: Any = False, *, kind: Any = None
) -> Any:
    """Whether elements are among others."""
    found = np.any(np.asarray(element)[..., None] == np.ravel(test_elements), axis=-1)
    return ~found if invert else found


def isposinf(x: Any) -> Any:
    """Whether elements are positive infinity."""
    return np.asarray(x) == np.inf


def isneginf(x: Any) -> Any:
    """Whether elements are negative infinity."""
    return np.asarray(x) == -np.inf


def tolist(a: Any) -> Any:
    """The elements as Python numbers, in lists."""
    if a.ndim == 0:
        return a.item()
    if a.ndim == 1:
        return [x.item() for x in a]
    if a.ndim == 2:
        return [[x.item() for x in row] for row in a]
    raise ValueError("x.tolist is supported for arrays of at most two dimensions")


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.unique": unique,
    "numpy.isin": isin,
    "numpy.isposinf": isposinf,
    "numpy.isneginf": isneginf,
    "numpy.ndarray.tolist": tolist,
}
