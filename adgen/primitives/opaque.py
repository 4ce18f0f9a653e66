"""Calls of functions that cannot be read: by the name under which a module has them, on the NumPy backend."""

from __future__ import annotations

import importlib
from functools import reduce
from typing import Any

import numpy as np

from adgen.ir.types import AnyType, Kind
from adgen.primitives.define import Absent, Context, Inactive, Prec, Primitive, Speller, Text

_SOURCE = '''def {name}(kind: Any, shape: tuple[int, ...], *args: Any) -> Any:
    """What `{module}.{function}` gives. Raise ValueError unless it has this dtype and shape."""
    from {module} import {first}

    found = np.asarray({function}(*args))
    if found.shape != shape or not np.can_cast(found.dtype, kind, "same_kind"):
        raise ValueError(f"{module}.{function} gives {{found.dtype}} {{found.shape}}, expected {{shape}}")
    return found.astype(kind)'''


def _types(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    return tuple(attrs["types"])


def _eval(ctx: Context, *args: Any) -> Any:
    module = importlib.import_module(ctx.op.attr("module"))
    function: Any = reduce(getattr, ctx.op.attr("function").split("."), module)
    return np.asarray(function(*args)).astype(ctx.op.result.type.dtype.numpy)


def _spell(s: Speller) -> Text:
    module, function = s.op.attr("module"), s.op.attr("function")
    name = f"_call_{function.replace('.', '_').strip('_')}"
    source = _SOURCE.format(name=name, module=module, function=function, first=function.partition(".")[0])
    type_ = s.op.result.type
    dims = "".join(f"{s.dim(d)}, " for d in type_.dims).rstrip(" ")
    given = [s.dtype(type_.dtype), f"({dims})", *(s.arg(k) for k in range(len(s.op.operands)))]
    text = f"{s.helper(name, source)}({', '.join(given)})"
    if not type_.rank and type_.kind is not Kind.array:
        return Text(f"{text}.item()" if type_.kind is Kind.py else f"{text}[()]", Prec.ATOM)
    return Text(text, Prec.ATOM)


#: ``module`` and ``function`` say where it is found, ``types`` what it gives: one number or array
opaque: Primitive = Primitive(
    name="opaque",
    type_rule=_types,
    eval=_eval,
    spell=_spell,
    doc="What a function gives that cannot be read.",
    samples=Absent("tested through functions with rules of their own"),
    jvp=Inactive("its derivative is the rule that the user gives it"),
    vjp=Inactive("its derivative is the rule that the user gives it"),
    lower=Absent("kernels cannot call functions of Python"),
)

PRIMITIVES = (opaque,)
