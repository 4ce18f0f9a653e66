"""Simplification of conjugates, of parts of complex numbers, and of numbers put together from parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.complexes import conj
from adgen.primitives.elementwise import cast
from adgen.primitives.shape import broadcast

Attributes = dict[str, Any]


def _conj(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """Twice is nothing; real numbers and repeated ones are conjugated where they are made."""
    op = b.defs.op(operands[0])
    if op is None or op.prim.name not in ("conj", "cast", "broadcast"):
        return None
    inner = op.operands[0]
    if op.prim.name == "broadcast":
        return broadcast(b, conj(b, inner), **dict(op.attrs))
    return inner if op.prim.name == "conj" else operands[0] if not inner.type.is_complex else None


def _real(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """The real part of what was made of real numbers."""
    op = b.defs.op(operands[0])
    wanted = operands[0].type.dtype.real
    if op is not None and op.prim.name == "compose":
        return op.operands[0]
    if op is None or op.prim.name != "cast" or op.operands[0].type.dtype is not wanted:
        return None
    kind = operands[0].type.kind
    found = op.operands[0]
    return found if found.type.kind is kind else cast(b, found, dtype=wanted, kind=kind)


def _imag(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """The imaginary part of what was made of two."""
    op = b.defs.op(operands[0])
    return op.operands[1] if op is not None and op.prim.name == "compose" else None


def _compose(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """Both parts of a number, put together again."""
    re, im = (b.defs.op(v) for v in operands)
    if re is None or im is None or (re.prim.name, im.prim.name) != ("real", "imag"):
        return None
    return re.operands[0] if re.operands[0] is im.operands[0] else None


PARTS: dict[str, Callable[[Builder, tuple[Value, ...], Attributes], Value | None]] = {
    "conj": _conj,
    "real": _real,
    "imag": _imag,
    "compose": _compose,
}
