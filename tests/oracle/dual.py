"""Dual-number arrays: a value and its directional derivative, carried through NumPy itself.

`Dual` wraps a primal (Python float, NumPy scalar, array, or again a `Dual`) and a tangent of the
same kind. Views alias both halves, so in-place code behaves as it does on arrays. The original
Python function runs on duals unchanged (see `shim`); no part of adgen takes part.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.oracle.dual_partials import BINARY, PLAIN, UNARY

#: numpy function -> its implementation on duals; filled by dual_functions
FUNCTIONS: dict[Any, Callable[..., Any]] = {}


def strip(x: Any) -> Any:
    """The primal at the bottom of (nested) duals; containers and plain values pass through."""
    while isinstance(x, Dual):
        x = x.p
    if isinstance(x, (list, tuple)) and type(x) in (list, tuple):
        return type(x)(strip(e) for e in x)
    return x


def primal(x: Any) -> Any:
    """One level off."""
    return x.p if isinstance(x, Dual) else x


def zeros_of(p: Any) -> Any:
    """A zero of the kind of `p`."""
    if isinstance(p, Dual):
        return Dual(zeros_of(p.p), zeros_of(p.t))
    if isinstance(p, np.ndarray):
        return np.zeros(p.shape, p.dtype)
    return type(p)(0)


def tangent(x: Any) -> Any:
    """The tangent of one level; zero for a constant."""
    return x.t if isinstance(x, Dual) else zeros_of(x)


def fit(t: Any, p: Any) -> Any:
    """`t` with the kind, shape and dtype of `p`; the same object where it already has them."""
    if isinstance(p, Dual):
        if isinstance(t, Dual):
            return Dual(fit(t.p, p.p), fit(t.t, p.p))
        value = fit(t, p.p)
        return Dual(value, zeros_of(value))
    if isinstance(p, np.ndarray):
        if isinstance(t, np.ndarray) and t.shape == p.shape and t.dtype == p.dtype:
            return t
        return np.array(np.broadcast_to(t, p.shape), dtype=p.dtype)
    return type(p)(t)


def _all_zero(t: Any) -> Any:
    """Elementwise: is this tangent zero to every order?"""
    if isinstance(t, Dual):
        return _all_zero(t.p) & _all_zero(t.t)
    return np.equal(t, 0)


def times(t: Any, d: Any) -> Any:
    """Tangent times partial: always a fresh value, and zero where the tangent is (0 * inf is 0)."""
    with np.errstate(all="ignore"):
        return np.where(_all_zero(t), 0.0, np.multiply(t, d))


def is_float(p: Any) -> bool:
    """Can this value carry a tangent?"""
    if isinstance(p, Dual):
        return True
    return isinstance(p, (float, complex)) or (
        isinstance(p, (np.ndarray, np.generic)) and p.dtype.kind in "fc"
    )


def make(p: Any, t: Any) -> Any:
    """A dual from its halves; integer and boolean primals stay plain."""
    return Dual(p, fit(t, p)) if is_float(p) else p


def _quiet(v: Any) -> Any:
    """A Python float as a NumPy scalar: partials divide by zero without raising."""
    kinds = {float: np.float64, complex: np.complex128}
    return kinds[type(v)](v) if type(v) in kinds else v


def elementwise(ufunc: Any, *operands: Any, function: Any = None) -> Any:
    """Apply `ufunc` (or `function`, which computes the same) with its partial derivatives."""
    function = function or ufunc
    values = [primal(x) for x in operands]
    result = function(*values)
    if not is_float(result):
        return result
    if len(operands) == 1:
        with np.errstate(all="ignore"):
            return make(result, times(tangent(operands[0]), UNARY[ufunc](_quiet(values[0]), _quiet(result))))
    values = [_quiet(v) for v in values]
    total: Any = 0.0
    for operand, partial in zip(operands, BINARY[ufunc], strict=True):
        if isinstance(operand, Dual):
            with np.errstate(all="ignore"):
                total = total + times(operand.t, partial(*values, _quiet(result)))
    return make(result, fit(total, result))


def _forward(op: Callable[..., Any], ufunc: Any) -> Callable[..., Any]:
    def method(self: Dual, other: Any) -> Any:
        if not _is_operand(other):
            return NotImplemented
        return elementwise(ufunc, self, other, function=op)

    return method


def _reflected(op: Callable[..., Any], ufunc: Any) -> Callable[..., Any]:
    def method(self: Dual, other: Any) -> Any:
        if not _is_operand(other):
            return NotImplemented
        return elementwise(ufunc, other, self, function=op)

    return method


def _augmented(op: Callable[..., Any], ufunc: Any) -> Callable[..., Any]:
    def method(self: Dual, other: Any) -> Any:
        if not _is_operand(other):
            return NotImplemented
        result = elementwise(ufunc, self, other, function=op)
        if not isinstance(strip(self), np.ndarray):
            return result
        if np.shape(strip(result)) != np.shape(strip(self)):
            raise ValueError("non-broadcastable output operand in an augmented assignment")
        self[...] = result
        return self

    return method


class Margin:
    """How close the comparisons of a run came to a tie: a branch may flip where it is tiny."""

    smallest = float("inf")

    @classmethod
    def note(cls, a: Any, b: Any) -> None:
        """Remember the closest pair seen."""
        gaps = np.abs(np.asarray(a) * 1.0 - np.asarray(b) * 1.0)
        cls.smallest = min(cls.smallest, float(np.min(gaps, initial=np.inf)))


def _compare(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Dual, other: Any) -> Any:
        Margin.note(strip(self), strip(other))
        return op(strip(self), strip(other))

    return method


def _is_operand(x: Any) -> bool:
    return isinstance(x, (Dual, int, float, complex, np.ndarray, np.generic, list, tuple))


class Dual:
    """A value with a tangent; quacks like the array or float that it wraps."""

    __slots__ = ("p", "t")
    __array_priority__ = 1000.0

    def __init__(self, p: Any, t: Any) -> None:
        self.p = p
        self.t = t

    # numpy protocols
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out, where = kwargs.pop("out", None), kwargs.pop("where", None)
        if method == "__call__" and not kwargs:
            result = _call_ufunc(ufunc, inputs)
            if where is not None:
                result = FUNCTIONS[np.where](strip(where), result, out[0])
        else:
            result = FUNCTIONS[(ufunc, method)](*inputs, **kwargs)
        if out is None:
            return result
        if not isinstance(out[0], Dual):
            raise TypeError(f"np.{ufunc.__name__}: a dual result would be stored in a plain array")
        out[0][...] = result
        return out[0]

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func not in FUNCTIONS:
            raise NotImplementedError(f"the dual-number oracle has no rule for np.{func.__name__}")
        return FUNCTIONS[func](*args, **kwargs)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a dual would lose its tangent on the way into a plain array")

    def __float__(self) -> float:
        raise TypeError("a dual would lose its tangent in float(); run the function through the shim")

    def __int__(self) -> int:
        return int(strip(self))

    def __bool__(self) -> bool:
        return bool(strip(self))

    def __round__(self, digits: int | None = None) -> Any:
        return round(strip(self), digits) if digits is None else make(round(strip(self), digits), 0.0)

    # container protocol
    def __len__(self) -> int:
        return len(strip(self))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        return Dual(self.p[index], self.t[index])

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(value, (list, tuple)):
            value = FUNCTIONS["array"](value)
        self.p[index] = primal(value)
        self.t[index] = value.t if isinstance(value, Dual) else 0.0

    # arithmetic
    __add__, __radd__, __iadd__ = (f(operator.add, np.add) for f in (_forward, _reflected, _augmented))
    __sub__, __rsub__, __isub__ = (f(operator.sub, np.subtract) for f in (_forward, _reflected, _augmented))
    __mul__, __rmul__, __imul__ = (f(operator.mul, np.multiply) for f in (_forward, _reflected, _augmented))
    __truediv__, __rtruediv__, __itruediv__ = (
        f(operator.truediv, np.divide) for f in (_forward, _reflected, _augmented)
    )
    __floordiv__, __rfloordiv__ = (f(operator.floordiv, np.floor_divide) for f in (_forward, _reflected))
    __ifloordiv__, __imod__ = (
        _augmented(operator.floordiv, np.floor_divide),
        _augmented(operator.mod, np.remainder),
    )
    __mod__, __rmod__ = (f(operator.mod, np.remainder) for f in (_forward, _reflected))
    __pow__, __rpow__, __ipow__ = (f(operator.pow, np.power) for f in (_forward, _reflected, _augmented))

    def __matmul__(self, other: Any) -> Any:
        return FUNCTIONS[np.matmul](self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return FUNCTIONS[np.matmul](other, self)

    def __neg__(self) -> Any:
        return elementwise(np.negative, self, function=operator.neg)

    def __pos__(self) -> Any:
        return elementwise(np.positive, self, function=operator.pos)

    def __abs__(self) -> Any:
        return FUNCTIONS[np.absolute](self)

    __lt__, __le__ = _compare(operator.lt), _compare(operator.le)
    __gt__, __ge__ = _compare(operator.gt), _compare(operator.ge)
    __eq__, __ne__ = _compare(operator.eq), _compare(operator.ne)  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]

    # attributes and methods of the primal
    @property
    def T(self) -> Any:
        return Dual(self.p.T, self.t.T)

    @property
    def real(self) -> Any:
        return Dual(self.p.real, self.t.real)

    @real.setter
    def real(self, value: Any) -> None:
        self.real[...] = value

    @property
    def imag(self) -> Any:
        return Dual(self.p.imag, self.t.imag)

    @imag.setter
    def imag(self, value: Any) -> None:
        self.imag[...] = value

    @property
    def flat(self) -> Any:
        """The elements in one dim, of arrays in C order."""
        return Dual(self.p.reshape(-1), self.t.reshape(-1))

    def __getattr__(self, name: str) -> Any:
        if name in ("shape", "ndim", "size", "dtype", "nbytes", "strides"):
            return getattr(self.p, name)
        if (name,) in FUNCTIONS and hasattr(strip(self), name):
            method = FUNCTIONS[(name,)]
            return lambda *args, **kwargs: method(self, *args, **kwargs)
        raise AttributeError(f"{type(strip(self)).__name__!r} object (dual) has no attribute {name!r}")

    def __repr__(self) -> str:
        return f"Dual({self.p!r}, {self.t!r})"


def _call_ufunc(ufunc: Any, inputs: tuple[Any, ...]) -> Any:
    if ufunc in PLAIN:
        if len(inputs) == 2:
            Margin.note(*(strip(x) for x in inputs))
        return ufunc(*(strip(x) for x in inputs))
    if ufunc in FUNCTIONS:
        return FUNCTIONS[ufunc](*inputs)
    if ufunc in UNARY or ufunc in BINARY:
        return elementwise(ufunc, *inputs)
    raise NotImplementedError(f"the dual-number oracle has no rule for np.{ufunc.__name__}")
