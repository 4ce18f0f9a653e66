"""Diagnostics as data; :mod:`adgen.diagnostics.rendering` turns them into text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adgen.diagnostics.source_text import SourceText
from adgen.diagnostics.spans import Span
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.diagnostics.codes import Severity


@dataclass(frozen=True, slots=True)
class Label:
    """A secondary place, with what happens there: the cause of what is reported at the primary one."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about the user's program."""

    code: str
    title: str
    primary: Span | None
    label: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    severity: Severity = "error"
    sources: tuple[SourceText, ...] = ()

    def with_sources(self, *sources: SourceText) -> Diagnostic:
        """The same finding, its excerpts taken from ``sources`` first."""
        return replace(self, sources=(*self.sources, *sources))

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``--json``: nothing but dicts, lists, strings and numbers."""
        return {
            "code": self.code,
            "severity": self.severity,
            "title": self.title,
            "primary": _span_json(self.primary),
            "label": self.label,
            "labels": [{"span": _span_json(label.span), "text": label.text} for label in self.labels],
            "notes": list(self.notes),
            "help": list(self.help),
        }


def _span_json(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {
        "file": span.file,
        "line": span.line,
        "col": span.col,
        "end_line": span.end_line,
        "end_col": span.end_col,
    }


def diagnose(
    code: str,
    span: Span | None = None,
    /,
    *,
    label: str | None = None,
    labels: Iterable[tuple[Span, str]] = (),
    notes: Iterable[str] = (),
    help: str | Iterable[str] | None = None,
    **fields: object,
) -> Diagnostic:
    """Make the diagnostic ``code``, its templates filled in from ``fields``.

    ``label`` and ``help`` replace those of the table where the place knows better.
    """
    from adgen.diagnostics.codes import CODES

    entry = CODES[code]
    if help is None:
        help = (entry.help.format(**fields),) if entry.help else ()
    return Diagnostic(
        code=code,
        title=entry.title.format(**fields),
        primary=span,
        label=entry.label.format(**fields) if label is None else label,
        labels=tuple(Label(place, text) for place, text in labels),
        notes=tuple(notes),
        help=(help,) if isinstance(help, str) else tuple(help),
        severity=entry.severity,
    )
