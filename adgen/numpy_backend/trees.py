"""Structures of arguments and results in source text: taken apart, put together, annotated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, Protocol

from adgen.ir.types import Type
from adgen.numpy_backend.annotations import type_text


class Tree(Protocol):
    """The structure of an argument or result; see ``adgen.runtime.trees.TreeSpec``."""

    @property
    def kind(self) -> str:
        """``leaf``, ``static``, ``rows``, ``tuple``, ``list``, ``dict``, ``namedtuple`` or ``dataclass``."""

    @property
    def children(self) -> Sequence[Tree]:
        """What the container holds."""

    @property
    def keys(self) -> Sequence[Any]:
        """Keys of a dict, field names of a record."""

    @property
    def value(self) -> Any:
        """The value of a static leaf."""

    @property
    def cls(self) -> type | None:
        """The class of a record."""


_SEQUENCES = ("tuple", "list")
RECORDS = ("namedtuple", "dataclass", "object")


def count(tree: Tree) -> int:
    """Number of leaves."""
    return 1 if tree.kind == "leaf" else sum(count(child) for child in tree.children)


def pattern(tree: Tree, names: Iterator[str], top: bool = True) -> str | None:
    """The left-hand side that takes a nested sequence apart; None where it holds other containers."""
    if tree.kind == "leaf":
        return next(names)
    if tree.kind not in _SEQUENCES or not tree.children:
        return None
    parts = [pattern(child, names, top=False) for child in tree.children]
    if any(part is None for part in parts):
        return None
    text = ", ".join(str(part) for part in parts)
    if len(parts) == 1:
        return f"({text},)"
    return text if top else f"({text})"


def unpacking(tree: Tree, root: str, names: Sequence[str]) -> list[str]:
    """Statements that give the leaves of ``root`` names."""
    if tree.kind == "leaf":
        return []
    left = pattern(tree, iter(names))
    if left is not None:
        return [f"{left} = {root}"]
    return [f"{name} = {path}" for name, path in zip(names, paths(tree, root), strict=True)]


def paths(tree: Tree, root: str) -> list[str]:
    """How each leaf of ``root`` is reached."""
    if tree.kind == "leaf":
        return [root]
    if tree.kind in RECORDS:
        steps = [f".{key}" for key in tree.keys]
    else:
        steps = [f"[{quoted(key)}]" for key in (tree.keys or range(len(tree.children)))]
    pairs = zip(steps, tree.children, strict=True)
    return [path for step, child in pairs for path in paths(child, root + step)]


def quoted(key: Any) -> str:
    """A constant, strings in double quotes unless they hold some."""
    found = repr(key)
    return f'"{found[1:-1]}"' if isinstance(key, str) and found[0] == "'" and '"' not in key else found


def construction(tree: Tree, leaves: Iterator[str], record: str = "") -> str:
    """The expression that puts a tree together; ``record`` is a value of the same NamedTuple or dataclass."""
    if tree.kind == "leaf":
        return next(leaves)
    if tree.kind == "static":
        return quoted(tree.value.value if isinstance(tree.value, Enum) else tree.value)
    if tree.kind in RECORDS:
        fields = [
            f"{key}={construction(child, leaves, f'{record}.{key}' if record else '')}"
            for key, child in zip(tree.keys, tree.children, strict=True)
        ]
        maker = f"type({record})" if record else class_name(tree)
        return f"{maker}({', '.join(fields)})"
    steps = tree.keys or range(len(tree.children))
    parts = [
        construction(child, leaves, f"{record}[{quoted(key)}]" if record else "")
        for key, child in zip(steps, tree.children, strict=True)
    ]
    if tree.kind == "rows":
        return _listed(tree, parts)
    if tree.kind == "dict":
        return "{" + ", ".join(f"{quoted(k)}: {p}" for k, p in zip(tree.keys, parts, strict=True)) + "}"
    if tree.kind == "list":
        return f"[{', '.join(parts)}]"
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _listed(tree: Tree, parts: Sequence[str]) -> str:
    """The list of the rows of arrays."""
    (child,) = tree.children
    if child.kind == "static":
        return "None"
    if child.kind != "leaf":
        return f"list(zip({parts[0].strip('(),')}))"
    whole = parts[0] if parts[0].isidentifier() else f"({parts[0]})"
    return f"{whole}.tolist()" if tree.value else f"list({parts[0]})"


def class_name(tree: Tree) -> str:
    """What the class of a record is called in a module of its own."""
    return "Record" if tree.cls is None else tree.cls.__name__


def records_in(tree: Tree) -> Iterator[Tree]:
    """The records of a tree, inner ones first."""
    for child in tree.children:
        yield from records_in(child)
    if tree.kind in RECORDS:
        yield tree


def record_class(tree: Tree) -> list[str]:
    """The class that stands for one of the user, which the module does not import."""
    name = class_name(tree)
    fields = [f"    {key}: Any" for key in tree.keys] or ["    pass"]
    return [f"class {name}(NamedTuple):", f'    """As `{name}` of the function."""', "", *fields]


def annotation(tree: Tree, types: Iterator[Type]) -> str:
    """The type annotation of a tree."""
    if tree.kind == "leaf":
        return type_text(next(types))
    if tree.kind == "static":
        return "None" if tree.value is None else type(tree.value).__name__
    parts = [annotation(child, types) for child in tree.children]
    if tree.kind == "tuple":
        return f"tuple[{', '.join(parts)}]" if parts else "tuple[()]"
    same = len(set(parts)) == 1
    if tree.kind == "rows":
        return "list[Any]"
    if tree.kind == "list":
        return f"list[{parts[0]}]" if same else "list[Any]"
    if tree.kind == "dict":
        keys = {type(k).__name__ for k in tree.keys}
        return f"dict[{keys.pop() if len(keys) == 1 else 'Any'}, {parts[0] if same else 'Any'}]"
    return "Any"
