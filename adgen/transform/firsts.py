"""Cotangents that a loop fills, each cell once, begin without zeros.

The reverse of a loop that reads the rows of an array one by one adds to each row of the cotangent once ::

    x_bar = np.zeros((n, m))                      x_bar = np.empty((n, m))
    for t in reversed(range(n)):                  for t in reversed(range(n)):
        x_bar[t] += ...                               x_bar[t] = ...

Where the loops provably come by every cell, and by none twice, the first addition is a store: one pass over
the array less. Nor are cells set to zero where what happens to the array next is an addition to these very
cells, as in the reverse of a loop that updates them::

    t = x_bar[1:-1]                               t = x_bar[1:-1]
    x_bar[1:-1] = 0.0                             x_bar[1:-1] = t * 0.5
    x_bar[1:-1] += t * 0.5

The sum is the same but for the sign of a zero, which no gradient promises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from adgen.analysis.switches import enabled
from adgen.ir.builder import Builder, sorted_attrs
from adgen.ir.core import Definitions, For, Full, Func, Node, Op, Point, Value, operands_of, regions_of, walk
from adgen.ir.dims import Dim
from adgen.primitives.indexing import write
from adgen.primitives.literals import known_number
from adgen.primitives.shape import empty
from adgen.primitives.sizes import known_dim
from adgen.transform.fold import constant_of
from adgen.transform.rebuild import Rebuild, rebuilt


def first_writes(func: Func) -> Func:
    """``func`` with cotangents that are filled cell by cell made without zeros."""
    if not enabled("firsts"):
        return func
    finder = _Finder(func)
    found, cells = list(finder.fills()), dict(finder.cells())
    return rebuilt(func, _Stored(found, cells)) if found or cells else func


@dataclass(frozen=True, slots=True)
class _Fill:
    """Zeros, the loops that add to them, outermost first, with the position each carries them at, and the
    addition."""

    zeros: Op
    loops: tuple[tuple[For, int], ...]
    store: Op


class _Finder:
    def __init__(self, func: Func) -> None:
        self._func = func
        self._b = Builder()
        self._b.defs = Definitions.of(func.body)
        self._uses: Counter[Value] = Counter(func.results)
        for node in walk(func.body):
            self._uses.update(operands_of(node))
            for region in regions_of(node):
                self._uses.update(region.yields)

    def fills(self) -> Iterator[_Fill]:
        """The zeros of a function that are filled."""
        for node in walk(self._func.body):
            if isinstance(node, For):
                for k, init in enumerate(node.inits):
                    zeros = self._zeros(init, node.carried[k])
                    found = None if zeros is None else self._filled(node, k, ())
                    if zeros is not None and found is not None and self._covers(*found):
                        yield _Fill(zeros, *found)

    def cells(self) -> Iterator[tuple[Op, Op]]:
        """The additions to cells that are zero, with the stores that make them so for nothing else."""
        for op in walk(self._func.body):
            if isinstance(op, Op) and op.prim.name == "add_at" and self._uses[op.operands[0]] == 1:
                before = self._b.defs.op(op.operands[0])
                if before is not None and before.prim.name == "write" and self._clears(before, op):
                    yield op, before

    def _clears(self, store: Op, addition: Op) -> bool:
        """Whether a store sets the cells of an addition to zero."""
        index, cotangent = store.attr("index"), (addition.result.hint or "").endswith("_bar")
        if not cotangent or index != addition.attr("index") or not index.once:
            return False
        pairs = zip(store.operands[2:], addition.operands[2:], strict=True)
        same = all(x is y or known_dim(self._b, x) == known_dim(self._b, y) is not None for x, y in pairs)
        zeros, values = store.operands[1], addition.operands[1]
        return same and zeros.any_type == values.any_type and known_number(self._b, zeros) == 0

    def _zeros(self, value: Value, param: Value) -> Op | None:
        op = self._b.defs.op(value)
        if op is None or op.prim.name != "full" or self._uses[value] != 1:
            return None
        cotangent = (param.hint or "").endswith("_bar")
        return op if cotangent and constant_of(self._b, op.operands[0]) == 0 else None

    def _filled(
        self, node: For, k: int, around: tuple[tuple[For, int], ...]
    ) -> tuple[tuple[tuple[For, int], ...], Op] | None:
        """The loops, and the one addition, that all happens in to a carried value."""
        loops, param, end = (*around, (node, k)), node.carried[k], node.body.yields[k]
        made = self._b.defs.table.get(end)
        if self._uses[param] != 1 or self._uses[end] != 1:
            return None
        match made:
            case For() if made in node.body.nodes and param in made.inits:
                inner = made.inits.index(param)
                return self._filled(made, inner, loops) if made.results[inner] is end else None
            case Op() if made in node.body.nodes and made.prim.name == "add_at":
                return (loops, made) if made.operands[0] is param else None
        return None

    def _covers(self, loops: Sequence[tuple[For, int]], store: Op) -> bool:
        """Whether an addition comes by every cell once: a point for each loop, and whole dims otherwise."""
        access, places = store.attr("index").access, store.operands[2:]
        left = [node for node, _ in loops]
        dims, points = store.operands[0].type.dims, iter(places)
        for dim, each in zip(dims, access, strict=True):
            if isinstance(each, Full):
                continue
            if not isinstance(each, Point):
                return False
            through = self._through(next(points), left, dim)
            if through is None:
                return False
            left.remove(through)
        return not left

    def _through(self, place: Value, loops: Sequence[For], dim: Dim) -> For | None:
        """The loop whose counter, perhaps with something known added, goes through a dim once."""
        for node in loops:
            offset = self._offset(place, node.counter)
            lo, hi, step = (known_dim(self._b, v) for v in (node.lo, node.hi, node.step))
            if offset is None or lo is None or hi is None or step is None:
                continue
            first, trips = (lo, hi - lo) if step.value == 1 else (hi + 1, lo - hi)
            if step.value in (1, -1) and (first + offset).value == 0 and trips == dim:
                return node
        return None

    def _offset(self, place: Value, counter: Value) -> Dim | None:
        if place is counter:
            return Dim.const(0)
        op = self._b.defs.op(place)
        if op is None or op.prim.name not in ("add", "sub"):
            return None
        inner, known = self._offset(op.operands[0], counter), known_dim(self._b, op.operands[1])
        if inner is None or known is None:
            return None
        return inner + known if op.prim.name == "add" else inner - known


class _Stored(Rebuild):
    """Rebuilds with empty arrays in place of zeros, and stores in place of additions."""

    def __init__(self, fills: Sequence[_Fill], cells: Mapping[Op, Op]) -> None:
        super().__init__(Builder())
        self._cells = cells
        self._cleared = set(cells.values())
        self._zeros = {fill.zeros for fill in fills}
        self._stores = {fill.store for fill in fills}
        self._carried: dict[For, set[int]] = {}
        for fill in fills:
            for node, k in fill.loops:
                self._carried.setdefault(node, set()).add(k)

    def node(self, node: Node) -> None:
        """Emit a node."""
        if isinstance(node, For) and node in self._carried:
            sums = tuple(k for k in node.attr("accumulators", ()) if k not in self._carried[node])
            attrs = {**dict(node.attrs), "accumulators": sums}
            node = replace(node, attrs=sorted_attrs({k: v for k, v in attrs.items() if v != ()}))
        super().node(node)

    def op(self, op: Op) -> None:
        """Emit an operation."""
        with self.b.at(op.span):
            if op in self._zeros:
                type_ = op.result.type
                self.env[op.result] = empty(self.b, dims=type_.dims, dtype=type_.dtype, hint=op.result.hint)
            elif op in self._cleared:
                return
            elif op in self._stores or op in self._cells:
                before = self._cells.get(op, op)
                base, value, *places = self.values((before.operands[0], *op.operands[1:]))
                index = op.attr("index")
                self.env[op.result] = write(self.b, base, value, *places, index=index, hint=op.result.hint)
            else:
                super().op(op)
