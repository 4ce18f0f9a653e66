"""The page of a diagnostic code, as ``adgen explain CODE`` prints it and the docs show it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from string import Formatter
from typing import Any

from adgen.diagnostics.codes import CODES, Code, Example
from adgen.diagnostics.errors import refuse

_WIDTH = 92


def find_code(text: str) -> Code:
    """The entry of a code, also when it is written in lower case."""
    entry = CODES.get(text.upper())
    if entry is None:
        raise refuse("AG806", code=text)
    return entry


def page_text(entry: Code) -> str:
    """What the diagnostic means, a program it refuses, and the way out."""
    head = f"{entry.severity}[{entry.code}]: {_placeholders(entry.title)}"
    parts = [head, textwrap.fill(entry.page, _WIDTH)]
    if entry.bad is not None:
        parts += ["Refused:", "\n".join(_refused_lines(entry.bad))]
    if entry.help:
        parts.append(textwrap.fill(f"Help: {_placeholders(entry.help)}", _WIDTH))
    if entry.good is not None:
        parts += ["Accepted:", textwrap.indent(entry.good.text + "\n" + entry.good.call, "    ")]
    return "\n\n".join(parts) + "\n"


def page_json(entry: Code) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "code": entry.code,
        "severity": entry.severity,
        "title": entry.title,
        "page": entry.page,
        "help": entry.help,
        "bad": None if entry.bad is None else entry.bad.text,
        "good": None if entry.good is None else entry.good.text,
    }


def _refused_lines(example: Example) -> Iterator[str]:
    mark = example.mark
    for number, line in enumerate(example.text.splitlines(), 1):
        yield f"    {line}".rstrip()
        if mark is not None and number == mark[0]:
            yield "    " + " " * (mark[1] - 1) + "^"
    yield ""
    yield f"    {example.call}"


def _placeholders(template: str) -> str:
    """The template with its fields as ``<field>``."""
    pieces = (text + (f"<{name}>" if name else "") for text, name, _, _ in Formatter().parse(template))
    return "".join(pieces)
