"""Maxima that are subtracted only to keep an exponential small.

``exp(z - max(z)) / sum(exp(z - max(z)))``, its logarithm and ``max(z) + log(sum(exp(z - max(z))))`` do not
depend on what is subtracted, so no derivative passes through the maximum: ties there are no kinks, and what
would cancel is never computed.

Each value between the maximum ``m`` and the results is followed with its *weight* ``w``: it grows by ``w dm``
(*sum*), or by ``w dm`` times itself (*product*). Where all ways end with weight zero, ``m`` has no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.ir.core import Full, Func, Node, Op, Point, Range, Region, Value, regions_of, uses_of
from adgen.ir.types import DType, Type
from adgen.records import dataclass

_PASSES = frozenset({"stop_gradient"})


@dataclass(frozen=True, slots=True)
class Weight:
    """How a value follows the maximum; ``axes`` say which axis of the value each axis of the maximum is."""

    product: bool
    number: int
    axes: tuple[int, ...]


class _Unknown(Exception):
    """The way from the maximum leaves what is followed here."""


def neutral_maxima(func: Func) -> set[Value]:
    """Results of ``max`` that no result of the function depends on."""
    found: set[Value] = set()
    _region(func.body, found)
    return found


def _region(region: Region, found: set[Value]) -> None:
    for at, node in enumerate(region.nodes):
        is_maximum = isinstance(node, Op) and node.prim.name == "max"
        if is_maximum and _is_neutral(node.results[0], region.nodes[at + 1 :], region.yields):
            found.add(node.results[0])
        for inner in regions_of(node):
            _region(inner, found)


def _is_neutral(largest: Value, nodes: Sequence[Node], yields: Sequence[Value]) -> bool:
    weights = {largest: Weight(False, 1, tuple(range(largest.type.rank)))}
    try:
        for node in nodes:
            _follow(node, weights)
    except _Unknown:
        return False
    return len(weights) > 1 and not any(v in weights for v in yields)


def _follow(node: Node, weights: dict[Value, Weight]) -> None:
    if not isinstance(node, Op):
        if any(v in weights for v in uses_of(node)):
            raise _Unknown
        return
    given = [weights.get(v) for v in node.operands]
    if all(w is None for w in given) or node.prim.name in _PASSES:
        return
    if any(isinstance(v.any_type, Type) and not v.type.is_float for v in node.results):
        if all(v.type.dtype is DType.bool for v in node.results):
            return
        raise _Unknown
    if len(node.results) != 1:
        raise _Unknown
    found = _weight(node, given)
    if found.number:
        weights[node.result] = found


def _weight(op: Op, given: Sequence[Weight | None]) -> Weight:
    name = op.prim.name
    if name in _MOVES:
        weight = given[0]
        if weight is None:
            raise _Unknown
        return Weight(weight.product, weight.number, _MOVES[name](op, weight.axes))
    match name, given:
        case "neg", [Weight() as w]:
            return w if w.product else Weight(False, -w.number, w.axes)
        case "sum", [Weight(product=True) as w]:
            return Weight(True, w.number, _summed(op, w.axes))
        case "exp", [Weight(product=False) as w]:
            return Weight(True, w.number, w.axes)
        case "log", [Weight(product=True) as w]:
            return Weight(False, w.number, w.axes)
        case (("add" | "sub"), [a, b]):
            return _sum(a, b, 1 if name == "add" else -1)
        case (("mul" | "div"), [a, b]):
            return _product(a, b, 1 if name == "mul" else -1)
        case "contract", [a, b]:
            return _contracted(op, a, b)
    raise _Unknown


def _sum(a: Weight | None, b: Weight | None, sign: int) -> Weight:
    if a is not None and b is not None and a.axes == b.axes and a.product == b.product:
        if not a.product:
            return Weight(False, a.number + sign * b.number, a.axes)
        if a.number == b.number:
            return a
    elif a is not None and b is None and not a.product:
        return a
    elif b is not None and a is None and not b.product:
        return Weight(False, sign * b.number, b.axes)
    raise _Unknown


def _product(a: Weight | None, b: Weight | None, sign: int) -> Weight:
    known = [w for w in (a, b) if w is not None]
    if any(not w.product for w in known) or len({w.axes for w in known}) != 1:
        raise _Unknown
    first, second = (0 if w is None else w.number for w in (a, b))
    return Weight(True, first + sign * second, known[0].axes)


def _contracted(op: Op, a: Weight | None, b: Weight | None) -> Weight:
    """A product of arrays: sums over other axes than the maximum's leave the weight as it is."""
    if (a is None) == (b is None):
        raise _Unknown
    weight = a or b
    assert weight is not None
    inputs, result = op.attr("spec").split("->")
    mine = inputs.split(",")[0 if a is not None else 1]
    letters = [mine[k] for k in weight.axes]
    if not weight.product or any(letter not in result for letter in letters):
        raise _Unknown
    return Weight(True, weight.number, tuple(result.index(letter) for letter in letters))


# -- where the axes of the maximum go -------------------------------------------------------------------
def _same(op: Op, axes: tuple[int, ...]) -> tuple[int, ...]:
    return axes


def _broadcast(op: Op, axes: tuple[int, ...]) -> tuple[int, ...]:
    where = op.attr("axes")
    return tuple(where[k] for k in axes)


def _transposed(op: Op, axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(op.attr("perm").index(k) for k in axes)


def _reshaped(op: Op, axes: tuple[int, ...]) -> tuple[int, ...]:
    """Axes of length one come and go; all others stay in order."""
    before, after = op.operands[0].type.dims, op.result.type.dims
    old, new = ([k for k, d in enumerate(dims) if d.value != 1] for dims in (before, after))
    if [before[k] for k in old] != [after[k] for k in new]:
        raise _Unknown
    places = dict(zip(old, new, strict=True))
    if any(k not in places for k in axes):
        raise _Unknown
    return tuple(places[k] for k in axes)


def _summed(op: Op, axes: tuple[int, ...]) -> tuple[int, ...]:
    gone = op.attr("axes")
    if any(k in gone for k in axes):
        raise _Unknown
    return tuple(k - sum(g < k for g in gone) for k in axes)


def _read(op: Op, axes: tuple[int, ...]) -> tuple[int, ...]:
    access = op.attr("index").access
    if any(not isinstance(access[k], Full) for k in axes):
        raise _Unknown
    if not all(isinstance(a, Full | Point | Range) for a in access):
        raise _Unknown
    return tuple(k - sum(isinstance(a, Point) for a in access[:k]) for k in axes)


_MOVES: dict[str, Callable[[Op, tuple[int, ...]], tuple[int, ...]]] = {
    "cast": _same,
    "broadcast": _broadcast,
    "transpose": _transposed,
    "reshape": _reshaped,
    "read": _read,
}
