"""Calls: of library functions by their Python signature, of the user's functions by inlining them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from adgen.diagnostics import Span, UserError
from adgen.frontend import fence, options
from adgen.frontend.abstract import (
    Abstract,
    Cells,
    Derivative,
    DTypeObject,
    Known,
    LibraryFunction,
    Partial,
    Tuple,
    UserFunction,
)
from adgen.frontend.derivatives import TRANSFORMS, apply, transform
from adgen.frontend.expressions import code_of, expression
from adgen.frontend.library_context import CallContext
from adgen.frontend.list_items import method
from adgen.frontend.liveness import Liveness, names_assigned, statements
from adgen.frontend.names import FORMS
from adgen.frontend.reader import Reader
from adgen.frontend.state import BROKE, CONTINUED, RESULT, RETURNED, Activation, Closure, Missing
from adgen.ir.types import Kind


@dataclass(slots=True)
class Arguments:
    """Evaluated arguments with their places."""

    positional: list[Abstract] = field(default_factory=list)
    named: dict[str, Abstract] = field(default_factory=dict)
    spans: list[tuple[Abstract, Span]] = field(default_factory=list)
    keywords: dict[str, Span] = field(default_factory=dict)


def call(r: Reader, act: Activation, node: cst.Call) -> Abstract:
    """The result of a call."""
    changed = method(r, act, node)
    if changed is not None:
        return changed
    function = expression(r, act, node.func)
    shown = code_of(node.func)
    match function:
        case LibraryFunction(name=name) if name in TRANSFORMS:
            return transform(r, act, node, name, arguments(r, act, node))
        case Derivative():
            return apply(r, act, node, function, arguments(r, act, node))
        case LibraryFunction(name=name) if name in FORMS:
            from adgen.frontend.forms import form

            return form(r, act, node, name, arguments(r, act, node))
        case LibraryFunction():
            return _library(r, act, node, function, arguments(r, act, node), shown)
        case UserFunction():
            return inline(r, act, node, function, arguments(r, act, node))
        case Partial():
            inner, given = _completed(function, arguments(r, act, node))
            if isinstance(inner, UserFunction):
                return inline(r, act, node, inner, given)
            return _library(r, act, node, inner, given, shown)
        case DTypeObject(dtype):
            given = arguments(r, act, node)
            if len(given.positional) != 1 or given.named:
                raise r.error("AG205", function=shown, reason="it takes one number")
            return r.wrap(r.cast(r.value(given.positional[0]), dtype, Kind.np))
    raise r.refuse("AG213", act, node.func, name=shown)


def _completed(function: Partial, given: Arguments) -> tuple[UserFunction | LibraryFunction, Arguments]:
    """The function behind a partial one, and all its arguments."""
    positional = [*function.positional, *given.positional]
    named = {**dict(function.named), **given.named}
    whole = Arguments(positional, named, given.spans, given.keywords)
    if isinstance(function.function, Partial):
        return _completed(function.function, whole)
    return function.function, whole


def arguments(r: Reader, act: Activation, node: cst.Call) -> Arguments:
    """The arguments of a call, evaluated in order."""
    found = Arguments()
    for arg in node.args:
        if arg.star == "**":
            raise r.refuse("AG109", act, arg, construct="**")
        x = expression(r, act, arg.value)
        if arg.star == "*":
            if not isinstance(x, Tuple):
                raise r.refuse("AG109", act, arg, construct="*")
            found.positional.extend(x.items)
            continue
        found.spans.append((x, act.source.span(arg.value)))
        if arg.keyword is not None:
            found.named[arg.keyword.value] = x
            found.keywords[arg.keyword.value] = act.source.span(arg.keyword)
        else:
            found.positional.append(x)
    return found


# -- library ------------------------------------------------------------------------------------------------
def _library(
    r: Reader, act: Activation, node: cst.Call, function: LibraryFunction, given: Arguments, shown: str
) -> Abstract:
    span = act.source.span(node)
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


def inline(r: Reader, act: Activation, node: cst.Call, function: UserFunction, given: Arguments) -> Abstract:
    """The result of one of the user's functions, its body lowered in place."""
    definition: Closure = function.definition
    if any(running.name == function.name and _runs(running, definition) for running in r.running):
        raise r.refuse(
            "AG124", act, node.func if isinstance(node.func, cst.Name) else node, name=function.name
        )
    bound = _bind(r, act, node, function, given)
    return run(r, function.name, definition, bound, act.source.span(node))


def _runs(running: Activation, definition: Closure) -> bool:
    here, there = running.source.span(running.node), definition.source.span(definition.node)
    return here == there


def _bind(
    r: Reader, act: Activation, node: cst.Call, function: UserFunction, given: Arguments
) -> dict[str, Abstract]:
    """Arguments by parameter, as Python binds them."""
    definition: Closure = function.definition
    params = definition.node.params
    check_parameters(r, definition)
    positional = [p.name.value for p in (*params.posonly_params, *params.params)]
    names = [*positional, *(p.name.value for p in params.kwonly_params)]
    unnamed = {p.name.value for p in params.posonly_params}
    problem = ""
    rest = _rest_of(params)
    if len(given.positional) > len(positional) and rest is None:
        problem = f"it takes {len(positional)} arguments by position, not {len(given.positional)}"
    bound = dict(zip(positional, given.positional, strict=False))
    for name, x in given.named.items():
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
        raise r.refuse("AG205", act, node, function=function.name, reason=problem)
    found = {name: bound.get(name, definition.defaults.get(name, Known(None))) for name in names}
    if rest is not None:
        found[rest] = Tuple(tuple(given.positional[len(positional) :]))
    return found


def _rest_of(params: cst.Parameters) -> str | None:
    """The name of ``*args``."""
    return params.star_arg.name.value if isinstance(params.star_arg, cst.Param) else None


def check_parameters(r: Reader, definition: Closure, inlined: bool = True) -> None:
    """Refuse asynchronous functions, and starred parameters whose number is not known from a call."""
    node, source = definition.node, definition.source
    params = node.params
    for star, text in ((params.star_arg, "*"), (params.star_kwarg, "**")):
        if isinstance(star, cst.Param) and not (inlined and text == "*"):
            raise r.error("AG109", source.span(star), construct=f"{text}{star.name.value}")
    if isinstance(node, cst.FunctionDef) and node.asynchronous is not None:
        raise r.error("AG105", source.span(node.asynchronous), construct="async")


def run(
    r: Reader, name: str, definition: Closure, bound: Mapping[str, Abstract], called_at: Span | None
) -> Abstract:
    """Lower a function's body with its parameters bound; its result."""
    from adgen.frontend.statements import block

    node, source = definition.node, definition.source
    body = statements(node.body)
    local = names_assigned(body) | frozenset(bound)
    act = Activation(
        r.activations, name, source, definition.environment, definition.parent, local, Liveness.of(node), node
    )
    r.activations += 1
    r.sources.setdefault(source.text)
    r.comments.update(dict(source.comments))
    r.state.frames[act.key] = {**bound, RETURNED: Known(False), BROKE: Known(False), CONTINUED: Known(False)}
    r.running.append(act)
    r.calls.append(called_at)
    try:
        if isinstance(node, cst.Lambda):
            return expression(r, act, node.body)
        block(r, act, body)
        return _result(r, act)
    except UserError as error:
        raise _with_call(error, called_at, name) from None
    finally:
        r.running.pop()
        r.calls.pop()
        if not act.liveness.always and not _has_closures(node):
            r.state.frames.pop(act.key, None)


def _has_closures(node: cst.CSTNode) -> bool:
    return any(isinstance(n, cst.FunctionDef | cst.Lambda) or _has_closures(n) for n in node.children)


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
    if returned == Known(False) and not _returns_something(act):
        return Known(None)
    raise r.error("AG126", _name_span(act), name=act.name)


def _name_span(act: Activation) -> Span:
    node = act.node
    return act.source.span(node.name if isinstance(node, cst.FunctionDef) else node)


def _returns_something(act: Activation) -> bool:
    return any(isinstance(n, cst.Return) for n in _own_nodes(act.node.body))


def _own_nodes(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    found: list[cst.CSTNode] = [node]
    for child in node.children:
        if not isinstance(child, cst.FunctionDef | cst.Lambda):
            found.extend(_own_nodes(child))
    return found


__all__ = ["arguments", "call", "closure", "fence", "inline", "run"]
