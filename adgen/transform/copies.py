"""Explicit copies: after this stage every store happens in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.analysis.ownership import CopyPlan, copies_needed
from adgen.ir.builder import Builder
from adgen.ir.calls import is_call
from adgen.ir.core import Attrs, For, Func, If, Node, Op, Region, Value, While, operands_of, uses_of, walk
from adgen.ir.sums import chain_of
from adgen.primitives.shape import broadcast, copy, full
from adgen.transform.rebuild import Rebuild, rebuilt

#: Rounds of planning; each parts at least one version from another.
ROUNDS = 1000


def insert_copies(func: Func) -> Func:
    """``func`` with the copies that ownership asks for; :func:`count_copies` counts them."""
    for _ in range(ROUNDS):
        plan = copies_needed(func)
        if plan.early:
            func, plan = _with_late_stores(func, plan)
        if not plan:
            return func
        func = rebuilt(func, _Insert(plan))
    raise AssertionError(f"{func.name}: copies do not settle")


def _with_late_stores(func: Func, plan: CopyPlan) -> tuple[Func, CopyPlan]:
    """Move stores down to right before the first use of their result, where that saves copies of views."""
    moved = rebuilt(func, _Sink(set(plan.early)))
    better = copies_needed(moved)
    return (moved, better) if len(better) < len(plan) else (func, plan)


class _Sink(Rebuild):
    """Emits the given stores as late as their results allow."""

    def __init__(self, stores: set[Node]) -> None:
        super().__init__(Builder())
        self._stores = stores

    def nodes(self, nodes: Sequence[Node]) -> None:
        """Emit a block, holding stores back until something uses their result."""
        held: list[Node] = []
        for node in nodes:
            self.reached(node)
            used = set(uses_of(node))
            for store in [s for s in held if any(v in used for v in s.results)]:
                self._release(store, held)
            if node in self._stores:
                held.append(node)
            else:
                super().node(node)
        for store in tuple(held):
            self._release(store, held)

    def _release(self, store: Node, held: list[Node]) -> None:
        if store in held:
            held.remove(store)
            for other in [s for s in held if any(v in s.results for v in uses_of(store))]:
                self._release(other, held)
            super().node(store)


def count_copies(func: Func) -> int:
    """Number of ``copy`` operations in the text of a program."""
    return sum(isinstance(n, Op) and n.prim is copy for n in walk(func.body))


class _Insert(Rebuild):
    def __init__(self, plan: CopyPlan) -> None:
        super().__init__(Builder())
        self._plan = plan

    def node(self, node: Node) -> None:
        """Emit a node, copies of its operands before it and of views it makes after it."""
        super().node(self._prepared(node))
        for value in node.results:
            if value in self._plan.views:
                self.env[value] = self._owned(value, value.hint)

    def _owned(self, value: Value, hint: str | None) -> Value:
        """An array with storage of its own; a repeated number is made, not copied."""
        source = self.value(value)
        made = self.b.defs.op(source)
        if made is not None and made.prim is broadcast and not made.operands[0].type.rank:
            return full(self.b, made.operands[0], hint=hint, dims=source.type.dims)
        return copy(self.b, source, hint=hint)

    def _copied(
        self, node: Node, values: Sequence[Value], named_after: Sequence[Value], first: int = 0
    ) -> tuple[Value, ...]:
        """Operands, copied where the plan says so; a copy is named after what it becomes."""
        found = []
        for k, v in enumerate(values):
            if (node, first + k) in self._plan.operands:
                hint = named_after[k].hint if k < len(named_after) else None
                v = self._owned(v, hint or v.hint)
            found.append(v)
        return tuple(found)

    def _prepared(self, node: Node) -> Node:
        match node:
            case Op():
                named_after = node.operands if is_call(node) else node.results
                return replace(node, operands=self._copied(node, node.operands, named_after))
            case For():
                inits = self._copied(node, node.inits, node.carried, 3)
                return replace(node, inits=inits, attrs=self._sums(node))
            case While():
                return replace(node, inits=self._copied(node, node.inits, node.carried))
            case If():
                return node

    def _sums(self, node: For) -> Attrs:
        """The attributes of a loop: what is copied in its body is an accumulator no longer."""
        old = node.attr("accumulators", ())
        if not old:
            return node.attrs
        copied = {operands_of(n)[k] for n, k in self._plan.operands}
        copied |= {region.yields[k] for region, k in self._plan.yields}
        kept = tuple(k for k in old if copied.isdisjoint(chain_of(node, k)[0]))
        attrs = tuple((name, kept if name == "accumulators" else value) for name, value in node.attrs)
        return tuple((name, value) for name, value in attrs if value != ())

    def region(self, region: Region) -> Region:
        """A region with copies of what it yields where the plan says so."""
        params = tuple(self.fresh(p) for p in region.params)
        with self.b.block() as nodes:
            self.nodes(region.nodes)
            yields = tuple(
                self._owned(v, v.hint) if (region, k) in self._plan.yields else self.value(v)
                for k, v in enumerate(region.yields)
            )
        return Region(params, tuple(nodes), yields)
