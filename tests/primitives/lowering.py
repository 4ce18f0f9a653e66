"""The expressions of the library as programs, for any arguments, and as Python functions."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import numpy as np

from adgen import nn
from adgen.frontend.arguments import Leaf
from adgen.frontend.lowering import Lowered, lower
from adgen.frontend.static_scope import ModuleFile, StaticEnvironment
from adgen.ir.dims import Dim
from adgen.ir.parse import parse_type
from adgen.ir.types import DType, Type, array
from adgen.runtime.derive import Inner
from tests.primitives.expressions import EXPRESSIONS, TYPES, arguments, body, names_in

IMPORTS = """\
import cmath
import math

import numpy as np
from scipy import fft as sfft
from scipy import linalg as sl
from scipy.sparse import linalg as splinalg
from scipy import integrate, ndimage, signal, spatial, special, stats

import adgen
"""
#: what makes an array of a name from one with gaps, by rank
VIEWS = {1: "{0}[::-2]", 2: "{0}[::2].T", 3: "{0}[:, ::-1]"}


SAMPLES = arguments()


def checksum(k: int) -> int:
    """A number for an expression that does not depend on the others: of its text."""
    return zlib.crc32(EXPRESSIONS[k].encode())


@cache
def module_text() -> str:
    """Two functions per expression: of the arguments, and of arrays the arguments are views of."""
    lines = [IMPORTS]
    for k, text in enumerate(EXPRESSIONS):
        names, statements = names_in(text), [f"    {line}" for line in body(text)]
        views = [f"    {n} = {VIEWS[rank].format(n)}" for n in names if (rank := type_of(n).rank)]
        lines += ["", f"def e{k}({', '.join(names)}):", *statements, ""]
        lines += ["", f"def s{k}({', '.join(names)}):", *views, *statements, ""]
    return "\n".join(lines)


def type_of(name: str) -> Type:
    """The type of an argument."""
    type_ = parse_type(TYPES[name])
    assert isinstance(type_, Type)
    return type_


def with_gaps(value: Any) -> Any:
    """An array that the view of :data:`VIEWS` takes ``value`` from."""
    match np.ndim(value) if isinstance(value, np.ndarray) else 0:
        case 1:
            whole = np.repeat(value, 2)
            whole[::-2] = value
        case 2:
            whole = np.repeat(value.T, 2, axis=0)
        case 3:
            whole = value[:, ::-1].copy()
        case _:
            whole = value
    return whole


@cache
def functions() -> dict[str, Any]:
    """The expressions as Python functions."""
    namespace: dict[str, Any] = {}
    exec(module_text().replace("import adgen", ""), namespace)
    return namespace | namespace.setdefault("adgen", nn).__dict__


@cache
def environment() -> StaticEnvironment:
    """The module of the expressions."""
    return StaticEnvironment(ModuleFile.of_text("expressions.py", module_text()))


def lowered(
    k: int, concrete: bool, values: Mapping[str, Any] | None = None, function: str = "e{0}"
) -> Lowered:
    """The program of an expression, for any sizes or for those of the arguments (by default the samples)."""
    values = SAMPLES if values is None else values
    leaves: dict[str, Leaf] = {}
    sizes: dict[str, int] = {}
    for name in names_in(EXPRESSIONS[k]):
        type_, value = type_of(name), values[name]
        if isinstance(value, np.ndarray):
            dtype = DType(f"{value.dtype.kind}{value.dtype.itemsize * 8}") if type_.is_float else type_.dtype
            type_ = array(dtype, *(np.shape(value) if concrete else type_.dims))
        leaves[name] = Leaf(type_, value if type_.is_py and not type_.is_float else None)
        sizes |= {str(d): size for d, size in zip(type_.dims, np.shape(value), strict=True)}
    refuted: frozenset[Dim] = frozenset()
    while True:
        found = _program(function.format(k), tuple(leaves.items()), refuted)
        broken = {a.dim for a in found.func.assumptions if not a.exact and _is_negative(a.dim, sizes)}
        if broken <= refuted:
            return found
        refuted |= broken


@lru_cache(maxsize=16)
def _program(name: str, leaves: tuple[tuple[str, Leaf], ...], refuted: frozenset[Dim]) -> Lowered:
    """The same program for all arguments of the same kinds."""
    helper = environment().helper(name)
    assert helper is not None
    return lower(helper, dict(leaves), refuted=refuted, differentiate=Inner)


def _is_negative(dim: Dim, sizes: dict[str, int]) -> bool:
    return all(s in sizes for s in dim.symbols()) and dim.evaluate(sizes) < 0


def call(found: Lowered, k: int, values: Mapping[str, Any] | None = None) -> list[Any]:
    """The arguments of the program (demanded ones are built in)."""
    values = arguments() if values is None else values
    by_path = {(name,): values[name] for name in names_in(EXPRESSIONS[k])}
    return [by_path[p.path] for p in found.parameters if not p.demanded]
