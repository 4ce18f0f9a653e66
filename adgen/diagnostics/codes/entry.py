"""The record behind a diagnostic code."""

from __future__ import annotations

from string import Formatter
from textwrap import dedent
from typing import Literal

from adgen.records import dataclass

Severity = Literal["error", "remark"]

OPEN, CLOSE = "«", "»"


@dataclass(frozen=True, slots=True)
class Example:
    """A small program that is refused (or, as the corrected twin, compiles).

    ``source`` is a module that may use ``np``, ``math`` and ``adgen`` without importing them. In a
    refused program the primary span is marked ``«like this»``; the marks are taken out before it runs.
    ``call`` is what a user would evaluate; with a ``signature`` the function ``f`` is also built from the
    file alone, as the command line does, and has to give the same verdict.
    """

    source: str
    call: str = "adgen.grad(f)(1.5)"
    signature: str = ""

    @property
    def text(self) -> str:
        """The program without marks, as it is compiled and shown."""
        return self._marked().replace(OPEN, "").replace(CLOSE, "")

    @property
    def mark(self) -> tuple[int, int] | None:
        """Line and column (both from 1) of the marked span in ``text``, or None without a mark."""
        before, found, _ = self._marked().partition(OPEN)
        return (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1) if found else None

    def _marked(self) -> str:
        return dedent(self.source).strip("\n") + "\n"


@dataclass(frozen=True, slots=True)
class Code:
    """One diagnostic: what it says, why, and how a program gets out of it.

    ``title``, ``label`` and ``help`` are ``str.format`` templates; a title states the fact (lowercase,
    no full stop) and never suggests, only ``help`` does. ``page`` is what ``adgen explain CODE`` adds.
    A code that no program can bring about alone has ``no_example`` with the reason instead of examples.
    """

    code: str
    title: str
    page: str
    help: str = ""
    label: str = ""
    bad: Example | None = None
    good: Example | None = None
    no_example: str = ""
    severity: Severity = "error"

    def fields(self) -> frozenset[str]:
        """Names of the fields that the templates take."""
        names = set()
        for template in (self.title, self.label, self.help):
            names |= {name for _, name, _, _ in Formatter().parse(template) if name}
        return frozenset(names)
