"""Types of parameters from their annotations: ``adgen.f64["n,m"]``, ``float``, jaxtyping's ``Float64[...]``.

Annotations are read as objects (of a function) or as text (of a file that is not imported). What is not
recognised says nothing about the parameter.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from adgen.diagnostics import UserError
from adgen.ir.dims import Dim
from adgen.ir.types import GENERATOR, DType, Kind, Type, dtype_of
from adgen.records import dataclass
from adgen.runtime.abstract import AbstractTree
from adgen.runtime.signatures import parse_type

_PLAIN: dict[str, DType] = {"float": DType.f64, "int": DType.i64, "bool": DType.bool, "complex": DType.c128}
_JAXTYPING: dict[str, DType] = {
    "Float": DType.f64,
    "Float64": DType.f64,
    "Float16": DType.f16,
    "Float32": DType.f32,
    "Complex": DType.c128,
    "Complex128": DType.c128,
    "Complex64": DType.c64,
    "Int": DType.i64,
    "Int64": DType.i64,
    "Int32": DType.i32,
    "Integer": DType.i64,
    "Inexact": DType.f64,
    "Shaped": DType.f64,
    "Num": DType.f64,
    "Bool": DType.bool,
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """``adgen.f64`` and its like: alone a scalar, with dims an array.

    >>> str(Annotation("f64")["n, m-2"].tree)
    'f64[n,m-2]'
    """

    dtype: str
    dims: str | None = None

    def __getitem__(self, dims: str | int | tuple[str | int, ...]) -> Annotation:
        """The array type with these dims, as text (``"n,m"``, ``""`` for a 0-d array) or one by one."""
        parts = dims if isinstance(dims, tuple) else (dims,)
        return Annotation(self.dtype, ",".join(str(part) for part in parts))

    @property
    def tree(self) -> AbstractTree:
        """The type this stands for."""
        return parse_type(self.dtype if self.dims is None else f"{self.dtype}[{self.dims}]")

    def __repr__(self) -> str:
        return f"adgen.{self.dtype}" + ("" if self.dims is None else f'["{self.dims}"]')


def annotated_tree(annotation: Any) -> AbstractTree | None:
    """The type an annotation states, or None where it states none that adgen reads."""
    if isinstance(annotation, Annotation):
        return annotation.tree
    if isinstance(annotation, str):
        return annotated_text(annotation)
    if isinstance(annotation, type) and annotation.__module__ == "builtins":
        return _scalar(annotation.__name__)
    if annotation is np.random.Generator:
        return AbstractTree.leaf(GENERATOR)
    if isinstance(annotation, type) and issubclass(annotation, np.generic):
        dtype = dtype_of(annotation)
        return None if dtype is None else AbstractTree.leaf(Type(dtype, (), Kind.np))
    names, dims = getattr(annotation, "dtypes", None), getattr(annotation, "dim_str", None)
    if isinstance(dims, str) and isinstance(names, list | tuple) and names:
        return _jaxtyping_object([str(name) for name in names], dims)
    if getattr(annotation, "__origin__", None) is tuple:
        return _tuple([annotated_tree(item) for item in annotation.__args__])
    return None


def annotated_text(text: str) -> AbstractTree | None:
    """As :func:`annotated_tree`, for the source of an annotation."""
    try:
        return _expression(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError:
        return None


def _expression(node: ast.expr) -> AbstractTree | None:
    match node:
        case ast.Constant(value=str(inner)):
            return annotated_text(inner)
        case ast.Name(id=name) if name in _PLAIN:
            return _scalar(name)
        case ast.Attribute(attr=name) | ast.Name(id=name) if name in DType.__members__:
            return Annotation(name).tree
        case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name):
            return _numpy_scalar(name)
        case ast.Subscript(value=ast.Name(id="tuple" | "Tuple"), slice=ast.Tuple(elts=items)):
            return _tuple([_expression(item) for item in items])
        case ast.Subscript(value=base, slice=inside):
            return _subscript(_last_name(base), inside)
    return None


def _subscript(name: str, inside: ast.expr) -> AbstractTree | None:
    if name in DType.__members__:
        items = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        dims = tuple(str(i.value) if isinstance(i, ast.Constant) else ast.unparse(i) for i in items)
        try:
            return Annotation(name)[dims].tree
        except UserError:
            return None
    if name in _JAXTYPING:
        match inside:
            case ast.Tuple(elts=[_, ast.Constant(value=str(words))]):
                return _jaxtyping(_JAXTYPING[name], words)
    return None


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _scalar(name: str) -> AbstractTree | None:
    return AbstractTree.leaf(Type(_PLAIN[name], (), Kind.py)) if name in _PLAIN else None


def _numpy_scalar(name: str) -> AbstractTree | None:
    found = getattr(np, name, None)
    if not (isinstance(found, type) and issubclass(found, np.generic)):
        return None
    dtype = dtype_of(found) if found not in (np.floating, np.integer, np.number, np.generic) else None
    return None if dtype is None else AbstractTree.leaf(Type(dtype, (), Kind.np))


def _tuple(items: list[AbstractTree | None]) -> AbstractTree | None:
    known = [item for item in items if item is not None]
    return AbstractTree.container("tuple", known) if len(known) == len(items) else None


def _jaxtyping_object(names: list[str], dims: str) -> AbstractTree | None:
    for name in ("float64", "int64", "bool", "bool_", *names):
        if name in names:
            dtype = dtype_of(np.dtype(name)) if name in np.sctypeDict else None
            return None if dtype is None else _jaxtyping(dtype, dims)
    return None


def _jaxtyping(dtype: DType, dims: str) -> AbstractTree | None:
    """jaxtyping separates dims by spaces; ``...``, ``*batch`` and ``_`` have no fixed meaning here."""
    parsed: list[Dim] = []
    for word in dims.split():
        try:
            parsed.append(Dim.parse(word.partition("=")[2] or word))
        except ValueError:
            return None
    return AbstractTree.leaf(Type(dtype, tuple(parsed)))


f64, f32, f16 = Annotation("f64"), Annotation("f32"), Annotation("f16")
c128, c64 = Annotation("c128"), Annotation("c64")
i64, i32, i16, i8 = Annotation("i64"), Annotation("i32"), Annotation("i16"), Annotation("i8")
u64, u32, u16, u8 = Annotation("u64"), Annotation("u32"), Annotation("u16"), Annotation("u8")
bool_ = Annotation("bool")
