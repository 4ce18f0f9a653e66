"""What a function that calls itself gives: its kind and sizes, and what it may share memory with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, Array, Root
from adgen.frontend.merging import convert
from adgen.frontend.state import roots_of
from adgen.frontend.templates import Mismatch, Template, flat, joined, plains, template
from adgen.ir.core import If, Node, Op, Region, Value, walk
from adgen.ir.dims import Dim

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader
    from adgen.frontend.recursion import Recursive


def refused(r: Reader, instance: Recursive, reason: str) -> UserError:
    """The diagnostic of a function that cannot be lowered on its own."""
    return r.error("AG134", instance.span, name=instance.name, reason=reason)


def result_of(r: Reader, instance: Recursive, result: Abstract) -> Template:
    """The template of the result, joined with what was assumed. Raises AG134."""
    try:
        if instance.result is None:
            return template(r, result, (), numbers=True)
        found = joined(r, instance.result, result, (), arrays=True)
    except Mismatch:
        raise refused(r, instance, "its results have different structures or ranks") from None
    for old, new in zip(plains(instance.result), plains(found), strict=True):
        for d in old.type.dims:
            if d.value is not None and d not in new.type.dims:
                raise refused(r, instance, "the size of its result is not known before the call")
    return found


def yields_of(
    r: Reader, instance: Recursive, found: Template, result: Abstract, nodes: list[Node]
) -> list[Value]:
    """The values of a result, in the template's types; sizes are checked where they may differ."""
    bound = {n.attr("sym"): n.operands[0] for n in _ops(nodes) if n.prim.name == "bind_dim"}
    types = [leaf.type for leaf in plains(found)]
    if any(s in bound for t in types for d in t.dims for s in d.symbols()):
        raise refused(r, instance, "the size of its result is not known before the call")
    parts = list(flat(found, result))
    for x, type_ in zip(parts, types, strict=True):
        actual = r.type_of(x)
        pairs = zip(type_.dims, actual.dims, strict=True) if actual is not None else ()
        if any(_differ(r, wanted, size, bound) for wanted, size in pairs):
            raise refused(r, instance, "the size of its result is not known before the call")
    return [convert(r, x, t) for x, t in zip(parts, types, strict=True)]


def _differ(r: Reader, wanted: Dim, size: Dim, bound: Mapping[str, Value]) -> bool:
    """Whether a size is another one on some path, as far as sizes of arguments tell."""
    if len(size.symbols()) == 1 and size == Dim.symbol(size.symbols()[0]) and size.symbols()[0] in bound:
        value = bound[size.symbols()[0]]
        chosen = r.b.defs.table.get(value)
        if isinstance(chosen, If):
            k = chosen.results.index(value)
            ends = (chosen.then.yields[k], chosen.orelse.yields[k])
            return any(_differ(r, wanted, r.sizes.polynomial(end), bound) for end in ends)
    gap = size - wanted
    known = not any(s in bound or s.startswith("@") for s in gap.symbols())
    return known and bool(gap.terms) and len({c > 0 for _, c in gap.terms}) == 1


def _ops(nodes: list[Node]) -> list[Op]:
    return [n for n in walk(Region((), tuple(nodes), ())) if isinstance(n, Op)]


def mutated(r: Reader, parts: list[Abstract], values: list[Value]) -> tuple[int, ...]:
    """The arguments that the function writes into."""
    return tuple(
        k
        for k, (x, v) in enumerate(zip(parts, values, strict=True))
        if isinstance(x, Array) and r.state.versions[x.root] is not v
    )


def aliases(
    r: Reader, result: Abstract, parts: list[Abstract], before: Mapping[Root, Value]
) -> tuple[frozenset[int], dict[Root, None]]:
    """The arguments, and the arrays from outside, whose memory the result may share."""
    roots = roots_of(result)
    roots |= {source for root in roots for source in r.state.shared.get(root, {})}
    places = {x.root: k for k, x in enumerate(parts) if isinstance(x, Array)}
    return (
        frozenset(k for root, k in places.items() if root in roots),
        dict.fromkeys(root for root in before if root in roots),
    )
