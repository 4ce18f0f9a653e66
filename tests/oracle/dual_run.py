"""The dual-number oracle: directional derivatives of the original Python function.

value, tangent = jvp(fun, args, tangents)
gradient(fun, args, wrt)                      one run per element
second(fun, args, u, v)                       d2f[u, v] by nested duals
"""

from __future__ import annotations

import cmath
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import scipy.linalg
import scipy.ndimage
import scipy.signal
import scipy.special

from tests.oracle import dual_complex, dual_functions, dual_linalg, dual_places  # noqa: F401  (fill the table)
from tests.oracle.drawn import Drawn
from tests.oracle.dual import (
    FUNCTIONS,
    Dual,
    Margin,
    elementwise,
    is_float,
    make,
    primal,
    strip,
    tangent,
    times,
    zeros_of,
)
from tests.oracle.dual_functions import bilinear, has_dual
from tests.oracle.dual_written import WRITTEN, Written
from tests.oracle.rebind import ModuleShim, Rebinder, Scalar, is_math

_TAKES_LISTS = {np.concatenate, np.stack, np.hstack, np.vstack, np.dstack, np.column_stack, np.shape, np.size}
_MATH_UFUNC = {
    "acos": np.arccos, "asin": np.arcsin, "atan": np.arctan, "atan2": np.arctan2, "acosh": np.arccosh,
    "asinh": np.arcsinh, "atanh": np.arctanh, "pow": np.power, "fabs": np.fabs,
}  # fmt: skip
_MATH_INTEGER = ("floor", "ceil", "trunc", "isnan", "isinf", "isfinite", "isclose")


class Run:
    """One run of a function on duals nested `depth` deep."""

    def __init__(self, depth: int) -> None:
        self.depth = depth

    def lift(self, value: Any) -> Any:
        """A float array as a constant that can receive dual stores."""
        if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
            for _ in range(self.depth):
                value = Dual(value, zeros_of(value))
        return value

    def array(self, value: Any, dtype: Any = None, copy: bool = True) -> Any:
        """np.array and np.asarray on anything that may hold duals."""
        if isinstance(value, Dual):
            out = np.copy(value) if copy or not isinstance(strip(value), np.ndarray) else value
        elif has_dual(value):
            out = np.stack([self.array(v) for v in value])
        else:
            out = self.lift(np.array(value, dtype=dtype, copy=copy or None))
        return out.astype(dtype) if dtype is not None and isinstance(out, Dual) else out

    def full(self, shape: Any, fill_value: Any, dtype: Any = None) -> Any:
        """np.full, also with a dual value."""
        plain = np.full(shape, strip(fill_value), dtype)
        out = self.lift(plain)
        if isinstance(out, Dual):
            out[...] = fill_value
        return out

    def scalar(self, kind: Any, value: Any) -> Any:
        """np.float32(x) and its like."""
        if isinstance(value, (Dual, list, tuple)) and has_dual(value):
            return self.array(value).astype(kind)[()]
        return kind(value)

    def numpy_member(self, value: Any) -> Any:
        """What stands for a member of the numpy namespace (or a function imported from it)."""
        if _is_written(value):
            return Written(value, self)
        if isinstance(value, type):
            return Scalar(value, self.scalar) if issubclass(value, np.generic) else value
        special = {np.array: self.array, np.asarray: self.asarray, np.full: self.full,
                   np.ascontiguousarray: self.array}  # fmt: skip
        if value in (np.array, np.asarray, np.full, np.ascontiguousarray):
            return special[value]
        if is_math(value):
            return MathFunction(value)
        if (
            getattr(value, "__module__", "").startswith(("scipy.linalg", "scipy.sparse"))
            and value in dual_linalg.SCIPY
        ):
            return LinearAlgebra(dual_linalg.SCIPY[value], self)
        if value is np.random.default_rng:
            return lambda *seed: Drawn(np.random.default_rng(*seed), self.lift)
        if getattr(value, "__module__", "").split(".")[0] == "numpy" or isinstance(value, np.ufunc):
            return NumpyFunction(value, self)
        return value

    def asarray(self, value: Any, dtype: Any = None) -> Any:
        """np.asarray."""
        return self.array(value, dtype, copy=False)

    def rebinder(self, own: bool = False) -> Rebinder:
        """The namespace in which the user's function runs (or one of ours, which asks for types)."""
        modules = {
            "numpy": ModuleShim(np, self.numpy_member),
            "numpy.linalg": ModuleShim(np.linalg, self.numpy_member),
            "scipy.special": ModuleShim(scipy.special, self.numpy_member),
            "scipy.linalg": ModuleShim(scipy.linalg, self.numpy_member),
            "scipy.signal": ModuleShim(scipy.signal, _laid_over),
            "scipy.ndimage": ModuleShim(scipy.ndimage, self.numpy_member),
            "math": ModuleShim(math, MathFunction),
            "cmath": ModuleShim(cmath, dual_complex.ComplexMathFunction),
        }
        try:
            import adgen
        except ImportError:
            pass
        else:
            modules["adgen"] = AdgenShim(adgen)
        builtins = {
            "complex": dual_complex.complex_number,
            "float": _float,
            "max": _extremum(np.maximum, max),
            "min": _extremum(np.minimum, min),
        }
        return Rebinder(modules, {} if own else builtins, self.numpy_member, self.lift)


def _laid_over(function: Any) -> Any:
    """A convolution of SciPy, on duals of any depth."""

    def apply(*args: Any, **kwargs: Any) -> Any:
        return rule(*args, **kwargs) if has_dual(list(args)) else function(*args, **kwargs)

    rule = bilinear(apply)
    return apply


def _is_written(value: Any) -> bool:
    return callable(value) and value.__hash__ is not None and value in WRITTEN


class NumpyFunction:
    """A NumPy function whose float results can receive dual stores."""

    def __init__(self, function: Any, run: Run) -> None:
        self._function = function
        self._run = run

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._function not in _TAKES_LISTS:
            args = tuple(self._run.array(a) if type(a) in (list, tuple) and has_dual(a) else a for a in args)
        dtype = kwargs.get("dtype")
        if callable(dtype) and dtype in (_float, dual_complex.complex_number):
            kwargs["dtype"] = float if dtype is _float else complex
        return self._run.lift(self._function(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        return NumpyFunction(getattr(self._function, name), self._run)


class LinearAlgebra:
    """A function of scipy.linalg."""

    def __init__(self, function: Any, run: Run) -> None:
        self._function = function
        self._run = run

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _map(self._run.lift, self._function(*args, **kwargs))


class MathFunction:
    """A function of the math module that also takes dual floats."""

    def __init__(self, function: Any) -> None:
        self._function = function
        self._name = getattr(function, "__name__", "")

    def __call__(self, *args: Any) -> Any:
        if not any(isinstance(a, Dual) for a in args):
            return self._function(*args)
        if self._name in _MATH_INTEGER:
            return self._function(*(strip(a) for a in args))
        if self._name in ("erf", "erfc"):
            return self._error_function(args[0])
        if self._name == "log" and len(args) == 2:
            return MathFunction(math.log)(args[0]) / MathFunction(math.log)(args[1])
        ufunc = _MATH_UFUNC.get(self._name) or getattr(np, self._name)
        return elementwise(ufunc, *args, function=self)

    def _error_function(self, x: Any) -> Any:
        sign = 1.0 if self._name == "erf" else -1.0
        p = primal(x)
        return make(self(p), times(tangent(x), sign * 2.0 / math.sqrt(math.pi) * np.exp(-p * p)))


def _float(x: Any = 0.0) -> Any:
    if not isinstance(x, Dual):
        return float(x)
    return Dual(_float(x.p), _float(x.t))


def _extremum(ufunc: Any, builtin: Callable[..., Any]) -> Callable[..., Any]:
    """Builtin max and min on duals: a tie shares the tangent evenly."""

    def apply(*args: Any, **kwargs: Any) -> Any:
        items = list(args[0]) if len(args) == 1 else list(args)
        if kwargs or not has_dual(items):
            return builtin(*args, **kwargs)
        best = builtin(strip(v) for v in items)
        winners = [v for v in items if strip(v) == best]
        if len(winners) == 1:
            return winners[0]
        mean = sum(winners[1:], winners[0]) / float(len(winners))
        return Dual(primal(winners[0]), tangent(mean))

    return apply


def _softmax(x: Any, axis: Any = -1) -> Any:
    e = np.exp(x - np.max(strip(x), axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def _logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    top = np.max(strip(x), axis=axis, keepdims=True)
    s = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return s if keepdims else (np.sum(s, axis=axis) if axis is not None else np.reshape(s, (1,))[0])


class AdgenShim:
    """adgen's helpers inside user functions, from their definitions."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return _ADGEN.get(name) or getattr(self._module, name)


_ADGEN: dict[str, Any] = {
    "relu": lambda x: np.where(strip(x) > 0, x, 0.0) if np.ndim(strip(x)) else (x if x > 0 else 0.0 * x),
    "sigmoid": lambda x: 0.5 * (np.tanh(0.5 * x) + 1.0),
    "softmax": _softmax,
    "log_softmax": lambda x, axis=-1: x - _logsumexp(x, axis=axis, keepdims=True),
    "logsumexp": _logsumexp,
    "softplus": lambda x: np.logaddexp(0.0, x),
    "silu": lambda x: x * 0.5 * (np.tanh(0.5 * x) + 1.0),
    "unroll": lambda iterable: iterable,
    "recompute": lambda fun: fun,
    "stop_gradient": lambda x: make(primal(x), zeros_of(primal(x))),
}


def _map(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(_map(function, *parts) for parts in zip(tree, *others, strict=True)))
    if isinstance(tree, (list, tuple)):
        return type(tree)(_map(function, *parts) for parts in zip(tree, *others, strict=True))
    if isinstance(tree, Mapping):
        return {k: _map(function, tree[k], *(o[k] for o in others)) for k in tree}
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        names = [f.name for f in dataclasses.fields(tree)]
        parts = {n: _map(function, getattr(tree, n), *(getattr(o, n) for o in others)) for n in names}
        return dataclasses.replace(tree, **parts)
    return function(tree, *others)


def _own(x: Any) -> Any:
    return np.array(x) if isinstance(x, np.ndarray) else x


def _pair(p: Any, t: Any) -> Any:
    if isinstance(p, np.random.Generator):
        return Drawn(p, Run(1).lift)
    return Dual(_own(p), np.array(t) if isinstance(p, np.ndarray) else t) if is_float(p) else p


def jvp(fun: Any, args: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Value and directional derivative of the user's function; tangents in the structure of args."""
    twin = Run(1).rebinder().function(fun)
    with np.errstate(all="ignore"):
        out = twin(*_map(_pair, tuple(args), tuple(tangents)))
    return _map(primal, out), _map(lambda x: tangent(x) if is_float(x) else None, out)


def margin(fun: Any, args: Sequence[Any]) -> float:
    """The smallest distance from a tie in any comparison of floats while `fun` runs."""
    Margin.smallest = float("inf")
    jvp(fun, args, zero_tangents(args))
    return Margin.smallest


def second(fun: Any, args: Sequence[Any], u: Sequence[Any], v: Sequence[Any]) -> Any:
    """The second derivative of a scalar function along u and v."""

    def nest(p: Any, a: Any, b: Any) -> Any:
        if isinstance(p, np.random.Generator):
            return Drawn(p, Run(2).lift)
        if not is_float(p):
            return p
        return Dual(Dual(_own(p), _own(a)), Dual(_own(b), zeros_of(_own(p))))

    twin = Run(2).rebinder().function(fun)
    with np.errstate(all="ignore"):
        out = twin(*_map(nest, tuple(args), tuple(u), tuple(v)))
    return _map(lambda x: tangent(tangent(x)), out)


def zero_tangents(args: Sequence[Any]) -> tuple[Any, ...]:
    """Zeros in the structure of the arguments (integers stay as they are)."""
    zero = lambda x: zeros_of(x) if is_float(x) else x  # noqa: E731
    return tuple(_map(zero, tuple(args)))


def gradient(fun: Any, args: Sequence[Any], wrt: int) -> Any:
    """The gradient of a scalar function by one run per element of argument `wrt`."""
    x = args[wrt]
    if not isinstance(x, np.ndarray):
        return _along(fun, args, wrt, type(x)(1.0))
    g = np.zeros(x.shape, x.dtype)
    for index in np.ndindex(x.shape):
        e = np.zeros(x.shape, x.dtype)
        e[index] = 1.0
        g[index] = _along(fun, args, wrt, e)
    return g


def _along(fun: Any, args: Sequence[Any], wrt: int, direction: Any) -> Any:
    tangents = list(zero_tangents(args))
    tangents[wrt] = direction
    return jvp(fun, args, tangents)[1]


FUNCTIONS["array"] = Run(1).array
FUNCTIONS["lift"] = Run(1).lift
