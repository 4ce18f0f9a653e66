"""Linear recurrences along an axis: the derivatives of running products.

With a state s that starts at 0 and is followed by ``c + a * s``, a recurrence gives for every element

- ``after``: the state after it,
- ``before``: the state before it,
- ``between``: g = c + (a g) of the element before.

These three are closed under differentiation in both modes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Point, Value
from adgen.ir.types import I64, AnyType, Type
from adgen.primitives.complexes import conjugated
from adgen.primitives.define import ZERO, Context, Contribution, Primitive, Sample, Speller, Text, Zero
from adgen.primitives.elementwise import add, mul, sub
from adgen.primitives.indexing import read, write
from adgen.primitives.literals import literal_of
from adgen.primitives.shape import empty
from adgen.primitives.sizes import constant, size_value

# -- as loops, for kernels ------------------------------------------------------------------------------
_Step = Callable[[Sequence[Value], Value], tuple[Value, Value]]


def scan(b: Builder, op: Op, start: float, step: _Step) -> Value:
    """A loop over the axis that carries a state: ``step(cells, state)`` gives a cell and the next state."""
    type_, axis, reverse = op.result.type, op.attr("axis"), op.attr("reverse")
    index = Indexer(tuple(Point() if k == axis else Full() for k in range(type_.rank)))
    rest = type_.with_dims(*(d for k, d in enumerate(type_.dims) if k != axis))
    counter, state, cells = Value(I64, "i"), Value(rest, "state"), Value(type_, "run")
    size = size_value(b, type_.dims[axis])
    last = sub(b, size, constant(b, 1)) if reverse else None

    def body() -> Sequence[Value]:
        i = counter if last is None else sub(b, last, counter)
        cell, following = step([read(b, x, i, index=index) for x in op.operands], state)
        return (following, write(b, cells, cell, i, index=index))

    region = b.region((counter, state, cells), body)
    inits = (literal_of(b, rest, start), empty(b, dims=type_.dims, dtype=type_.dtype))
    return b.for_loop((constant(b, 0), size, constant(b, 1)), inits, region)[1]


def _expand(b: Builder, op: Op) -> Value:
    kind = op.attr("kind")

    def step(cells: Sequence[Value], state: Value) -> tuple[Value, Value]:
        a, c = cells
        if kind == "between":
            cell = add(b, c, state)
            return cell, mul(b, a, cell)
        following = add(b, c, mul(b, a, state))
        return (state if kind == "before" else following), following

    return scan(b, op, 0, step)


# -- the primitive --------------------------------------------------------------------------------------
_RECURRENCE = '''
def _recurrence(a, c, kind, axis=0, reverse=False):
    """The states of a linear recurrence: each is followed by c + a * state."""
    a, c = np.moveaxis(a, axis, 0), np.moveaxis(c, axis, 0)
    out, state = np.empty_like(c), np.zeros_like(c[:1]).sum(axis=0)
    for i in range(len(c))[:: -1 if reverse else 1]:
        following = c[i] + (state if kind == "between" else a[i] * state)
        out[i] = state if kind == "before" else following
        state = a[i] * following if kind == "between" else following
    return np.moveaxis(out, 0, axis)
'''


def _eval(ctx: Context, a: Any, c: Any) -> Any:
    axis, kind = ctx.attr("axis"), ctx.attr("kind")
    a, c = np.moveaxis(a, axis, 0), np.moveaxis(c, axis, 0)
    out, state = np.empty_like(c), np.zeros_like(c[:1]).sum(axis=0)
    for i in range(len(c))[:: -1 if ctx.attr("reverse") else 1]:
        following = c[i] + (state if kind == "between" else a[i] * state)
        out[i] = state if kind == "before" else following
        state = a[i] * following if kind == "between" else following
    return np.moveaxis(out, 0, axis)


def _spell(s: Speller) -> Text:
    given = [s.arg(0), s.arg(1), f'"{s.op.attr("kind")}"']
    if s.op.attr("axis"):
        given.append(f"axis={s.op.attr('axis')}")
    if s.op.attr("reverse"):
        given.append("reverse=True")
    return Text(f"{s.helper('_recurrence', _RECURRENCE)}({', '.join(given)})")


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, c = types
    if a != c or not isinstance(a, Type) or not 0 <= attrs["axis"] < a.rank:
        raise TypeError(f"recurrence: {a} and {c} do not fit axis {attrs['axis']}")
    return (a,)


_ADJOINT = {"after": "between", "between": "after", "before": "before"}


def _vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    (a, _), kind = (conjugated(b, v) for v in op.operands), op.attr("kind")
    back = {"axis": op.attr("axis"), "reverse": not op.attr("reverse")}
    c_bar = recurrence(b, a, y_bar, kind=_ADJOINT[kind], **back)
    if kind == "between":
        return (mul(b, recurrence(b, a, y_bar, kind="before", **back), conjugated(b, op.result)), c_bar)
    return (mul(b, c_bar, conjugated(b, _before(b, op))), c_bar)


def _before(b: Builder, op: Op) -> Value:
    if op.attr("kind") == "before":
        return op.result
    return recurrence(b, *op.operands, axis=op.attr("axis"), reverse=op.attr("reverse"), kind="before")


def _jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    (a, _), (a_dot, c_dot) = op.operands, dots
    if op.attr("kind") == "between":
        terms = [] if isinstance(c_dot, Zero) else [mul(b, a, c_dot)]
        terms += [] if isinstance(a_dot, Zero) else [mul(b, a_dot, op.result)]
    else:
        terms = [] if isinstance(c_dot, Zero) else [c_dot]
        terms += [] if isinstance(a_dot, Zero) else [mul(b, a_dot, _before(b, op))]
    if not terms:
        return ZERO
    total = terms[0] if len(terms) == 1 else add(b, *terms)
    if op.attr("kind") != "between":
        return recurrence(b, a, total, **dict(op.attrs))
    states = recurrence(b, a, total, axis=op.attr("axis"), reverse=op.attr("reverse"), kind="before")
    return states if isinstance(c_dot, Zero) else add(b, c_dot, states)


def _samples() -> tuple[Sample, ...]:
    def sample(type_: str, axis: int, reverse: bool, kind: str) -> Sample:
        return Sample((type_, type_), attrs=(("axis", axis), ("kind", kind), ("reverse", reverse)))

    kinds = ("after", "before", "between")
    shapes = (("f64[4]", 0, False), ("f64[3,4]", 1, True), ("f64[0]", 0, False), ("f64[1]", 0, True))
    return (
        *(sample(*shape, kind) for kind in kinds for shape in shapes),
        sample("f32[4]", 0, False, "after"),
        *(sample("c128[4]", 0, False, kind) for kind in kinds),
    )


recurrence = Primitive(
    name="recurrence",
    type_rule=_type,
    eval=_eval,
    spell=_spell,
    doc="States of the linear recurrence s -> c + a s along ``axis``; ``kind`` says which of them.",
    samples=_samples(),
    vjp=_vjp,
    jvp=_jvp,
    lower="recurrence",
    expand=_expand,
    complex=True,
)

PRIMITIVES = (recurrence,)
