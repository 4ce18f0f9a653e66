"""What the operations of a loop's body are for several rounds at once: rules by primitive.

A value that differs from round to round has the rounds as its last axis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Gather, Indexer, Op, Point, Range, Value
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, logical_and, mul, sub
from adgen.primitives.python_checks import CHECKS, fails
from adgen.primitives.reductions import any_
from adgen.primitives.shape import broadcast, empty, full, transpose

if TYPE_CHECKING:
    from adgen.transform.wide import Wide


def stretched(b: Builder, value: Value, lanes: Dim) -> Value:
    """A value that is the same in all lanes, with the axis."""
    made, dims = b.defs.op(value), (*value.type.dims, lanes)
    if made is not None and made.prim.name == "empty":
        return empty(b, dims=dims, dtype=value.type.dtype, hint=value.hint)
    if made is not None and made.prim.name == "full" and value.type.rank:
        return full(b, made.operands[0], dims=dims, hint=value.hint)
    return broadcast(b, value, dims=dims, axes=tuple(range(value.type.rank)), hint=value.hint)


def elementwise(w: Wide, op: Op) -> None:
    """Functions of elements: integers that grow evenly from lane to lane stay that."""
    if _line(w, op):
        return
    attrs = w.attrs(op.attrs)
    if "kind" in attrs:
        attrs["kind"] = Kind.array
    operands = [w.in_lanes(v) for v in op.operands]
    if op.result.type.is_py:
        _python(w, op, operands, None)
    found = w.b.emit(op.prim, operands, attrs, [_name(op, v) for v in op.results], op.span)
    if op.result.type.is_py:
        _python(w, op, operands, found[0])
    w.env.update(zip(op.results, found, strict=True))
    w.note_work(op)


def _name(op: Op, value: Value) -> str | None:
    """The name of a result; numbers of simple arithmetic go without, as they may be computed again."""
    return None if getattr(op.prim, "cheap", False) else value.hint


def _python(w: Wide, op: Op, operands: list[Value], result: Value | None) -> None:
    """Raise what Python's numbers raise, for any lane that counts."""
    for check in CHECKS.get(str(getattr(op.prim, "lower", "")), ()):
        bad = fails(w.b, check, op, operands, result)
        if bad is not None:
            if w.mask is not None:
                bad = logical_and(w.b, bad, w.mask)
            attrs = {"error": check.kind, "message": check.message, "own": ""}
            w.b.emit(fail_if, (any_(w.b, bad, axes=(0,)),), attrs, None, op.span)


def _line(w: Wide, op: Op) -> bool:
    """Sums and multiples of the counter."""
    lines = [w.lines.get(v) for v in op.operands]
    name = op.prim.name
    if name not in ("add", "sub", "mul") or not any(lines) or not op.result.type.dtype.is_integer:
        return False
    if any(line is None and v in w.wide for line, v in zip(lines, op.operands, strict=True)):
        return False
    firsts = [w.value(v) if line is None else line[0] for line, v in zip(lines, op.operands, strict=True)]
    steps = [0 if line is None else line[1] for line in lines]
    if name == "mul":
        k = next((k for k, line in enumerate(lines) if line is None), None)
        by = None if k is None else w.known.size(op.operands[k])
        if k is None or by is None or by.value is None:
            return False
        w.lines[op.result] = mul(w.b, *firsts), steps[1 - k] * by.value
    else:
        made = (add if name == "add" else sub)(w.b, *firsts)
        w.lines[op.result] = made, steps[0] + steps[1] if name == "add" else steps[0] - steps[1]
    return True


# -- what only some lanes come by --------------------------------------------------------------------------
_HARMLESS = frozenset(
    {"const", "dim", "arange", "fail_if", "broadcast", "transpose", "full", "empty", "concat", "sum", "prod"}
    | {"any", "all", "contract"}
)


def is_harmless(w: Wide, op: Op) -> bool:
    """Whether an operation neither fails nor reads what is not there, for lanes that do not count."""
    name = op.prim.name
    if name in ("read", "write", "add_at"):
        return _is_inside(w, op)
    if name == "wrap":
        return w.known.inside(op.operands[0], op.attr("dim"))
    if getattr(op.prim, "elementwise", False):
        return any(v in w.wide for v in op.operands) or not _may_raise(w, op)
    return name in _HARMLESS


def _may_raise(w: Wide, op: Op) -> bool:
    """Whether an operation on Python's numbers may raise an error."""
    if not op.result.type.is_py:
        return False
    for check in CHECKS.get(str(getattr(op.prim, "lower", "")), ()):
        known = w.known.size(op.operands[check.operand]) if check.operand < len(op.operands) else None
        if check.test != "ne" or known is None or known.value in (None, check.bound):
            return True
    return False


def _is_inside(w: Wide, op: Op) -> bool:
    """Whether all that an index names is there."""
    base, *places = op.operands
    rest = iter(places if op.prim.name == "read" else places[1:])
    for each, dim in zip(op.attr("index").access, base.type.dims, strict=True):
        if not isinstance(each, Full):
            place = next(rest)
            if not isinstance(each, Point) or not w.known.is_inside(place, dim):
                return False
    return True


# -- indexing -------------------------------------------------------------------------------------------
def _read(w: Wide, op: Op) -> None:
    from adgen.primitives.indexing import read
    from adgen.transform.wide import NotWide

    base, *places = op.operands
    index: Indexer = op.attr("index")
    if base in w.wide:
        if any(p in w.wide for p in places):
            raise NotWide(op)
        indexer = replace(index, access=(*index.access, Full()))
        w.env[op.result] = read(w.b, w.value(base), *w.values(places), index=indexer, hint=op.result.hint)
        return
    array = w.value(base)
    indexer, new, axis = _lane_index(w, op, array, index, places)
    found = read(w.b, array, *new, index=indexer)
    w.env[op.result] = _lanes_last(w.b, found, axis)


def _lanes_last(b: Builder, value: Value, axis: int) -> Value:
    rank = value.type.rank
    if axis == rank - 1:
        return value
    return transpose(b, value, perm=(*(k for k in range(rank) if k != axis), axis))


def _lane_index(
    w: Wide, op: Op, array: Value, index: Indexer, places: list[Value]
) -> tuple[Indexer, list[Value], int]:
    """The index of what all lanes address in an array they share, and which axis of that are the lanes."""
    from adgen.transform.wide import NotWide

    wide = [p for p in places if p in w.wide]
    line = w.lines.get(wide[0]) if len(wide) == 1 else None
    rest = iter(places)
    access: list[object] = []
    new: list[Value] = []
    axis, rank, lanes = -1, 0, w.lanes
    gathers = line is None or line[1] == 0
    if any(isinstance(a, Gather) for a in index.access):
        raise NotWide(op)
    for k, each in enumerate(index.access):
        if isinstance(each, Full):
            access.append(each)
            rank += 1
            continue
        place = next(rest)
        if place in w.wide and not isinstance(each, Point):
            raise NotWide(op)
        if isinstance(each, Point) and gathers:
            access.append(Gather())
            new.append(w.in_lanes(place))
            if axis < 0:
                axis, rank = rank, rank + 1
            elif not isinstance(index.access[k - 1], Point):
                raise NotWide(op)
        elif place in w.wide:
            assert line is not None
            access.append(Range(lanes, line[1]))
            new.append(line[0])
            axis, rank = rank, rank + 1
        else:
            access.append(each)
            new.append(w.value(place))
            rank += not isinstance(each, Point)
    last = places and isinstance(index.access[-1], Point) and places[-1] in w.wide
    w.note_access(places, gathers or not last or (line is not None and abs(line[1]) != 1))
    once = index.once and not gathers
    return Indexer(tuple(access), once), new, axis  # type: ignore[arg-type]


def _store(w: Wide, op: Op) -> None:
    from adgen.transform.wide import NotWide

    base, value, *places = op.operands
    index: Indexer = op.attr("index")
    if w.mask is not None and base not in w.wide:
        raise NotWide(op)
    hint = op.result.hint
    if op.result in w.wide:
        if any(p in w.wide for p in places):
            raise NotWide(op)
        indexer = replace(index, access=(*index.access, Full()))
        array, stored = w.in_lanes(base), w.in_lanes(value)
        w.env[op.result] = op.prim(w.b, array, stored, *w.values(places), index=indexer, hint=hint)  # type: ignore[operator]
        return
    array = w.value(base)
    indexer, new, axis = _lane_index(w, op, array, index, places)
    if any(isinstance(a, Gather) for a in indexer.access):
        raise NotWide(op)
    stored = w.in_lanes(value)
    rank = stored.type.rank
    if axis != rank - 1:
        perm = list(range(rank - 1))
        perm.insert(axis, rank - 1)
        stored = transpose(w.b, stored, perm=tuple(perm))
    w.env[op.result] = op.prim(w.b, array, stored, *new, index=indexer, hint=hint)  # type: ignore[operator]


def _wrap(w: Wide, op: Op) -> None:
    """Rounds whose index is not inside do not run in lanes, where these are known before the loop."""
    from adgen.transform.wide import NotWide

    (place,) = op.operands
    line, attrs = w.lines.get(place), w.attrs(op.attrs)
    if line is not None and w.known.inside(place, attrs["dim"]):
        w.lines[op.result] = line
    elif w.mask is not None:
        raise NotWide(op)
    else:
        w.env[op.result] = w.b.emit(op.prim, (w.in_lanes(place),), attrs, None, op.span)[0]


# -- shapes and reductions ------------------------------------------------------------------------------
def _reduction(w: Wide, op: Op) -> None:
    """The axes of one round stay where they are."""
    found = w.b.emit(op.prim, (w.in_lanes(op.operands[0]),), w.attrs(op.attrs), op.result.hint, op.span)
    w.env[op.result] = found[0]
    w.note_work(op)


def _broadcast(w: Wide, op: Op) -> None:
    x = w.in_lanes(op.operands[0])
    dims = w.attrs(op.attrs)["dims"]
    axes = (*op.attr("axes"), len(dims))
    w.env[op.result] = broadcast(w.b, x, dims=(*dims, w.lanes), axes=axes, hint=op.result.hint)


def _reshape(w: Wide, op: Op) -> None:
    dims = (*w.attrs(op.attrs)["dims"], w.lanes)
    found = w.b.emit(op.prim, (w.in_lanes(op.operands[0]),), {"dims": dims}, op.result.hint, op.span)
    w.env[op.result] = found[0]


def _full(w: Wide, op: Op) -> None:
    x, dims = w.in_lanes(op.operands[0]), w.attrs(op.attrs)["dims"]
    w.env[op.result] = broadcast(w.b, x, dims=(*dims, w.lanes), axes=(len(dims),), hint=op.result.hint)


def _transpose(w: Wide, op: Op) -> None:
    x, perm = w.in_lanes(op.operands[0]), op.attr("perm")
    w.env[op.result] = transpose(w.b, x, perm=(*perm, len(perm)), hint=op.result.hint)


def _concat(w: Wide, op: Op) -> None:
    operands = [w.in_lanes(v) for v in op.operands]
    w.env[op.result] = w.b.emit(op.prim, operands, w.attrs(op.attrs), op.result.hint, op.span)[0]


def _contract(w: Wide, op: Op) -> None:
    """A matrix that all lanes share, times what they do not: one product more of matrices."""
    from adgen.transform.wide import NotWide

    wide = [v in w.wide for v in op.operands]
    if all(wide) or op.operands[0].type.dtype is DType.f16:
        raise NotWide(op)
    inputs, result = op.attr("spec").split("->")
    left, right = inputs.split(",")
    letter = next(c for c in "zyxwvutsrqponmlkjihgfedcba" if c not in inputs)
    left, right = left + letter * wide[0], right + letter * wide[1]
    spec = f"{left},{right}->{result}{letter}"
    found = w.b.emit(op.prim, w.values(op.operands), {"spec": spec}, op.result.hint, op.span)
    w.env[op.result] = found[0]
    w.note_work(op)


RULES: dict[str, Callable[[Wide, Op], None]] = {
    "read": _read,
    "write": _store,
    "add_at": _store,
    "wrap": _wrap,
    "broadcast": _broadcast,
    "reshape": _reshape,
    "full": _full,
    "transpose": _transpose,
    "concat": _concat,
    "contract": _contract,
    **dict.fromkeys(("sum", "prod", "max", "min", "any", "all"), _reduction),
}
