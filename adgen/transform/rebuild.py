"""Walking a program in order and emitting it again: the shape most stages have.

A :class:`Rebuild` keeps an environment from old to new values. Subclasses override :meth:`op` or
:meth:`node` for what they change; the rest is emitted as it stands, and the builder folds as it goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adgen.ir.builder import Builder, Fold
from adgen.ir.core import (
    Attrs,
    For,
    Func,
    If,
    Indexer,
    Node,
    Op,
    Range,
    Region,
    Value,
    While,
    walk,
)
from adgen.ir.dims import Dim
from adgen.ir.types import AnyType, StackType, TapeType, Type


class Rebuild:
    """Emits nodes into a builder; ``symbols`` are replaced in every type and attribute."""

    def __init__(self, b: Builder, symbols: Mapping[str, Dim] | None = None) -> None:
        self.b = b
        self.env: dict[Value, Value] = {}
        self.symbols = dict(symbols or {})
        self.turn: Node | None = None
        self.cut: int | None = None

    # -- values and types -------------------------------------------------------------------------------
    def value(self, value: Value) -> Value:
        """The new value of an old one (itself where it was not rebuilt)."""
        return self.env.get(value, value)

    def values(self, values: Sequence[Value]) -> tuple[Value, ...]:
        """New values of several."""
        return tuple(self.value(v) for v in values)

    def type(self, type_: AnyType) -> AnyType:
        """A type with the symbols replaced."""
        if not self.symbols:
            return type_
        if isinstance(type_, TapeType):
            return type_
        if isinstance(type_, StackType):
            inner = self.type(type_.element)
            assert not isinstance(inner, StackType)
            return StackType(inner)
        return replace(type_, dims=tuple(d.substitute(self.symbols) for d in type_.dims))

    def fresh(self, value: Value) -> Value:
        """A new value like an old one, entered into the environment."""
        self.env[value] = Value(self.type(value.any_type), value.hint)
        return self.env[value]

    def attrs(self, attrs: Attrs) -> dict[str, Any]:
        """Attributes with the symbols replaced."""
        return {key: substitute(value, self.symbols) for key, value in attrs}

    # -- nodes ------------------------------------------------------------------------------------------
    def nodes(self, nodes: Sequence[Node]) -> None:
        """Emit nodes in order."""
        for node in nodes:
            self.reached(node)
            self.node(node)

    def reached(self, node: Node) -> None:
        """Note where the reverse sweep begins."""
        if node is self.turn:
            self.cut = len(self.b.nodes)

    def node(self, node: Node) -> None:
        """Emit one node."""
        match node:
            case Op():
                self.op(node)
            case For():
                self.for_(node)
            case While():
                self.while_(node)
            case If():
                self.if_(node)

    def op(self, op: Op) -> None:
        """Emit a leaf operation."""
        hints = [v.hint for v in op.results]
        found = self.b.emit(op.prim, self.values(op.operands), self.attrs(op.attrs), hints, op.span)
        self.env.update(zip(op.results, found, strict=True))

    def region(self, region: Region) -> Region:
        """A region rebuilt in a block of its own, its parameters fresh."""
        params = tuple(self.fresh(p) for p in region.params)
        with self.b.block() as nodes:
            self.nodes(region.nodes)
        return Region(params, tuple(nodes), self.values(region.yields))

    def for_(self, node: For) -> None:
        """Emit a ``for``."""
        inits = self.values(node.inits)
        bounds = (self.value(node.lo), self.value(node.hi), self.value(node.step))
        body = self.region(node.body)
        results = tuple(self.fresh(v) for v in node.results)
        self.b.append(For(*bounds, inits, body, results, node.attrs, node.span))

    def while_(self, node: While) -> None:
        """Emit a ``while``."""
        inits = self.values(node.inits)
        cond, body = self.region(node.cond), self.region(node.body)
        results = tuple(self.fresh(v) for v in node.results)
        self.b.append(While(inits, cond, body, results, node.attrs, node.span))

    def if_(self, node: If) -> None:
        """Emit an ``if``."""
        pred = self.value(node.pred)
        then, orelse = self.region(node.then), self.region(node.orelse)
        results = tuple(self.fresh(v) for v in node.results)
        self.b.append(If(pred, then, orelse, results, node.span))


class Copy(Rebuild):
    """Emits nodes once more for other values; the symbols that they bind get names of their own.

    A symbol that several parts bind has one name in all of them: growing tapes show it between them.
    """

    def __init__(self, b: Builder, env: dict[Value, Value]) -> None:
        super().__init__(b)
        self.env.update(env)

    def emit(self, b: Builder, nodes: Sequence[Node]) -> None:
        """Emit nodes."""
        self.b = b
        self._rename(nodes)
        self.nodes(nodes)

    def copied(self, region: Region) -> Region:
        """A region, emitted."""
        self._rename(region.nodes)
        return self.region(region)

    def _rename(self, nodes: Sequence[Node]) -> None:
        for node in walk(Region((), tuple(nodes), ())):
            if isinstance(node, Op) and node.prim.name == "bind_dim" and node.attr("sym") not in self.symbols:
                self.symbols[node.attr("sym")] = Dim.symbol(self.b.fresh_symbol(node.attr("sym")))


def substitute(value: Any, symbols: Mapping[str, Dim]) -> Any:
    """An attribute with symbols replaced."""
    if not symbols:
        return value
    match value:
        case Dim():
            return value.substitute(symbols)
        case Indexer():
            access = tuple(
                Range(a.size.substitute(symbols), a.step) if isinstance(a, Range) else a for a in value.access
            )
            return Indexer(access, value.once)
        case Type():
            return replace(value, dims=tuple(d.substitute(symbols) for d in value.dims))
        case str() if value in symbols and len(symbols[value].symbols()) == 1:
            return symbols[value].symbols()[0]
        case tuple():
            return tuple(substitute(v, symbols) for v in value)
        case _:
            return value


def rebuilt(func: Func, rebuild: Rebuild, **changes: Any) -> Func:
    """``func`` emitted again by ``rebuild``; assumptions get its symbols too."""
    if func.cut is not None and func.cut < len(func.body.nodes):
        rebuild.turn = func.body.nodes[func.cut]
    body = rebuild.region(func.body)
    assumptions = tuple(replace(a, dim=a.dim.substitute(rebuild.symbols)) for a in func.assumptions)
    return replace(func, body=body, assumptions=assumptions, **{"cut": rebuild.cut, **changes})


def with_dims(func: Func, symbols: Mapping[str, Dim], fold: Fold | None = None) -> Func:
    """A clone of ``func`` with dims substituted, such as a size pinned to a number."""
    return rebuilt(func, Rebuild(Builder(fold), symbols))


class _Callees(Rebuild):
    """Calls functions by other names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(Builder())
        self._names = names

    def attrs(self, attrs: Attrs) -> dict[str, Any]:
        """Attributes with the callee's new name."""
        return {k: self._names.get(v, v) if k == "callee" else v for k, v in attrs}


def with_callees(func: Func, names: Mapping[str, str]) -> Func:
    """``func`` with the functions it calls under other names, where ``names`` has one."""
    functions = tuple(with_callees(replace(f, name=names.get(f.name, f.name)), names) for f in func.functions)
    return rebuilt(func, _Callees(names), functions=functions)


def sizes_given(func: Func, args: Sequence[Value]) -> dict[str, Dim]:
    """The dims that symbols of the first parameters stand for, where arguments are given for these."""
    symbols: dict[str, Dim] = {}
    for param, arg in zip(func.params, args, strict=False):
        if isinstance(param.any_type, Type):
            for d, given in zip(param.type.dims, arg.type.dims, strict=True):
                if d.value is None and d == Dim.symbol(d.symbols()[0]):
                    symbols.setdefault(d.symbols()[0], given)
    return symbols


def inline(b: Builder, func: Func, args: Sequence[Value]) -> tuple[Value, ...]:
    """Emit the body of ``func`` for these arguments, whose dims give its symbols; returns its results."""
    rebuild = Rebuild(b, sizes_given(func, args))
    rebuild.env.update(zip(func.params, args, strict=True))
    rebuild.nodes(func.body.nodes)
    return rebuild.values(func.results)
