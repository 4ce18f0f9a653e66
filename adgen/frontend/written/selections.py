"""Choices between arrays, and elements chosen from one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """For each element that of the choice whose condition is the first to hold."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    found = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        found = np.where(condition, choice, found)
    return found


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Functions (or numbers) of the elements where their conditions hold; the last one counts."""
    at = np.asarray(x)
    conditions = condlist if isinstance(condlist, (list, tuple)) else [condlist]
    if len(funclist) == len(conditions) + 1:
        anywhere = np.asarray(conditions[0])
        for condition in conditions[1:]:
            anywhere = anywhere | np.asarray(condition)
        conditions = [*conditions, ~anywhere]
    if len(funclist) != len(conditions):
        raise ValueError("functions and conditions do not match")
    found = np.zeros_like(at)
    for condition, function in zip(conditions, funclist, strict=True):
        chosen = np.broadcast_to(np.asarray(condition), at.shape)
        if callable(function):
            found[chosen] = function(at[chosen], *args, **kw)
        else:
            found[chosen] = function
    return found


def choose(a: Any, choices: Any, mode: Any = "raise") -> Any:
    """For each element that of the array whose number stands there."""
    n = len(choices)
    number = np.asarray(a)
    if mode == "wrap":
        number = number % n
    elif mode == "clip":
        number = np.clip(number, 0, n - 1)
    elif np.any((number < 0) | (number >= n)):
        raise ValueError("invalid entry in choice array")
    found = choices[0]
    for k, choice in enumerate(choices):
        found = np.where(number == k, choice, found)
    return found[()]


def compress(condition: Any, a: Any, axis: Any = None) -> Any:
    """The parts of an array along an axis where a condition holds."""
    chosen = np.nonzero(np.asarray(condition))[0]
    return np.take(a, chosen, axis=axis)


def compress_method(self: Any, condition: Any, axis: Any = None) -> Any:
    """The parts of an array along an axis where a condition holds."""
    return np.take(self, np.nonzero(np.asarray(condition))[0], axis=axis)


def extract(condition: Any, arr: Any) -> Any:
    """The elements of the flattened array where a condition holds."""
    return np.ravel(arr)[np.nonzero(np.ravel(condition))[0]]


def argwhere(a: Any) -> Any:
    """The positions of elements that are not zero, one a row."""
    return np.stack(np.nonzero(a), axis=-1)


def lexsort(keys: Any, axis: Any = -1) -> Any:
    """The order by several keys, the last one first."""
    order = np.argsort(keys[0], axis=axis)
    for key in keys[1:]:
        order = np.take_along_axis(order, np.argsort(np.take_along_axis(key, order, axis), axis), axis)
    return order


# -- closeness ------------------------------------------------------------------------------------------
def isclose(a: Any, b: Any, rtol: Any = 1.0e-5, atol: Any = 1.0e-8, equal_nan: Any = False) -> Any:
    """Whether elements are as good as equal."""
    x, y = np.asarray(a), np.asarray(b)
    near = (np.abs(x - y) <= atol + rtol * np.abs(y)) & np.isfinite(y)
    found = near | (x == y)
    if equal_nan:
        found = found | (np.isnan(x) & np.isnan(y))
    return found[()]


def allclose(a: Any, b: Any, rtol: Any = 1.0e-5, atol: Any = 1.0e-8, equal_nan: Any = False) -> Any:
    """Whether all elements are as good as equal."""
    return bool(np.all(np.isclose(a, b, rtol, atol, equal_nan)))


def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether arrays, stretched to one shape, have equal elements."""
    return bool(np.all(np.asarray(a1) == np.asarray(a2)))


def nan_to_num(x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """x with numbers in the place of nan and the infinities (by default the largest finite ones)."""
    v = np.asarray(x)
    if v.dtype.kind not in ("f", "c"):
        return x
    if v.dtype.kind == "c":
        return nan_to_num(v.real, True, nan, posinf, neginf) + 1j * nan_to_num(
            v.imag, True, nan, posinf, neginf
        )
    largest = 1.7976931348623157e308
    if v.dtype == np.float32:
        largest = 3.4028234663852886e38
    if v.dtype == np.float16:
        largest = 65504.0
    above = largest if posinf is None else posinf
    below = -largest if neginf is None else neginf
    found = np.where(np.isnan(v), nan, v)
    found = np.where(v == np.inf, above, found)
    return np.where(v == -np.inf, below, found)[()]


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.select": select,
    "numpy.piecewise": piecewise,
    "numpy.choose numpy.ndarray.choose": choose,
    "numpy.compress": compress,
    "numpy.ndarray.compress": compress_method,
    "numpy.extract": extract,
    "numpy.argwhere": argwhere,
    "numpy.lexsort": lexsort,
    "numpy.isclose": isclose,
    "numpy.allclose": allclose,
    "numpy.array_equiv": array_equiv,
    "numpy.nan_to_num": nan_to_num,
}
