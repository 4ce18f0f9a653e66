"""Making a failing program small: statements, branches and expressions are left out while it fails."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator


def reduced(text: str, fails: Callable[[str], bool], seconds: float = 60.0, name: str = "program") -> str:
    """A smaller module for which `fails` holds too; the best that was found in the time given."""
    end = time.monotonic() + seconds
    text = ast.unparse(ast.parse(text))
    progress = True
    while progress and time.monotonic() < end:
        progress = False
        for candidate in _smaller(text, name):
            if time.monotonic() > end:
                break
            if len(candidate) < len(text) and fails(candidate):
                text, progress = candidate, True
                break
    return text + "\n"


def _smaller(text: str, name: str) -> Iterator[str]:
    """Candidates, the boldest first."""
    tree = ast.parse(text)
    for number, top in enumerate(tree.body):
        if isinstance(top, ast.FunctionDef) and top.name != name:
            yield _without(tree, tree, "body", slice(number, number + 1), [])
    yield from _fewer_statements(tree)
    yield from _simpler_expressions(tree)


def _fewer_statements(tree: ast.Module) -> Iterator[str]:
    for owner in ast.walk(tree):
        for label in ("body", "orelse"):
            block = getattr(owner, label, None)
            if not isinstance(block, list) or isinstance(owner, ast.Module):
                continue
            for width in (8, 4, 2, 1):
                for at in range(0, len(block) - width + 1, max(1, width // 2)):
                    yield _without(tree, owner, label, slice(at, at + width), [])
            for at, node in enumerate(block):
                if isinstance(node, ast.For | ast.While | ast.If):
                    yield _without(tree, owner, label, slice(at, at + 1), node.body)
                    if node.orelse:
                        yield _without(tree, owner, label, slice(at, at + 1), node.orelse)


def _without(tree: ast.Module, owner: ast.AST, label: str, where: slice, instead: list[ast.stmt]) -> str:
    block = getattr(owner, label)
    changed = list(block)
    changed[where] = instead
    if not changed and label == "body" and owner is not tree:
        changed = [ast.Pass()]
    setattr(owner, label, changed)
    try:
        return ast.unparse(tree)
    finally:
        setattr(owner, label, block)


def _simpler_expressions(tree: ast.Module) -> Iterator[str]:
    """Every expression replaced by one of its parts, or by a number."""
    for parent in list(ast.walk(tree)):
        for label, value in ast.iter_fields(parent):
            items = value if isinstance(value, list) else [value]
            for at, item in enumerate(items):
                if not isinstance(item, ast.expr) or isinstance(item, ast.Constant | ast.Slice):
                    continue
                if isinstance(getattr(item, "ctx", None), ast.Store):
                    continue
                for part in _parts(item):
                    kept = copy.copy(value)
                    new = [*items[:at], part, *items[at + 1 :]] if isinstance(value, list) else part
                    setattr(parent, label, new)
                    try:
                        yield ast.unparse(tree)
                    finally:
                        setattr(parent, label, kept)


def _parts(item: ast.expr) -> list[ast.expr]:
    found = [child for child in ast.iter_child_nodes(item) if isinstance(child, ast.expr)]
    found = [child for child in found if not isinstance(child, ast.Slice | ast.Starred)]
    if isinstance(item, ast.Call):
        found = [*item.args]
    if not isinstance(item, ast.Name | ast.Attribute | ast.Subscript):
        found.append(ast.Constant(1.5))
    return found
