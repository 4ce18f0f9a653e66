"""Ownership: where in-place stores are safe, and where a copy is needed to keep an older version alive.

Arrays are values; ``write`` and ``add_at`` take over the storage of their operand. That is right when the
storage belongs to the program (not to the caller, not to a value outside the loop around) and when nobody
uses an older version, or a view of it, afterwards. :func:`copies_needed` lists what breaks this. A program
for which it lists nothing runs without copies other than its own ``copy`` operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from adgen.ir.calls import bundled
from adgen.ir.core import For, Func, Gather, If, Node, Op, Region, Value, While, regions_of, uses_of
from adgen.ir.types import TapeType, Type
from adgen.records import dataclass


@dataclass(slots=True)
class CopyPlan:
    """Where copies go.

    ``views``: values copied right after they are made. ``operands``: operands of a node (initial values of a
    loop) copied right before it, by position. ``yields``: yields of a region copied at its end, by position.
    ``early``: stores that come before the last use of a view of what they change.
    """

    views: dict[Value, None] = field(default_factory=dict)
    operands: dict[tuple[Node, int], None] = field(default_factory=dict)
    yields: dict[tuple[Region, int], None] = field(default_factory=dict)
    early: dict[Node, None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.views) + len(self.operands) + len(self.yields)


def copies_needed(func: Func) -> CopyPlan:
    """The copies that make every store of ``func`` safe in place and its results independent of anything."""
    return _Ownership(func).plan


def holds_memory(value: Value) -> bool:
    """Whether a value is an array with storage that can be shared."""
    return isinstance(value.any_type, Type) and value.any_type.rank > 0


def is_view(op: Op) -> bool:
    """Whether the result shares the memory of operand 0."""
    if not op.prim.view or not op.results or not holds_memory(op.results[0]):
        return False
    return op.prim.name != "read" or not any(isinstance(a, Gather) for a in op.attr("index").access)


class Buffers:
    """Which values may share storage: a union of values, with the members of each class."""

    def __init__(self) -> None:
        self._parent: dict[Value, Value] = {}
        self._members: dict[Value, list[Value]] = {}

    def root(self, value: Value) -> Value:
        """The representative of the values that may share storage with this one."""
        while value in self._parent:
            value = self._parent[value]
        return value

    def join(self, one: Value, other: Value) -> None:
        """Let two values share storage."""
        a, b = self.root(one), self.root(other)
        if a is not b:
            self._parent[b] = a
            self._members.setdefault(a, [a]).extend(self._members.pop(b, [b]))

    def members(self, value: Value) -> Sequence[Value]:
        """All values that may share storage with this one, itself included."""
        root = self.root(value)
        return self._members.get(root, [root])


Loop = tuple[Node, ...]
#: operations that keep an operand as it is at that time, and which
_SAVED = {"push": 1, "set_cell": 2, "add_cell": 2}


class _Ownership:
    def __init__(self, func: Func) -> None:
        self.plan = CopyPlan()
        self._shared = Buffers()
        self._flow = Buffers()
        self._defs: dict[Value, Node] = {}
        self._home: dict[Value, Loop] = {}
        self._never: set[Value] = set()
        self._mutable: dict[Node, set[int]] = {}
        self._consumed_flow: set[Value] = set()
        self._parted: set[Value] = set()
        self._never.update(func.params)
        self._collect(func.body, ())
        self._consumed(func.body)
        self._seen: set[Value] = set(func.params)
        self._region(func.body, set())
        if not self.plan:  # copies planned so far change what the results share
            self._results(func)

    # -- which values share storage ---------------------------------------------------------------------
    def _collect(self, region: Region, home: Loop) -> None:
        self._home.update((p, home) for p in region.params)
        for node in region.nodes:
            inside = home if isinstance(node, If) else (*home, node)
            for inner in regions_of(node):
                self._collect(inner, inside)
            self._home.update((v, home) for v in node.results)
            self._defs.update((v, node) for v in node.results)
            match node:
                case Op():
                    self._collect_op(node)
                case For():
                    self._collect_flow(node.inits, node.carried, node.body.yields, node.results)
                case While():
                    self._collect_flow(node.inits, node.body.params, node.body.yields, node.results)
                    self._collect_flow(node.inits, node.cond.params, node.inits, node.results)
                case If():
                    for branch in (node.then, node.orelse):
                        for result, end in zip(node.results, branch.yields, strict=True):
                            self._share(end, result)

    def _collect_op(self, op: Op) -> None:
        if op.prim.name in ("broadcast", "cell", "take"):
            self._never.update(op.results)
        if op.results and (is_view(op) or op.prim.consumes) and holds_memory(op.operands[0]):
            self._share(op.operands[0], op.results[0])

    def _share(self, one: Value, other: Value) -> None:
        if holds_memory(one) and holds_memory(other):
            self._shared.join(one, other)
            self._flow.join(one, other)

    def _collect_flow(self, *groups: Sequence[Value]) -> None:
        for values in zip(*groups, strict=True):
            for value in values[1:]:
                if holds_memory(value):
                    self._flow.join(values[0], value)

    # -- which carried values a loop changes in place ---------------------------------------------------
    def _consumed(self, region: Region) -> set[Value]:
        """Representatives of the storage that stores inside ``region`` take over."""
        found: set[Value] = set()
        for node in region.nodes:
            match node:
                case Op():
                    for k in node.prim.consumes:
                        if holds_memory(node.operands[k]):
                            found.add(self._shared.root(node.operands[k]))
                            self._consumed_flow.add(self._flow.root(node.operands[k]))
                case For():
                    found |= self._consumed_loop(node, node.inits, node.carried, node.body)
                case While():
                    self._consumed(node.cond)
                    self._never.update(node.cond.params)  # the body goes on with what the condition has seen
                    found |= self._consumed_loop(node, node.inits, node.body.params, node.body)
                case If():
                    found |= self._consumed(node.then) | self._consumed(node.orelse)
        return found

    def _consumed_loop(
        self, node: Node, inits: Sequence[Value], params: Sequence[Value], body: Region
    ) -> set[Value]:
        inside = self._consumed(body)
        roots = {self._shared.root(p): k for k, p in enumerate(params) if holds_memory(p)}
        mutable = {k for root, k in roots.items() if root in inside}
        while True:
            more = {roots.get(self._shared.root(body.yields[k]), k) for k in mutable} - mutable
            if not more:
                break
            mutable |= more
        self._mutable[node] = mutable
        self._never.update(p for k, p in enumerate(params) if k not in mutable)
        return {self._shared.root(inits[k]) for k in mutable}

    # -- checking ---------------------------------------------------------------------------------------
    def _region(self, region: Region, after: set[Value]) -> None:
        self._seen.update(region.params)
        later = _used_later(region, after)
        for node, rest in zip(region.nodes, later, strict=True):
            match node:
                case Op():
                    self._op(node, rest)
                case For():
                    self._loop(node, node.inits, node.carried, (node.body,), rest)
                case While():
                    self._loop(node, node.inits, node.body.params, (node.cond, node.body), rest)
                case If():
                    for branch in (node.then, node.orelse):
                        self._region(branch, rest)
            self._seen.update(node.results)

    def _op(self, op: Op, later: set[Value]) -> None:
        if any(isinstance(v.any_type, TapeType) for v in op.results):
            self._kept_on_tape(op)
        k = _SAVED.get(op.prim.name, 0)
        if k and holds_memory(op.operands[k]) and self._flow.root(op.operands[k]) in self._consumed_flow:
            self.plan.operands[op, k] = None
        for k in op.prim.consumes:
            if holds_memory(op.operands[k]):
                home = self._home.get(op.results[0], ())
                self._take_over(op, k, op.operands[k], home, later)
                if op.attr("index") is not None:
                    self._check_others(op, k)

    def _kept_on_tape(self, op: Op) -> None:
        """A tape holds arguments as they were: those that the function changes elsewhere are copied first."""
        for k, value in enumerate(op.operands):
            if holds_memory(value) and self._flow.root(value) in self._consumed_flow:
                self.plan.operands[op, k] = None

    def _check_others(self, op: Op, k: int) -> None:
        """A value scattered into the very array it is a view of is copied first.

        Plain stores need no copy: both backends see such an overlap and go by a detour.
        """
        if op.attr("index").once:
            return
        root = self._shared.root(op.operands[k])
        for n, value in enumerate(op.operands):
            if n != k and holds_memory(value) and self._shared.root(value) is root:
                self.plan.operands[op, n] = None

    def _take_over(self, node: Node, position: int, value: Value, home: Loop, later: set[Value]) -> None:
        """Check that the storage of ``value`` may be changed at ``node``; else plan copies.

        One copy a round parts the versions after it from those before, so only the first is planned.
        """
        members, root = self._shared.members(value), self._shared.root(value)
        if root in self._parted:
            return
        own = self._origins(value)
        needed = [
            m for m in members if m in later and m in self._seen and not own.isdisjoint(self._origins(m))
        ]
        views = [m for m in needed if m is not value and self._is_view(m)]
        foreign = any(m in self._never or not _inside(self._home.get(m, ()), home) for m in own)
        if foreign or len(views) < len(needed):
            self.plan.operands[node, position] = None
            self._parted.add(root)
        elif views:
            self.plan.views.update(dict.fromkeys(views))
            self.plan.early[node] = None

    def _origins(self, value: Value) -> set[Value]:
        """The values on the way back from ``value`` to where its storage may have been made.

        Two values that only meet later, at the end of a branch, do not share storage before.
        """
        found: set[Value] = set()
        pending = [value]
        while pending:
            value = pending.pop()
            if value in found or not holds_memory(value):
                continue
            found.add(value)
            match self._defs.get(value):
                case Op() as op if is_view(op) or op.prim.consumes:
                    pending.append(op.operands[0])
                case If() as branch:
                    k = branch.results.index(value)
                    pending += [branch.then.yields[k], branch.orelse.yields[k]]
                case For() | While() as loop if (k := loop.results.index(value)) not in self._mutable.get(
                    loop, ()
                ):  # else the loop has taken the storage over
                    pending += [loop.inits[k], regions_of(loop)[-1].yields[k]]
        return found

    def _is_view(self, value: Value) -> bool:
        made = self._defs.get(value)
        return isinstance(made, Op) and is_view(made)

    def _loop(
        self,
        node: For | While,
        inits: Sequence[Value],
        params: Sequence[Value],
        regions: Sequence[Region],
        later: set[Value],
    ) -> None:
        mutable = self._mutable[node]
        home = self._home[node.results[0]] if node.results else ()
        first = 3 if isinstance(node, For) else 0
        inside = {v for region in regions for n in region.nodes for v in uses_of(n)}
        inside.update(v for region in regions for v in region.yields)
        for k in sorted(mutable):
            others = {v for n, v in enumerate(inits) if n != k and not (n in mutable and n > k)}
            self._take_over(node, first + k, inits[k], home, later | inside | others)
        body = regions[-1]
        for region in regions:
            self._region(region, set())
        self._yields(node, params, body, mutable)
        kept = [k for k, v in enumerate(node.results) if k not in mutable and holds_memory(v)]
        for k in kept:
            self._share(inits[k], node.results[k])
            self._share_outer(body.yields[k], node.results[k], home)
        self._share_results(node, inits, params, body, kept)

    def _share_results(
        self,
        node: For | While,
        inits: Sequence[Value],
        params: Sequence[Value],
        body: Region,
        kept: list[int],
    ) -> None:
        """Carried values that no store changes may be one array behind the loop, or change places."""
        ends = {k: self._shared.root(body.yields[k]) for k in kept}
        begins = {k: self._shared.root(params[k]) for k in kept}
        for k in kept:
            for n in kept:
                if n < k and ends[n] is ends[k]:
                    self._share(node.results[n], node.results[k])
                if n != k and ends[k] is begins[n]:
                    self._share(inits[n], node.results[k])

    def _share_outer(self, end: Value, result: Value, home: Loop) -> None:
        if holds_memory(end) and any(_inside(home, self._home.get(m, ())) for m in self._shared.members(end)):
            self._share(end, result)

    def _yields(self, node: Node, params: Sequence[Value], body: Region, mutable: set[int]) -> None:
        """What replaces a carried value that is changed in place must be storage of the loop, and unique."""
        if not mutable:
            return
        home = (*self._home[node.results[0]], node)
        roots = [self._shared.root(v) if holds_memory(v) else None for v in body.yields]
        taken: set[Value] = set()
        for k in sorted(mutable):
            root = roots[k]
            assert root is not None
            foreign = any(
                m in self._never or not _inside(self._home.get(m, ()), home)
                for m in self._shared.members(body.yields[k])
            )
            shared = any(r is root for n, r in enumerate(roots) if n != k and n not in mutable)
            if foreign or shared or root in taken:
                self.plan.yields[body, k] = None
            taken.add(root)

    def _results(self, func: Func) -> None:
        taken: set[Value] = set()
        tape = _on_tape(func)
        for k, value in enumerate(func.results):
            if not holds_memory(value):
                continue
            root = self._shared.root(value)
            if k in tape:
                if root in taken:
                    self.plan.yields[func.body, k] = None
                continue
            foreign = any(m in self._never for m in self._shared.members(value))
            if foreign or root in taken or self._is_view(value):
                self.plan.yields[func.body, k] = None
            else:
                taken.add(root)


def _on_tape(func: Func) -> set[int]:
    """Results that go onto a tape, which may share the memory of arguments."""
    places = bundled(range(len(func.results)), func.gives)
    return {k for place in places if isinstance(place, tuple) for k in place}


def _inside(home: Loop, outer: Loop) -> bool:
    return home[: len(outer)] == outer


def _used_later(region: Region, after: Iterable[Value]) -> list[set[Value]]:
    """For each node, the values used after it in this region or later."""
    used = set(after) | set(region.yields)
    found: list[set[Value]] = []
    for node in reversed(region.nodes):
        found.append(set(used))
        used.update(uses_of(node))
    return found[::-1]
