"""The function a transform is applied to: its parameters, how calls bind to them, where it stands."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import FunctionType, MethodType
from typing import Any, Protocol, SupportsIndex

from adgen.diagnostics import Span, UserError, refuse
from adgen.runtime.plans import Plan

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A user's function with what a call needs to know of it.

    ``function`` is what was given, ``plain`` the Python function behind it (itself, unless it is a transform
    of one: then ``plan`` says which, and ``inner`` of what). ``parameters`` are the names in order,
    ``positional`` how many of them may be given by position.
    """

    function: Callable[..., Any]
    plain: FunctionType
    signature: inspect.Signature
    parameters: tuple[str, ...]
    positional: int
    defaults: Mapping[str, Any]
    plan: Plan | None = None
    inner: Subject | None = None

    @property
    def name(self) -> str:
        """The name, as messages show it."""
        return self.plain.__name__

    def place(self) -> Span | None:
        """Where the function is named in its source."""
        from adgen.runtime.places import name_place

        return name_place(self.plain)

    def parameter_place(self, name: str) -> Span | None:
        """Where a parameter stands in the source."""
        from adgen.runtime.places import parameter_place

        return parameter_place(self.plain, name)

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        """The arguments in the order of the parameters, defaults filled in. Raises AG265."""
        if not kwargs and len(args) == len(self.parameters) == self.positional:
            return list(args)
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise refuse("AG265", self.place(), name=self.name, reason=str(error)) from None
        bound.apply_defaults()
        return [bound.arguments[name] for name in self.parameters]


def subject_of(function: Any) -> Subject:
    """Describe the function a transform is given. Raises AG213 for what is no Python function."""
    plain = plain_function(function)
    if plain is None:
        raise _not_a_function(function)
    signature = inspect.signature(plain, follow_wrapped=False)
    kept = list(signature.parameters.values())
    if any(p.kind in _VARIADIC for p in kept):
        raise _starred(plain)
    return Subject(
        function,
        plain,
        signature,
        tuple(p.name for p in kept),
        sum(p.kind is not inspect.Parameter.KEYWORD_ONLY for p in kept),
        {p.name: p.default for p in kept if p.default is not inspect.Parameter.empty},
        getattr(function, "__adgen_plan__", None),
        getattr(function, "__adgen_subject__", None),
    )


def plain_function(function: Any) -> FunctionType | None:
    """The Python function behind a function or a transform of one."""
    inner = getattr(function, "__adgen_subject__", None)
    if inner is not None:
        function = inner.plain
    return function if isinstance(function, FunctionType) else None


def _starred(function: FunctionType) -> UserError:
    from adgen.runtime.places import starred_place

    text, place = starred_place(function)
    return refuse("AG109", place, construct=text)


def _not_a_function(function: Any) -> UserError:
    if isinstance(function, MethodType) and isinstance(function.__func__, FunctionType):
        from adgen.runtime.places import name_place

        return refuse("AG130", name_place(function.__func__))
    if type(function).__module__.startswith("adgen."):
        return refuse("AG401", name=f"a transform of {function!r}")
    name = getattr(function, "__name__", None) or (
        "functools.partial" if isinstance(function, partial) else type(function).__name__
    )
    return refuse("AG213", name=name)


class Named(Protocol):
    """What ``wrt`` is resolved against: a live function, or one of a file."""

    @property
    def name(self) -> str:
        """The function's name."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters' names, in order."""

    def place(self) -> Span | None:
        """Where the function is named in its source."""


def wrt_positions(subject: Named, wrt: Any) -> tuple[tuple[int, ...], bool]:
    """The parameters that ``wrt`` names, and whether it names a single one (a bare gradient).

    Raises AG270 (no such name), AG271 (position out of range), AG272 (twice), AG275 (not a position or name).
    """
    single = not isinstance(wrt, tuple | list)
    positions: list[int] = []
    for item in (wrt,) if single else wrt:
        position = _position(subject, item)
        if position in positions:
            raise refuse("AG272", subject.place(), name=subject.parameters[position])
        positions.append(position)
    if not positions:
        raise refuse("AG275", subject.place(), what="empty")
    return tuple(positions), single


def _position(subject: Named, item: Any) -> int:
    if isinstance(item, str):
        if item not in subject.parameters:
            raise refuse("AG270", subject.place(), name=item, function=subject.name)
        return subject.parameters.index(item)
    if isinstance(item, bool) or not isinstance(item, SupportsIndex):
        raise refuse("AG275", subject.place(), what=repr(item))
    position: int = operator.index(item)
    count = len(subject.parameters)
    if not -count <= position < count:
        raise refuse("AG271", subject.place(), position=position, count=count, function=subject.name)
    return position % count
