"""Programs as callables, and how their failures reach the user."""

from __future__ import annotations

import builtins
import re
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from adgen.diagnostics import AdgenError, InternalError, RunError, Span, diagnose, run_error
from adgen.records import dataclass
from adgen.runtime.budgets import Needs

Run = Callable[[Sequence[Any]], Sequence[Any]]

_REFERENCE = re.compile(r"# (?P<file>[^\s:]+):(?P<line>\d+)$")
_FAILURES = (ArithmeticError, IndexError, MemoryError, RecursionError, ValueError)
"""What a right program raises on wrong values (``LinAlgError`` is a ValueError); all else is our fault."""


@dataclass(frozen=True, slots=True)
class Raised:
    """One check of a program: what it raises, with which message, where; ``own`` names a class of the user's.

    ``own`` is None where the check is adgen's, and True where a built-in exception is the user's; ``budget``
    is what the memory that a transform may use has to be enough for.
    """

    error: str
    message: str
    own: Any
    span: Span | None
    budget: Needs | None = None

    def gives(self, error: Exception) -> bool:
        """Whether the check gives an error like this one."""
        kind = getattr(builtins, self.error, np.linalg.LinAlgError)
        if isinstance(error, RunError):
            return type(error) is type(run_error(kind, "")) and self.message == error.message
        return isinstance(error, kind) and self.message == ", ".join(map(str, error.args))

    def made(self) -> Exception:
        """The exception that a check of the user's raises."""
        from adgen.primitives.checks import class_named

        found = class_named(self.own) if isinstance(self.own, str) else None
        kind: type[Exception] = found or getattr(builtins, self.error)
        given = (self.message,) if self.message else ()
        try:
            return kind(*given)
        except Exception:
            made = kind.__new__(kind, *given)
            made.args = given
            return made


class Runnable(ABC):
    """A program ready to run: ``run`` takes the parameters and gives the results."""

    @property
    @abstractmethod
    def run(self) -> Run:
        """The callable."""

    @property
    @abstractmethod
    def checks(self) -> Sequence[Raised]:
        """The checks of the program."""

    @property
    @abstractmethod
    def place(self) -> Span | None:
        """Where the function is."""

    def __call__(self, leaves: Sequence[Any]) -> Sequence[Any]:
        """Run the program. What the user's function raises comes out, and its failures as ``RunError``."""
        run = self.run
        try:
            with np.errstate(all="ignore"):
                return run(leaves)
        except Exception as error:
            own = self._users_own(error)
            if own is not None:
                raise own from None
            over = next((c for c in self.checks if c.budget is not None and c.gives(error)), None)
            if over is not None and over.budget is not None:
                raise over.budget.missed(leaves, over.span or self.place) from None
            if isinstance(error, AdgenError):
                raise
            place = _place(error, self.place)
            if isinstance(error, OSError):
                found = diagnose("AG710", place, reason=str(error.strerror or error))
                raise run_error(OSError, found.title, place, "AG710") from error
            if not isinstance(error, _FAILURES) and not any(c.gives(error) for c in self.checks):
                raise InternalError(f"{type(error).__name__}: {error}", "run", span=place) from error
            raise run_error(type(error), str(error), place) from error

    def _users_own(self, error: Exception) -> Exception | None:
        """The exception of a ``raise`` or ``assert`` of the user's, where the error is one."""
        checks = [check for check in self.checks if check.own and check.gives(error)]
        if not checks:
            return None
        place = error.span if isinstance(error, RunError) else _place(error, self.place)
        here = [c for c in checks if c.span is not None and place is not None and c.span.line == place.line]
        return (here or checks)[0].made()


def _place(error: BaseException, function: Span | None) -> Span | None:
    """The line of the user's source that the failing line of generated source refers to."""
    import linecache

    frames = _frames(error)
    if not frames or function is None:
        return function
    for number in range(frames[0].lineno or 0, 0, -1):
        match = _REFERENCE.search(linecache.getline(frames[0].filename, number).rstrip())
        if match is not None:
            line = int(match["line"])
            return Span(function.file, line, 1, line, 2)
    return function


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    trace: TracebackType | None = error.__traceback__
    return [frame for frame in traceback.extract_tb(trace) if frame.filename.startswith("<adgen ")]
