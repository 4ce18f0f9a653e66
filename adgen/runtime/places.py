"""Where a live function and its parameters stand in their file, for diagnostics about calls.

Asked only when something is refused. A function without source has no place, and a message without a place
is better than none.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from adgen.diagnostics import Span, UserError

if TYPE_CHECKING:
    from adgen.frontend.source import FunctionSource


def name_place(function: FunctionType) -> Span | None:
    """The name in ``def name(...)``; the whole of a lambda."""
    source = _source(function)
    return None if source is None else source.name_span


def parameter_place(function: FunctionType, name: str) -> Span | None:
    """A parameter's name in the list of parameters."""
    source = _source(function)
    if source is None:
        return None
    return next((source.span(p.name) for p in source.parameters if p.name.value == name), None)


def _source(function: FunctionType) -> FunctionSource | None:
    from adgen.frontend.live_source import live_source

    try:
        return live_source(function)
    except UserError:
        return None
