"""What adgen tells its users: spans, codes, diagnostics, their rendering, the exceptions that carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adgen.diagnostics.diagnostic import Diagnostic, Label, diagnose
from adgen.diagnostics.errors import (
    AdgenError,
    GradientMismatch,
    InternalError,
    RunError,
    UserError,
    refuse,
    run_error,
)
from adgen.diagnostics.rendering import render, render_all
from adgen.diagnostics.source_text import SourceText
from adgen.diagnostics.spans import Span

if TYPE_CHECKING:
    from adgen.diagnostics.codes import CODES, Code, Example


def __getattr__(name: str) -> Any:
    """The table of codes is large, and needed only where something is refused."""
    if name in ("CODES", "Code", "Example"):
        from adgen.diagnostics import codes

        return getattr(codes, name)
    raise AttributeError(name)


__all__ = [
    "CODES",
    "AdgenError",
    "Code",
    "Diagnostic",
    "Example",
    "GradientMismatch",
    "InternalError",
    "Label",
    "RunError",
    "SourceText",
    "Span",
    "UserError",
    "diagnose",
    "refuse",
    "render",
    "render_all",
    "run_error",
]
