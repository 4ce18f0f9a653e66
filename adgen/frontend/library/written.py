"""Entries whose meaning is a function of :mod:`adgen.frontend.written`, read where it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import field, fields
from functools import cache
from types import ModuleType
from typing import Any

import libcst as cst

from adgen.diagnostics import SourceText, Span
from adgen.frontend.abstract import Abstract, Known, Tuple
from adgen.frontend.dicts import new_dict
from adgen.frontend.entries import Result, Table
from adgen.frontend.library_context import CallContext
from adgen.frontend.scope import Helper, Meaning, Path
from adgen.frontend.source import FunctionSource
from adgen.frontend.state import Closure
from adgen.frontend.static_scope import ModuleFile, StaticEnvironment
from adgen.frontend.written import (
    arrangements,
    differences,
    distances,
    filters,
    grids,
    images,
    integrals,
    losses,
    mapped,
    matrices,
    neighbourhoods,
    numbers_only,
    odeint,
    operators,
    order_statistics,
    padding,
    polynomials,
    products,
    scalars,
    segments,
    selections,
    sets,
    special_functions,
    spectra,
    statistics,
)
from adgen.records import dataclass

table = Table()
table.module("scipy.integrate")
table.module("scipy.spatial")
table.module("scipy.spatial.distance")


@dataclass(frozen=True, slots=True, eq=False)
class Quoted(FunctionSource):
    """The source of a written function, all of which stands where it is called."""

    place: Span = field(kw_only=True)

    def span(self, node: cst.CSTNode) -> Span:
        """The place of the call."""
        return self.place

    @property
    def is_quoted(self) -> bool:
        """It is."""
        return True


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The names of a written module; its functions stand at the place of the call as well."""

    module: StaticEnvironment
    place: Span
    text: SourceText
    owner: str = ""

    def quoted(self, source: FunctionSource) -> FunctionSource:
        """A function of the module at the place of the call."""
        own = {f.name: getattr(source, f.name) for f in fields(source)}
        return Quoted(**{**own, "text": self.text, "comments": (), "place": self.place})

    def resolve(self, name: str) -> Meaning | None:
        """What a free name means."""
        found = self.module.resolve(name)
        if isinstance(found, Helper):
            return Helper(found.path, self.quoted(found.source), self)
        return found

    def origin(self, name: str, kind: str = "name") -> tuple[Path, Any] | None:
        """Nothing: these are no objects of the user."""
        return None


@cache
def _file(module: ModuleType) -> ModuleFile:
    assert module.__file__ is not None
    return ModuleFile.read(module.__file__)


def _abstract(value: Any) -> Abstract:
    if isinstance(value, tuple):
        return Tuple(tuple(_abstract(item) for item in value))
    return Known(value)


def _given(c: CallContext, x: Any) -> Abstract:
    """An argument; those of a starred parameter as a tuple or a dict."""
    if isinstance(x, dict):
        return new_dict(c.r, x)
    found: Abstract = Tuple(x) if isinstance(x, tuple) else x
    return found


def entry(module: ModuleType, function: Callable[..., Any]) -> Callable[..., Result]:
    """The entry that is the written function of a module."""
    signature = inspect.signature(function)
    defaults = {
        name: p.replace(default=_abstract(p.default))
        for name, p in signature.parameters.items()
        if p.default is not p.empty
    }
    parameters = [defaults.get(name, p) for name, p in signature.parameters.items()]
    own = signature.replace(parameters=parameters)

    def apply(c: CallContext, *args: Abstract, **named: Abstract) -> Result:
        from adgen.frontend.calls import run

        bound = own.bind(*args, **named)
        bound.apply_defaults()
        given = {name: _given(c, x) for name, x in bound.arguments.items()}
        assert c.span is not None
        path = (("written", f"{module.__name__}#{c.r.activations}"),)
        scope = Scope(StaticEnvironment(_file(module), path), c.span, c.r.running[-1].source.text)
        source = _file(module).function(function.__name__)
        assert source is not None
        closure = Closure(scope.quoted(source), source.node, scope, None, {})
        return run(c.r, function.__name__, closure, given, c.span)

    context = inspect.Parameter("c", inspect.Parameter.POSITIONAL_ONLY)
    apply.__signature__ = signature.replace(parameters=[context, *parameters])  # type: ignore[attr-defined]
    apply.__doc__ = function.__doc__
    return apply


def _add(module: ModuleType) -> None:
    for names, function in module.NAMES.items():
        table.function(*names.split())(entry(module, function))


MODULES = (
    *(arrangements, differences, grids, mapped, numbers_only, order_statistics),
    *(padding, polynomials, products, selections, statistics, segments),
    *(images, losses, sets, neighbourhoods, spectra, odeint),
    *(scalars, integrals, matrices, operators, distances, special_functions, filters),
)
for _module in MODULES:
    _add(_module)
