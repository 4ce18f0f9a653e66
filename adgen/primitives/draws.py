"""Random draws from a ``numpy.random.Generator``.

A draw changes the state of its generator, so it is pinned: it is neither removed nor merged nor moved nor
done again, and all draws stay in the order of the user's function. What was drawn is a constant of the
derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from adgen.ir.core import Op
from adgen.ir.dims import Dim
from adgen.ir.types import GENERATOR, AnyType, DType, Kind, Type
from adgen.primitives.define import Absent, Context, Inactive, Primitive, Speller, Text

_CONSTANT = Inactive("what is drawn is a constant of the derivative")
_IN_PROGRAMS = Absent("a generator is no number; programs that draw test it")

#: options of methods, as attributes of the same name
OPTIONS = ("replace", "shuffle", "endpoint", "method")


_SIZE_FIRST = frozenset({"random", "standard_normal", "standard_exponential", "standard_cauchy"})


def _new_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    return (GENERATOR,)


#: Without a seed it is another one at each call.
new_generator = Primitive(
    name="new_generator",
    type_rule=_new_type,
    eval=lambda ctx, *seed: np.random.default_rng(*seed),
    spell=lambda s: Text(f"np.random.default_rng({', '.join(s.arg(k) for k in range(len(s.op.operands)))})"),
    doc="A generator of random numbers, made from a seed.",
    samples=_IN_PROGRAMS,
    vjp=_CONSTANT,
    jvp=_CONSTANT,
    lower="new_generator",
    pinned=True,
)


def _draw_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    if types[0] != GENERATOR:
        raise TypeError(f"a draw takes a generator, not {types[0]}")
    return (Type(attrs["dtype"], attrs["dims"], attrs["kind"]),)


def sized(op: Op) -> bool:
    """Whether the draw is told how many numbers to give."""
    return op.attr("kind") is Kind.array and op.attr("name") != "permutation" and op.attr("lead") != 0


def size_dims(op: Op) -> tuple[Dim, ...]:
    """The dims that a draw is told: those of the result, without those of one sample."""
    return op.result.type.dims[: op.attr("lead")]


def _arguments(
    op: Op, operand: Callable[[int], Any], shape: Callable[[], Any], dtype: Callable[[DType], Any]
) -> Iterator[tuple[str, Any]]:
    """The arguments of the method: their keywords (empty for positional ones) and what stands for them."""
    keywords = op.attr("keywords", ())
    last = len(op.operands) - 1
    for k in range(1, last + 1):
        keyword = keywords[k - 1] if keywords else ""
        if not keyword:
            yield "", operand(k)
    if sized(op):
        yield ("" if op.attr("name") in _SIZE_FIRST else "size"), shape()
    for k, keyword in enumerate(keywords, 1):
        if keyword:
            yield keyword, operand(k)
    if op.attr("precision") is not None:
        yield "dtype", dtype(op.attr("precision"))
    yield from ((name, op.attr(name)) for name in OPTIONS if op.attr(name) is not None)


def _draw_eval(ctx: Context, *operands: Any) -> Any:
    found = list(
        _arguments(ctx.op, operands.__getitem__, lambda: ctx.shape(size_dims(ctx.op)), lambda d: d.numpy)
    )
    positional = [value for keyword, value in found if not keyword]
    named = {keyword: value for keyword, value in found if keyword}
    return getattr(operands[0], ctx.attr("name"))(*positional, **named)


def _draw_spell(s: Speller) -> Text:
    def shape() -> str:
        return s.shape(size_dims(s.op))

    found = _arguments(s.op, s.arg, shape, s.dtype)
    shown = [(keyword, repr(value) if keyword in OPTIONS else value) for keyword, value in found]
    texts = [f"{keyword}={text}" if keyword else text for keyword, text in shown]
    return Text(f"{s.arg(0)}.{s.op.attr('name')}({', '.join(texts)})")


#: The attribute ``name`` is the method; ``kind`` ``array`` says that a size is given, and ``dims`` which;
#: ``keywords`` are those of the operands behind the generator; ``precision`` is the method's own ``dtype``;
#: ``lead`` is the number of leading dims that the size names, where a sample is a vector.
draw = Primitive(
    name="draw",
    type_rule=_draw_type,
    eval=_draw_eval,
    spell=_draw_spell,
    doc="Numbers drawn by a method of a generator, whose state goes on.",
    samples=_IN_PROGRAMS,
    vjp=_CONSTANT,
    jvp=_CONSTANT,
    lower="draw",
    pinned=True,
)

PRIMITIVES = (new_generator, draw)
