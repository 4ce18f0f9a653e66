"""From a function and types to a traced program: through the frontend, or through an inner transform."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from adgen.frontend import arguments as spec
from adgen.frontend.live_scope import fetch, helper, meaning, ruled
from adgen.frontend.lowering import Lowered, lower
from adgen.frontend.scope import Helper, Meaning, Path
from adgen.frontend.sizes import NO_SIZES
from adgen.ir.core import Func, Region, Value
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.runtime.abstract import AbstractTree
from adgen.runtime.captures import Fixed, Hidden
from adgen.runtime.derive import Inner, derive
from adgen.runtime.keys import key_of
from adgen.runtime.subject import Subject
from adgen.runtime.traced import Equality, Traced
from adgen.runtime.trees import LEAF, STATIC, TreeSpec, leaf_spec, rows_spec, static_spec

Refuted = frozenset[Dim]
NOTHING: Refuted = frozenset()


def trace(
    subject: Subject,
    trees: Sequence[AbstractTree],
    refuted: Refuted = NOTHING,
    sizes: Mapping[str, int] = NO_SIZES,
    max_ops: int | None = None,
) -> Traced:
    """The program of the subject at these types; ``refuted`` are dims that may be negative.

    ``sizes`` are those of the call that the program is made for.
    """
    if subject.plan is not None and subject.inner is not None:
        return derive(trace(subject.inner, trees, refuted, sizes, max_ops), subject.plan)
    pairs = dict(zip(subject.parameters, trees, strict=True))
    given = {name: brought(subject.root, name, path) for name, path in subject.given}
    found = trace_helper(_helper(subject), pairs, refuted, sizes, max_ops, given)
    return replace(found, defaults=default_texts(subject.defaults))


def _helper(subject: Subject) -> Helper:
    """The function of a subject, with the rule that it has of its own."""
    if subject.path[-1:] in ((("attribute", "fun"),), (("attribute", "result"),)):
        found = ruled(fetch(subject.root, subject.path[:-1]), subject.name, subject.path[:-1])
        assert isinstance(found, Helper)
        return found
    return helper(subject.plain, subject.path)


def brought(root: Any, name: str, path: Path) -> Meaning:
    """What an argument is that a method or partial function brings."""
    return meaning(fetch(root, path), name, path)


def default_texts(defaults: Mapping[str, Any]) -> dict[str, str]:
    """The source of the default values that have one."""
    return {
        name: repr(value)
        for name, value in defaults.items()
        if value is None or isinstance(value, bool | int | float | complex | str)
    }


def trace_helper(
    function: Helper,
    trees: Mapping[str, AbstractTree],
    refuted: Refuted = NOTHING,
    sizes: Mapping[str, int] = NO_SIZES,
    max_ops: int | None = None,
    brings: Mapping[str, Meaning] = MappingProxyType({}),
) -> Traced:
    """A function of the user, live or of a file, through the frontend."""
    options: dict[str, Any] = {} if max_ops is None else {"max_ops": max_ops}
    given = {name: frontend_spec(tree) for name, tree in trees.items()}
    read: dict[str, Any] = {
        "refuted": refuted,
        "sizes": sizes,
        "differentiate": Inner,
        "brings": brings,
    }
    lowered = lower(function, given, **read, **options)
    source = function.source
    roots = {path: value for path, value in _static_functions(trees)}
    return Traced(
        func=_with_demanded(lowered),
        parameters=tuple(trees),
        arguments=_typed(lowered, trees),
        result=result_spec(lowered.result),
        mutated=_mutated(lowered),
        hidden=tuple(
            Hidden(*_rooted(c.path, roots), key_of(c.example), leaf_spec(), c.type) for c in lowered.captures
        ),
        fixed=tuple(Fixed(*_rooted(path, roots), value) for path, value in lowered.baked if path),
        demanded={k: p.value for k, p in enumerate(lowered.parameters) if p.demanded},
        equalities=tuple(Equality(e.symbol, e.dim, e.left, e.right, e.span) for e in lowered.equalities),
        remarks=lowered.remarks,
        result_span=source.result_span,
        parameter_spans={p.name.value: source.span(p.name) for p in source.parameters},
        name_span=source.name_span,
        digest=hashlib.sha256(source.text.text.encode()).hexdigest()[:16],
        sources=lowered.sources,
        examples=tuple(c.example for c in lowered.captures),
        alike=lowered.alike,
    )


# -- arguments ------------------------------------------------------------------------------------------
def frontend_spec(tree: AbstractTree) -> spec.Spec:
    """A tree of types as the frontend takes it."""
    types = iter(tree.types)
    values = iter(tree.values or (None,) * len(tree.types))

    def visit(node: TreeSpec) -> spec.Spec:
        if node.kind == LEAF:
            return spec.Leaf(next(types), next(values))
        if node.kind == STATIC:
            return spec.Static(node.value)
        return spec.Branch(node.kind, tuple(visit(child) for child in node.children), node.keys, node.cls)

    return visit(tree.spec)


def _with_demanded(lowered: Lowered) -> Func:
    """The program with a parameter for every leaf: one that is not used where the value was baked in."""
    func = lowered.func
    rest = iter(func.params)
    params = [Value(p.type, spec.leaf_name(p.path)) if p.demanded else next(rest) for p in lowered.parameters]
    return replace(func, body=Region((*params, *rest), func.body.nodes, func.body.yields))


def _typed(lowered: Lowered, trees: Mapping[str, AbstractTree]) -> tuple[AbstractTree, ...]:
    """The arguments with the types the program gave them: dims found equal are one symbol."""
    params = _with_demanded(lowered).params
    types: list[Type] = [p.type for p in params]
    found = []
    for tree in trees.values():
        count = len(tree.types)
        found.append(AbstractTree(tree.spec, tuple(types[:count]), tree.values))
        types = types[count:]
    return tuple(found)


def _mutated(lowered: Lowered) -> tuple[int, ...]:
    """Positions of the leaves the function writes into."""
    names = {p.path: k for k, p in enumerate(lowered.parameters)}
    return tuple(names[path] for path in getattr(lowered, "mutated", ()))


def _static_functions(trees: Mapping[str, AbstractTree]) -> list[tuple[tuple[Any, ...], Any]]:
    """Functions among the arguments, with their paths."""
    found: list[tuple[tuple[Any, ...], Any]] = []

    def visit(node: TreeSpec, path: tuple[Any, ...]) -> None:
        if node.kind == STATIC and callable(node.value):
            found.append((path, node.value))
        for label, child in zip(node.keys or range(len(node.children)), node.children, strict=True):
            visit(child, (*path, label))

    for name, tree in trees.items():
        visit(tree.spec, (name,))
    return found


def _rooted(path: Any, roots: Mapping[tuple[Any, ...], Any]) -> tuple[Any, Any]:
    """A path and the function it starts from: None for the traced function, else one of its arguments."""
    if path and path[0][0] == "argument":
        return path[1:], roots.get(tuple(path[0][1]))
    return path, None


# -- results --------------------------------------------------------------------------------------------
def result_spec(found: spec.Spec) -> TreeSpec:
    """The structure of results as the frontend gives it."""
    match found:
        case spec.Leaf():
            return leaf_spec()
        case spec.Static(value):
            return static_spec(value)
        case spec.Rows(python=python):
            return rows_spec(python)
        case spec.Branch(kind, items, keys, cls):
            return TreeSpec(kind, tuple(result_spec(item) for item in items), keys, cls)
