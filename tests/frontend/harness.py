"""Lowering a function for example arguments, running it, and comparing it with Python."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.frontend.arguments import Branch, Leaf, Spec, Static
from adgen.frontend.live_scope import fetch
from adgen.frontend.lowering import Lowered, lower_file, lower_live
from adgen.ir.interpret import interpret
from adgen.ir.text import to_text
from adgen.ir.types import array, dtype_of, np_scalar, py
from adgen.ir.verify import verify


def spec_of(value: Any, name: str) -> Spec:
    """What an example argument says of a parameter."""
    match value:
        case tuple() | list():
            kind = type(value).__name__
            return Branch(kind, tuple(spec_of(v, f"{name}_{k}") for k, v in enumerate(value)))
        case dict():
            return Branch("dict", tuple(spec_of(v, f"{name}_{k}") for k, v in value.items()), tuple(value))
        case np.generic():
            dtype = dtype_of(value.dtype)
            assert dtype is not None
            return Leaf(np_scalar(dtype))
        case bool() | int():
            return Leaf(py("bool" if isinstance(value, bool) else "i64"), value)
        case float():
            return Leaf(py("f64"))
        case np.ndarray():
            dtype = dtype_of(value.dtype)
            assert dtype is not None
            dims = [1 if size == 1 else f"{name}_{axis}" for axis, size in enumerate(value.shape)]
            return Leaf(array(dtype, *dims))
    return Static(value)


def specs_of(function: Callable[..., Any], args: tuple[Any, ...]) -> dict[str, Spec]:
    """The specialisation that example arguments ask for."""
    names = list(inspect.signature(function).parameters)
    return {name: spec_of(arg, name) for name, arg in zip(names, args, strict=False)}


def lowered(function: Callable[..., Any], *args: Any, **options: Any) -> Lowered:
    """The verified program of a live function."""
    found = lower_live(function, specs_of(function, args), **options)
    verify(found.func)
    return found


def lowered_from_file(function: Callable[..., Any], *args: Any, **options: Any) -> Lowered:
    """The program of the same function, its file alone read."""
    file = function.__code__.co_filename
    return lower_file(file, function.__name__, specs_of(function, args), **options)


def text(found: Lowered) -> str:
    """The program's text with places."""
    return to_text(found.func, spans=True)


def leaves(value: Any) -> list[Any]:
    """The leaves of nested containers."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [leaf for item in value for leaf in leaves(item)]
    return [] if value is None or isinstance(value, str) else [value]


def run(found: Lowered, function: Callable[..., Any], *args: Any) -> list[Any]:
    """Results of the program, captured values fetched now."""
    names = list(inspect.signature(function).parameters)
    named = dict(zip(names, args, strict=False))

    def at(path: tuple[Any, ...]) -> Any:
        value = named[path[0]]
        for label in path[1:]:
            value = value[label]
        return value

    values = [at(p.path) for p in found.parameters if not p.demanded]
    values += [fetch(function, c.path) for c in found.captures]
    results = interpret(found.func, values)
    return list(results[: len(results) - len(found.mutated)])


def check(function: Callable[..., Any], *args: Any, **options: Any) -> Lowered:
    """Lower, run, and compare values, shapes and kinds with Python's."""
    found = lowered(function, *args, **options)
    got = run(found, function, *args)
    wanted = leaves(function(*copy.deepcopy(args)))
    assert len(got) == len(wanted)
    for g, w in zip(got, wanted, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-13)
        assert np.shape(g) == np.shape(w)
        assert np.asarray(g).dtype == np.asarray(w).dtype
    return found
