"""Trees of arguments and results: containers taken apart into leaves and put together again.

The order of leaves is the order of a container's items: of tuples and lists by position, of dicts as
inserted, of NamedTuples and dataclasses as declared. A :class:`TreeSpec` is hashable and holds no values but
static ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Any

from adgen.objects.containers import DICT, LIST, NAMED, RECORD, TUPLE, container_of
from adgen.records import dataclass

LEAF, STATIC, ROWS = "leaf", "static", "rows"


@dataclass(frozen=True, slots=True)
class TreeSpec:
    """The structure of a tree; ``keys`` are those of a dict or the field names of ``cls``.

    ``rows`` is a list whose length is known only at run time, of elements like its child: the leaves are
    arrays that hold one row for each. ``value`` says whether elements are Python numbers.

    >>> spec, leaves = flatten({"w": (1.0, 2.0), "b": 3.0})
    >>> leaves, str(spec)
    ([1.0, 2.0, 3.0], '{w: (*, *), b: *}')
    """

    kind: str
    children: tuple[TreeSpec, ...] = ()
    keys: tuple[Any, ...] = ()
    cls: type | None = None
    value: Any = None

    @property
    def is_leaf(self) -> bool:
        """Whether this is one leaf."""
        return self.kind == LEAF

    @property
    def leaf_count(self) -> int:
        """Number of leaves."""
        return 1 if self.kind == LEAF else sum(child.leaf_count for child in self.children)

    def unflatten(self, leaves: Sequence[Any]) -> Any:
        """The tree with these leaves. Raises ValueError where their number differs."""
        rest = iter(leaves)
        try:
            tree = self._take(rest)
        except StopIteration:
            raise ValueError(f"{self} needs {self.leaf_count} leaves, not {len(leaves)}") from None
        if next(rest, _END) is not _END:
            raise ValueError(f"{self} needs {self.leaf_count} leaves, not {len(leaves)}")
        return tree

    def _take(self, leaves: Iterator[Any]) -> Any:
        if self.kind == LEAF:
            return next(leaves)
        if self.kind == STATIC:
            return self.value
        if self.kind == ROWS:
            return self._listed([next(leaves) for _ in range(self.leaf_count)])
        return self.build([child._take(leaves) for child in self.children])

    def _listed(self, columns: list[Any]) -> list[Any] | None:
        """The list of rows; None of what has no leaves, as integers have no gradients."""
        (child,) = self.children
        if not columns:
            return None
        if self.value and child.is_leaf and columns[0].ndim == 1:
            return list(columns[0].tolist())
        return [child.unflatten([_row(column[k]) for column in columns]) for k in range(len(columns[0]))]

    def build(self, items: list[Any]) -> Any:
        """The container of this kind with these items."""
        if self.kind == TUPLE:
            return tuple(items)
        if self.kind == LIST:
            return items
        if self.kind == DICT:
            return dict(zip(self.keys, items, strict=True))
        assert self.cls is not None
        if self.kind == NAMED:
            return self.cls(*items)
        return _filled(self.cls, dict(zip(self.keys, items, strict=True)))

    def names(self, root: str) -> list[str]:
        """One name per leaf: ``root`` itself, or ``root_0_w`` inside containers."""
        if self.kind in (LEAF, ROWS):
            return [root]
        labels = self.keys or range(len(self.children))
        return [
            name
            for label, child in zip(labels, self.children, strict=True)
            for name in child.names(f"{root}_{_identifier(label)}")
        ]

    def paths(self, root: str) -> list[str]:
        """How a user writes each leaf: ``root``, ``root[0]``, ``root['w']``, ``root.w``."""
        if self.kind == LEAF:
            return [root]
        steps: list[str]
        if self.kind in (NAMED, RECORD):
            steps = [f".{key}" for key in self.keys]
        else:
            steps = [f"[{key!r}]" for key in (self.keys or range(len(self.children)))]
        pairs = zip(steps, self.children, strict=True)
        return [path for step, child in pairs for path in child.paths(root + step)]

    def __str__(self) -> str:
        if self.kind == LEAF:
            return "*"
        if self.kind == ROWS:
            return f"[{self.children[0]}, ...]"
        if self.kind == STATIC:
            return repr(self.value)
        items = [str(child) for child in self.children]
        if self.keys:
            items = [f"{key}: {item}" for key, item in zip(self.keys, items, strict=True)]
        text = ", ".join(items)
        if self.kind == LIST:
            return f"[{text}]"
        if self.kind == DICT:
            return f"{{{text}}}"
        name = "" if self.cls is None else self.cls.__name__
        return f"{name}({text}{',' if len(items) == 1 and self.kind == TUPLE else ''})"


def _row(row: Any) -> Any:
    """One row with memory of its own."""
    return row.copy() if getattr(row, "ndim", 0) else row


def _filled(cls: type, items: dict[str, Any]) -> Any:
    """An instance with these attributes; its constructor is not run, for it might compute others."""
    found: Any = object.__new__(cls)
    for name, item in items.items():
        object.__setattr__(found, name, item)
    return found


_END = object()
_A_LEAF = TreeSpec(LEAF)


def leaf_spec() -> TreeSpec:
    """The spec of one leaf."""
    return _A_LEAF


def rows_spec(python: bool) -> TreeSpec:
    """The spec of a list of numbers or arrays, as many as there turn out to be."""
    return TreeSpec(ROWS, (_A_LEAF,), value=python)


def static_spec(value: Any) -> TreeSpec:
    """The spec of a value that is part of the structure."""
    return TreeSpec(STATIC, value=value)


def is_static(value: Any) -> bool:
    """Whether a value is always part of the structure: a string, None, an ellipsis."""
    return value is None or value is ... or isinstance(value, str | bytes | Enum)


def flatten(tree: Any, static: Callable[[Any], bool] = is_static) -> tuple[TreeSpec, list[Any]]:
    """Structure and leaves of a tree; what ``static`` says is kept in the structure."""
    leaves: list[Any] = []
    return _flatten(tree, leaves, static), leaves


def _flatten(tree: Any, leaves: list[Any], static: Callable[[Any], bool]) -> TreeSpec:
    found = container_of(tree)
    if found is not None:
        kind, items, keys, cls = found
        return TreeSpec(kind, tuple(_flatten(item, leaves, static) for item in items), keys, cls)
    if static(tree):
        return static_spec(tree)
    leaves.append(tree)
    return _A_LEAF


def _identifier(label: Any) -> str:
    text = "".join(c if c.isalnum() or c == "_" else "_" for c in str(label))
    return text or "_"
