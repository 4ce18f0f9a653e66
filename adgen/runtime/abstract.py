"""What a signature or an example says of one argument: its structure and the types of its leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.objects.containers import TUPLE
from adgen.records import dataclass
from adgen.runtime.trees import LEAF, STATIC, TreeSpec, leaf_spec, static_spec


@dataclass(frozen=True, slots=True)
class AbstractTree:
    """A tree of types. ``values`` holds, per leaf, the int or bool behind it where one is at hand.

    >>> from adgen.ir.types import array
    >>> leaf = AbstractTree.leaf(array("f64", "n"))
    >>> str(AbstractTree.container("tuple", [leaf, AbstractTree.static(None)]))
    '(f64[n], None)'
    """

    spec: TreeSpec
    types: tuple[Type, ...]
    values: tuple[int | bool | None, ...] = ()

    @staticmethod
    def leaf(type: Type, value: int | bool | None = None) -> AbstractTree:
        """One number or array."""
        return AbstractTree(leaf_spec(), (type,), (value,))

    @staticmethod
    def static(value: object) -> AbstractTree:
        """A value that is part of the program."""
        return AbstractTree(static_spec(value), ())

    @staticmethod
    def container(kind: str, items: Iterable[AbstractTree], keys: tuple[str, ...] = ()) -> AbstractTree:
        """A tuple, list or dict of trees."""
        parts = tuple(items)
        return AbstractTree(
            TreeSpec(kind, tuple(part.spec for part in parts), keys),
            tuple(t for part in parts for t in part.types),
            tuple(v for part in parts for v in part.values),
        )

    def same_kind(self, other: AbstractTree) -> bool:
        """Whether both have one structure, and leaves of the same kind, dtype and rank."""
        if self.spec != other.spec:
            return False
        pairs = zip(self.types, other.types, strict=True)
        return all((a.kind, a.dtype, a.rank) == (b.kind, b.dtype, b.rank) for a, b in pairs)

    def symbols(self) -> tuple[str, ...]:
        """Symbols of the dims, in order of appearance, each once."""
        return tuple(dict.fromkeys(s for t in self.types for d in t.dims for s in d.symbols()))

    def plain_symbols(self) -> tuple[str, ...]:
        """Symbols that stand alone as some dim, in order."""
        dims = [(d, d.symbols()) for t in self.types for d in t.dims]
        return tuple(dict.fromkeys(names[0] for d, names in dims if names and d == Dim.symbol(names[0])))

    def __str__(self) -> str:
        return _text(self.spec, iter(self.types))


def _text(spec: TreeSpec, types: Iterable[Type]) -> str:
    rest = iter(types)

    def render(node: TreeSpec) -> str:
        if node.is_leaf:
            return str(next(rest))
        if node.kind == "static":
            return repr(node.value)
        items = [render(child) for child in node.children]
        if node.keys:
            return "{" + ", ".join(f"{k}: {item}" for k, item in zip(node.keys, items, strict=True)) + "}"
        if node.kind == TUPLE:
            return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"
        return "[" + ", ".join(items) + "]"

    return render(spec)


def cotangent_spec(tree: AbstractTree) -> TreeSpec:
    """The structure of an argument's cotangent: a leaf per float, None for everything else."""
    types = iter(tree.types)

    def visit(spec: TreeSpec) -> TreeSpec:
        if spec.kind == LEAF:
            return spec if next(types).is_float else static_spec(None)
        if spec.kind == STATIC:
            return static_spec(None)
        return replace(spec, children=tuple(visit(child) for child in spec.children))

    return visit(tree.spec)
