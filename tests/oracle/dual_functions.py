"""NumPy's functions on duals: linear maps, products, reductions, selections.

Importing this module fills `dual.FUNCTIONS`, whose keys are NumPy functions, (ufunc, method)
pairs and one-element tuples naming ndarray methods.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from tests.oracle.dual import (
    FUNCTIONS,
    Dual,
    elementwise,
    fit,
    is_float,
    make,
    primal,
    strip,
    tangent,
    times,
    zeros_of,
)


def rule(*keys: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function under several keys."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        for key in keys:
            FUNCTIONS[key] = function
        return function

    return register


def has_dual(x: Any) -> bool:
    """Does a (nested list or tuple of) value hold a dual?"""
    return isinstance(x, Dual) or (isinstance(x, (list, tuple)) and any(has_dual(e) for e in x))


def _halves(x: Any) -> tuple[Any, Any]:
    """Primal and tangent of the first argument of a linear map."""
    if isinstance(x, (list, tuple)):
        pairs = [_halves(e) for e in x]
        return type(x)(p for p, _ in pairs), type(x)(t for _, t in pairs)
    return primal(x), tangent(x) if is_float(x) else np.zeros(np.shape(x))


def _pack(p: Any, t: Any) -> Any:
    if isinstance(p, (list, tuple)):
        return type(p)(_pack(a, b) for a, b in zip(p, t, strict=True))
    return make(p, t)


def _linear(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(x: Any, *args: Any, **kwargs: Any) -> Any:
        p, t = _halves(x)
        return _pack(function(p, *args, **kwargs), function(t, *args, **kwargs))

    return apply


LINEAR = (
    "sum mean cumsum reshape ravel transpose moveaxis swapaxes squeeze expand_dims broadcast_to flip fliplr "
    "flipud rot90 roll tile repeat concatenate stack hstack vstack dstack column_stack split array_split "
    "hsplit vsplit diag diagonal trace tril triu take take_along_axis diff copy atleast_1d atleast_2d pad "
    "delete matrix_transpose permute_dims concat"
)
for _name in LINEAR.split():
    FUNCTIONS[getattr(np, _name)] = _linear(getattr(np, _name))
FUNCTIONS[(np.add, "reduce")] = FUNCTIONS[np.sum]
FUNCTIONS[(np.add, "accumulate")] = FUNCTIONS[np.cumsum]
FUNCTIONS[(np.add, "reduceat")] = _linear(np.add.reduceat)
FUNCTIONS[np.lib.stride_tricks.sliding_window_view] = _linear(np.lib.stride_tricks.sliding_window_view)

PRIMAL_ONLY = (
    "shape ndim size argmax argmin argsort nonzero count_nonzero any all searchsorted isclose allclose "
    "array_equal result_type iscomplexobj isrealobj"
)


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: function(*(strip(a) for a in args), **kwargs)


for _name in PRIMAL_ONLY.split():
    FUNCTIONS[getattr(np, _name)] = _plain(getattr(np, _name))


def bilinear(function: Callable[..., Any], tail: int = 0) -> Callable[..., Any]:
    def apply(*args: Any, **kwargs: Any) -> Any:
        position = 1 if isinstance(args[0], str) else 0
        lead, operands, rest = args[:position], list(args[position:]), ()
        if tail or position == 0:
            operands, rest = operands[:2], tuple(operands[2:])
        values = [primal(x) for x in operands]
        result = function(*lead, *values, *rest, **kwargs)
        total: Any = zeros_of(result)
        for i, x in enumerate(operands):
            if isinstance(x, Dual):
                swapped = [*values[:i], x.t, *values[i + 1 :]]
                total = total + function(*lead, *swapped, *rest, **kwargs)
        return make(result, total)

    return apply


for _function in (
    np.matmul,
    np.dot,
    np.outer,
    np.inner,
    np.tensordot,
    np.kron,
    np.einsum,
    np.convolve,
    np.correlate,
):
    FUNCTIONS[_function] = bilinear(_function)
for _name in ("vecdot", "matvec", "vecmat"):
    if hasattr(np, _name):
        FUNCTIONS[getattr(np, _name)] = bilinear(getattr(np, _name))


def _extremum(value: Callable[..., Any]) -> Callable[..., Any]:
    """max and min: a tie shares the tangent evenly."""

    def apply(
        x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
    ) -> Any:
        assert where is True
        if initial is not None:
            return elementwise(_OF_TWO[value], apply(x, axis, keepdims), initial)
        result = value(x.p, axis=axis, keepdims=keepdims)
        best = value(strip(x), axis=axis, keepdims=True)
        hit = strip(x) == best
        share = np.where(hit, 1.0, 0.0) / np.sum(hit, axis=axis, keepdims=True)
        return make(result, np.sum(times(x.t, share), axis=axis, keepdims=keepdims))

    return apply


_OF_TWO = {np.max: np.maximum, np.min: np.minimum}
rule(np.max, np.amax, (np.maximum, "reduce"))(_extremum(np.max))
rule(np.min, np.amin, (np.minimum, "reduce"))(_extremum(np.min))


@rule(np.prod, (np.multiply, "reduce"))
def _prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Product by exclusive products, so that zeros are exact."""
    if axis is None:
        value = _prod(np.reshape(x, (-1,)), axis=0)
        return np.reshape(value, (1,) * x.ndim) if keepdims else value
    p, t = np.moveaxis(x.p, axis, 0), np.moveaxis(x.t, axis, 0)
    result = np.prod(x.p, axis=axis, keepdims=keepdims)
    total: Any = 0.0
    for i in range(strip(p).shape[0]):
        others = reduce(operator.mul, (p[j] for j in range(strip(p).shape[0]) if j != i), 1.0)
        total = total + times(t[i], others)
    return make(result, np.expand_dims(fit(total, p[0]), axis) if keepdims else total)


@rule(np.var)
def _var(
    x: Any, axis: Any = None, dtype: Any = None, *, ddof: int = 0, keepdims: bool = False, where: Any = True
) -> Any:
    if where is not True:
        return _var_where(x, axis, ddof, keepdims, where)
    centred = x - np.mean(x, axis=axis, keepdims=True)
    count = strip(x).size if axis is None else np.prod([strip(x).shape[a] for a in np.atleast_1d(axis)])
    return np.sum(centred * centred, axis=axis, keepdims=keepdims) / (float(count) - ddof)


def _var_where(x: Any, axis: Any, ddof: int, keepdims: bool, where: Any) -> Any:
    count = np.sum(where, axis=axis, keepdims=True)
    clean = np.where(where, x, 0.0)
    centred = clean - np.sum(clean, axis=axis, keepdims=True) / count
    total = np.sum(np.where(where, centred * centred, 0.0), axis=axis, keepdims=keepdims)
    return total / (np.sum(where, axis=axis, keepdims=keepdims) - ddof)


@rule(np.std)
def _std(
    x: Any, axis: Any = None, dtype: Any = None, *, ddof: int = 0, keepdims: bool = False, where: Any = True
) -> Any:
    v = _var(x, axis, dtype, ddof=ddof, keepdims=keepdims, where=where)
    return np.where(strip(v) == 0, 0.0, np.sqrt(v))


@rule(np.where)
def _where(condition: Any, a: Any, b: Any) -> Any:
    c = strip(condition)
    return make(np.where(c, primal(a), primal(b)), np.where(c, tangent_or_zero(a), tangent_or_zero(b)))


def tangent_or_zero(x: Any) -> Any:
    """The tangent, or a literal zero for a constant."""
    return x.t if isinstance(x, Dual) else 0.0


@rule(np.clip)
def _clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    result = np.clip(primal(x), primal(low), primal(high))
    below = np.zeros(np.shape(strip(result)), bool) if low is None else strip(x) < strip(low)
    above = np.zeros(np.shape(strip(result)), bool) if high is None else strip(x) > strip(high)
    t = np.where(below, tangent_or_zero(low), np.where(above, tangent_or_zero(high), tangent_or_zero(x)))
    return make(result, t)


@rule(np.sort)
def _sort(x: Any, axis: int = -1) -> Any:
    return np.take_along_axis(x, np.argsort(strip(x), axis=axis, kind="stable"), axis=axis)


@rule(np.partition)
def _partition(x: Any, kth: Any, axis: int = -1) -> Any:
    return np.take_along_axis(x, np.argpartition(strip(x), kth, axis=axis), axis=axis)


@rule(("sort",))
def _sort_in_place(x: Any, axis: int = -1) -> None:
    x[...] = np.sort(x, axis)


@rule(np.broadcast_arrays)
def _broadcast_arrays(*xs: Any) -> Any:
    shape = np.broadcast_shapes(*(np.shape(x) for x in xs))
    return tuple(np.broadcast_to(x, shape) for x in xs)


@rule(np.nan_to_num)
def _nan_to_num(x: Any) -> Any:
    return make(np.nan_to_num(x.p), np.where(np.isfinite(strip(x)), x.t, 0.0))


@rule((np.add, "at"))
def _add_at(target: Any, index: Any, value: Any) -> None:
    if not isinstance(target, Dual):
        raise TypeError("np.add.at: a dual would be stored in a plain array")
    np.add.at(target.p, index, primal(value))
    if isinstance(value, Dual):
        np.add.at(target.t, index, value.t)


def _running(ufunc: Any) -> Callable[..., Any]:
    """Step by step along the first axis."""

    def apply(x: Any, axis: int = 0) -> Any:
        cells = [np.take(x, 0, axis)]
        for k in range(1, np.shape(strip(x))[axis]):
            cells.append(ufunc(cells[-1], np.take(x, k, axis)))
        return np.stack(cells, axis)

    return apply


FUNCTIONS[np.cumprod] = _running(np.multiply)
for _ufunc in (np.logaddexp, np.maximum, np.minimum):
    FUNCTIONS[(_ufunc, "accumulate")] = _running(_ufunc)


def _like(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(x: Any, *args: Any, **kwargs: Any) -> Any:
        p = function(x.p, *args, **kwargs)
        return Dual(p, zeros_of(p)) if is_float(p) else p

    return apply


for _function in (np.zeros_like, np.ones_like, np.empty_like):
    FUNCTIONS[_function] = _like(_function)


@rule(np.full_like)
def _full_like(x: Any, fill_value: Any, **kwargs: Any) -> Any:
    out = (
        FUNCTIONS[np.zeros_like](x, **kwargs)
        if isinstance(x, Dual)
        else FUNCTIONS["lift"](np.zeros_like(x, **kwargs))
    )
    out[...] = fill_value
    return out


# methods of ndarray
def _astype(x: Any, dtype: Any, **kwargs: Any) -> Any:
    target = np.dtype(dtype)
    if target.kind not in "fc":
        return strip(x).astype(target)
    return Dual(x.p.astype(target), x.t.astype(target))


def _fill(x: Any, value: Any) -> None:
    x[...] = value


def _reshape(x: Any, *shape: Any, **kwargs: Any) -> Any:
    return np.reshape(x, shape[0] if len(shape) == 1 else shape, **kwargs)


def _transpose(x: Any, *axes: Any) -> Any:
    return np.transpose(x, axes[0] if len(axes) == 1 else (axes or None))


def _item(x: Any, *index: Any) -> Any:
    return Dual(x.p.item(*index), x.t.item(*index))


FUNCTIONS[("astype",)] = _astype
FUNCTIONS[("fill",)] = _fill
FUNCTIONS[("reshape",)] = _reshape
FUNCTIONS[("transpose",)] = _transpose
FUNCTIONS[("item",)] = _item
FUNCTIONS[("flatten",)] = lambda x: np.copy(np.ravel(x))
FUNCTIONS[("tolist",)] = lambda x: [e if e.ndim else e.item() for e in x]
_METHODS = (
    "sum mean prod max min var std cumsum ravel copy dot clip argmax argmin argsort any all take trace "
    "diagonal squeeze swapaxes repeat"
)
for _name in _METHODS.split():
    FUNCTIONS[(_name,)] = FUNCTIONS[getattr(np, _name)]
