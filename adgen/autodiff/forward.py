"""Forward mode: primal and tangent in one pass, from the same rules.

Loops carry the tangents of the carried values that vary; branches yield them; tapes have a tape of tangents
beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.analysis.activity import varied
from adgen.autodiff.rules import refuse_drawn_parameters, tangent
from adgen.ir.builder import Builder
from adgen.ir.core import Definitions, For, Func, If, Node, Op, Region, Value, While
from adgen.ir.types import StackType, Type
from adgen.primitives.define import ZERO, Primitive, Zero
from adgen.primitives.elementwise import cast
from adgen.primitives.indexing import owned_zeros
from adgen.primitives.tape import pop, push, stack_new
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.fold import HOOK

Tangent = Value | Zero


def pushforward(func: Func, wrt: Sequence[int], outputs: Sequence[int] | None = None) -> Func:
    """The program that takes the parameters and one tangent per entry of ``wrt``.

    Results are those of ``func`` followed by the tangent of each of ``outputs`` (by default all float ones).
    """
    b = Builder(HOOK)
    b.defs = Definitions.of(func.body)
    inputs = [func.params[k] for k in wrt]
    dots = tuple(Value(v.any_type, f"{v.hint}_dot") for v in inputs)
    if outputs is None:
        outputs = [k for k, v in enumerate(func.results) if v.type.is_float]
    active = varied(func.body, inputs)
    refuse_drawn_parameters(func.body, active)
    mode = _Forward(b, active)
    mode.dots.update(zip(inputs, dots, strict=True))
    with b.block() as nodes:
        mode.nodes(func.body.nodes)
        ends = tuple(mode.dense(func.results[k]) for k in outputs)
    body = Region((*func.params, *dots), tuple(nodes), (*func.results, *ends))
    names = [
        func.result_names[k] if k < len(func.result_names) else v.hint or "out"
        for k, v in enumerate(func.results)
    ]
    all_names = (*names, *(f"{names[k]}_dot" for k in outputs))
    return eliminate_dead_code(replace(func, body=body, cut=None, result_names=all_names))


class _Forward:
    """Emits every node as it stands, and what it does to tangents after it."""

    def __init__(self, b: Builder, active: set[Value]) -> None:
        self.b = b
        self._active = active
        self.dots: dict[Value, Value] = {}

    def dot(self, value: Value) -> Tangent:
        """The tangent of a value."""
        return self.dots.get(value, ZERO)

    def dense(self, value: Value) -> Value:
        """The tangent of a value, zeros where it is structurally zero."""
        found = self.dots.get(value)
        if found is not None:
            return found
        if isinstance(value.any_type, StackType):
            return stack_new(self.b, element=value.any_type.element)
        return owned_zeros(self.b, value.type)

    def nodes(self, nodes: Sequence[Node]) -> None:
        """Emit a block."""
        for node in nodes:
            with self.b.at(node.span):
                self._node(node)

    def _node(self, node: Node) -> None:
        match node:
            case Op():
                self.b.append(node)
                self._op(node)
            case For():
                self._for(node)
            case While():
                self._while(node)
            case If():
                self._if(node)

    def _op(self, op: Op) -> None:
        if op.prim.name == "push" and op.result in self._active:
            stack, value = op.operands
            self.dots[op.result] = push(self.b, self.dense(stack), self.dense(value), hint=_dot(stack))
        elif op.prim.name == "pop" and op.operands[0] in self._active:
            rest, value = op.results
            hints = (_dot(rest), _dot(value))
            found = self.b.emit(pop, (self.dense(op.operands[0]),), {"element": value.type}, hints)
            self.dots.update(zip(op.results, found, strict=True))
        elif len(op.results) == 1 and op.result in self._active:
            found_dot = tangent(self.b, op, [self.dot(v) for v in op.operands])
            if not isinstance(found_dot, Zero):
                self.dots[op.result] = self._typed(found_dot, op.result)
        elif any(v in self._active for v in op.results):
            self._several(op)

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
        self.b.append(replace(node, then=then, orelse=orelse, results=joined))


def _dot(primal: Value) -> str | None:
    return None if primal.hint is None else f"{primal.hint}_dot"
