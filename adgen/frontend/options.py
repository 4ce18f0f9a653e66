"""Options that many functions of NumPy share: `out=`, and those of all ufuncs (`where=`, `dtype=`, ...).

The functions of the library compute results; this module takes these options away before a function is
called, and does afterwards what they ask for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.frontend import indexing, places
from adgen.frontend.abstract import Abstract, Array, DTypeObject, Known, LibraryFunction, Tuple
from adgen.frontend.library_context import CallContext, results_of
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives.elementwise import where as where_
from adgen.primitives.literals import literal
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments

_NONE = Known(None)

#: functions other than ufuncs that take ``out``, and its position among their arguments
_OUT_AT = {
    **dict.fromkeys(["sum", "prod", "mean", "std", "var", "cumsum", "cumprod", "take", "nansum"], 3),
    **dict.fromkeys(["add.reduce", "multiply.reduce", "maximum.reduce", "minimum.reduce"], 3),
    **dict.fromkeys(["logical_and.reduce", "logical_or.reduce"], 3),
    **dict.fromkeys(["add.accumulate", "multiply.accumulate"], 3),
    **dict.fromkeys(["maximum.accumulate", "minimum.accumulate"], 3),
    **dict.fromkeys(["max", "amax", "min", "amin", "ptp", "any", "all", "argmax", "argmin"], 2),
    **dict.fromkeys(["dot", "outer", "concatenate", "stack", "round", "around"], 2),
    "trace": 5,
    "fix": 1,
    "einsum": 99,
}
#: functions that make an array in the order of `order=`
_MAKERS = frozenset(
    ["zeros", "ones", "empty", "full", "eye", "identity", "array", "copy", "astype"]
    + [f"{name}_like" for name in ("zeros", "ones", "empty", "full")]
)
_SUMS = frozenset(["sum", "prod", "mean", "cumsum", "cumprod", "add.reduce", "multiply.reduce"])
_CASTING = {"same_kind": False, "safe": False, "unsafe": True}
_IGNORED = ("order", "subok")
_AT_ONE = frozenset(
    ["log", "log2", "log10", "sqrt", "reciprocal", "arccosh", "acosh", "power", "float_power"]
)
"""Ufuncs that cannot take every number; 1 is one that they take."""


@dataclass(slots=True)
class Options:
    """What a call asks for besides the function's own arguments."""

    out: Abstract = _NONE
    where: Abstract = _NONE
    dtype: Abstract = _NONE
    unsafe: bool = False
    order: str | None = None


def short_name(name: str) -> str:
    """A function's name without its namespace."""
    return name.removeprefix("numpy.ndarray.").removeprefix("numpy.")


def inputs_of(name: str) -> int | None:
    """How many arrays a ufunc takes; None for what is no ufunc."""
    short = short_name(name)
    if short == "clip":
        return 3
    found = getattr(np, short, None) if name.startswith("numpy.") and "." not in short else None
    return found.nin if isinstance(found, np.ufunc) else None


def taken(c: CallContext, function: LibraryFunction, given: Arguments) -> Options:
    """Take the options away from the arguments of a call. Raises a diagnostic for values we cannot serve."""
    options = Options()
    short, inputs = short_name(function.name), inputs_of(function.name)
    if short in _MAKERS:
        options.order = _order(c, given.named.pop("order", Known("K")))
        given.named.pop("subok", None)
    if short == "einsum":
        given.named.pop("optimize", None)
    at = _OUT_AT.get(short) if inputs is None else inputs
    if at is None:
        return options
    if function.name == "numpy.ndarray.dot":
        at = 2
    place = at - (function.bound is not None)
    if len(given.positional) == place + 1:
        options.out = given.positional.pop()
    options.out = _single(given.named.pop("out", options.out))
    if inputs is not None:
        options.where = given.named.pop("where", _NONE)
        options.dtype = given.named.pop("dtype", _NONE)
        options.unsafe = _casting(c, given.named.pop("casting", Known("same_kind")))
        for name in _IGNORED:
            given.named.pop(name, None)
    open_dtype = short in _SUMS and "dtype" not in given.named and len(given.positional) <= 2
    if open_dtype and isinstance(options.out, Array):
        given.named["dtype"] = DTypeObject(c.value(options.out).type.dtype)
    return options


def _single(out: Abstract) -> Abstract:
    """`out=(a,)` is `out=a`."""
    return out.items[0] if isinstance(out, Tuple) and len(out.items) == 1 else out


def _order(c: CallContext, x: Abstract) -> str | None:
    """`C` or `F` where it is asked for."""
    found = c.static(x, "the order")
    if found not in ("C", "F", "A", "K", None):
        raise c.error("AG205", x, function=short_name(c.name), reason=f"order={found!r} is unknown")
    return str(found) if found in ("C", "F") else None


def _casting(c: CallContext, x: Abstract) -> bool:
    """Whether casts may cut values down."""
    found = c.static(x, "casting")
    if found not in _CASTING:
        raise c.error("AG205", x, function=short_name(c.name), reason=f"casting={found!r} is not supported")
    return _CASTING[found]


def applied(c: CallContext, function: LibraryFunction, given: Arguments, options: Options) -> Abstract:
    """Call a library function and do what the options ask for."""
    bound = [] if function.bound is None else [function.bound]
    inputs: list[Any] = [*bound, *given.positional]
    if not c.is_none(options.dtype):
        inputs = [_in_dtype(c, x, options) for x in inputs]
    mask = None if c.is_none(options.where) else _mask(c, options)
    if mask is not None:
        inputs = _harmless(c, short_name(function.name), inputs, mask)
    found = results_of(c.r, function.function(c, *inputs, **given.named))
    if options.order is not None and isinstance(found, Array) and found not in inputs:
        c.in_order(found, options.order == "C" or c.value(found).type.rank < 2)
    if c.is_none(options.out):
        return found
    return _into(c, options, c.value(found), mask, exact=inputs_of(function.name) is None)


def _in_dtype(c: CallContext, x: Abstract, options: Options) -> Abstract:
    """An input of a ufunc in the dtype it is to compute in."""
    value, dtype = c.value(x), c.dtype(options.dtype)
    assert dtype is not None
    if not options.unsafe:
        with c.r.b.at(c._span_of(x)):
            indexing.check_kind(c.r, value.type, dtype)
    return c.fresh(c.cast(value, dtype, Kind.np if value.type.is_py else None))


def _mask(c: CallContext, options: Options) -> Value | None:
    """The mask of `where=`; None where it is simply true."""
    if options.where == Known(True):
        return None
    if c.is_none(options.out):
        reason = "without `out` the cells where `where` is false have no values"
        raise c.error("AG205", options.where, function=short_name(c.name), reason=reason)
    mask = c.value(options.where)
    if mask.type.dtype is not DType.bool:
        raise c.error("AG234", options.where, operation="where=", types=f"`{mask.type}`")
    return mask


def _harmless(c: CallContext, short: str, inputs: list[Any], mask: Value) -> list[Any]:
    """Inputs with 1 where the mask is false, for ufuncs that may not like what stands there."""
    at = 0 if short in _AT_ONE else 1 if short in ("divide", "true_divide", "floor_divide", "mod") else None
    if at is None or at >= len(inputs) or not isinstance(inputs[at], Array):
        return inputs
    value = c.value(inputs[at])
    chosen, value = c.broadcast(mask, value)
    inputs[at] = c.fresh(where_(c.b, chosen, value, literal(c.b, value, 1)))
    return inputs


def _into(c: CallContext, options: Options, result: Value, mask: Value | None, exact: bool) -> Abstract:
    """Store a result in the array of `out=`, which then is the result."""
    out = options.out
    if not isinstance(out, Array):
        raise c.error("AG234", out, operation="out=", types=f"`{c.value(out).type}`")
    with c.r.b.at(c._span_of(out)):
        places.check_writable(c.r, out)
        type_ = c.value(out).type if mask is not None else c.r.type_of(out)
        assert type_ is not None
        if result.type.rank > type_.rank or (exact and result.type.rank != type_.rank):
            raise c.error("AG230", out, left=_shape(type_.dims), right=_shape(result.type.dims))
        if options.unsafe:
            result = c.cast(result, type_.dtype)
        indexing.check_kind(c.r, result.type, type_.dtype)
        if exact:
            result = c.with_dims(result, type_.dims)
        result = indexing.fit(c.r, result, type_.dtype, type_.dims)
        if mask is not None:
            old = c.value(out)
            chosen = c.broadcast(old, mask)[1]
            result = where_(c.b, chosen, result, old)
        places.replace_contents(c.r, out, c.value(result, kind=type_.kind))
    return out


def _shape(dims: tuple[Any, ...]) -> str:
    return f"({', '.join(map(str, dims))}{',' if len(dims) == 1 else ''})"


__all__ = ["Callable", "Options", "applied", "inputs_of", "short_name", "taken"]
