"""Accumulators: carried values that a loop only adds to."""

from __future__ import annotations

from adgen.ir.core import For, If, Node, Op, Value, While


def chain_of(node: For, position: int) -> tuple[set[Value], Op | None]:
    """The versions of a carried value that come of one another, and an operation that does more than add.

    An accumulator is a chain of ``add_at`` from the parameter to the yield, used nowhere else.
    """
    chain = {node.carried[position]}
    return chain, _follow(node.body.nodes, chain)


def _follow(nodes: tuple[Node, ...], chain: set[Value]) -> Op | None:
    found: Op | None = None
    for node in nodes:
        match node:
            case Op():
                used = [v for v in node.operands if v in chain]
                if used and (node.prim.name != "add_at" or used != [node.operands[0]]):
                    found = found or node
                if used:
                    chain.update(node.results)
            case For() | While():
                params = node.carried if isinstance(node, For) else node.body.params
                chain.update(p for p, i in zip(params, node.inits, strict=True) if i in chain)
                found = _follow(node.body.nodes, chain) or found
                chain.update(r for r, i in zip(node.results, node.inits, strict=True) if i in chain)
            case If():
                for region in (node.then, node.orelse):
                    found = _follow(region.nodes, chain) or found
                    chain.update(r for r, y in zip(node.results, region.yields, strict=True) if y in chain)
    return found
