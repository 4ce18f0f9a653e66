"""Syntax trees without their layout: what is below a node."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

import libcst as cst

_LAYOUT = ("whitespace", "semicolon", "comma", "lines", "header", "footer", "indent")
_BRACKETS = ("lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace")


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes below a node, without whitespace, comments and punctuation."""
    found: list[cst.CSTNode] = []
    for name in _parts(type(node)):
        value: Any = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += value
    return found


@cache
def _parts(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold nodes with a meaning."""
    names = (field.name for field in fields(kind))
    return tuple(n for n in names if n not in _BRACKETS and not any(part in n for part in _LAYOUT))
