"""Distributions with their parameters: ``scipy.stats.norm(loc, scale)``, of which there are the methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adgen.frontend.abstract import Abstract, LibraryFunction, Module, Partial
from adgen.frontend.entries import Entry
from adgen.frontend.library import lookup
from adgen.frontend.library_context import CallContext

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments
    from adgen.frontend.reader import Reader

_HOME = "scipy.stats."


def frozen(module: Module, given: Arguments) -> Partial | None:
    """What calling a distribution gives; None where the module is none."""
    methods = [lookup(f"{module.name}.{name}") for name in ("logpdf", "logpmf")]
    if not module.name.startswith(_HOME) or not any(isinstance(m, Entry) for m in methods):
        return None
    distribution = LibraryFunction(module.name, _not_called)
    return Partial(distribution, tuple(given.positional), tuple(given.named.items()))


def method(r: Reader, base: Partial, name: str) -> Abstract | None:
    """A method of a distribution with its parameters; None where this is none, or has none of that name."""
    function = base.function
    if not isinstance(function, LibraryFunction) or function.function is not _not_called:
        return None
    found = lookup(f"{function.name}.{name}")
    if not isinstance(found, Entry):
        return None
    entry = LibraryFunction(found.name, found.function)

    def apply(c: CallContext, *given: Abstract) -> Abstract:
        from adgen.frontend.calls import Arguments, called

        return called(r, entry, Arguments([*given, *base.positional], dict(base.named)), found.name)

    return LibraryFunction(found.name, apply)


def _not_called(*args: object) -> None:
    raise AssertionError("a distribution is called once")
