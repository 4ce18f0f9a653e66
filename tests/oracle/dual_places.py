"""Functions that write into arrays, and options of ufuncs and reductions, on duals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.oracle.dual import FUNCTIONS, Dual, elementwise, make, primal, strip, tangent
from tests.oracle.dual_functions import rule


# -- written by position --------------------------------------------------------------------------------
def _twice(function: Callable[..., Any]) -> Callable[..., None]:
    """A function that moves values into its first argument does the same with tangents."""

    def apply(target: Any, *args: Any, **kwargs: Any) -> None:
        if not isinstance(target, Dual):
            raise TypeError(f"np.{function.__name__}: a dual would be stored in a plain array")
        kwargs = {k: strip(v) for k, v in kwargs.items()}
        *places, value = args
        places = [strip(p) for p in places]
        function(target.p, *places, _half(value, primal), **kwargs)
        function(target.t, *places, _half(value, tangent), **kwargs)

    return apply


def _half(value: Any, half: Callable[[Any], Any]) -> Any:
    """A value's primals or tangents; a list of numbers as an array."""
    if isinstance(value, list | tuple):
        return np.array([half(v) for v in value])
    if isinstance(value, Dual) or half is primal:
        return half(value)
    return np.zeros(np.shape(value))


for _function in (np.copyto, np.put, np.place, np.putmask, np.fill_diagonal):
    rule(_function)(_twice(_function))


@rule(np.put_along_axis)
def _put_along_axis(target: Any, indices: Any, values: Any, axis: Any) -> None:
    np.put_along_axis(target.p, indices, primal(values), axis)
    np.put_along_axis(target.t, indices, tangent(values) if isinstance(values, Dual) else 0.0, axis)


rule(("put",))(FUNCTIONS[np.put])


# -- methods of ufuncs ----------------------------------------------------------------------------------
def _at(ufunc: Any) -> Callable[..., None]:
    def apply(target: Any, index: Any, value: Any = None) -> None:
        """One index after the other, as the meaning of `at` is."""
        index = strip(index)
        grid = np.arange(np.size(strip(target))).reshape(np.shape(strip(target)))[index]
        rows = value if np.ndim(strip(value)) else [value] * grid.size
        for k, at in enumerate(grid.ravel()):
            place = np.unravel_index(at, np.shape(strip(target)))
            target[place] = elementwise(ufunc, target[place], rows[k])

    return apply


for _ufunc in (np.subtract, np.multiply, np.divide, np.maximum, np.minimum):
    rule((_ufunc, "at"))(_at(_ufunc))


def _accumulate(ufunc: Any) -> Callable[..., Any]:
    def apply(x: Any, axis: int = 0) -> Any:
        rows = np.moveaxis(x, axis, 0)
        found = [rows[0]]
        for row in list(rows)[1:]:
            found.append(elementwise(ufunc, found[-1], row))
        return np.moveaxis(np.stack(found), 0, axis)

    return apply


def _outer(ufunc: Any) -> Callable[..., Any]:
    def apply(x: Any, y: Any) -> Any:
        rank = np.ndim(strip(y))
        return elementwise(ufunc, np.reshape(x, np.shape(strip(x)) + (1,) * rank), y)

    return apply


for _ufunc in (np.maximum, np.minimum):
    rule((_ufunc, "accumulate"))(_accumulate(_ufunc))
for _ufunc in (np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum):
    rule((_ufunc, "outer"))(_outer(_ufunc))


# -- options --------------------------------------------------------------------------------------------
def _with_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """`out=` of a function that is no ufunc, and `where=` and `initial=` of a sum."""

    def apply(*args: Any, out: Any = None, where: Any = None, initial: Any = None, **kwargs: Any) -> Any:
        if where is not None:
            args = (np.where(strip(where), args[0], 0.0), *args[1:])
        found = function(*args, **kwargs)
        found = found if initial is None else found + initial
        if out is None:
            return found
        out[...] = found
        return out

    return apply


for _function in (
    np.sum,
    np.matmul,
    np.dot,
    np.einsum,
    np.cumsum,
    np.take,
    np.concatenate,
    np.stack,
    np.clip,
):
    FUNCTIONS[_function] = _with_out(FUNCTIONS[_function])


@rule(np.mean)
def _mean(x: Any, axis: Any = None, where: Any = None, out: Any = None, **kwargs: Any) -> Any:
    if where is None:
        found = make(np.mean(primal(x), axis, **kwargs), np.mean(tangent(x), axis, **kwargs))
    else:
        count = np.sum(np.broadcast_to(strip(where), np.shape(strip(x))), axis, **kwargs)
        found = np.sum(np.where(strip(where), x, 0.0), axis, **kwargs) / count
    if out is not None:
        out[...] = found
    return found if out is None else out


def _over_first(function: Callable[..., Any]) -> Callable[..., Any]:
    """`reduce` of a ufunc runs over the first axis unless told otherwise."""

    def apply(x: Any, axis: Any = 0, **kwargs: Any) -> Any:
        return function(x, axis=axis, **kwargs)

    return apply


for _key in (np.add, np.multiply, np.maximum, np.minimum):
    FUNCTIONS[(_key, "reduce")] = _over_first(FUNCTIONS[(_key, "reduce")])
