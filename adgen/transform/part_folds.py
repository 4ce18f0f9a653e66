"""Simplification of conjugates, of parts of complex numbers, and of numbers put together from parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.ir.types import Kind
from adgen.primitives.complexes import conj
from adgen.primitives.elementwise import cast
from adgen.primitives.shape import broadcast

Attributes = dict[str, Any]


def _as(b: Builder, value: Value, kind: Kind) -> Value:
    """A value of the kind that the result has."""
    if value.type.rank or value.type.kind is kind:
        return value
    return cast(b, value, dtype=value.type.dtype, kind=kind)


def _kind(value: Value) -> Kind:
    """The kind of what is computed from a value: never a 0-d array."""
    return Kind.np if value.type.kind is Kind.array else value.type.kind


def _conj(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """Twice is nothing; real numbers and repeated ones are conjugated where they are made."""
    (z,) = operands
    op = b.defs.op(z)
    if op is None or op.prim.name not in ("conj", "cast", "broadcast"):
        return None
    inner = op.operands[0]
    if op.prim.name == "broadcast":
        return broadcast(b, conj(b, inner), **dict(op.attrs))
    if op.prim.name == "conj":
        return _as(b, inner, _kind(z))
    return None if inner.type.is_complex else _as(b, z, _kind(z))


def _real(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """The real part of what was made of real numbers."""
    (z,) = operands
    op = b.defs.op(z)
    if op is None or op.prim.name not in ("compose", "cast"):
        return None
    same = op.operands[0].type.dtype is z.type.dtype.real
    return _as(b, op.operands[0], _kind(z)) if same else None


def _imag(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """The imaginary part of what was made of two."""
    op = b.defs.op(operands[0])
    if op is None or op.prim.name != "compose":
        return None
    return _as(b, op.operands[1], _kind(operands[0]))


def _compose(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """Both parts of a number, put together again."""
    re, im = (b.defs.op(v) for v in operands)
    if re is None or im is None or (re.prim.name, im.prim.name) != ("real", "imag"):
        return None
    if re.operands[0] is not im.operands[0]:
        return None
    return _as(b, re.operands[0], Kind.py if all(v.type.is_py for v in operands) else Kind.np)


PARTS: dict[str, Callable[[Builder, tuple[Value, ...], Attributes], Value | None]] = {
    "conj": _conj,
    "real": _real,
    "imag": _imag,
    "compose": _compose,
}
