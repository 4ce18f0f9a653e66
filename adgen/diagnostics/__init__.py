"""What adgen tells its users: spans, codes, diagnostics, their rendering, the exceptions that carry them."""

from __future__ import annotations

from adgen.diagnostics.codes import CODES, Code, Example
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
