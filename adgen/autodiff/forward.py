"""Forward mode: primal and tangent in one pass, from the same rules.

Loops carry the tangents of the carried values that vary; branches yield them; tapes have a tape of tangents
beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.analysis.activity import carries_derivative, useful, varied
from adgen.analysis.shifts import neutral_maxima
from adgen.autodiff.adjoints import Adjoints
from adgen.autodiff.bundles import taped_calls
from adgen.autodiff.composites import Composite, find_composites
from adgen.autodiff.custom import Inlined, refuse_overlooked
from adgen.autodiff.reverse import halves, rules_among, symbols_of
from adgen.autodiff.rules import CHOICES, Strength, along, guarded, refuse_active_parameters, tangent
from adgen.autodiff.sweep import MOVES
from adgen.autodiff.tangents import Tangents
from adgen.diagnostics.errors import refuse
from adgen.ir.builder import Builder, sorted_attrs
from adgen.ir.calls import is_call, is_ruled
from adgen.ir.core import Definitions, For, Func, If, Node, Op, Region, Value, While
from adgen.ir.types import StackType, TapeType, Type
from adgen.primitives.calling import no_tape
from adgen.primitives.define import ZERO, Primitive, Zero
from adgen.primitives.elementwise import cast
from adgen.primitives.indexing import owned_zeros
from adgen.primitives.tape import pop, push, stack_new, stack_zeros
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.fold import HOOK

Tangent = Value | Zero


def pushforward(func: Func, wrt: Sequence[int], outputs: Sequence[int] | None = None) -> Func:
    """The program that takes the parameters and one tangent per entry of ``wrt``.

    Results are those of ``func`` followed by the tangent of each of ``outputs`` (by default all float ones).
    """
    table = {f.name: f for f in func.functions}
    adjoints = Adjoints(table, halves)
    tangents = Tangents(table, _pushed, adjoints)
    found, _ = _pushed(func, wrt, outputs, tangents)
    return replace(found, functions=(*func.functions, *tangents.made, *adjoints.made))


def _pushed(
    func: Func, wrt: Sequence[int], outputs: Sequence[int] | None, tangents: Tangents
) -> tuple[Func, tuple[int, ...]]:
    """The program with tangents, and which results have one: without ``outputs`` those that vary."""
    b = Builder(HOOK)
    b.defs = Definitions.of(func.body)
    b.reserve(symbols_of(func))
    inputs = [func.params[k] for k in wrt]
    dots = tuple(Value(v.any_type, f"{v.hint}_dot") for v in inputs)
    if outputs is None:
        outputs = [k for k, v in enumerate(func.results) if carries_derivative(v.any_type)]
    always = [v for op in taped_calls(func, tangents.table) for v in op.results]
    active = varied(func.body, [*inputs, *always])
    refuse_active_parameters(func.body, active)
    refuse_overlooked(func.body, active, useful(func.body, [func.results[k] for k in outputs]))
    active -= neutral_maxima(func)
    mode = _Forward(b, active, tangents, find_composites(func))
    mode.dots.update(zip(inputs, dots, strict=True))
    with b.block() as nodes:
        mode.nodes(func.body.nodes)
        ends = tuple(mode.end(func.results[k]) for k in outputs)
    body = Region((*func.params, *dots), tuple(nodes), (*func.results, *ends))
    names = [
        func.result_names[k] if k < len(func.result_names) else v.hint or "out"
        for k, v in enumerate(func.results)
    ]
    all_names = (*names, *(f"{names[k]}_dot" for k in outputs))
    found = replace(func, body=body, cut=None, result_names=all_names)
    return eliminate_dead_code(found), tuple(outputs)


class _Forward:
    """Emits every node as it stands, and what it does to tangents after it."""

    def __init__(
        self, b: Builder, active: set[Value], tangents: Tangents, composites: dict[Op, Composite]
    ) -> None:
        self.b = b
        self._composites = composites
        self._tangents = tangents
        self._rules = rules_among(tangents.adjoints)
        self._active = active
        self.dots: dict[Value, Value] = {}
        #: what zeros of tangents stand for
        self.strength: dict[Value, Strength] = {}

    def dot(self, value: Value) -> Tangent:
        """The tangent of a value."""
        return self.dots.get(value, ZERO)

    def dense(self, value: Value) -> Value:
        """The tangent of a value, zeros where it is structurally zero."""
        found = self.dots.get(value)
        if found is not None:
            return found
        if isinstance(value.any_type, TapeType):
            return no_tape(self.b)
        if isinstance(value.any_type, StackType):
            return stack_new(self.b, element=value.any_type.element)
        return owned_zeros(self.b, value.type)

    def end(self, value: Value) -> Value:
        """The tangent of a result; zeros of its own for a tape that does not vary. Raises AG403."""
        if value in self.dots or isinstance(value.any_type, Type):
            return self.dense(value)
        if isinstance(value.any_type, StackType) and isinstance(value.any_type.element, Type):
            return stack_zeros(self.b, value)
        raise refuse("AG403", self.b.span, name=value.hint or "a tape")

    def nodes(self, nodes: Sequence[Node]) -> None:
        """Emit a block."""
        for node in nodes:
            with self.b.at(node.span):
                self._node(node)

    def _node(self, node: Node) -> None:
        match node:
            case Op() if is_call(node) and self._varies(node):
                self._call(node)
            case Op() if is_ruled(node) and any(v in self._active for v in node.results):
                self._ruled(node)
            case Op():
                self.b.append(node)
                self._op(node)
            case For():
                self._for(node)
            case While():
                self._while(node)
            case If():
                self._if(node)

    def _varies(self, op: Op) -> bool:
        return any(v in self._active for v in (*op.operands, *op.results))

    def _call(self, op: Op) -> None:
        """A call of the function with tangents; every result that can have a tangent gets one."""
        varying = tuple(k for k, v in enumerate(op.operands) if v in self._active)
        pushed, which = self._tangents.of(op.attr("callee"), varying)
        dots = tuple(self.dense(op.operands[k]) for k in which)
        fresh = self._enter(op.results, pushed.outputs)
        attrs = {**dict(op.attrs), "callee": pushed.name}
        attrs["types"] = (*op.attr("types"), *(v.any_type for v in fresh))
        operands, results = (*op.operands, *dots), (*op.results, *fresh)
        self.b.append(replace(op, operands=operands, results=results, attrs=sorted_attrs(attrs)))

    def _ruled(self, op: Op) -> None:
        """The values and tangents of a rule of the user."""
        rule = self._rules.pushed(op)
        inner = Inlined(self.b, rule, op, op.operands)
        count = len(op.results)
        inner.seed([self.dense(v) for v in op.operands[count : count + len(rule.inputs)]])
        inner.emit(self.b, rule.func.body.nodes)
        self.b.append(replace(op, operands=(*inner.given, *op.operands[count:])))
        self.dots.update((v, self._typed(dot, v)) for v, dot in zip(op.results, inner.found, strict=True))

    def _op(self, op: Op) -> None:
        if op.prim.name == "push" and op.result in self._active:
            stack, value = op.operands
            self.dots[op.result] = push(self.b, self.dense(stack), self.dense(value), hint=_dot(stack))
        elif op.prim.name == "pop" and op.operands[0] in self._active:
            rest, value = op.results
            hints = (_dot(rest), _dot(value))
            found = self.b.emit(pop, (self.dense(op.operands[0]),), {"element": value.any_type}, hints)
            self.dots.update(zip(op.results, found, strict=True))
        elif len(op.results) == 1 and op.result in self._active:
            found_dot = self._tangent(op)
            if not isinstance(found_dot, Zero):
                self.dots[op.result] = self._typed(found_dot, op.result)
                self.strength[self.dots[op.result]] = self._strength(op)
        elif any(v in self._active for v in op.results):
            self._several(op)

    def _tangent(self, op: Op) -> Tangent:
        composite = self._composites.get(op)
        if composite is None:
            dots = [self.dot(v) for v in op.operands]
            return tangent(self.b, op, dots, self._guarded(op.prim.name, dots))
        dots = [self.dot(v) for v in composite.sources]
        return along(self.b, dots, composite.partials(self.b), self._guarded(op.prim.name, dots))

    def _guarded(self, name: str, dots: Sequence[Tangent]) -> set[Value]:
        return {d for d in dots if isinstance(d, Value) and guarded(name, self._weakest([d]))}

    def _weakest(self, dots: Sequence[Tangent]) -> Strength:
        """What zeros that all of these have stand for."""
        levels = [self.strength.get(d, Strength.plain) for d in dots if isinstance(d, Value)]
        return min(levels, default=Strength.masked)

    def _strength(self, op: Op) -> Strength:
        """What zeros of the result's tangent stand for."""
        assert isinstance(op.prim, Primitive)
        dots = [self.dot(v) for v in op.operands]
        if op.prim.name == "where" and any(isinstance(dot, Zero) for dot in dots[1:]):
            return Strength.masked
        if op.prim.name in CHOICES:
            return max(self._weakest(dots), Strength.picked)
        stays = op.prim.elementwise or op.prim.name in MOVES or op.prim.name == "broadcast"
        return self._weakest(dots) if stays and op not in self._composites else Strength.plain

    def _several(self, op: Op) -> None:
        assert isinstance(op.prim, Primitive)
        if callable(op.prim.jvp):
            found = op.prim.jvp(self.b, op, [self.dot(v) for v in op.operands])
            for result, dot in zip(op.results, found, strict=True):
                if not isinstance(dot, Zero):
                    self.dots[result] = self._typed(dot, result)

    def _typed(self, dot: Value, primal: Value) -> Value:
        """The tangent with the type and name that belong to the primal."""
        wanted = primal.any_type
        if isinstance(wanted, Type) and dot.type != wanted and dot.type.dims == wanted.dims:
            return cast(self.b, dot, dtype=wanted.dtype, kind=wanted.kind)
        return dot

    # -- structure --------------------------------------------------------------------------------------
    def _enter(self, params: Sequence[Value], which: Sequence[int]) -> tuple[Value, ...]:
        fresh = tuple(Value(params[k].any_type, _dot(params[k])) for k in which)
        self.dots.update((params[k], d) for k, d in zip(which, fresh, strict=True))
        return fresh

    def _body(self, region: Region, params: tuple[Value, ...], which: Sequence[int]) -> Region:
        with self.b.block() as nodes:
            self.nodes(region.nodes)
            ends = tuple(self.dense(region.yields[k]) for k in which)
        return Region(params, tuple(nodes), (*region.yields, *ends))

    def _for(self, node: For) -> None:
        which = [k for k, p in enumerate(node.carried) if p in self._active]
        inits = tuple(self.dense(node.inits[k]) for k in which)
        dots = self._enter(node.carried, which)
        body = self._body(node.body, (*node.body.params, *dots), which)
        results = self._enter(node.results, which)
        joined = (*node.results, *results)
        self.b.append(replace(node, inits=(*node.inits, *inits), body=body, results=joined))

    def _while(self, node: While) -> None:
        which = [k for k, p in enumerate(node.body.params) if p in self._active]
        inits = tuple(self.dense(node.inits[k]) for k in which)
        unused = tuple(Value(node.cond.params[k].any_type, _dot(node.cond.params[k])) for k in which)
        cond = replace(node.cond, params=(*node.cond.params, *unused))
        dots = self._enter(node.body.params, which)
        body = self._body(node.body, (*node.body.params, *dots), which)
        joined = (*node.results, *self._enter(node.results, which))
        self.b.append(replace(node, inits=(*node.inits, *inits), cond=cond, body=body, results=joined))

    def _if(self, node: If) -> None:
        which = [k for k, r in enumerate(node.results) if r in self._active]
        then, orelse = (self._body(r, (), which) for r in (node.then, node.orelse))
        joined = (*node.results, *self._enter(node.results, which))
        ends = [[self.dot(r.yields[k]) for r in (node.then, node.orelse)] for k in which]
        for k, both in zip(which, ends, strict=True):
            self.strength[self.dots[node.results[k]]] = self._weakest(both)
        self.b.append(replace(node, then=then, orelse=orelse, results=joined))


def _dot(primal: Value) -> str | None:
    return None if primal.hint is None else f"{primal.hint}_dot"
