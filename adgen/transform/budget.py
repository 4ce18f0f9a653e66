"""Loops of a function under a number of bytes for what the reverse sweep needs of them."""

from __future__ import annotations

from dataclasses import replace

from adgen.ir.builder import sorted_attrs
from adgen.ir.core import For, Func, If, Node, Region, While


def with_budget(func: Func, memory: int) -> Func:
    """``func`` with its outermost loops under a budget, unless they have a schedule of their own."""

    def marked(node: Node) -> Node:
        if isinstance(node, If):
            return replace(node, then=inside(node.then), orelse=inside(node.orelse))
        if not isinstance(node, For | While) or "schedule" in dict(node.attrs):
            return node
        attrs = {**dict(node.attrs), "schedule": "budget", "memory": memory}
        return replace(node, attrs=sorted_attrs(attrs))

    def inside(region: Region) -> Region:
        return replace(region, nodes=tuple(marked(node) for node in region.nodes))

    return replace(func, body=inside(func.body))
