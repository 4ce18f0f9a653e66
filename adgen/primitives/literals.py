"""Small pieces that the rules of many families share: literals of a value's type, masks, usual samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import Kind, Type
from adgen.primitives.define import Call, Prec, Sample, Speller, Text
from adgen.primitives.elementwise import cast, mul
from adgen.primitives.sizes import constant


def literal(b: Builder, like: Value, value: Any) -> Value:
    """The number ``value`` with dtype and dims of ``like``."""
    return literal_of(b, like.type, value)


def literal_of(b: Builder, type_: Type, value: Any) -> Value:
    """The number ``value`` in a type."""
    from adgen.primitives.shape import broadcast

    if not type_.rank:
        return constant(b, value, type_)
    return broadcast(b, constant(b, value, type_.with_dims()), dims=type_.dims, axes=())


def scaled(b: Builder, factor: float, x: Value) -> Value:
    """``factor * x``."""
    return mul(b, literal(b, x, factor), x)


def as_number(b: Builder, mask: Value, like: Value) -> Value:
    """1 where the mask holds and 0 elsewhere, in the dtype of ``like``."""
    return cast(b, mask, dtype=like.type.dtype)


def unchecked(b: Builder, x: Value) -> Value:
    """``x`` as NumPy computes with it: a division by zero gives infinity and does not raise."""
    return cast(b, x, dtype=x.type.dtype, kind=Kind.np) if x.type.is_py else x


def known_number(b: Builder, x: Value) -> Any:
    """The number that ``x`` is everywhere, or None where it is not a (repeated, cast) constant."""
    op = b.defs.op(x)
    return None if op is None else number_of(op, b.defs.op)


def number_of(op: Op, defining: Callable[[Value], Op | None]) -> Any:
    """The number an operation makes, or None; ``defining`` finds the operation that makes an operand."""
    if op.prim.name == "const":
        return op.attr("value")
    if op.prim.name not in ("broadcast", "cast"):
        return None
    inner = defining(op.operands[0])
    return None if inner is None else number_of(inner, defining)


def samples(
    low: float = -2.0, high: float = 2.0, arity: int = 1, attrs: Sequence[tuple[str, Any]] = ()
) -> tuple[Sample, ...]:
    """The usual cases of an elementwise function: rank 2, 1 and 0, float32, sizes 0 and 1."""
    types = ("f64[3,4]", "f32[4]", "f64", "np.f64", "np.f32", "f64[]", "f64[0]", "f64[1]")
    return tuple(Sample((t,) * arity, low, high, tuple(attrs)) for t in types)


def complex_samples(
    low: float = -1.0, high: float = 1.0, arity: int = 1, attrs: Sequence[tuple[str, Any]] = ()
) -> tuple[Sample, ...]:
    """The cases of complex numbers that an elementwise function of real ones needs besides."""
    types = ("c128[3,4]", "c64[4]", "np.c128")
    return tuple(Sample((t,) * arity, low, high, tuple(attrs)) for t in types)


def call(name: str, *extra: str) -> Callable[[Speller], Text]:
    """``name({0}, ..., extra)``."""

    def spell(s: Speller) -> Text:
        texts = [s.arg(k) for k in range(len(s.op.operands))]
        return Text(f"{name}({', '.join((*texts, *extra))})")

    return spell


def numpy_and_math(name: str, math_name: str | None = None) -> tuple[Call, Call]:
    """How a function is spelled for NumPy values and for Python scalars."""
    return Call(f"np.{name}"), Call(f"math.{math_name or name}")


def of_helper(name: str, source: str) -> Callable[[Speller], Text]:
    """A call of a helper function that stands at the end of the module."""

    def spell(s: Speller) -> Text:
        texts = [s.arg(k) for k in range(len(s.op.operands))]
        return Text(f"{s.helper(name, source)}({', '.join(texts)})", Prec.ATOM)

    return spell
