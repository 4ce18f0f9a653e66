"""The function a transform is applied to: its parameters, how calls bind to them, where it stands."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import FunctionType, MethodType
from typing import Any, Protocol, SupportsIndex

from adgen.diagnostics import Span, UserError, refuse
from adgen.objects.transforms import subject_behind
from adgen.records import dataclass
from adgen.runtime.plans import Plan, Selector, selected_name

Path = tuple[tuple[str, Any], ...]
Given = tuple[tuple[str, Path], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A user's function with what a call needs to know of it.

    ``function`` is what was given, ``plain`` the Python function behind it (itself, unless it is a transform
    of one: then ``plan`` says which, and ``inner`` of what). ``parameters`` are the names in order,
    ``positional`` how many of them may be given by position (-1 where that is any number). What a program
    captures is found from ``root``: the function, a method, a partial function or an object that can be
    called; ``path`` leads from it to the function, and those of ``given`` to arguments that it brings.
    """

    function: Callable[..., Any]
    plain: FunctionType
    signature: inspect.Signature
    parameters: tuple[str, ...]
    positional: int
    defaults: Mapping[str, Any]
    plan: Plan | None = None
    inner: Subject | None = None
    root: Any = None
    path: Path = ()
    given: Given = ()

    @property
    def name(self) -> str:
        """The name, as messages show it."""
        return self.plain.__name__

    @property
    def starred(self) -> tuple[str | None, str | None]:
        """The names of ``*args`` and ``**kwargs``."""
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        found = self.signature.parameters.values()
        rest, others = (next((p.name for p in found if p.kind is kind), None) for kind in kinds)
        return rest, others

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
    behind = _behind(function)
    if behind is None:
        raise _not_a_function(function)
    plain, path, given = behind
    signature = inspect.signature(function if given or plain is not function else plain, follow_wrapped=False)
    kept = list(signature.parameters.values())
    defaults = {p.name: p.default for p in kept if p.default is not inspect.Parameter.empty}
    empty: dict[Any, Any] = {inspect.Parameter.VAR_POSITIONAL: (), inspect.Parameter.VAR_KEYWORD: {}}
    inner = subject_behind(function)
    plan = None if inner is None else function.__adgen_plan__
    return Subject(
        function,
        plain,
        signature,
        tuple(p.name for p in kept),
        -1 if any(p.kind in empty for p in kept) else sum(p.kind in _POSITIONAL for p in kept),
        defaults | {p.name: empty[p.kind] for p in kept if p.kind in empty},
        plan,
        inner,
        function if inner is None else inner.root,
        path,
        given,
    )


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _behind(function: Any) -> tuple[FunctionType, Path, Given] | None:
    """The Python function behind a callable, the way to it, and the parameters that are given already."""
    inner = subject_behind(function)
    if inner is not None:
        return inner.plain, inner.path, inner.given
    if isinstance(function, FunctionType):
        return function, (), ()
    if hasattr(type(function), "__adgen_rule__"):
        part = "fun" if function.result is None else "result"
        found = _behind(getattr(function, part))
        return None if found is None else _inside((("attribute", part),), found)
    if isinstance(function, partial):
        found = _behind(function.func)
        return None if found is None else _of_partial(function, *found)
    if isinstance(function, MethodType):
        method: Any = function.__func__
        owner: Path = (("self", ""),)
        path: Path = (("attribute", "__func__"),)
    else:
        method, owner = inspect.getattr_static(type(function), "__call__", None), ()
        path = (("class", ""), ("member", "__call__"))
    if not isinstance(method, FunctionType) or not method.__code__.co_argcount:
        return None
    if type(function).__module__.startswith("adgen."):
        return None
    return method, path, ((method.__code__.co_varnames[0], owner),)


def _inside(way: Path, found: tuple[FunctionType, Path, Given]) -> tuple[FunctionType, Path, Given]:
    """What is behind an object that is reached by ``way``."""
    plain, path, given = found
    return plain, (*way, *path), tuple((name, (*way, *p)) for name, p in given)


def _of_partial(
    function: partial[Any], plain: FunctionType, path: Path, given: Given
) -> tuple[FunctionType, Path, Given] | None:
    """What ``functools.partial`` adds: its positional arguments; its keywords are defaults."""
    taken = {name for name, _ in given}
    code = plain.__code__
    names = [n for n in code.co_varnames[: code.co_argcount] if n not in taken]
    if len(function.args) > len(names):
        return None
    more = [(names[k], (("part", 1), ("item", k))) for k in range(len(function.args))]
    _, path, given = _inside((("part", 0),), (plain, path, given))
    return plain, path, (*given, *more)


def _not_a_function(function: Any) -> UserError:
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

    @property
    def starred(self) -> tuple[str | None, str | None]:
        """The names of ``*args`` and ``**kwargs``."""

    def place(self) -> Span | None:
        """Where the function is named in its source."""


def wrt_positions(subject: Named, wrt: Any) -> tuple[tuple[Selector, ...], bool]:
    """The parameters that ``wrt`` names, and whether it names a single one (a bare gradient).

    Raises AG270 (no such name), AG271 (position out of range), AG272 (twice), AG275 (not a position or name).
    """
    single = not isinstance(wrt, tuple | list)
    positions: list[Selector] = []
    for item in (wrt,) if single else wrt:
        position = _position(subject, item)
        if any(_overlap(position, other) for other in positions):
            raise refuse("AG272", subject.place(), name=selected_name(subject.parameters, position))
        positions.append(position)
    if not positions:
        raise refuse("AG275", subject.place(), what="empty")
    return tuple(positions), single


def _overlap(left: Selector, right: Selector) -> bool:
    """Whether two selectors have a parameter, or an item of a starred one, in common."""
    if isinstance(left, int) or isinstance(right, int):
        return (left if isinstance(left, int) else left[0]) == (right if isinstance(right, int) else right[0])
    return left == right


def _position(subject: Named, item: Any) -> Selector:
    rest, others = subject.starred
    if isinstance(item, str):
        if item in subject.parameters:
            return subject.parameters.index(item)
        if others is not None:
            return (subject.parameters.index(others), item)
        raise refuse("AG270", subject.place(), name=item, function=subject.name)
    if isinstance(item, bool) or not isinstance(item, SupportsIndex):
        raise refuse("AG275", subject.place(), what=repr(item))
    position: int = operator.index(item)
    if rest is not None and position >= subject.parameters.index(rest):
        at = subject.parameters.index(rest)
        return (at, position - at)
    count = len(subject.parameters)
    if not -count <= position < count or (position < 0 and rest is not None):
        raise refuse("AG271", subject.place(), position=position, count=count, function=subject.name)
    return position % count
