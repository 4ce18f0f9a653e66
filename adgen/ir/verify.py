"""The verifier: what must hold of a program between any two stages.

Every use is dominated by its definition; every symbol in a type is in scope; operations are what their
primitive infers; regions fit their node; accumulators are only added to.
"""

from __future__ import annotations

from collections.abc import Mapping

from adgen.ir.builder import dims_in_attrs
from adgen.ir.calls import instantiated, is_call, is_ruled, outer_types, result_types
from adgen.ir.core import For, Func, If, Node, Op, Region, Value, While, operands_of, regions_of
from adgen.ir.dims import OPEN
from adgen.ir.sums import chain_of
from adgen.ir.types import BOOL, I64, AnyType, DType, StackType, Type


class IllFormed(Exception):
    """A program that breaks a rule of the representation (a defect of ours, never of a user)."""


def verify(func: Func) -> Func:
    """``func`` itself, with the functions it calls. Raises IllFormed where one breaks a rule."""
    table = {f.name: f for f in func.functions}
    if len(table) != len(func.functions):
        raise IllFormed(f"{func.name}: two functions of one name")
    for each in (func, *func.functions):
        _verify(each, table)
    return func


def _verify(func: Func, table: Mapping[str, Func]) -> None:
    scope: set[Value] = set()
    symbols: set[str] = set()
    for param in func.params:
        symbols.update(_symbols(param.any_type))
        _define(param, scope)
    _Verifier(func, table).region(func.body, scope, symbols)
    for assumption in func.assumptions:
        unknown = set(assumption.dim.symbols()) - symbols
        if unknown:
            raise IllFormed(f"{func.name}: assumption on unknown symbols {sorted(unknown)}")


def _define(value: Value, scope: set[Value]) -> None:
    if value in scope:
        raise IllFormed(f"{value!r} is defined twice")
    scope.add(value)


def _symbols(type_: AnyType) -> tuple[str, ...]:
    found = type_.element if isinstance(type_, StackType) else type_
    return tuple(s for d in found.dims if d != OPEN for s in d.symbols())


class _Verifier:
    def __init__(self, func: Func, table: Mapping[str, Func]) -> None:
        self._name = func.name
        self._table = table

    def _fail(self, node: Node, reason: str) -> None:
        what = node.prim.name if isinstance(node, Op) else type(node).__name__.lower()
        place = f" at {node.span}" if node.span else ""
        raise IllFormed(f"{self._name}: {what}{place}: {reason}")

    def region(self, region: Region, scope: set[Value], symbols: set[str]) -> None:
        for node in region.nodes:
            self.node(node, scope, symbols)
        for value in region.yields:
            if value not in scope:
                raise IllFormed(f"{self._name}: yield of {value!r}, which is not defined here")

    def node(self, node: Node, scope: set[Value], symbols: set[str]) -> None:
        for value in operands_of(node):
            if value not in scope:
                self._fail(node, f"use of {value!r} before its definition")
        match node:
            case Op():
                self._op(node, symbols)
            case For():
                self._for(node)
            case While():
                self._while(node)
            case If():
                self._if(node)
        for region in regions_of(node):
            inner = set(scope)
            for param in region.params:
                _define(param, inner)
            self.region(region, inner, set(symbols))
        for value in node.results:
            _define(value, scope)
            if not isinstance(value.any_type, StackType):
                self._known(node, _symbols(value.any_type), symbols)

    def _known(self, node: Node, used: tuple[str, ...], symbols: set[str]) -> None:
        unknown = sorted(set(used) - symbols)
        if unknown:
            self._fail(node, f"symbols {unknown} are not in scope")

    def _op(self, op: Op, symbols: set[str]) -> None:
        for d in dims_in_attrs(op.attrs):
            self._known(op, d.symbols(), symbols)
        try:
            if is_call(op):
                self._call(op)
            if is_ruled(op):
                self._ruled(op)
            types = op.prim.infer(tuple(v.any_type for v in op.operands), dict(op.attrs))
        except TypeError as error:
            self._fail(op, str(error))
        else:
            found = tuple(v.any_type for v in op.results)
            if types != found:
                self._fail(op, f"infers {tuple(map(str, types))}, has {tuple(map(str, found))}")
        if op.prim.name == "bind_dim":
            symbols.add(op.attr("sym"))

    def _call(self, op: Op) -> None:
        """Raise TypeError where a call does not fit the function that it names."""
        callee = self._table.get(op.attr("callee"))
        if callee is None:
            raise TypeError(f"there is no function {op.attr('callee')}")
        params = outer_types([p.any_type for p in callee.params], callee.takes)
        if len(params) != len(op.operands):
            raise TypeError(f"{callee.name} takes {len(params)} arguments, not {len(op.operands)}")
        given, said = [v.any_type for v in op.operands], op.attr("types")
        results = outer_types([v.any_type for v in callee.results], callee.gives)
        if len(results) != len(said):
            raise TypeError(f"{callee.name} gives {len(results)} results, not {len(said)}")
        if callee.takes:  # sizes that only a tape shows: the results tell
            instantiated((*params, *results), (*given, *said))
            return
        found = result_types(callee, instantiated(params, given))
        if found != said:
            raise TypeError(f"{callee.name} gives {tuple(map(str, found))}, not {tuple(map(str, said))}")

    def _ruled(self, op: Op) -> None:
        """Raise TypeError where a rule does not fit the results that it is a rule for."""
        rule = self._table.get(op.attr("callee"))
        if rule is None:
            raise TypeError(f"there is no function {op.attr('callee')}")
        count, inputs = op.attr("count"), op.attr("inputs")
        values, x, others = op.operands[:count], op.operands[count:][:inputs], op.operands[count + inputs :]
        seeds = values if op.attr("kind") == "vjp" else x
        given = [v.any_type for v in (*x, *seeds, *values, *others)]
        instantiated([p.any_type for p in rule.params], given)

    def _for(self, node: For) -> None:
        if any(v.any_type != I64 for v in (node.lo, node.hi, node.step, node.counter)):
            self._fail(node, "bounds and counter must be i64")
        self._carries(node, node.inits, node.carried, node.body, node.results)
        for position in node.attr("accumulators", ()):
            self._accumulator(node, position)

    def _while(self, node: While) -> None:
        self._carries(node, node.inits, node.cond.params, node.body, node.results)
        self._carries(node, node.inits, node.body.params, node.body, node.results)
        if len(node.cond.yields) != 1 or not _is_bool(node.cond.yields[0]):
            self._fail(node, "the condition must yield one boolean")

    def _carries(
        self,
        node: Node,
        inits: tuple[Value, ...],
        params: tuple[Value, ...],
        body: Region,
        results: tuple[Value, ...],
    ) -> None:
        if not len(inits) == len(params) == len(body.yields) == len(results):
            self._fail(node, "numbers of carried values differ")
        for group in zip(inits, params, body.yields, results, strict=True):
            if len({v.any_type for v in group}) != 1:
                self._fail(node, f"a carried value changes type: {' -> '.join(map(repr, group))}")

    def _if(self, node: If) -> None:
        if not _is_bool(node.pred):
            self._fail(node, f"the condition is {node.pred!r}")
        if not len(node.then.yields) == len(node.orelse.yields) == len(node.results):
            self._fail(node, "the branches yield different numbers of values")
        for group in zip(node.then.yields, node.orelse.yields, node.results, strict=True):
            if len({v.any_type for v in group}) != 1:
                self._fail(node, f"the branches yield different types: {group}")

    def _accumulator(self, node: For, position: int) -> None:
        """An accumulator is only added to, and is what the body yields."""
        chain, reader = chain_of(node, position)
        if reader is not None:
            self._fail(node, f"an accumulator is read by {reader.prim.name}")
        if node.body.yields[position] not in chain:
            self._fail(node, f"accumulator {node.carried[position]!r} is replaced")


def _is_bool(value: Value) -> bool:
    found = value.any_type
    return found == BOOL or (isinstance(found, Type) and found.dtype is DType.bool and not found.rank)
