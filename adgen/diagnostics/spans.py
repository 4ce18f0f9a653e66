"""Places in source text: the half-open range a diagnostic or an IR node points at."""

from __future__ import annotations

from adgen.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of one source file.

    Lines and columns both count from 1, as they are displayed and as editors jump to them; a column
    counts characters, not bytes. ``end_line``/``end_col`` is the place just after the last character.
    """

    file: str
    line: int
    col: int
    end_line: int
    end_col: int

    @classmethod
    def from_columns0(cls, file: str, line: int, col: int, end_line: int, end_col: int) -> Span:
        """The span of a range whose columns count from 0, as those of libcst, ``ast`` and code objects do."""
        return cls(file, line, col + 1, end_line, end_col + 1)

    def until(self, other: Span) -> Span:
        """The smallest span that covers this one and ``other`` of the same file."""
        start = min((self.line, self.col), (other.line, other.col))
        end = max((self.end_line, self.end_col), (other.end_line, other.end_col))
        return Span(self.file, *start, *end)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}"
