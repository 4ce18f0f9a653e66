"""Building programs: types are inferred at insertion, so an ill-typed operation cannot exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from adgen.diagnostics.spans import Span
from adgen.ir.core import Attrs, Definitions, For, If, Node, Op, Opcode, Region, Value, While
from adgen.ir.dims import Dim

Fold = Callable[["Builder", Opcode, tuple[Value, ...], dict[str, Any]], tuple[Value, ...] | None]


class Builder:
    """Appends nodes to the innermost open block.

    ``fold`` may replace an operation by existing values at insertion. ``defs`` knows the defining node of
    every value built so far. ``span`` is given to new nodes that bring none; ``hint`` is the name wished for
    what is being inserted, for folds that insert something else.
    """

    def __init__(self, fold: Fold | None = None) -> None:
        self.fold = fold
        self.span: Span | None = None
        self.hint: str | None = None
        self.failed: tuple[Exception, Span | None] | None = None
        self.defs = Definitions()
        self._blocks: list[list[Node]] = [[]]
        self._symbols: dict[str, int] = {}

    # -- leaf operations --------------------------------------------------------------------------------
    def emit(
        self,
        prim: Opcode,
        operands: Sequence[Value],
        attrs: Mapping[str, Any] | None = None,
        hint: str | Sequence[str | None] | None = None,
        span: Span | None = None,
    ) -> tuple[Value, ...]:
        """Insert one operation and return its results. Raises TypeError where it would be ill typed."""
        given = dict(attrs or {})
        if self.fold is not None:
            self.hint = hint if hint is None or isinstance(hint, str) else next(iter(hint), None)
            folded = self.fold(self, prim, tuple(operands), given)
            if folded is not None:
                return folded
        types = prim.infer(tuple(v.any_type for v in operands), given)
        hints = [hint] * len(types) if hint is None or isinstance(hint, str) else hint
        results = tuple(Value(t, h) for t, h in zip(types, hints, strict=True))
        self.append(Op(prim, tuple(operands), results, sorted_attrs(given), span or self.span))
        return results

    def append(self, node: Node) -> None:
        """Append a node that is already built."""
        self._blocks[-1].append(node)
        for value in node.results:
            self.defs.table[value] = node

    # -- blocks -----------------------------------------------------------------------------------------
    @contextmanager
    def block(self) -> Iterator[list[Node]]:
        """Collect the nodes emitted inside into a list of their own."""
        nodes: list[Node] = []
        self._blocks.append(nodes)
        try:
            yield nodes
        finally:
            popped = self._blocks.pop()
            assert popped is nodes

    @contextmanager
    def into(self, nodes: list[Node]) -> Iterator[None]:
        """Append to a list made earlier by :meth:`block`."""
        self._blocks.append(nodes)
        try:
            yield
        finally:
            self._blocks.pop()

    @contextmanager
    def reopen(self, nodes: list[Node]) -> Iterator[None]:
        """Append the nodes emitted inside to a list that an earlier block collected."""
        self._blocks.append(nodes)
        try:
            yield
        finally:
            popped = self._blocks.pop()
            assert popped is nodes

    @contextmanager
    def at(self, span: Span | None) -> Iterator[None]:
        """Give nodes emitted inside this span (where one is known)."""
        old, self.span = self.span, span or self.span
        try:
            yield
        except Exception as error:
            if self.failed is None or self.failed[0] is not error:
                self.failed = (error, self.span)
            raise
        finally:
            self.span = old

    def place_of(self, error: Exception) -> Span | None:
        """The innermost place that an exception came from."""
        return self.failed[1] if self.failed is not None and self.failed[0] is error else self.span

    @property
    def nodes(self) -> list[Node]:
        """The nodes of the innermost open block."""
        return self._blocks[-1]

    @property
    def depth(self) -> int:
        """How many blocks are open."""
        return len(self._blocks)

    # -- structure --------------------------------------------------------------------------------------
    def region(self, params: Sequence[Value], body: Callable[[], Sequence[Value]]) -> Region:
        """Build a region: ``body`` emits the nodes and returns what is yielded."""
        with self.block() as nodes:
            yields = tuple(body())
        return Region(tuple(params), tuple(nodes), yields)

    def for_loop(
        self,
        bounds: tuple[Value, Value, Value],
        inits: Sequence[Value],
        body: Region,
        attrs: Mapping[str, Any] | None = None,
        hints: Sequence[str | None] | None = None,
    ) -> tuple[Value, ...]:
        """Append a ``for``; result types are those of the carried parameters."""
        results = _results(body.params[1:], hints)
        lo, hi, step = bounds
        self.append(
            For(lo, hi, step, tuple(inits), body, results, sorted_attrs(dict(attrs or {})), self.span)
        )
        return results

    def while_loop(
        self,
        inits: Sequence[Value],
        cond: Region,
        body: Region,
        attrs: Mapping[str, Any] | None = None,
        hints: Sequence[str | None] | None = None,
    ) -> tuple[Value, ...]:
        """Append a ``while``; result types are those of the carried parameters."""
        results = _results(body.params, hints)
        self.append(While(tuple(inits), cond, body, results, sorted_attrs(dict(attrs or {})), self.span))
        return results

    def if_else(
        self, pred: Value, then: Region, orelse: Region, hints: Sequence[str | None] | None = None
    ) -> tuple[Value, ...]:
        """Append an ``if``; result types are those of the first branch's yields."""
        results = _results(then.yields, hints)
        self.append(If(pred, then, orelse, results, self.span))
        return results

    # -- symbols ----------------------------------------------------------------------------------------
    def fresh_symbol(self, hint: str = "d") -> str:
        """A dim symbol not used before in this builder; reserve names from outside by :meth:`reserve`."""
        base = hint.partition(".")[0] or "d"
        while True:
            count = self._symbols.get(base, -1) + 1
            self._symbols[base] = count
            name = base if count == 0 else f"{base}.{count}"
            if count == 0 or name not in self._symbols:
                return name

    def reserve(self, names: Sequence[str]) -> None:
        """Mark symbols as taken."""
        for name in names:
            self._symbols.setdefault(name, 0)


def _results(like: Sequence[Value], hints: Sequence[str | None] | None) -> tuple[Value, ...]:
    names = hints if hints is not None else [v.hint for v in like]
    return tuple(Value(v.any_type, name) for v, name in zip(like, names, strict=True))


def sorted_attrs(attrs: Mapping[str, Any]) -> Attrs:
    """Attributes in the canonical order."""
    return tuple(sorted(attrs.items()))


def dims_in_attrs(attrs: Attrs) -> Iterator[Dim]:
    """Every dim an operation's attributes mention."""
    from adgen.ir.core import Indexer, Range

    for _, value in attrs:
        if isinstance(value, Dim):
            yield value
        elif isinstance(value, Indexer):
            yield from (a.size for a in value.access if isinstance(a, Range))
        elif isinstance(value, tuple):
            yield from (d for d in value if isinstance(d, Dim))
