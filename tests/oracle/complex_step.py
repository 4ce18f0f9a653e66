"""The complex-step oracle: f(x + ihv).imag / h, for functions that are analytic near x.

The original function runs on complex numbers in a copied namespace where NumPy makes complex
arrays, comparisons look at the real part and `abs`, `maximum` and their like choose by it.
What has no analytic continuation raises NotAnalytic: the oracle is then skipped, and counted.
"""

from __future__ import annotations

import builtins
import cmath
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.linalg
import scipy.ndimage
import scipy.signal

from tests.oracle.drawn import Drawn
from tests.oracle.rebind import ModuleShim, Rebinder, Scalar

STEP = 1e-30


class NotAnalytic(Exception):
    """The function uses something that the complex step cannot follow."""


def _is_complex(x: Any) -> bool:
    return np.iscomplexobj(x) or (isinstance(x, (list, tuple)) and any(_is_complex(e) for e in x))


def _real(x: Any) -> Any:
    return np.real(x) if _is_complex(x) else x


def _lift(x: Any) -> Any:
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        return x.astype(np.complex128)
    return x


def _abs(x: Any) -> Any:
    return np.where(np.real(x) < 0, -x, x)[()] if _is_complex(x) else builtins.abs(x)


def _choose(better: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda a, b: np.where(better(_real(a), _real(b)), a, b)[()]


def _reduce_by(position: Callable[..., Any]) -> Callable[..., Any]:
    def apply(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if isinstance(axis, tuple):
            raise NotAnalytic("max over several axes")
        if axis is None:
            out = np.ravel(x)[position(np.real(x))]
            return np.reshape(out, (1,) * np.ndim(x)) if keepdims else out
        index = np.expand_dims(position(np.real(x), axis=axis), axis)
        out = np.take_along_axis(np.asarray(x), index, axis)
        return out if keepdims else np.squeeze(out, axis)

    return apply


def _builtin(choice: Callable[..., Any]) -> Callable[..., Any]:
    def apply(*args: Any) -> Any:
        items = list(args[0]) if len(args) == 1 else list(args)
        return choice(items, key=lambda v: _real(v))

    return apply


def _clip(x: Any, low: Any, high: Any) -> Any:
    x = x if low is None else _SPECIAL[np.maximum](x, low)
    return x if high is None else _SPECIAL[np.minimum](x, high)


def _angle(y: Any, x: Any) -> Any:
    """arctan2 by a real arctangent plus a constant: no cancellation of imaginary parts."""
    flat = np.abs(np.real(y)) <= np.abs(np.real(x))
    one = np.ones_like(x * y)
    base = np.where(flat, np.arctan(y / np.where(flat, x, one)), -np.arctan(x / np.where(flat, one, y)))
    turn = np.arctan2(np.real(y), np.real(x)) - np.real(base)
    return base + turn


_abs_names = (np.abs, np.fabs, np.absolute)
_SPECIAL: dict[Any, Any] = {
    **{name: _abs for name in _abs_names},
    np.maximum: _choose(np.greater_equal),
    np.minimum: _choose(np.less_equal),
    np.max: _reduce_by(np.argmax),
    np.min: _reduce_by(np.argmin),
    np.clip: _clip,
    np.sign: lambda x: np.sign(_real(x)),
    np.floor: lambda x: np.floor(_real(x)),
    np.ceil: lambda x: np.ceil(_real(x)),
    np.arctan2: _angle,
    np.hypot: lambda x, y: np.sqrt(x * x + y * y),
    np.logaddexp: lambda a, b: np.log(np.exp(a) + np.exp(b)),
    np.isfinite: np.isfinite,
}
_FACTORS = {np.linalg.slogdet, np.linalg.svd, np.linalg.qr, np.linalg.cholesky, np.linalg.eigh,
            np.linalg.lstsq, np.linalg.cond, np.linalg.pinv, np.linalg.eigvals}  # fmt: skip
_REFUSED = _FACTORS | {np.linalg.norm, np.sort, np.cbrt, np.vdot, np.remainder, np.fmod, np.std, np.var,
            np.correlate, np.cov, np.corrcoef, scipy.signal.correlate, scipy.signal.correlate2d,
            np.nanstd, np.nanvar, np.nanmax, np.nanmin, np.nanmedian, np.polyfit}  # fmt: skip
_MAKERS = {np.zeros, np.ones, np.empty, np.full, np.array, np.asarray, np.eye, np.zeros_like, np.ones_like,
           np.full_like, np.empty_like, np.linspace}  # fmt: skip


def _member(value: Any) -> Any:
    if isinstance(value, type):
        return Scalar(value, _cast) if issubclass(value, np.generic) else value
    if not callable(value):
        return value
    if getattr(value, "__module__", None) == "math":
        return _math(value)
    if value is np.random.default_rng:
        return lambda *seed: Drawn(np.random.default_rng(*seed), _lift)
    try:
        if value in _REFUSED or getattr(value, "__module__", "").startswith(("scipy.linalg", "scipy.sparse")):
            return _refuse(value.__name__)
        if value in _MAKERS:
            return lambda *a, **k: _lift(_make(value, a, k))
        return _SPECIAL.get(value, value)
    except TypeError:  # not hashable
        return value


def _make(function: Any, args: Any, kwargs: Any) -> Any:
    if function is np.full and _is_complex(args[1]):
        return np.full(args[0], args[1], np.complex128)
    kind = kwargs.get("dtype")
    if kind is not None and np.dtype(kind).kind == "f":
        kwargs = {**kwargs, "dtype": np.complex128}
    return function(*args, **kwargs)


def _cast(kind: Any, value: Any) -> Any:
    if _is_complex(value):
        return value
    return np.complex128(value) if np.dtype(kind).kind == "f" else kind(value)


def _refuse(name: str) -> Callable[..., Any]:
    def stop(*args: Any, **kwargs: Any) -> Any:
        raise NotAnalytic(name)

    return stop


def _math(function: Any) -> Callable[..., Any]:
    name = function.__name__
    other = {"fabs": _abs, "pow": pow, "atan2": _SPECIAL[np.arctan2], "hypot": _SPECIAL[np.hypot],
             "expm1": np.expm1, "log1p": np.log1p}.get(name) or getattr(cmath, name, None)  # fmt: skip

    def apply(*args: Any) -> Any:
        if not any(_is_complex(a) for a in args):
            return function(*args)
        if other is None:
            raise NotAnalytic(f"math.{name}")
        return np.complex128(other(*args))

    return apply


def _argument(p: Any, t: Any) -> Any:
    if isinstance(p, np.ndarray) and p.dtype.kind == "f":
        return p.astype(np.complex128) + 1j * STEP * np.asarray(t, np.float64)
    if isinstance(p, (float, np.floating)):
        return np.complex128(complex(p, STEP * float(t)))
    if isinstance(p, np.random.Generator):
        return Drawn(p, _lift)
    if isinstance(p, tuple):
        return tuple(_argument(a, b) for a, b in zip(p, t, strict=True))
    return p


def _imaginary(out: Any) -> Any:
    if isinstance(out, tuple):
        return tuple(_imaginary(o) for o in out)
    return np.imag(out) / STEP


def jvp(fun: Any, args: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The directional derivative of `fun` along `tangents`."""
    modules = {
        "numpy": ModuleShim(np, _member),
        "numpy.linalg": ModuleShim(np.linalg, _member),
        "scipy.linalg": ModuleShim(scipy.linalg, _member),
        "scipy.signal": ModuleShim(scipy.signal, _member),
        "scipy.ndimage": ModuleShim(scipy.ndimage, _refuse_member),
        "math": ModuleShim(math, _member),
        "adgen": ModuleShim(math, _refuse_member),
    }
    names = {
        "float": lambda x=0.0: x if _is_complex(x) else float(x),
        "abs": _abs,
        "max": _builtin(max),
        "min": _builtin(min),
        "int": _refuse("int"),
    }
    twin = Rebinder(modules, names, _member, _lift).function(fun)
    lifted = tuple(_argument(p, t) for p, t in zip(args, tangents, strict=True))
    try:
        with np.errstate(all="ignore"):
            return _imaginary(twin(*lifted))
    except (TypeError, AttributeError) as error:
        raise NotAnalytic(str(error)) from error


def _refuse_member(value: Any) -> Any:
    return _refuse(getattr(value, "__name__", "a member"))
