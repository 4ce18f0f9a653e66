"""The last step of lowering: the user's names go onto the values, dead code goes."""

from __future__ import annotations

from collections.abc import Mapping

from adgen.ir.builder import Builder, dims_in_attrs
from adgen.ir.core import Func, Node, Op, Region, Value, uses_of, walk
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.rebuild import Rebuild, rebuilt


class _Named(Rebuild):
    """Gives every value that has none the name found for it."""

    def __init__(self, names: Mapping[Value, str]) -> None:
        super().__init__(Builder())
        self._names = names

    def fresh(self, value: Value) -> Value:
        """A new value with its name."""
        self.env[value] = Value(value.any_type, self._names.get(value, value.hint))
        return self.env[value]

    def op(self, op: Op) -> None:
        """Emit an operation, its results named."""
        hints = [self._names.get(v, v.hint) for v in op.results]
        found = self.b.emit(op.prim, self.values(op.operands), self.attrs(op.attrs), hints, op.span)
        self.env.update(zip(op.results, found, strict=True))


def finished(func: Func, names: Mapping[Value, str]) -> Func:
    """``func`` with names and without what nothing needs."""
    named = eliminate_dead_code(rebuilt(func, _Named(names)))
    symbols = _renumbered(named)
    return rebuilt(named, Rebuild(Builder(), symbols)) if symbols else named


def _renumbered(func: Func) -> dict[str, Dim]:
    """New names for bound symbols, numbered in the order in which they are bound: attempts leave gaps."""
    taken = set().union(*(_in_type(p) for p in func.params))
    found: dict[str, Dim] = {}
    for node in walk(func.body):
        if isinstance(node, Op) and node.prim.name == "bind_dim":
            old: str = node.attr("sym")
            base = old.partition(".")[0]
            candidates = (base if k == 0 else f"{base}.{k}" for k in range(len(taken) + 1))
            new = next(name for name in candidates if name not in taken)
            taken.add(new)
            found[old] = Dim.symbol(new)
    return {old: new for old, new in found.items() if new != Dim.symbol(old)}


def needed_captures(
    nodes: tuple[Node, ...], yields: tuple[Value, ...], captures: tuple[Value, ...], sizes: set[str]
) -> frozenset[Value]:
    """The captured values that a program uses, or whose sizes it (or ``sizes``) mentions."""
    live = eliminate_dead_code(Func("captures", Region((), nodes, yields))).body
    used = set(live.yields).union(*(uses_of(node) for node in live.nodes))
    sizes = sizes.union(*(_symbols(node) for node in walk(live)))
    return frozenset(v for v in captures if v in used or sizes & _in_type(v))


def _in_type(value: Value) -> set[str]:
    dims = value.type.dims if isinstance(value.any_type, Type) else ()
    return {s for d in dims for s in d.symbols()}


def _symbols(node: Node) -> set[str]:
    found = set().union(*(_in_type(v) for v in node.results))
    if isinstance(node, Op):
        found.update(s for d in dims_in_attrs(node.attrs) for s in d.symbols())
    return found
