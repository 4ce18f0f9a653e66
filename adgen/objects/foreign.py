"""Values that adgen does not take: what they are called in a message, and what to pass instead."""

from __future__ import annotations

from typing import Any

import numpy as np

_DTYPES = "convert it to float64, float32, int64 or bool"


def foreign(value: Any) -> tuple[str, str]:
    """What a value that is not taken is, and the fix where there is a better one than ``np.asarray``."""
    if isinstance(value, np.ma.MaskedArray):
        return "a masked array", "take the data, and the mask as an array of its own"
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return f"a NumPy scalar of dtype {value.dtype}", _DTYPES
    if isinstance(value, np.random.RandomState):
        return "a RandomState", "pass a Generator: `numpy.random.default_rng(seed)`"
    if isinstance(value, type):
        return "a class", ""
    plain = next((kind for kind in (dict, list, tuple) if isinstance(value, kind)), None)
    help = "" if plain is None else f"convert it with `{plain.__name__}`"
    return _with_article(type(value).__qualname__), help


def _array(value: Any) -> tuple[str, str]:
    if value.dtype.hasobject or value.dtype.names is not None or value.dtype.kind in "SUMmV":
        return f"an array of dtype {value.dtype}", _DTYPES
    if not value.dtype.isnative:
        return "an array of foreign byte order", "convert it with `x.astype(x.dtype.newbyteorder('='))`"
    if type(value) is not np.ndarray and value.dtype.kind in "fiubc" and value.dtype.itemsize <= 16:
        return f"{_with_article(type(value).__name__)}, a subclass of ndarray", ""
    return f"an array of dtype {value.dtype}", _DTYPES


def _with_article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
