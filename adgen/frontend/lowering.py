"""From a function's source to a program: :func:`lower`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from types import MappingProxyType
from typing import Any

import libcst as cst

from adgen.diagnostics import Diagnostic, SourceText, Span, UserError, refuse
from adgen.diagnostics.errors import Unequal
from adgen.frontend.abstract import (
    Abstract,
    Known,
    Rule,
    Tuple,
    UserFunction,
)
from adgen.frontend.arguments import Branch, Leaf, LeafPath, Rows, Spec, Static, labels, leaf_name
from adgen.frontend.calls import check_parameters, run
from adgen.frontend.cells import guessed
from adgen.frontend.closing import closed
from adgen.frontend.custom import apply as apply_rule
from adgen.frontend.finishing import finished, needed_captures
from adgen.frontend.inner import Differentiate
from adgen.frontend.live_scope import LiveEnvironment, helper
from adgen.frontend.mutation import owned
from adgen.frontend.names import from_meaning
from adgen.frontend.program_results import result_of
from adgen.frontend.reader import MAX_OPS, CapturedLeaf, Reader
from adgen.frontend.recursion import call, place_of
from adgen.frontend.scope import Captured, Helper, Meaning, Path
from adgen.frontend.signals import Relearn, Restart, Unfounded
from adgen.frontend.sizes import NO_SIZES, Equality
from adgen.frontend.stack import deep_stack
from adgen.frontend.state import Closure
from adgen.frontend.static_scope import StaticEnvironment, check_decorators
from adgen.ir.core import Func, Region, Value
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.records import dataclass

_ATTEMPTS = 200


@dataclass(frozen=True, slots=True)
class Capture:
    """A hidden argument: the object at ``path`` (see :func:`adgen.frontend.live_scope.fetch`).

    It is the parameter of the program behind those of the signature; ``example`` is its value now.
    """

    path: Path
    name: str
    type: Type
    example: Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """A leaf of the arguments: a parameter of the program, or (with ``value``) baked in on demand."""

    path: LeafPath
    type: Type
    demanded: bool = False
    value: int | bool | None = None


@dataclass(frozen=True, slots=True)
class Lowered:
    """What lowering gives. The program's parameters are the leaves that were not demanded, then the captures.

    ``result`` is the structure of the results: ``Leaf`` for each of the program's results, in order, and
    ``Static`` for constants such as None. Behind them come the final contents of the arguments in
    ``mutated``, which the function writes into. ``baked`` holds what was built in and has to be the same
    object at a call. ``equalities`` are dims the program needs to be equal; the parameter types or the
    assumptions already say so. Of two dims that are ``alike`` neither is 1 where the other is not: a branch
    combines them.
    """

    func: Func
    parameters: tuple[Parameter, ...]
    captures: tuple[Capture, ...]
    baked: tuple[tuple[Path, Any], ...]
    result: Spec
    mutated: tuple[LeafPath, ...]
    equalities: tuple[Equality, ...]
    remarks: tuple[Diagnostic, ...]
    sources: tuple[SourceText, ...]
    alike: tuple[tuple[Dim, Dim], ...] = ()

    @property
    def demands(self) -> tuple[Parameter, ...]:
        """The leaves whose values were baked in."""
        return tuple(p for p in self.parameters if p.demanded)


def lower_live(function: Any, arguments: Mapping[str, Spec], **options: Any) -> Lowered:
    """Lower a live function; parameters that are not in ``arguments`` take their defaults."""
    return lower(helper(function, ()), arguments, **options)


def lower_file(path: str, name: str, arguments: Mapping[str, Spec], **options: Any) -> Lowered:
    """Lower a function of a file, which is neither imported nor run."""
    return lower(file_helper(path, name), arguments, **options)


def file_helper(path: str, name: str) -> Helper:
    """The function ``name`` of a file. Raises AG802 where there is none."""
    environment = StaticEnvironment.of_file(path)
    found = environment.helper(name)
    if found is None:
        raise refuse("AG802", path=path, name=name)
    check_decorators(found.source, environment)
    return replace(found, path=(), environment=StaticEnvironment(environment.module))


def lower(
    function: Helper,
    arguments: Mapping[str, Spec],
    *,
    refuted: frozenset[Dim] = frozenset(),
    sizes: Mapping[str, int] = NO_SIZES,
    max_ops: int = MAX_OPS,
    differentiate: Differentiate | None = None,
    brings: Mapping[str, Meaning] = MappingProxyType({}),
) -> Lowered:
    """Lower a function for arguments of the given kinds.

    ``brings`` are further arguments, found around it: the object of a method.

    ``refuted`` are dims that may be negative although an earlier lowering assumed otherwise; ``sizes`` are
    those of a call, and where they break an equality lowering stops there: one of the two dims is 1;
    ``differentiate`` resolves derivatives that the function itself takes.
    """
    demanded: dict[object, Any] = {}
    equalities: dict[str, Equality] = {}
    elements: dict[object, Any] = {}
    leaves: dict[object, Type] = {}
    recursive: set[Span] = set()
    followed: set[object] = set()
    reader = None
    for _ in range(_ATTEMPTS):
        substitution = _solved(equalities)
        reader = Reader(demanded, refuted, max_ops, substitution, differentiate, recursive, followed)
        reader.elements, reader.leaves, reader.sizes.call = elements, leaves, sizes
        try:
            with deep_stack():
                lowered = _attempt(reader, function, arguments, brings)
        except Restart as restart:
            values = {source: value for source, value in reader.statics.values()}
            demanded |= {source: values[source] for source in restart.demanded}
            continue
        except Relearn:
            continue
        except UserError as error:
            if guessed(reader):
                continue
            if isinstance(error, Unequal) and error.depends:
                raise
            raise _with_sources(reader, function, error) from None
        except MemoryError:
            raise
        except Exception as error:
            if isinstance(error, Unfounded) and guessed(reader):
                continue
            reason = f"{type(error).__name__}: {error}"
            fault = refuse("AG902", reader.b.place_of(error), reason=reason)
            raise _with_sources(reader, function, fault) from error
        if guessed(reader):
            continue
        found = reader.sizes.equalities
        if not found:
            return replace(lowered, equalities=(*equalities.values(), *reader.sizes.unsolved.values()))
        equalities |= found
        if any(e.broken(sizes) for e in found.values()):
            return replace(lowered, equalities=tuple(equalities.values()))
    assert reader is not None
    fault = refuse("AG902", reader.b.span, reason="what it learns does not come to an end")
    raise _with_sources(reader, function, fault)


def _with_sources(r: Reader, function: Helper, error: UserError) -> UserError:
    return error.with_sources(*dict.fromkeys([*r.sources, function.source.text]))


def _solved(equalities: Mapping[str, Equality]) -> dict[str, Dim]:
    """Symbols replaced all the way."""
    solved: dict[str, Dim] = {}
    for symbol, equality in equalities.items():
        dim = equality.dim.substitute(solved)
        solved = {s: d.substitute({symbol: dim}) for s, d in solved.items()}
        solved[symbol] = dim
    return solved


def _attempt(
    r: Reader, function: Helper, arguments: Mapping[str, Spec], brings: Mapping[str, Meaning]
) -> Lowered:
    source = function.source
    r.sources.setdefault(source.text)
    r.b.span = source.name_span
    defaults: dict[str, Abstract] = {}
    parameters: list[Parameter] = []
    values: list[Value] = []
    definition = Closure(source, source.node, function.environment, None, defaults)
    check_parameters(r, definition)
    bound = _bound(r, function, arguments, brings, parameters, values)
    with r.b.block() as nodes:
        if function.rule is not None:
            result = _by_rule(r, function, definition, bound)
        elif place_of(definition) in r.recursive:
            result = call(r, source.name, definition, bound, source.name_span)
        else:
            result = run(r, source.name, definition, bound, None)
        if result == Known(None) and not _has_return(source.node):
            raise r.error("AG127", source.name_span, name=source.name)
        yields: list[Value] = []
        with r.b.at(source.name_span):
            spec = result_of(r, result, yields)
            mutated = _mutated(r, parameters, values, yields)
    body, results, functions = closed(nodes, yields, r.raw, r.names, r.comments, r.whole)
    assumed = {s for a in r.sizes.needed() for s in a.dim.symbols()}
    hidden = tuple(c.value for c in r.captures.values())
    needed = needed_captures(body, results, hidden, assumed)
    kept = [c for c in r.captures.values() if c.value in needed]
    captures = tuple(_capture(r, c) for c in kept)
    params = (*values, *(c.value for c in kept))
    func = Func(
        _identifier(source.name),
        Region(params, body, results),
        r.sizes.needed(),
        tuple(
            c for c in sorted(r.comments.items()) if not _inside(c[0], functions, source.span(source.node))
        ),
        source.span(source.node),
        doc=_docstring(source.node),
        functions=functions,
    )
    return Lowered(
        finished(func, r.names),
        tuple(parameters),
        captures,
        tuple(item for item in r.baked.items() if item[0][:1] != () and item[0][0][0] != "adgen"),
        spec,
        mutated,
        (),
        tuple(r.remarks),
        tuple(r.sources),
        tuple(r.sizes.alike),
    )


def _bound(
    r: Reader,
    function: Helper,
    arguments: Mapping[str, Spec],
    brings: Mapping[str, Meaning],
    parameters: list[Parameter],
    values: list[Value],
) -> dict[str, Abstract]:
    """What each name of the signature is; the leaves of the arguments go to ``parameters`` and ``values``."""
    source = function.source
    bound: dict[str, Abstract] = {}
    for node in source.parameters:
        name = node.name.value
        with r.b.at(source.span(node.name)):
            if name in arguments:
                spec = _substituted(arguments[name], r.substitution)
                bound[name] = _argument(r, (name,), spec, parameters, values)
            elif name in brings:
                bound[name] = from_meaning(r, brings[name], name)
            elif name in function.defaults:
                bound[name] = _default(r, function.defaults[name], name)
            elif node.star:
                bound[name] = Tuple((), "tuple" if node.star == "*" else "dict")
            else:
                raise r.error("AG260", source.name_span, name=source.name)
            if node.star == "**" and isinstance(bound[name], Tuple):
                bound[name] = owned(r, bound[name])  # type: ignore[arg-type]
    return bound


def _by_rule(r: Reader, function: Helper, definition: Closure, bound: Mapping[str, Abstract]) -> Abstract:
    """The result of a function with a rule of its own."""
    assert function.rule is not None
    kind, meanings, opaque = function.rule
    rule = Rule(kind, tuple(from_meaning(r, m, function.source.name) for m in meanings), opaque)
    return apply_rule(r, UserFunction(function.source.name, definition, rule), bound)


def _default(r: Reader, meaning: Meaning, name: str) -> Abstract:
    if isinstance(meaning, Captured) and isinstance(meaning.value, bool | int | float | complex | str | None):
        return Known(meaning.value)
    return from_meaning(r, meaning, name)


# -- arguments ----------------------------------------------------------------------------------------------
def _argument(
    r: Reader, path: LeafPath, spec: Spec, parameters: list[Parameter], values: list[Value]
) -> Abstract:
    match spec:
        case Static(value):
            return _static(r, path, value)
        case Branch(kind, items, keys, cls):
            found = tuple(
                _argument(r, (*path, label), item, parameters, values)
                for label, item in zip(labels(spec), items, strict=True)
            )
            return Tuple(found, kind, keys, cls)
        case Leaf():
            return _leaf(r, path, spec, parameters, values)
        case Rows():
            raise r.error("AG115", notes=["a list among the arguments has a known length"])


def _static(r: Reader, path: LeafPath, value: Any) -> Abstract:
    from adgen.frontend.live_scope import meaning

    if value is None or value is ... or isinstance(value, bool | int | float | complex | str | Enum):
        return Known(value)
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return Tuple(tuple(_static(r, (*path, k), item) for k, item in enumerate(value)), kind)
    return from_meaning(r, meaning(value, str(path[0]), (("argument", path),)), str(path[0]))


def _leaf(
    r: Reader, path: LeafPath, leaf: Leaf, parameters: list[Parameter], values: list[Value]
) -> Abstract:
    if path in r.demanded:
        parameters.append(Parameter(path, leaf.type, True, leaf.value))
        return Known(leaf.value)
    parameters.append(Parameter(path, leaf.type))
    name = leaf_name(path)
    value = Value(leaf.type, name)
    values.append(value)
    for d in leaf.type.dims:
        for symbol in d.symbols():
            r.b.reserve([symbol])
            if symbol not in r.sizes.inputs:
                r.sizes.inputs.append(symbol)
    if leaf.value is not None:
        r.statics[value] = (path, leaf.value)
    return r.input_of(value, "argument", name)


def _substituted(spec: Spec, substitution: Mapping[str, Dim]) -> Spec:
    match spec:
        case Leaf(type=type_):
            dims = tuple(d.substitute(substitution) for d in type_.dims)
            return replace(spec, type=replace(type_, dims=dims))
        case Branch(items=items):
            return replace(spec, items=tuple(_substituted(item, substitution) for item in items))
    return spec


# -- results ------------------------------------------------------------------------------------------------
def _mutated(
    r: Reader, parameters: list[Parameter], values: list[Value], yields: list[Value]
) -> tuple[LeafPath, ...]:
    """The arguments that were written into; their final contents join the results."""
    found: list[LeafPath] = []
    roots = {value: root for root, value in r.inputs.items()}
    kept = [p for p in parameters if not p.demanded]
    for parameter, value in zip(kept, values, strict=True):
        root = roots.get(value)
        if root is not None and r.state.versions[root] is not value:
            found.append(parameter.path)
            yields.append(r.state.versions[root])
    return tuple(found)


def _capture(r: Reader, leaf: CapturedLeaf) -> Capture:
    return Capture(leaf.path, leaf.value.hint or "captured", leaf.value.type, leaf.example)


def _has_return(node: cst.FunctionDef | cst.Lambda) -> bool:
    from adgen.frontend.calls import _own_nodes

    if isinstance(node, cst.Lambda):
        return True
    return any(isinstance(n, cst.Return) and n.value is not None for n in _own_nodes(node.body))


def _inside(line: int, functions: Sequence[Func], whole: Span) -> bool:
    """Whether a line belongs to a function that is called, and not to the function itself."""
    spans = [f.span for f in functions if f.span is not None and f.span != whole]
    return any(s.file == whole.file and s.line <= line <= s.end_line for s in spans)


def _identifier(name: str) -> str:
    return name if name.isidentifier() else "function"


def _docstring(node: cst.FunctionDef | cst.Lambda) -> str:
    return (node.get_docstring() or "") if isinstance(node, cst.FunctionDef) else ""


__all__ = ["Capture", "LiveEnvironment", "Lowered", "Parameter", "lower", "lower_file", "lower_live"]
