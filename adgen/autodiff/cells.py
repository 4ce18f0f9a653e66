"""Cells that an inner loop reads and stores into are carried as numbers, and stored behind the loop.

In ``for k in ...: t[i, j] = max(t[i, j], ...)`` every round reads what the round before has stored, which is
not final. Carried as a number, it belongs to a loop over final cells like any other
(:mod:`adgen.autodiff.tables`). All stores of the loop have to be into this cell, and all else that it reads
of the array has to miss it. The cell is read before the loop, whether that makes rounds or not, so its place
has to be known to be one of the array.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from adgen.analysis.settled import Settled
from adgen.analysis.switches import enabled
from adgen.ir.builder import Builder
from adgen.ir.core import (
    Definitions,
    For,
    Func,
    If,
    Node,
    Op,
    Point,
    Region,
    Value,
    operands_of,
    regions_of,
    walk,
)
from adgen.ir.types import Type
from adgen.primitives.elementwise import cast
from adgen.records import dataclass
from adgen.transform.fold import HOOK
from adgen.transform.rebuild import Rebuild, rebuilt

#: what a number may be used by without its value being needed for derivatives
_LINEAR = frozenset({"add", "sub", "neg", "cast"})


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """A cell of the ``position``-th array that a loop carries: a read of it, and a store into it."""

    position: int
    read: Op
    store: Op


def with_cells(func: Func) -> Func:
    """``func`` with the cells of inner loops carried as numbers, where a derivative needs them."""
    if not enabled("tables"):
        return func
    finder = _Finder(func)
    nested = [n for outer in walk(func.body) if isinstance(outer, For) for n in walk(outer.body)]
    if not any(isinstance(n, For) and finder.cells(n) for n in nested):
        return func
    return rebuilt(func, _Cells(finder))


class _Finder:
    """Finds the cells of loops."""

    def __init__(self, func: Func) -> None:
        self._settled = Settled(func)
        self._defs = Definitions.of(func.body)
        self._found: dict[For, list[_Cell]] = {}

    def cells(self, node: For) -> list[_Cell]:
        """The cells of a loop, one for each array that has one."""
        if node not in self._found:
            self._found[node] = list(self._cells(node))
        return self._found[node]

    def _cells(self, node: For) -> Iterator[_Cell]:
        for k, param in enumerate(node.carried):
            if isinstance(param.any_type, Type) and param.type.rank:
                found = self._cell(node, k)
                if found is not None:
                    yield found

    def _cell(self, node: For, k: int) -> _Cell | None:
        versions: list[Value] = []
        stores: list[Op] = []
        param = node.carried[k]
        if not self._back(node.body.yields[k], param, versions, stores) or not stores:
            return None
        places = stores[0].operands[2:]
        inside = {v for n in walk(node.body) for v in n.results} | set(node.body.params)
        if any(s.operands[2:] != places for s in stores) or not inside.isdisjoint(places):
            return None
        reads = self._reads(node.body, set(versions), stores)
        if reads is None or not self._settled.is_within(node, places, param.type.dims):
            return None
        same = [r for r in reads if _is_cell(r) and r.operands[1:] == places]
        others = [r for r in reads if r not in same]
        if not all(self._settled.miss(r, s, node) for r in others for s in stores):
            return None
        return _Cell(k, same[0], stores[0]) if same and _matter(node.body, same) else None

    def _back(self, version: Value, start: Value, versions: list[Value], stores: list[Op]) -> bool:
        """Whether nothing but stores of numbers, and branches, is between two versions."""
        versions.append(version)
        if version is start:
            return True
        made = self._defs.table.get(version)
        if isinstance(made, If):
            k = made.results.index(version)
            sides = (made.then, made.orelse)
            return all([self._back(side.yields[k], start, versions, stores) for side in sides])
        if isinstance(made, Op) and made.prim.name == "write" and _is_cell(made):
            stores.append(made)
            return self._back(made.operands[0], start, versions, stores)
        return False

    def _reads(self, body: Region, versions: set[Value], stores: Sequence[Op]) -> list[Op] | None:
        """The reads of versions of an array in a loop; None where they are used otherwise."""
        found: list[Op] = []
        for node in walk(body):
            if versions.isdisjoint(operands_of(node)) or node in stores:
                continue
            if not isinstance(node, Op) or node.prim.name != "read":
                return None
            found.append(node)
        inner = [r for n in walk(body) for r in regions_of(n) if isinstance(n, If)]
        yielded = {v for r in (body, *inner) for v in r.yields if v in versions}
        counts = sum(v in yielded for r in (body, *inner) for v in r.yields)
        expected = 1 + 2 * sum(v in versions for n in walk(body) if isinstance(n, If) for v in n.results)
        return found if counts == expected else None


def _matter(body: Region, reads: Sequence[Op]) -> bool:
    """Whether a derivative needs the numbers that are read."""
    numbers = {r.result for r in reads}
    users = [n for n in walk(body) if not numbers.isdisjoint(operands_of(n))]
    return any(not isinstance(n, Op) or n.prim.name not in _LINEAR for n in users)


class _Cells(Rebuild):
    """Carries the numbers; ``found`` are the cells and numbers of versions of arrays."""

    def __init__(self, finder: _Finder) -> None:
        super().__init__(Builder(HOOK))
        self._finder = finder
        self._depth = 0
        self._found: dict[Value, tuple[_Cell, Value]] = {}

    def op(self, op: Op) -> None:
        """Emit an operation; a read of a cell that is carried is the number, a store into it makes one."""
        found = self._found.get(op.operands[0]) if op.operands else None
        if found is None:
            super().op(op)
            return
        cell, number = found
        if op.prim.name == "write":
            type_ = cell.read.result.type
            stored = cast(self.b, self.value(op.operands[1]), dtype=type_.dtype, kind=type_.kind)
            self._found[op.result] = (cell, stored)
            self.env[op.result] = self.value(op.operands[0])
        elif _is_cell(op) and op.operands[1:] == cell.read.operands[1:]:
            self.env[op.result] = number
        else:
            super().op(op)

    def if_(self, node: If) -> None:
        """Emit a branch; where it would give a version of an array, it gives the number."""
        pred = self.value(node.pred)
        sides = [self.region(node.then), self.region(node.orelse)]
        results: list[Value] = []
        yields: list[list[Value]] = [[], []]
        for k, v in enumerate(node.results):
            found = [self._found.get(region.yields[k]) for region in (node.then, node.orelse)]
            one, other = found
            if one is None or other is None:
                results.append(self.fresh(v))
                ends = [side.yields[k] for side in sides]
            else:
                results.append(Value(one[1].any_type, one[0].read.result.hint))
                self._found[v] = (one[0], results[-1])
                self.env[v] = sides[0].yields[k]
                ends = [one[1], other[1]]
            for kept, end in zip(yields, ends, strict=True):
                kept.append(end)
        then, orelse = (replace(s, yields=tuple(y)) for s, y in zip(sides, yields, strict=True))
        self.b.append(If(pred, then, orelse, tuple(results), node.span))

    def for_(self, node: For) -> None:
        """Emit a loop, with the cells that it carries."""
        cells = {c.position: c for c in self._finder.cells(node)} if self._depth else {}
        bounds = (self.value(node.lo), self.value(node.hi), self.value(node.step))
        arrays = self.values(node.inits)
        inits = [self._begun(cells[k], v) if k in cells else v for k, v in enumerate(arrays)]
        counter = self.fresh(node.counter)
        params = [
            Value(v.any_type, cells[k].read.result.hint) if k in cells else self.fresh(node.carried[k])
            for k, v in enumerate(inits)
        ]
        for k, cell in cells.items():
            self._found[node.carried[k]] = (cell, params[k])
            self.env[node.carried[k]] = arrays[k]
        self._depth += 1
        with self.b.block() as nodes:
            self.nodes(node.body.nodes)
        self._depth -= 1
        ends = node.body.yields
        yields = tuple(self._found[v][1] if k in cells else self.value(v) for k, v in enumerate(ends))
        results = tuple(
            Value(params[k].any_type, params[k].hint) if k in cells else self.fresh(v)
            for k, v in enumerate(node.results)
        )
        body = Region((counter, *params), tuple(nodes), yields)
        self.b.append(For(*bounds, tuple(inits), body, results, node.attrs, node.span))
        for k, cell in cells.items():
            self.env[node.results[k]] = self._ended(cell, arrays[k], results[k])

    def _begun(self, cell: _Cell, array: Value) -> Value:
        """What a cell is before the loop."""
        read, places = cell.read, self.values(cell.read.operands[1:])
        hint, type_ = read.result.hint, read.result.type
        made = self.b.defs.op(array)
        if made is not None and made.prim.name == "write" and _is_cell(made) and made.operands[2:] == places:
            return cast(self.b, made.operands[1], dtype=type_.dtype, kind=type_.kind)
        (number,) = self.b.emit(read.prim, (array, *places), self.attrs(read.attrs), hint, read.span)
        return number

    def _ended(self, cell: _Cell, array: Value, number: Value) -> Value:
        """The array behind the loop."""
        store, places = cell.store, self.values(cell.store.operands[2:])
        hint, operands = store.result.hint, (array, number, *places)
        (found,) = self.b.emit(store.prim, operands, self.attrs(store.attrs), hint, store.span)
        return found


def _is_cell(op: Node) -> bool:
    index = op.attr("index") if isinstance(op, Op) else None
    return index is not None and all(isinstance(a, Point) for a in index.access)
