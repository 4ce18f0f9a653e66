"""Diagnostics as text: headline, place, excerpt with carets, notes, help."""

from __future__ import annotations

from collections.abc import Iterable

from adgen.diagnostics.diagnostic import Diagnostic
from adgen.diagnostics.source_text import LineLookup, cached_line, line_lookup
from adgen.diagnostics.spans import Span
from adgen.records import dataclass

LIMIT = 10
"""Diagnostics shown at once; the rest are counted."""

_BOLD, _RED, _BLUE, _CYAN, _RESET = "\x1b[1m", "\x1b[1;31m", "\x1b[1;34m", "\x1b[36m", "\x1b[0m"
_TAB = 4


def render_all(diagnostics: Iterable[Diagnostic], *, color: bool = False) -> str:
    """The diagnostics one after another, at most ``LIMIT`` of them."""
    every = list(diagnostics)
    parts = [render(diagnostic, color=color) for diagnostic in every[:LIMIT]]
    if len(every) > LIMIT:
        parts.append(f"... and {len(every) - LIMIT} more")
    return "\n\n".join(parts)


def render(diagnostic: Diagnostic, *, color: bool = False, lines: LineLookup = cached_line) -> str:
    """The diagnostic as text without a final newline; lines it has no source for come from ``lines``."""
    paint = _Paint(color)
    accent = _RED if diagnostic.severity == "error" else _CYAN
    head = paint(accent, f"{diagnostic.severity}[{diagnostic.code}]") + paint(_BOLD, f": {diagnostic.title}")
    margin = _margin(diagnostic)
    out = [head]
    if diagnostic.primary is not None:
        out.append(f"{' ' * margin}{paint(_BLUE, '-->')} {diagnostic.primary}")
        out += _excerpts(diagnostic, line_lookup(diagnostic.sources, lines), margin, paint, accent)
    for kind, texts in (("note", diagnostic.notes), ("help", diagnostic.help)):
        out += [f"{' ' * margin} {paint(_BLUE, '=')} {paint(_BOLD, kind)}: {text}" for text in texts]
    out.append(f"{' ' * margin} {paint(_BLUE, '=')} {paint(_BOLD, 'more')}: adgen explain {diagnostic.code}")
    return "\n".join(out)


@dataclass(frozen=True, slots=True)
class _Paint:
    on: bool

    def __call__(self, style: str, text: str) -> str:
        return f"{style}{text}{_RESET}" if self.on and text else text


@dataclass(frozen=True, slots=True)
class _Mark:
    """A span to underline, with the text beside it."""

    span: Span
    text: str
    sign: str
    style: str


def _margin(diagnostic: Diagnostic) -> int:
    spans = [label.span for label in diagnostic.labels]
    if diagnostic.primary is not None:
        spans.append(diagnostic.primary)
    return max((len(str(span.line)) for span in spans), default=1)


def _excerpts(
    diagnostic: Diagnostic, lines: LineLookup, margin: int, paint: _Paint, accent: str
) -> list[str]:
    """Excerpts by file, that of the primary span first; within a file by line."""
    assert diagnostic.primary is not None
    marks = [_Mark(diagnostic.primary, diagnostic.label, "^", accent)]
    marks += [_Mark(label.span, label.text, "-", _BLUE) for label in diagnostic.labels]
    out: list[str] = []
    for file in dict.fromkeys(mark.span.file for mark in marks):
        here = [mark for mark in marks if mark.span.file == file]
        if file != diagnostic.primary.file:
            out.append(f"{' ' * margin}{paint(_BLUE, ':::')} {here[0].span}")
        out += _excerpt(file, here, lines, margin, paint)
    return out


def _excerpt(file: str, marks: list[_Mark], lines: LineLookup, margin: int, paint: _Paint) -> list[str]:
    bar = paint(_BLUE, "|")
    out: list[str] = []
    previous = 0
    for number in sorted({mark.span.line for mark in marks}):
        text = lines(file, number)
        if text is None:
            out += [
                f"{' ' * margin} {bar} line {number}: {m.text}"
                for m in marks
                if m.span.line == number and m.text
            ]
            continue
        if previous and number > previous + 1:
            out.append(paint(_BLUE, "..."))
        out.append(f"{paint(_BLUE, str(number).rjust(margin))} {bar} {text.expandtabs(_TAB).rstrip()}")
        for mark in sorted((m for m in marks if m.span.line == number), key=lambda m: (-m.span.col, m.sign)):
            out.append(f"{' ' * margin} {bar} {_underline(mark, text, paint)}")
        previous = number
    return [f"{' ' * margin} {bar}", *out, f"{' ' * margin} {bar}"] if out else []


def _underline(mark: _Mark, text: str, paint: _Paint) -> str:
    span = mark.span
    end = span.end_col - 1 if span.end_line == span.line else len(text.rstrip())
    start = len(text[: span.col - 1].expandtabs(_TAB))
    width = max(len(text[:end].expandtabs(_TAB)) - start, 1)
    signs = paint(mark.style, mark.sign * width + (f" {mark.text}" if mark.text else ""))
    return " " * start + signs
