"""Undo logs: versions of an array that a loop changes in place, from the cells that it overwrites.

Where the reverse sweep needs the whole of an array of which every round stores into a few cells, these cells
are saved before they are overwritten, and the reverse sweep takes the stores back one by one from what the
array is in the end (as Tapenade pushes and pops what is overwritten). It walks back a copy where the array
is needed otherwise.
"""

from __future__ import annotations

from dataclasses import replace

from adgen.autodiff.homes import Homes, Path
from adgen.ir.builder import Builder
from adgen.ir.core import For, Gather, Op, Value, While
from adgen.ir.types import Type
from adgen.primitives.indexing import read
from adgen.records import dataclass

_STORES = ("write", "add_at")


@dataclass(frozen=True, slots=True)
class Step:
    """A store, the version of the array before it, and the read of what it overwrites."""

    store: Op
    base: Value
    old: Op


@dataclass(frozen=True, slots=True, eq=False)
class Undo:
    """The stores of a round, last first; ``final`` is the array outside all loops, ``path`` the round's."""

    steps: tuple[Step, ...]
    final: Value
    path: Path


class Undos:
    """Side table of a function, filled on demand: the undo log for each version of an array."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        self._found: dict[Value, Undo | None] = {}
        self.before: dict[Op, Op] = {}

    def of(self, value: Value) -> Undo | None:
        """How a version of an array that a loop carries is had from the one after it, if it can be."""
        if value not in self._found:
            undo = self._undo(value)
            self._found[value] = undo
            if undo is not None:
                self._found.update((v, undo) for step in undo.steps for v in (step.base, step.store.result))
        return self._found[value]

    def use(self, undo: Undo) -> None:
        """Have the overwritten cells read in the forward sweep."""
        self.before.update((step.store, step.old) for step in undo.steps)

    def _undo(self, value: Value) -> Undo | None:
        path = self._homes.path[value]
        if not isinstance(value.any_type, Type) or not value.type.rank or not path:
            return None
        if not all(isinstance(node, For | While) and number == _body(node) for node, number in path):
            return None
        param = self._param(value, path)
        final = None if param is None else self._final(param, path)
        if param is None or final is None:
            return None
        node = path[-1][0]
        assert isinstance(node, For | While)
        stores = self._stores(node.body.yields[node.carried.index(param)], param, path)
        if not stores:
            return None
        return Undo(tuple(Step(op, op.operands[0], self._old(op, path)) for op in stores), final, path)

    def _param(self, value: Value, path: Path) -> Value | None:
        """The carried value that a version comes from."""
        node = path[-1][0]
        assert isinstance(node, For | While)
        while value not in node.carried:
            op = self._homes.defs.op(value)
            if op is None or op.prim.name not in _STORES or self._homes.path[value] != path:
                return None
            value = op.operands[0]
        return value

    def _stores(self, end: Value, param: Value, path: Path) -> list[Op]:
        """The stores between what a round begins and ends with, last first; none where there is more."""
        found: list[Op] = []
        while end is not param:
            op = self._homes.defs.op(end)
            if op is None or op.prim.name not in _STORES or self._homes.path.get(end) != path:
                return []
            index = op.attr("index")
            if any(isinstance(a, Gather) for a in index.access):
                return []
            if not all(self._homes.free(v) for v in op.operands[2:]):
                return []
            found.append(op)
            end = op.operands[0]
        return found

    def _final(self, param: Value, path: Path) -> Value | None:
        """The array outside all loops, if each loop does nothing but hand it to the next."""
        for (node, _), (outer, _) in zip(reversed(path), (*reversed(path[:-1]), (None, 0)), strict=True):
            assert isinstance(node, For | While)
            k = node.carried.index(param)
            if outer is None:
                return node.results[k]
            assert isinstance(outer, For | While)
            param = node.inits[k]
            if param not in outer.carried:
                return None
            if outer.body.yields[outer.carried.index(param)] is not node.results[k]:
                return None
        return None

    def _old(self, store: Op, path: Path) -> Op:
        """The read of what a store overwrites."""
        b = Builder()
        with b.at(store.span), b.block() as nodes:
            base, places = store.operands[0], store.operands[2:]
            hint = None if base.hint is None else f"{base.hint}_old"
            read(b, base, *places, index=replace(store.attr("index"), once=False), hint=hint)
        (op,) = nodes
        assert isinstance(op, Op)
        self._homes.add(op, path, like=store)
        return op


def _body(node: object) -> int:
    return 0 if isinstance(node, For) else 1
