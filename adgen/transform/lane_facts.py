"""What the rounds of a loop have to do with each other: the facts behind running some of them in lanes.

A value is *wide* if it differs from round to round. An array that the loop carries is *shared* if every round
reads and writes cells of its own, those that its counter names, and *private* if every round writes all of it
before it reads any. Neither makes a round wait for the one before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from adgen.ir.core import (
    Definitions,
    For,
    Full,
    If,
    Node,
    Op,
    Point,
    Region,
    Value,
    While,
    operands_of,
    regions_of,
    walk,
)
from adgen.ir.dims import Dim
from adgen.ir.types import Type

_STORES = ("write", "add_at")


def use_counts(region: Region) -> Counter[Value]:
    """How often each value is used in a region, what it yields included."""
    found: Counter[Value] = Counter(region.yields)
    for node in walk(region):
        found.update(operands_of(node))
        for inner in regions_of(node):
            found.update(inner.yields)
    return found


def wide_values(node: For, shared: set[Value], private: Sequence[Value]) -> set[Value]:
    """The values in a loop's body that differ from round to round (``private`` arrays begin alike)."""
    wide = {node.counter, *(p for p in node.carried if p not in shared and p not in private)}
    while True:
        before = len(wide)
        _spread(node.body, wide, shared)
        if len(wide) == before:
            return wide


def _spread(region: Region, wide: set[Value], shared: set[Value]) -> None:
    for node in region.nodes:
        for inner in regions_of(node):
            _spread(inner, wide, shared)
        match node:
            case Op() if any(v in wide for v in node.operands):
                wide.update(v for v in node.results if v not in shared)
            case For():
                _carried(node.inits, node.carried, node.body.yields, node.results, wide, shared)
                if node.lo in wide or node.hi in wide:
                    wide.update(v for v in (*node.carried, *node.results) if v not in shared)
            case While():
                _carried(node.inits, node.carried, node.body.yields, node.results, wide, shared)
                if node.cond.yields[0] in wide:
                    wide.update(v for v in (*node.carried, *node.results) if v not in shared)
                for c, p in zip(node.cond.params, node.carried, strict=True):
                    if p in wide:
                        wide.add(c)
            case If():
                for result, ends in zip(
                    node.results, zip(node.then.yields, node.orelse.yields, strict=True), strict=True
                ):
                    if result not in shared and (node.pred in wide or any(v in wide for v in ends)):
                        wide.add(result)
            case _:
                pass


def _carried(
    inits: Sequence[Value],
    params: Sequence[Value],
    yields: Sequence[Value],
    results: Sequence[Value],
    wide: set[Value],
    shared: set[Value],
) -> None:
    for init, param, end, result in zip(inits, params, yields, results, strict=True):
        if param not in shared and (init in wide or end in wide):
            wide.update((param, result))


# -- arrays that every round has to itself --------------------------------------------------------------
class Carried:
    """Which arrays that a loop carries are private or shared."""

    def __init__(self, node: For, defs: Definitions, uses: Counter[Value]) -> None:
        self._node = node
        self._defs = defs
        self._uses = uses

    def is_private(self, k: int) -> bool:
        """Whether every round writes all of the array before it reads it, and nothing reads it later."""
        node = self._node
        if self._uses[node.results[k]] or not isinstance(node.carried[k].any_type, Type):
            return False
        return bool(node.carried[k].type.rank) and self._overwritten(node.body, node.carried[k])

    def _overwritten(self, region: Region, param: Value) -> bool:
        if self._uses[param] != 1:
            return False
        for node in region.nodes:
            if isinstance(node, Op) and param in node.operands:
                if not _is_write(node) or node.operands[0] is not param:
                    return False
                return all(isinstance(a, Full) for a in node.attr("index").access)
            if isinstance(node, For) and param in node.inits:
                inner = node.carried[node.inits.index(param)]
                return self._overwritten(node.body, inner) or self._filled(node, inner)
        return False

    def _filled(self, node: For, param: Value) -> bool:
        """Whether a loop writes every cell, or every row, of what it carries, and reads none."""
        if self._uses[param] != 1:
            return False
        writes = [n for n in node.body.nodes if _is_write(n) and isinstance(n, Op) and n.operands[0] is param]
        if not writes or node.body.yields[node.carried.index(param)] is not writes[0].results[0]:
            return False
        if self._uses[writes[0].result] != 1:
            return False
        access, places = writes[0].attr("index").access, list(writes[0].operands[2:])
        points = [k for k, a in enumerate(access) if not isinstance(a, Full)]
        if len(points) != 1 or not isinstance(access[points[0]], Point) or places != [node.counter]:
            return False
        lo, hi, step = (self._size(v) for v in (node.lo, node.hi, node.step))
        return lo == Dim.const(0) and step == Dim.const(1) and hi == param.type.dims[points[0]]

    def _size(self, value: Value) -> Dim | None:
        op = self._defs.op(value)
        if op is not None and op.prim.name == "dim":
            found: Dim = op.attr("dim")
            return found
        return Dim.const(op.attr("value")) if op is not None and op.prim.name == "const" else None

    # -- arrays whose rounds have cells of their own ----------------------------------------------------
    def shared(self, k: int) -> set[Value]:
        """The array in all its states, where every access is of the cells that the counter names; or none."""
        start = self._node.carried[k]
        if not isinstance(start.any_type, Type) or not start.type.rank:
            return set()
        chain = {start}
        while True:
            before = len(chain)
            for node in walk(self._node.body):
                chain.update(_followers(node, chain))
            if len(chain) == before:
                break
        places = {place for node in walk(self._node.body) for place in self._places(node, chain)}
        ends = {v for v, y in zip(self._node.carried, self._node.body.yields, strict=True) if y in chain}
        return chain if len(places) == 1 and None not in places and ends == {start} else set()

    def _places(self, node: Node, chain: set[Value]) -> Iterator[tuple[int, int] | None]:
        """Axis and offset of each access of the array; None for any other use."""
        match node:
            case Op():
                if any(v in chain for v in node.operands[1:]):
                    yield None
                if node.operands and node.operands[0] in chain:
                    yield self._place(node) if node.prim.name in ("read", *_STORES) else None
            case If():
                for ends in zip(node.then.yields, node.orelse.yields, strict=True):
                    if ends[0] in chain or ends[1] in chain:
                        yield None
            case For() | While():
                for init, end in zip(node.inits, node.body.yields, strict=True):
                    if (init in chain) != (end in chain):
                        yield None
                if isinstance(node, While) and any(v in chain for v in node.inits):
                    yield None

    def _place(self, op: Op) -> tuple[int, int] | None:
        places = iter(op.operands[1 if op.prim.name == "read" else 2 :])
        for axis, access in enumerate(op.attr("index").access):
            if not isinstance(access, Full):
                offset = self._offset(next(places))
                if isinstance(access, Point) and offset is not None:
                    return axis, offset
        return None

    def _offset(self, place: Value) -> int | None:
        if place is self._node.counter:
            return 0
        op = self._defs.op(place)
        if op is not None and op.prim.name == "wrap":
            lo, inner = self._size(self._node.lo), self._offset(op.operands[0])
            start = None if lo is None or inner is None else (lo + inner).lower_bound()
            return inner if start is not None and start >= 0 else None
        if op is None or op.prim.name not in ("add", "sub") or op.operands[0] is not self._node.counter:
            return None
        by = self._size(op.operands[1])
        number = None if by is None else by.value
        return number if number is None or op.prim.name == "add" else -number

    # -- sums -------------------------------------------------------------------------------------------
    def sum(self, k: int) -> set[Value]:
        """A number that the rounds only add to, some of it in loops of their own, in all states; or none."""
        start = self._node.carried[k]
        if not isinstance(start.any_type, Type) or start.type.rank or not start.type.is_float:
            return set()
        states = {start}
        while True:
            before = len(states)
            for node in walk(self._node.body):
                states.update(_sums(node, states))
            if len(states) == before:
                break
        every = list(walk(self._node.body))
        loops = [n for n in every if isinstance(n, For | While) and not states.isdisjoint(n.inits)]
        ends = {v for v, y in zip(self._node.carried, self._node.body.yields, strict=True) if y in states}
        adds = bool(loops) and ends == {start} and all(self._only_adds(n, states) for n in every)
        return states if adds else set()

    def _only_adds(self, node: Node, states: set[Value]) -> bool:
        """Whether a node uses a sum for nothing but adding to it."""
        match node:
            case Op():
                used = [k for k, v in enumerate(node.operands) if v in states]
                known = node.prim.name in ("add", "sub")
                return not used or (known and (used == [0] or (used == [1] and node.prim.name == "add")))
            case If():
                pairs = zip(node.then.yields, node.orelse.yields, strict=True)
                return node.pred not in states and all((x in states) == (y in states) for x, y in pairs)
            case For() | While():
                tested = node.cond.params if isinstance(node, While) else (None,) * len(node.inits)
                triples = zip(node.inits, node.body.yields, tested, strict=True)
                return all(
                    (x in states) == (y in states) and not (x in states and c is not None and self._uses[c])
                    for x, y, c in triples
                )


def _sums(node: Node, states: set[Value]) -> Iterator[Value]:
    match node:
        case Op() if node.prim.name in ("add", "sub") and not states.isdisjoint(node.operands):
            yield node.results[0]
        case If():
            ends = zip(node.results, node.then.yields, node.orelse.yields, strict=True)
            yield from (result for result, *sides in ends if not states.isdisjoint(sides))
        case _:
            yield from _followers(node, states)


def is_reduction(param: Value, end: Value, defs: Definitions) -> bool:
    """Whether a carried number is a sum or an extremum of what does not depend on it."""
    node = defs.table.get(end)
    match node:
        case Op() if node.prim.name in ("add", "sub", "maximum", "minimum", "fmax", "fmin"):
            return any(v is param or is_reduction(param, v, defs) for v in node.operands)
        case For() if end in node.results:
            k = node.results.index(end)
            if node.inits[k] is not param and not is_reduction(param, node.inits[k], defs):
                return False
            return is_reduction(node.carried[k], node.body.yields[k], defs)
        case If():
            k = node.results.index(end)
            sides = (node.then.yields[k], node.orelse.yields[k])
            return all(v is param or is_reduction(param, v, defs) for v in sides)
        case _:
            return False


def _is_write(node: Node) -> bool:
    return isinstance(node, Op) and node.prim.name == "write"


def _followers(node: Node, chain: set[Value]) -> Iterator[Value]:
    match node:
        case Op() if node.prim.name in _STORES and node.operands[0] in chain:
            yield node.results[0]
        case For() | While():
            for init, param, result in zip(node.inits, node.carried, node.results, strict=True):
                if init in chain:
                    yield param
                    yield result
        case _:
            pass


def states_of(start: Value, region: Region) -> set[Value]:
    """An array in all the states that its storage goes through in a region."""
    states = {start}
    while True:
        before = len(states)
        for node in walk(region):
            states.update(_followers(node, states))
            if isinstance(node, If):
                ends = zip(node.results, node.then.yields, node.orelse.yields, strict=True)
                states.update(result for result, *sides in ends if not states.isdisjoint(sides))
        if len(states) == before:
            return states
