"""Where the lines of an excerpt come from."""

from __future__ import annotations

import linecache
from collections.abc import Callable

from adgen.records import dataclass

LineLookup = Callable[[str, int], str | None]
"""From a file name and a line number (from 1) to the text of that line, or None."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of a file, or of a stretch of it that begins at ``first_line``."""

    file: str
    text: str
    first_line: int = 1

    def line(self, number: int) -> str | None:
        """The text of a line by its number in the file, without its line end; None outside the stretch."""
        lines = self.text.splitlines()
        index = number - self.first_line
        return lines[index] if 0 <= index < len(lines) else None


def cached_line(file: str, number: int) -> str | None:
    """A line as Python's own tracebacks find it: works for files and for notebook cells."""
    line = linecache.getline(file, number)
    return line.rstrip("\r\n") if line else None


def line_lookup(sources: tuple[SourceText, ...], otherwise: LineLookup = cached_line) -> LineLookup:
    """Look lines up in ``sources`` first, then with ``otherwise``."""

    def look_up(file: str, number: int) -> str | None:
        for source in sources:
            if source.file == file and (found := source.line(number)) is not None:
                return found
        return otherwise(file, number)

    return look_up
