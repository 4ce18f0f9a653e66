"""The report of a gradient check: one row per parameter or direction, read by people."""

from __future__ import annotations

from collections.abc import Iterable

from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """The comparison of one parameter (or of one direction)."""

    name: str
    shape: tuple[int, ...]
    compared: int
    unsettled: int
    error: float
    index: tuple[int, ...]
    analytical: float
    numerical: float
    method: str
    wrong: int = 0

    @property
    def verdict(self) -> str:
        """``ok``, ``WRONG``, or ``unsettled`` where nothing could be judged."""
        if self.wrong:
            return "WRONG"
        return "unsettled" if self.compared and self.unsettled == self.compared else "ok"

    def cells(self) -> tuple[str, ...]:
        """The columns of the printed row."""
        shape = "x".join(str(n) for n in self.shape) or "scalar"
        judged = f"{self.compared - self.unsettled}/{self.compared}"
        at = "[" + ", ".join(str(i) for i in self.index) + "]" if self.index else "-"
        numbers = (f"{self.error:.1e}", at, f"{self.analytical:.12g}", f"{self.numerical:.12g}")
        return (self.name, shape, judged, *numbers, self.method, self.verdict)


HEADER = ("what", "shape", "judged", "error", "at", "analytical", "numerical", "by", "")


@dataclass(frozen=True, slots=True)
class Section:
    """All rows of one mode at one order."""

    title: str
    rows: tuple[Row, ...]

    @property
    def ok(self) -> bool:
        """Nothing is wrong here."""
        return not any(row.wrong for row in self.rows)

    def __str__(self) -> str:
        if not self.rows:
            return f"{self.title}: nothing to compare"
        return f"{self.title}:\n{_table([HEADER, *(row.cells() for row in self.rows)])}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a gradient check compared and found; ``str()`` is for people."""

    function: str
    sections: tuple[Section, ...]

    @property
    def judged(self) -> int:
        """Number of comparisons that said something."""
        return sum(row.compared - row.unsettled for section in self.sections for row in section.rows)

    @property
    def compared(self) -> int:
        """Number of comparisons, those without a verdict included."""
        return sum(row.compared for section in self.sections for row in section.rows)

    @property
    def ok(self) -> bool:
        """Nothing is wrong, and something was judged unless there was nothing to compare."""
        return all(section.ok for section in self.sections) and (self.judged > 0 or self.compared == 0)

    def __str__(self) -> str:
        verdict = "agrees" if self.ok else "DIFFERS"
        if all(section.ok for section in self.sections) and not self.ok:
            verdict = "could not be judged"
        head = f"gradient check of {self.function}: {verdict} ({self.judged}/{self.compared} judged)"
        parts = [head, *(str(section) for section in self.sections)]
        if self.judged < self.compared:
            parts.append(
                "unsettled: the differences do not converge there (a kink, a jump, or noise); not compared"
            )
        parts.append("error is |a - n| / (|a| + |n|), the largest one in the row, at the index given")
        return "\n\n".join(parts)


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    lines = list(rows)
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
