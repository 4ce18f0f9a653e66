"""Larger and smaller values, clipping, and positions of extrema. Ties share the derivative evenly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType, DType, Kind, Type
from adgen.primitives.define import (
    ZERO,
    Call,
    Context,
    Contribution,
    Inactive,
    Partial,
    Prec,
    Primitive,
    Sample,
    Speller,
    Text,
    Zero,
    elementwise,
)
from adgen.primitives.elementwise import (
    add,
    div,
    eq,
    ge,
    gt,
    le,
    logical_and,
    logical_or,
    lt,
    mul,
    ne,
    sub,
    where,
)
from adgen.primitives.literals import as_number, literal, samples, scaled, unchecked
from adgen.primitives.reduce import reduced_type, spell_reduction, spread_back, sum_

_Compare = Callable[[Builder, Value, Value], Value]


# -- of two values --------------------------------------------------------------------------------------
def _shares(b: Builder, x: Value, y: Value, x_wins: Value, y_wins: Value) -> Sequence[Partial]:
    """1 for the one that wins, one half each where they are equal."""
    tie = scaled(b, 0.5, as_number(b, eq(b, x, y), x))
    return (add(b, as_number(b, x_wins, x), tie), add(b, as_number(b, y_wins, y), tie))


_PAIRS = (
    *samples(arity=2),
    Sample(("f64[3]", "f64[3]"), values=((1.0, 2.0, -3.0), (2.0, 1.0, -4.0))),
    Sample(("f64[2]", "f64[2]"), values=((1.0, 0.0), (1.0, 0.0)), smooth=False),
    Sample(("i64[3]", "i64[3]"), values=((1, 2, 3), (3, 2, 1))),
)
_TIE = "{0} where both are equal -> 1/2, 1/2"

maximum = elementwise(
    "maximum",
    eval=np.maximum,
    spell=Call("np.maximum"),
    python=(max, Call("max")),
    partials=lambda b, r, x, y: _shares(b, x, y, gt(b, x, y), lt(b, x, y)),
    doc="The larger of two values; nan where one is nan.",
    samples=_PAIRS,
    kinks=(_TIE.format("maximum"),),
    commutative=True,
    cheap=True,
)

minimum = elementwise(
    "minimum",
    eval=np.minimum,
    spell=Call("np.minimum"),
    python=(min, Call("min")),
    partials=lambda b, r, x, y: _shares(b, x, y, lt(b, x, y), gt(b, x, y)),
    doc="The smaller of two values; nan where one is nan.",
    samples=_PAIRS,
    kinks=(_TIE.format("minimum"),),
    commutative=True,
    cheap=True,
)


# -- as Python compares ---------------------------------------------------------------------------------
def _first_or_larger(x: Any, y: Any) -> Any:
    """``y`` where it is larger, else ``x``: what ``max(x, y)`` is."""
    return np.where(y > x, y, x)[()]


def _first_or_smaller(x: Any, y: Any) -> Any:
    return np.where(y < x, y, x)[()]


def _spell_python(s: Speller, python: str, sign: str) -> Text:
    texts = [s.arg(k, Prec.BITOR) for k in range(len(s.op.operands))]
    if not s.op.result.type.rank:
        return Text(f"{python}({', '.join(s.arg(k) for k in range(len(texts)))})")
    if len(texts) == 2:
        return Text(f"np.where({texts[1]} {sign} {texts[0]}, {s.arg(1)}, {s.arg(0)})")
    helper = f"def _{python}_of(x, y):\n    return np.where(y {sign} x, y, x)\n"
    name = s.helper(f"_{python}_of", helper)
    return Text(reduce(lambda left, right: f"{name}({left}, {right})", (s.arg(k) for k in range(len(texts)))))


def _as_python(name: str, wins: _Compare, python: Callable[..., Any], sign: str, word: str) -> Primitive:
    """Python's ``max`` or ``min`` of two floats: the first one, unless the second is beyond it."""

    def partials(b: Builder, r: Value, x: Value, y: Value) -> Sequence[Partial]:
        tie = scaled(b, 0.5, as_number(b, eq(b, x, y), x))
        share = add(b, as_number(b, wins(b, y, x), y), tie)
        return sub(b, literal(b, share, 1), share), share

    def expand(b: Builder, op: Op) -> Value:
        x, y = op.operands
        return where(b, wins(b, y, x), y, x)

    return elementwise(
        name,
        eval=_first_or_larger if python is max else _first_or_smaller,
        spell=lambda s: _spell_python(s, python.__name__, sign),
        python=(python, Call(python.__name__)),
        partials=partials,
        expand=expand,
        doc=f"The first of two floats unless the second is {word}, as Python's {python.__name__}.",
        samples=(
            *_FLOAT_PAIRS,
            Sample(("f64[2]", "f64[2]"), values=((np.nan, 1.0), (1.0, np.nan)), smooth=False),
        ),
        kinks=(_TIE.format(python.__name__),),
        cheap=True,
    )


_FLOAT_PAIRS = _PAIRS[:-1]
first_or_larger = _as_python("first_or_larger", gt, max, ">", "larger")
first_or_smaller = _as_python("first_or_smaller", lt, min, "<", "smaller")


# -- of several numbers ---------------------------------------------------------------------------------
def _even_shares(b: Builder, r: Value, *xs: Value) -> Sequence[Partial]:
    """One share for each that equals the result, adding up to 1."""
    hits = [as_number(b, eq(b, x, r), x) for x in xs]
    count = unchecked(b, reduce(partial(add, b), hits))
    return [div(b, hit, count) for hit in hits]


def _of_several(name: str, pair: Primitive, python: Callable[..., Any], sign: str, word: str) -> Primitive:
    """Python's ``max`` or ``min`` of three numbers or more."""
    of_two = _first_or_larger if python is max else _first_or_smaller
    return elementwise(
        name,
        eval=lambda *xs: reduce(of_two, xs),
        spell=lambda s: _spell_python(s, python.__name__, sign),
        python=(python, Call(python.__name__)),
        partials=_even_shares,
        expand=lambda b, op: reduce(partial(pair, b), op.operands),
        doc=f"The {word} of several numbers, as Python's {python.__name__}.",
        samples=(
            *samples(arity=3),
            Sample(("np.f64",) * 4),
            Sample(("f64",) * 3, values=(1.0, 1.0, 1.0), smooth=False),
            Sample(("i64",) * 3, values=(1, 3, 2)),
        ),
        kinks=(f"{python.__name__} of k equal numbers -> 1/k each",),
        cheap=True,
    )


largest = _of_several("largest", first_or_larger, max, ">", "largest")
smallest = _of_several("smallest", first_or_smaller, min, "<", "smallest")


# -- of two values, without nan -------------------------------------------------------------------------
def _or_other_is_nan(b: Builder, wins: Value, other: Value) -> Value:
    return logical_or(b, wins, ne(b, other, other))


def _ignoring_nan(compare: _Compare) -> Callable[..., Sequence[Partial]]:
    def partials(b: Builder, r: Value, x: Value, y: Value) -> Sequence[Partial]:
        x_wins = _or_other_is_nan(b, compare(b, x, y), y)
        y_wins = _or_other_is_nan(b, compare(b, y, x), x)
        return _shares(b, x, y, x_wins, y_wins)

    return partials


def _expand_ignoring_nan(compare: _Compare) -> Callable[[Builder, Op], Value]:
    def expand(b: Builder, op: Op) -> Value:
        x, y = op.operands
        return where(b, _or_other_is_nan(b, compare(b, x, y), y), x, y)

    return expand


fmax = elementwise(
    "fmax",
    eval=np.fmax,
    spell=Call("np.fmax"),
    partials=_ignoring_nan(gt),
    expand=_expand_ignoring_nan(ge),
    doc="The larger of two values, the other one where one is nan.",
    samples=_PAIRS,
    kinks=(_TIE.format("fmax"),),
    cheap=True,
)

fmin = elementwise(
    "fmin",
    eval=np.fmin,
    spell=Call("np.fmin"),
    partials=_ignoring_nan(lt),
    expand=_expand_ignoring_nan(le),
    doc="The smaller of two values, the other one where one is nan.",
    samples=_PAIRS,
    kinks=(_TIE.format("fmin"),),
    cheap=True,
)


# -- clip -----------------------------------------------------------------------------------------------
def _clip_partials(b: Builder, r: Value, x: Value, low: Value, high: Value) -> Sequence[Partial]:
    inside = logical_and(b, le(b, low, x), le(b, x, high))
    below = logical_and(b, lt(b, x, low), le(b, low, high))
    above = logical_or(b, gt(b, x, high), gt(b, low, high))
    return (as_number(b, inside, x), as_number(b, below, x), as_number(b, above, x))


def _clip_spell(s: Speller) -> Text:
    return Text(f"np.clip({s.arg(0)}, {_bound(s, 1)}, {_bound(s, 2)})")


def _bound(s: Speller, index: int) -> str:
    """A bound; None where it is infinite and so bounds nothing."""
    folded = s.folded(index)
    value = folded.attr("value") if folded is not None and folded.prim.name == "const" else None
    return "None" if value in (float("-inf"), float("inf")) else s.arg(index)


clip = elementwise(
    "clip",
    eval=lambda x, low, high: np.minimum(np.maximum(x, low), high),
    spell=_clip_spell,
    python=(
        lambda x, low, high: min(max(x, low), high),
        lambda s: Text(f"min(max({s.arg(0)}, {s.arg(1)}), {s.arg(2)})"),
    ),
    partials=_clip_partials,
    expand=lambda b, op: minimum(b, maximum(b, op.operands[0], op.operands[1]), op.operands[2]),
    doc="x moved into the closed interval from low to high; derivative 1 inside, else the bound's.",
    samples=(
        *samples(arity=3),
        Sample(("f64[4]",) * 3, values=((-2.0, -0.5, 0.5, 2.0), (-1.0,) * 4, (1.0,) * 4)),
        Sample(("f64[2]",) * 3, values=((-1.0, 1.0), (-1.0, -1.0), (1.0, 1.0)), smooth=False),
    ),
    kinks=("clip exactly at a bound -> 1 for x, 0 for the bound",),
    cheap=True,
)


# -- over axes ------------------------------------------------------------------------------------------
def _winners(b: Builder, op: Op) -> tuple[Value, Value]:
    """Which cells hold the extremum, as numbers, and how many do."""
    (x,) = op.operands
    axes = op.attr("axes")
    hit = as_number(b, eq(b, x, spread_back(b, op.result, x.type, axes)), x)
    return hit, sum_(b, hit, axes=axes)


def _extremum_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    hit, count = _winners(b, op)
    share = spread_back(b, div(b, y_bar, count), op.operands[0].type, op.attr("axes"))
    return (mul(b, hit, share),)


def _extremum_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[0], Zero):
        return ZERO
    hit, count = _winners(b, op)
    if "initial" in dict(op.attrs):
        count = maximum(b, count, literal(b, count, 1))
    return div(b, sum_(b, mul(b, hit, dots[0]), axes=op.attr("axes")), count)


_OVER_AXES = (
    Sample(("f64[3,4]",), attrs=(("axes", (0,)),)),
    Sample(("f64[3,4]",), attrs=(("axes", (0, 1)),)),
    Sample(("f64[2,3,4]",), attrs=(("axes", (0, 2)),)),
    Sample(("f32[4]",), attrs=(("axes", (0,)),)),
    Sample(("f64[1]",), attrs=(("axes", (0,)),)),
    Sample(("f64[0,3]",), attrs=(("axes", (1,)),)),
    Sample(("i64[4]",), attrs=(("axes", (0,)),), values=((3, 1, 3, 2),)),
    Sample(
        ("f64[2,3]",), attrs=(("axes", (1,)),), values=(((1.0, 2.0, 2.0), (0.0, 0.0, 0.0)),), smooth=False
    ),
)


def _from_a_number(initial: float) -> tuple[Sample, ...]:
    return (
        Sample(("f64[3,4]",), attrs=(("axes", (1,)), ("initial", initial))),
        Sample(("f64[3,4]",), attrs=(("axes", (0,)), ("initial", initial))),
        Sample(("f64[0,3]",), attrs=(("axes", (0,)), ("initial", initial)), smooth=False),
        Sample(("f64[0]",), attrs=(("axes", (0,)), ("initial", initial)), smooth=False),
    )


def _extremum_eval(numpy: Callable[..., Any]) -> Callable[..., Any]:
    def apply(ctx: Context, x: Any) -> Any:
        given = dict(ctx.op.attrs)
        more = {} if given.get("initial") is None else {"initial": given["initial"]}
        return numpy(x, axis=given["axes"], **more)

    return apply


def _extremum(name: str, numpy: Callable[..., Any], word: str) -> Primitive:
    return Primitive(
        name=name,
        type_rule=reduced_type,
        eval=_extremum_eval(numpy),
        spell=lambda s: spell_reduction(s, f"np.{name}", name),
        doc=f"The {word} element over axes; the reduced dims are dropped. Of nothing: ValueError, or what "
        "``initial`` is, a number that no element is beyond.",
        samples=(*_OVER_AXES, *_from_a_number(-9.0 if name == "max" else 9.0)),
        vjp=_extremum_vjp,
        jvp=_extremum_jvp,
        lower=name,
        kinks=(f"{name} over equal elements -> evenly split",),
    )


max_ = _extremum("max", np.max, "largest")
min_ = _extremum("min", np.min, "smallest")


# -- positions ------------------------------------------------------------------------------------------
def _position_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    (x,) = types
    assert isinstance(x, Type)
    axis = attrs["axis"]
    if not 0 <= axis < x.rank:
        raise TypeError(f"{axis} is no axis of {x}")
    dims = (*x.dims[:axis], *x.dims[axis + 1 :])
    return (Type(DType.i64, dims, Kind.array if dims else Kind.np),)


def _position_spell(function: str) -> Callable[[Speller], Text]:
    def spell(s: Speller) -> Text:
        axis = "" if s.arg_type(0).rank == 1 else f", axis={s.op.attr('axis')}"
        return Text(f"{function}({s.arg(0)}{axis})")

    return spell


def _position(name: str, numpy: Callable[..., Any], word: str) -> Primitive:
    return Primitive(
        name=name,
        type_rule=_position_type,
        eval=lambda ctx, x: numpy(x, axis=ctx.attr("axis")),
        spell=_position_spell(f"np.{name}"),
        doc=f"Index of the first {word} element along an axis.",
        samples=(
            Sample(("f64[3,4]",), attrs=(("axis", 1),)),
            Sample(("f64[5]",), attrs=(("axis", 0),)),
            Sample(("f32[1]",), attrs=(("axis", 0),)),
            Sample(("f64[2,0]",), attrs=(("axis", 0),)),
        ),
        vjp=Inactive("an index has no derivative"),
        jvp=Inactive("an index has no derivative"),
        lower=name,
    )


argmax = _position("argmax", np.argmax, "largest")
argmin = _position("argmin", np.argmin, "smallest")

PRIMITIVES = (
    *(maximum, minimum, first_or_larger, first_or_smaller, largest, smallest, fmax, fmin, clip),
    *(max_, min_, argmax, argmin),
)
