"""What a function reads from around it, as further arguments: solvers differentiate arguments only.

``fixed_point(f, x0, *args)`` calls ``f(x, *args)`` and nothing else of ``f``. So what ``f`` reads of the
functions around it can stand behind ``args``, and ``f`` take it from there: the names mean the values that
were given while ``f`` is lowered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adgen.frontend.abstract import Abstract, Derivative, LibraryFunction, Partial, Tuple, UserFunction
from adgen.frontend.leaves import floats, with_floats
from adgen.frontend.library_context import CallContext
from adgen.frontend.liveness import names_assigned, names_nonlocal, names_read, statements
from adgen.frontend.state import Closure, Missing
from adgen.ir.core import Value
from adgen.primitives.elementwise import stop_gradient

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader

Place = tuple[int, str]
"""The activation that binds a name, and the name."""


def opened(
    r: Reader, bound: Mapping[str, Abstract], varies: Callable[[Value], bool]
) -> Mapping[str, Abstract]:
    """The arguments of a solver, the first of which is a function, with what that reads behind ``*args``."""
    first = next(iter(bound))
    function, args = bound[first], bound.get("args")
    if not isinstance(args, Tuple):
        return bound
    places = [p for p in _places(r, function, {}) if any(map(varies, floats(r, _at(r, p))))]
    held = list(_held(r, function))
    inside = held if any(map(varies, held)) else []
    more = [*(v for p in places for v in floats(r, _at(r, p))), *inside]
    if not more:
        return bound
    taking = LibraryFunction("adgen.opened", _taking(r, function, places, bool(inside), len(more)))
    items = (*args.items, *(r.wrap(v) for v in more))
    return {**bound, first: taking, "args": replace(args, items=items)}


def frozen(r: Reader, function: Abstract) -> Abstract:
    """The function, for which what it reads from around is constant."""
    places = list(_places(r, function, {}))
    held = [v for p in places for v in floats(r, _at(r, p))] + list(_held(r, function))
    taking = _taking(r, function, places, inside=True, count=len(held))
    still = [r.wrap(stop_gradient(r.b, v)) for v in held]
    return LibraryFunction("adgen.frozen", lambda c, *given: taking(c, *given, *still))


def _taking(
    r: Reader, function: Abstract, places: list[Place], inside: bool, count: int
) -> Callable[..., Abstract]:
    """The function of its own arguments and then of what it reads."""

    def apply(c: CallContext, *given: Abstract) -> Abstract:
        from adgen.frontend.calls import Arguments, called

        own, fresh = given[: len(given) - count], iter(given[len(given) - count :])
        before = {place: _at(r, place) for place in places}
        for (key, name), x in before.items():
            r.state.frames[key][name] = with_floats(r, x, fresh)
        try:
            now = _with_held(r, function, fresh) if inside else function
            return called(r, now, Arguments(list(own)))
        finally:
            for (key, name), x in before.items():
                r.state.frames[key][name] = x

    return apply


def _at(r: Reader, place: Place) -> Abstract:
    key, name = place
    found = r.state.frames[key][name]
    assert not isinstance(found, Missing)
    return found


# -- names ----------------------------------------------------------------------------------------------
def _places(r: Reader, x: Abstract, seen: dict[Any, Abstract]) -> Iterator[Place]:
    """Where the names are bound that a function reads from around it, through the functions that it calls."""
    if id(x) in seen:
        return
    seen[id(x)] = x
    match x:
        case UserFunction(definition=Closure() as definition):
            yield from _places_of(r, definition, seen)
        case Partial(function=function, positional=positional, named=named):
            for part in (function, *positional, *(item for _, item in named)):
                yield from _places(r, part, seen)
        case Derivative(function=function):
            yield from _places(r, function, seen)
        case Tuple(items=items):
            for part in items:
                yield from _places(r, part, seen)


def _places_of(r: Reader, definition: Closure, seen: dict[Any, Abstract]) -> Iterator[Place]:
    for name in sorted(names_read(definition.node) - _own_names(definition)):
        scope = definition.parent
        while scope is not None and name not in scope.local:
            scope = scope.parent
        found = None if scope is None else r.state.frames.get(scope.key, {}).get(name)
        if scope is None or found is None or isinstance(found, Missing):
            continue
        yield from _places(r, found, seen)
        if (scope.key, name) not in seen:
            seen[scope.key, name] = found
            yield scope.key, name


def _own_names(definition: Closure) -> frozenset[str]:
    """The names that a function binds itself."""
    node = definition.node
    params = node.params
    body = statements(node.body)
    stars = [getattr(getattr(p, "name", None), "value", "") for p in (params.star_arg, params.star_kwarg)]
    plain = [p.name.value for p in (*params.posonly_params, *params.params, *params.kwonly_params)]
    return (names_assigned(body) - names_nonlocal(body)) | {*plain, *stars}


# -- what a function holds ------------------------------------------------------------------------------
def _held(r: Reader, x: Abstract) -> Iterator[Value]:
    """The floats among defaults and among arguments that are given already."""
    match x:
        case UserFunction(definition=Closure(defaults=defaults)):
            for item in defaults.values():
                yield from _held(r, item)
        case Partial(function=function, positional=positional, named=named):
            for item in (function, *positional, *(item for _, item in named)):
                yield from _held(r, item)
        case Derivative(function=function):
            yield from _held(r, function)
        case Tuple(items=items):
            for item in items:
                yield from _held(r, item)
        case LibraryFunction():
            return
        case _:
            yield from floats(r, x)


def _with_held(r: Reader, x: Abstract, fresh: Iterator[Abstract]) -> Abstract:
    """The function with other floats there."""
    match x:
        case UserFunction(definition=Closure(defaults=defaults)):
            given = {name: _with_held(r, item, fresh) for name, item in defaults.items()}
            return replace(x, definition=replace(x.definition, defaults=given))
        case Partial(function=function, positional=positional, named=named):
            inner = _with_held(r, function, fresh)
            items = tuple(_with_held(r, item, fresh) for item in positional)
            pairs = tuple((name, _with_held(r, item, fresh)) for name, item in named)
            return replace(x, function=inner, positional=items, named=pairs)  # type: ignore[arg-type]
        case Derivative(function=function):
            return replace(x, function=_with_held(r, function, fresh))
        case Tuple(items=items):
            return replace(x, items=tuple([_with_held(r, item, fresh) for item in items]), owner=None)
        case LibraryFunction():
            return x
        case _:
            return with_floats(r, x, fresh)
