"""Dead code: what no result, check or live size depends on goes; so do carried values nobody needs."""

from __future__ import annotations

from dataclasses import replace

from adgen.ir.builder import dims_in_attrs
from adgen.ir.calls import SEGMENT, is_edge
from adgen.ir.core import For, Func, If, Node, Op, Region, Value, While
from adgen.ir.types import AnyType, StackType


def eliminate_dead_code(func: Func) -> Func:
    """``func`` without the nodes and carried values that its results do not need; ``cut`` is kept right."""
    live = _Live()
    live.use(*func.results)
    nodes = live.nodes(func.body.nodes)
    cut = func.cut
    if cut is not None:
        kept = set(map(id, live.kept_originals))
        cut = sum(id(n) in kept for n in func.body.nodes[:cut])
    return replace(func, body=replace(func.body, nodes=nodes), cut=cut)


def live_nodes(
    nodes: tuple[Node, ...], needed: tuple[Value, ...], mirror: dict[Node, Node]
) -> tuple[Node, ...]:
    """The nodes of a block that ``needed`` depends on; ``mirror`` follows nodes that changed."""
    live = _Live(mirror)
    live.use(*needed)
    return live.nodes(nodes)


class _Live:
    def __init__(self, mirror: dict[Node, Node] | None = None) -> None:
        self.values: set[Value] = set()
        self.symbols: set[str] = set()
        self.kept_originals: list[Node] = []
        self.mirror: dict[Node, Node] = {} if mirror is None else mirror

    def use(self, *values: Value) -> None:
        for value in values:
            if value not in self.values:
                self.values.add(value)
                self.symbols.update(_symbols(value.any_type))

    def nodes(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        kept: list[Node] = []
        for node in reversed(nodes):
            new = self._node(node)
            if kept and is_edge(node, "begin") and is_edge(kept[-1], "end"):
                kept.pop()  # nothing of the segment is left
                self.kept_originals.pop()
            elif new is not None:
                kept.append(new)
                self.kept_originals.append(node)
                if node in self.mirror:
                    self.mirror[new] = self.mirror[node]
        return tuple(reversed(kept))

    def _node(self, node: Node) -> Node | None:
        match node:
            case Op():
                return self._op(node)
            case For():
                return self._for(node)
            case While():
                return self._while(node)
            case If():
                return self._if(node)

    def _op(self, op: Op) -> Op | None:
        named = op.prim.name == "bind_dim" and op.attr("sym") in self.symbols
        if not (named or op.prim.pinned or any(v in self.values for v in op.results)):
            return None
        self.use(*op.operands)
        for d in dims_in_attrs(op.attrs):
            self.symbols.update(d.symbols())
        for v in op.results:
            self.symbols.update(_symbols(v.any_type))
        return op

    def _for(self, node: For) -> For | None:
        keep, body = self._loop(node.results, node.carried, node.body, ())
        if not keep and not body.nodes:
            return None
        self.use(node.lo, node.hi, node.step, *(node.inits[k] for k in keep))
        old = node.attr("accumulators", ())
        fixed = {"accumulators": tuple(n for n, k in enumerate(keep) if k in old)}
        attrs = tuple((n, fixed.get(n, v)) for n, v in node.attrs if fixed.get(n, v) != ())
        params = (node.counter, *(node.carried[k] for k in keep))
        return replace(
            node,
            inits=tuple(node.inits[k] for k in keep),
            body=replace(body, params=params),
            results=tuple(node.results[k] for k in keep),
            attrs=attrs,
        )

    def _loop(
        self, results: tuple[Value, ...], params: tuple[Value, ...], body: Region, always: tuple[int, ...]
    ) -> tuple[list[int], Region]:
        """Carried values that matter: those whose result is used, and those that feed them."""
        keep = {k for k, r in enumerate(results) if r in self.values} | set(always)
        while True:
            inner = self._fork()
            inner.use(*(body.yields[k] for k in sorted(keep)))
            nodes = inner.nodes(body.nodes)
            more = {k for k, p in enumerate(params) if p in inner.values} - keep
            if not more:
                break
            keep |= more
        self._join(inner)
        order = sorted(keep)
        return order, replace(body, nodes=nodes, yields=tuple(body.yields[k] for k in order))

    def _fork(self) -> _Live:
        inner = _Live(self.mirror)
        inner.values, inner.symbols = set(self.values), set(self.symbols)
        return inner

    def _join(self, inner: _Live) -> None:
        self.values |= inner.values
        self.symbols |= inner.symbols

    def _while(self, node: While) -> While | None:
        if not any(r in self.values for r in node.results) and not _has_effect(node):
            return None
        inner = self._fork()
        inner.use(*node.cond.yields)
        cond_nodes = inner.nodes(node.cond.nodes)
        always = tuple(k for k, p in enumerate(node.cond.params) if p in inner.values)
        self._join(inner)
        keep, body = self._loop(node.results, node.body.params, node.body, always)
        self.use(*(node.inits[k] for k in keep))
        cond = replace(node.cond, params=tuple(node.cond.params[k] for k in keep), nodes=cond_nodes)
        body = replace(body, params=tuple(node.body.params[k] for k in keep))
        inits, results = tuple(node.inits[k] for k in keep), tuple(node.results[k] for k in keep)
        return replace(node, inits=inits, cond=cond, body=body, results=results)

    def _if(self, node: If) -> If | None:
        keep = [k for k, r in enumerate(node.results) if r in self.values]
        branches = []
        for region in (node.then, node.orelse):
            inner = self._fork()
            yields = tuple(region.yields[k] for k in keep)
            inner.use(*yields)
            branches.append(replace(region, nodes=inner.nodes(region.nodes), yields=yields))
            self._join(inner)
        if not keep and not any(r.nodes for r in branches):
            return None
        self.use(node.pred)
        results = tuple(node.results[k] for k in keep)
        return replace(node, then=branches[0], orelse=branches[1], results=results)


def _has_effect(node: Node) -> bool:
    from adgen.ir.core import regions_of, walk

    nodes = (n for r in regions_of(node) for n in walk(r) if isinstance(n, Op))
    return any(op.prim.pinned and op.prim.name != SEGMENT for op in nodes)


def _symbols(type_: AnyType) -> tuple[str, ...]:
    found = type_.element if isinstance(type_, StackType) else type_
    return tuple(s for d in found.dims for s in d.symbols())
