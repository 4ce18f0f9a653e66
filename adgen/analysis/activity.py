"""Activity: which values depend on the chosen inputs (varied) and reach the results (useful).

Only values that are both get a cotangent, only varied ones a tangent. Both analyses are fixed points over
loops (Hascoët and Pascual, "The Tapenade automatic differentiation tool", 2013, section 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adgen.ir.calls import HELD, RULED, SCHEDULED, is_ruled
from adgen.ir.core import For, If, Node, Op, Region, Value, While, walk
from adgen.ir.types import AnyType, StackType
from adgen.primitives.define import Inactive, Primitive


def carries_derivative(type_: AnyType) -> bool:
    """Whether values of this type can have a derivative."""
    return (type_.element if isinstance(type_, StackType) else type_).is_float


def passes_derivative(op: Op) -> bool:
    """Whether a derivative flows through this operation at all."""
    prim = op.prim
    assert isinstance(prim, Primitive)
    return prim.inactive is None and not isinstance(prim.jvp, Inactive)


def differentiated(op: Op) -> tuple[Value, ...]:
    """The operands that an operation has a derivative by: of a rule of the user its inputs alone."""
    if op.prim.name == HELD:
        return ()
    if op.prim.name not in (RULED, SCHEDULED):
        return op.operands
    count = op.attr("count")
    return op.operands[count : count + op.attr("inputs")]


def varied(region: Region, inputs: Iterable[Value]) -> set[Value]:
    """Values in ``region`` that depend differentiably on ``inputs``."""
    found = {v for v in inputs if carries_derivative(v.any_type)}
    _varied_nodes(region.nodes, found)
    return found


def _varied_nodes(nodes: tuple[Node, ...], found: set[Value]) -> None:
    for node in nodes:
        match node:
            case Op():
                if passes_derivative(node) and any(v in found for v in differentiated(node)):
                    found.update(v for v in node.results if carries_derivative(v.any_type))
            case For():
                _varied_loop(node.inits, node.carried, node.body, node.results, found)
            case While():
                _varied_loop(node.inits, node.body.params, node.body, node.results, found)
                found.update(c for c, p in zip(node.cond.params, node.body.params, strict=True) if p in found)
            case If():
                for branch in (node.then, node.orelse):
                    _varied_nodes(branch.nodes, found)
                    found.update(r for r, y in zip(node.results, branch.yields, strict=True) if y in found)


def _varied_loop(
    inits: tuple[Value, ...],
    params: tuple[Value, ...],
    body: Region,
    results: tuple[Value, ...],
    found: set[Value],
) -> None:
    found.update(p for p, i in zip(params, inits, strict=True) if i in found)
    while True:
        _varied_nodes(body.nodes, found)
        new = {p for p, y in zip(params, body.yields, strict=True) if y in found and p not in found}
        if not new:
            break
        found |= new
    found.update(r for r, p in zip(results, params, strict=True) if p in found)


def held_constant(region: Region, active: set[Value]) -> Iterator[Op]:
    """Uses of ``active`` values where an operation can only take a constant."""
    for node in walk(region):
        if isinstance(node, Op) and dict(node.attrs).get("of") and any(v in active for v in node.operands):
            yield node


def overlooked(region: Region, varying: set[Value], wanted: set[Value]) -> Iterator[tuple[Op, Value]]:
    """Functions with a rule of their own whose results are ``wanted``, and what they read from around them
    that is ``varying``.
    """
    around: dict[Value, tuple[Value, ...]] = {}
    for node in walk(region):
        if isinstance(node, Op) and node.prim.name == HELD:
            around.update(dict.fromkeys(node.results, node.operands[node.attr("count") :]))
        if isinstance(node, Op) and is_ruled(node) and any(v in wanted for v in node.results):
            count = node.attr("count")
            read = [*node.operands[count + node.attr("inputs") :]]
            read += [v for y in node.operands[:count] for v in around.get(y, ())]
            yield from ((node, v) for v in read if v in varying)


def drawn_from(region: Region, active: set[Value]) -> Iterator[Op]:
    """Random draws whose distribution depends on ``active`` values."""
    for node in walk(region):
        if isinstance(node, Op) and node.prim.name == "draw" and any(v in active for v in node.operands):
            yield node


def useful(region: Region, outputs: Iterable[Value]) -> set[Value]:
    """Values in ``region`` (and captured by it) that ``outputs`` depend on differentiably."""
    found = {v for v in outputs if carries_derivative(v.any_type)}
    _useful_nodes(region.nodes, found)
    return found


def _useful_nodes(nodes: tuple[Node, ...], found: set[Value]) -> None:
    for node in reversed(nodes):
        match node:
            case Op():
                if passes_derivative(node) and any(v in found for v in node.results):
                    found.update(v for v in differentiated(node) if carries_derivative(v.any_type))
            case For():
                _useful_loop(node.inits, node.carried, node.body, node.results, found)
            case While():
                _useful_loop(node.inits, node.body.params, node.body, node.results, found)
            case If():
                for branch in (node.then, node.orelse):
                    found.update(y for r, y in zip(node.results, branch.yields, strict=True) if r in found)
                    _useful_nodes(branch.nodes, found)


def _useful_loop(
    inits: tuple[Value, ...],
    params: tuple[Value, ...],
    body: Region,
    results: tuple[Value, ...],
    found: set[Value],
) -> None:
    """A carried value is useful when its result is, or when some iteration uses it for a useful one."""
    carried = {k for k, r in enumerate(results) if r in found}
    while True:
        found.update(body.yields[k] for k in carried)
        _useful_nodes(body.nodes, found)
        more = {k for k, p in enumerate(params) if p in found} - carried
        if not more:
            break
        carried |= more
    found.update(params[k] for k in carried)
    found.update(inits[k] for k in carried)
