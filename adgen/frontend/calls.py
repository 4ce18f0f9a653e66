"""Calls: of library functions by their Python signature, of the user's functions by inlining them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from functools import lru_cache

import libcst as cst

from adgen.diagnostics import Span, UserError
from adgen.frontend import fence, options, recursion
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Class,
    Derivative,
    DTypeObject,
    Grown,
    Instance,
    Iterable,
    Known,
    LibraryFunction,
    Maybe,
    Module,
    Partial,
    Pullback,
    Tuple,
    UserFunction,
)
from adgen.frontend.attributes import attribute, member
from adgen.frontend.derivatives import TRANSFORMS, apply, transform
from adgen.frontend.dicts import new_dict
from adgen.frontend.expressions import code_of, expression, handed
from adgen.frontend.frozen import frozen
from adgen.frontend.higher import extremum
from adgen.frontend.library_context import CallContext
from adgen.frontend.list_items import METHODS, has_method, method
from adgen.frontend.liveness import Liveness, first_yield, names_assigned, names_nonlocal, statements
from adgen.frontend.mutation import current
from adgen.frontend.names import FORMS
from adgen.frontend.optional import present
from adgen.frontend.reader import Reader
from adgen.frontend.sequences import static_items
from adgen.frontend.state import BROKE, CONTINUED, RESULT, RETURNED, Activation, Closure, Missing
from adgen.frontend.syntax import children
from adgen.ir.types import Kind
from adgen.primitives.segments import segment
from adgen.records import dataclass


@dataclass(slots=True)
class Arguments:
    """Evaluated arguments with their places."""

    positional: list[Abstract] = field(default_factory=list)
    named: dict[str, Abstract] = field(default_factory=dict)
    spans: list[tuple[Abstract, Span]] = field(default_factory=list)
    keywords: dict[str, Span] = field(default_factory=dict)


def call(r: Reader, act: Activation, node: cst.Call) -> Abstract:
    """The result of a call."""
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in METHODS:
        base = expression(r, act, node.func.value)
        if has_method(base, node.func.attr.value):
            return method(r, act, node, base)
        with r.at(act, node.func):
            function = attribute(r, base, node.func.attr.value, code_of(node.func))
    else:
        function = expression(r, act, node.func)
    before = r.changes
    given = arguments(r, act, node)
    if r.changes != before:
        function = current(r, function)
    name = act.source.span(node.func)
    return called(r, function, given, code_of(node.func), name)


def called(
    r: Reader, function: Abstract, given: Arguments, shown: str = "", name: Span | None = None
) -> Abstract:
    """The result of calling ``function``; ``shown`` is how it is written, ``name`` where."""
    if not isinstance(function, UserFunction | Partial | Class):
        given = _present(r, given)
    match function:
        case LibraryFunction(name=qualified) if qualified in TRANSFORMS:
            return transform(r, qualified, given)
        case Derivative():
            return apply(r, function, given)
        case Pullback():
            from adgen.frontend.directional import pull

            return pull(r, function, given)
        case LibraryFunction(name=qualified) if qualified in FORMS:
            from adgen.frontend.forms import form

            return form(r, qualified, given, name)
        case LibraryFunction(name="builtins.max" | "builtins.min") if given.named:
            return extremum(r, function, given)
        case LibraryFunction():
            return _library(r, function, given, shown)
        case UserFunction():
            return inline(r, function, given, name)
        case Partial(recomputed=True):
            with segment_of(r, shown):
                return called(r, replace(function, recomputed=False), given, shown, name)
        case Partial():
            return called(r, function.function, _completed(function, given), shown, name)
        case Class():
            from adgen.frontend.classes import construct

            return construct(r, function, given)
        case DTypeObject(dtype):
            if len(given.positional) != 1 or given.named:
                raise r.error("AG205", function=shown, reason="it takes one number")
            (only,) = given.positional
            type_ = r.type_of(only) if isinstance(only, Array) else None
            if type_ is not None and type_.rank and type_.dtype is dtype:
                return only  # NumPy copies nothing then
            return r.wrap(r.cast(r.value(only), dtype, Kind.np))
        case Module() if (distribution := frozen(function, given)) is not None:
            return distribution
        case Tuple() | Instance():
            inner = member(r, function, "__call__")
            if inner is not None:
                return called(r, inner, given, shown, name)
    raise r.error("AG213", name, name=shown)


@contextmanager
def segment_of(r: Reader, name: str) -> Iterator[None]:
    """What is lowered inside is a segment that the reverse sweep evaluates again."""
    nodes = r.b.nodes
    r.b.emit(segment, (), {"edge": "begin", "name": name})
    begin = nodes[-1]
    try:
        yield
    except BaseException:
        if begin in nodes:  # lowering starts over somewhere
            nodes.remove(begin)
        raise
    r.b.emit(segment, (), {"edge": "end", "name": name})


def _present(r: Reader, given: Arguments) -> Arguments:
    """Arguments of what takes no None."""
    if not any(isinstance(x, Maybe) for x in (*given.positional, *given.named.values())):
        return given
    named = {name: present(r, x) for name, x in given.named.items()}
    return Arguments([present(r, x) for x in given.positional], named, given.spans, given.keywords)


def _completed(function: Partial, given: Arguments) -> Arguments:
    """The arguments of a partial function and those of a call of it."""
    named = {**dict(function.named), **given.named}
    return Arguments([*function.positional, *given.positional], named, given.spans, given.keywords)


def arguments(r: Reader, act: Activation, node: cst.Call) -> Arguments:
    """The arguments of a call, evaluated in order."""
    found, before = Arguments(), r.changes
    for arg in node.args:
        x = expression(r, act, arg.value) if arg.star else handed(r, act, arg.value)
        if arg.star:
            _spread(r, act, arg, x, found)
            continue
        found.spans.append((x, act.source.span(arg.value)))
        if arg.keyword is not None:
            found.named[arg.keyword.value] = x
            found.keywords[arg.keyword.value] = act.source.span(arg.keyword)
        else:
            found.positional.append(x)
    if r.changes != before:
        found.positional = [current(r, x) for x in found.positional]
        found.named = {name: current(r, x) for name, x in found.named.items()}
    return found


def _spread(r: Reader, act: Activation, arg: cst.Arg, x: Abstract, found: Arguments) -> None:
    """``*x`` and ``**x`` among arguments."""
    if arg.star == "*":
        items = static_items(r, x) if isinstance(x, Tuple | Array | Grown | Iterable) else None
        if items is None:
            raise r.refuse("AG109", act, arg, construct="*")
        found.positional.extend(items)
        return
    if not (isinstance(x, Tuple) and x.kind == "dict" and all(isinstance(k, str) for k in x.keys)):
        raise r.refuse("AG109", act, arg, construct="**")
    for key, item in zip(x.keys, x.items, strict=True):
        if key in found.named:
            reason = f"it gets `{key}` twice"
            raise r.refuse("AG205", act, arg, function=code_of(arg.value), reason=reason)
        found.named[key] = item
        found.keywords[key] = act.source.span(arg.value)


# -- library ------------------------------------------------------------------------------------------------
def _library(r: Reader, function: LibraryFunction, given: Arguments, shown: str) -> Abstract:
    span = r.b.span
    given = _with_snapshots(r, given)
    bound = [] if function.bound is None else [function.bound]
    context = CallContext(r, function.name, span, tuple(given.spans))
    chosen = options.taken(context, function, given)
    _check_keywords(r, function, given, shown)
    try:
        inspect.signature(function.function).bind(context, *bound, *given.positional, **given.named)
    except TypeError as error:
        raise r.error("AG205", span, function=shown, reason=str(error)) from None
    return options.applied(context, function, given, chosen)


def _with_snapshots(r: Reader, given: Arguments) -> Arguments:
    """Arguments as library functions take them: lists of run-time length as they are now."""
    from adgen.frontend.cells import snapshot

    if not any(isinstance(x, Cells) for x in (*given.positional, *given.named.values())):
        return given
    taken = {
        id(x): snapshot(r, x) for x in (*given.positional, *given.named.values()) if isinstance(x, Cells)
    }
    return replace(
        given,
        positional=[taken.get(id(x), x) for x in given.positional],
        named={name: taken.get(id(x), x) for name, x in given.named.items()},
        spans=[(taken.get(id(x), x), span) for x, span in given.spans],
    )


def _check_keywords(r: Reader, function: LibraryFunction, given: Arguments, shown: str) -> None:
    parameters = inspect.signature(function.function).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        return
    by_name = {n for n, p in parameters.items() if p.kind is not inspect.Parameter.POSITIONAL_ONLY}
    for name in given.named:
        span = given.keywords.get(name)
        if name not in by_name or name == "c":
            raise r.error("AG204", span, function=shown, name=name)


# -- the user's functions -----------------------------------------------------------------------------------
def closure(r: Reader, act: Activation, node: cst.FunctionDef | cst.Lambda, name: str) -> UserFunction:
    """A nested function or lambda, its defaults evaluated now."""
    defaults = {
        p.name.value: expression(r, act, p.default)
        for p in (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params)
        if p.default is not None
    }
    return UserFunction(name, Closure(act.source, node, act.environment, act, defaults))


def inline(r: Reader, function: UserFunction, given: Arguments, name: Span | None = None) -> Abstract:
    """The result of one of the user's functions, its body lowered in place."""
    return invoked(r, function, bind_arguments(r, function, given))


def invoked(r: Reader, function: UserFunction, bound: Mapping[str, Abstract]) -> Abstract:
    """The result of one of the user's functions for arguments by parameter."""
    definition: Closure = function.definition
    if function.rule is not None:
        from adgen.frontend.custom import apply as apply_rule

        return apply_rule(r, function, bound)
    if recursion.place_of(definition) in r.recursive:
        assert r.b.span is not None
        return recursion.call(r, function.name, definition, bound, r.b.span)
    recursion.note(r, function.name, definition, r.b.span)
    return run(r, function.name, definition, bound, r.b.span)


def bind_arguments(r: Reader, function: UserFunction, given: Arguments) -> dict[str, Abstract]:
    """Arguments by parameter, as Python binds them."""
    definition: Closure = function.definition
    params = definition.node.params
    check_parameters(r, definition)
    positional = [p.name.value for p in (*params.posonly_params, *params.params)]
    names = [*positional, *(p.name.value for p in params.kwonly_params)]
    unnamed = {p.name.value for p in params.posonly_params}
    problem = ""
    rest, others = (
        None if not isinstance(star, cst.Param) else star.name.value
        for star in (params.star_arg, params.star_kwarg)
    )
    if len(given.positional) > len(positional) and rest is None:
        problem = f"it takes {len(positional)} arguments by position, not {len(given.positional)}"
    bound = dict(zip(positional, given.positional, strict=False))
    for name, x in given.named.items():
        if name not in names and others is not None:
            continue
        if name not in names:
            problem = problem or f"it has no parameter `{name}`"
        elif name in unnamed:
            problem = problem or f"it takes `{name}` by position only"
        elif name in bound:
            problem = problem or f"it gets `{name}` twice"
        bound[name] = x
    missing = [n for n in names if n not in bound and n not in definition.defaults]
    if missing and not problem:
        problem = f"it lacks `{missing[0]}`"
    if problem:
        raise r.error("AG205", function=function.name, reason=problem)
    found = {name: bound.get(name, definition.defaults.get(name, Known(None))) for name in names}
    if rest is not None:
        found[rest] = Tuple(tuple(given.positional[len(positional) :]))
    if others is not None:
        found[others] = new_dict(r, {n: x for n, x in given.named.items() if n not in names})
    return found


def check_parameters(r: Reader, definition: Closure) -> None:
    """Refuse asynchronous functions, and generators: a `yield` that is never reached makes one too."""
    node, source = definition.node, definition.source
    if isinstance(node, cst.FunctionDef) and node.asynchronous is not None:
        raise r.error("AG105", source.span(node.asynchronous), construct="async")
    found = first_yield(statements(node.body))
    if found is not None:
        raise r.error("AG104", source.span(found))


def run(
    r: Reader, name: str, definition: Closure, bound: Mapping[str, Abstract], called_at: Span | None
) -> Abstract:
    """Lower a function's body with its parameters bound; its result."""
    from adgen.frontend.statements import block

    node, source = definition.node, definition.source
    body = statements(node.body)
    local = (names_assigned(body) - names_nonlocal(body)) | frozenset(bound)
    act = Activation(
        r.activations,
        name,
        source,
        definition.environment,
        definition.parent,
        local,
        Liveness.of(node),
        node,
        r.b.depth,
    )
    r.activations += 1
    r.sources.setdefault(source.text)
    r.comments.update(dict(source.comments))
    r.state.frames[act.key] = {**bound, RETURNED: Known(False), BROKE: Known(False), CONTINUED: Known(False)}
    r.running.append(act)
    r.calls.append(called_at)
    try:
        if isinstance(node, cst.Lambda):
            return handed(r, act, node.body)
        block(r, act, body)
        return _result(r, act)
    except UserError as error:
        raise _with_call(error, called_at, name) from None
    finally:
        r.running.pop()
        r.calls.pop()
        if not act.liveness.always and not _has_closures(node):
            r.state.frames.pop(act.key, None)


@lru_cache(1 << 14)
def _has_closures(node: cst.CSTNode) -> bool:
    return any(isinstance(n, cst.FunctionDef | cst.Lambda) or _has_closures(n) for n in children(node))


def _with_call(error: UserError, called_at: Span | None, name: str) -> UserError:
    """The refusal, with a label at the call that led to it."""

    from adgen.diagnostics import Label

    if called_at is None or error.diagnostic.primary == called_at:
        return error
    label = Label(called_at, f"`{name}` is called here")
    diagnostic = error.diagnostic
    if len(diagnostic.labels) > 3:
        return error
    return UserError(replace(diagnostic, labels=(*diagnostic.labels, label)))


def _result(r: Reader, act: Activation) -> Abstract:
    frame = r.state.frames[act.key]
    returned = frame.get(RETURNED)
    if returned == Known(True):
        found = frame.get(RESULT, Known(None))
        if isinstance(found, Missing):
            raise found.error or r.error("AG206", act.source.name_span, name="the result")
        return found
    if not _returns_something(act):
        return Known(None)
    if act.source.is_quoted:
        reason = "it is not supported with these options"
        raise r.error("AG205", _name_span(act), function=act.name, reason=reason)
    raise r.error("AG126", _name_span(act), name=act.name)


def _name_span(act: Activation) -> Span:
    node = act.node
    return act.source.span(node.name if isinstance(node, cst.FunctionDef) else node)


def _returns_something(act: Activation) -> bool:
    return any(isinstance(n, cst.Return) and n.value is not None for n in _own_nodes(act.node.body))


def _own_nodes(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    found: list[cst.CSTNode] = [node]
    for child in children(node):
        if not isinstance(child, cst.FunctionDef | cst.BaseExpression):
            found.extend(_own_nodes(child))
    return found


__all__ = ["arguments", "call", "closure", "fence", "inline", "run"]
