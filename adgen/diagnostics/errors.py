"""Everything adgen raises.

``UserError`` at build time, ``RunError`` when the program itself fails while running,
``GradientMismatch`` from gradient checks, ``InternalError`` for faults of our own.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from adgen.diagnostics.diagnostic import Diagnostic, diagnose
from adgen.diagnostics.rendering import render_all
from adgen.diagnostics.source_text import SourceText
from adgen.diagnostics.spans import Span
from adgen.version import __version__


class AdgenError(Exception):
    """The base of every exception adgen raises."""


class UserError(AdgenError):
    """The program, a signature or an option was refused; ``str()`` is the rendered diagnostics."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        if not diagnostics:
            raise ValueError("a UserError needs at least one diagnostic")
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    @property
    def diagnostic(self) -> Diagnostic:
        """The first diagnostic."""
        return self.diagnostics[0]

    def with_sources(self, *sources: SourceText) -> UserError:
        """The same refusal, its excerpts taken from ``sources``."""
        return UserError(*(diagnostic.with_sources(*sources) for diagnostic in self.diagnostics))

    def __str__(self) -> str:
        return "\n" + render_all(self.diagnostics)


class Unequal(UserError):
    """Sizes that differ for every input, as far as the program takes it.

    A call whose ``sizes`` make one of them 1 may stretch it, and one that breaks the assumptions ``refuted``
    needs another program.
    """

    def __init__(self, error: UserError, sizes: Mapping[str, int], refuted: frozenset[Any]) -> None:
        super().__init__(*error.diagnostics)
        self.sizes = dict(sizes)
        self.refuted = refuted

    @property
    def depends(self) -> bool:
        """Whether it is so only for want of knowing more of the call."""
        return bool(self.sizes or self.refuted)


def refuse(
    code: str,
    span: Span | None = None,
    /,
    *,
    label: str | None = None,
    labels: Iterable[tuple[Span, str]] = (),
    notes: Iterable[str] = (),
    help: str | Iterable[str] | None = None,
    **fields: object,
) -> UserError:
    """The error to raise for one diagnostic: ``raise refuse("AG201", span, name="foo")``."""
    return UserError(diagnose(code, span, label=label, labels=labels, notes=notes, help=help, **fields))


class RunError(AdgenError):
    """The user's program failed while running, or one of its entry guards did.

    ``span`` is the place in the user's source, where known; ``code`` is set for guards.
    """

    def __init__(self, message: str, span: Span | None = None, code: str = "") -> None:
        super().__init__(message, span, code)
        self.message = message
        self.span = span
        self.code = code

    @property
    def line(self) -> int | None:
        """The line in the user's source, where known."""
        return None if self.span is None else self.span.line

    def __str__(self) -> str:
        tag = f"[{self.code}] " if self.code else ""
        place = "" if self.span is None else f" ({self.span})"
        return f"{tag}{self.message}{place}"


class RunIndexError(RunError, IndexError):
    """An index out of bounds in the user's program."""


class RunValueError(RunError, ValueError):
    """A value or a shape the user's program cannot take."""


class RunZeroDivisionError(RunError, ZeroDivisionError):
    """A division of Python numbers by zero in the user's program."""


class RunOverflowError(RunError, OverflowError):
    """A Python number out of range in the user's program."""


class RunTypeError(RunError, TypeError):
    """An argument of a kind the call cannot take."""


class RunAssertionError(RunError, AssertionError):
    """An assertion of the user's program that does not hold."""


class RunNameError(RunError, NameError):
    """A name of an enclosing function that has no value where the user's program reads it."""


class RunUnboundLocalError(RunError, UnboundLocalError):
    """A name that has no value where the user's program reads it."""


class RunRecursionError(RunError, RecursionError):
    """The user's function calls itself more often than Python's stack allows."""


class RunRuntimeError(RunError, RuntimeError):
    """A RuntimeError that the user's program raises."""


class RunMemoryError(RunError, MemoryError):
    """No memory for a result, tape or workspace."""


class RunOSError(RunError, OSError):
    """A file that the program needs cannot be made."""


class RunLinAlgError(RunError, np.linalg.LinAlgError):
    """A matrix the linear algebra in the user's program cannot take."""


_RUN_ERRORS: tuple[tuple[type[Exception], type[RunError]], ...] = (
    (IndexError, RunIndexError),
    (np.linalg.LinAlgError, RunLinAlgError),
    (ValueError, RunValueError),
    (ZeroDivisionError, RunZeroDivisionError),
    (OverflowError, RunOverflowError),
    (TypeError, RunTypeError),
    (MemoryError, RunMemoryError),
    (OSError, RunOSError),
    (AssertionError, RunAssertionError),
    (RecursionError, RunRecursionError),
    (RuntimeError, RunRuntimeError),
    (UnboundLocalError, RunUnboundLocalError),
    (NameError, RunNameError),
)


def run_error(kind: type[Exception], message: str, span: Span | None = None, code: str = "") -> RunError:
    """A ``RunError`` that is also an instance of ``kind``, the Python type a user would expect."""
    for python_type, error in _RUN_ERRORS:
        if issubclass(kind, python_type):
            return error(message, span, code)
    return RunError(message, span, code)


class GradientMismatch(AdgenError, AssertionError):
    """A gradient check found two derivatives that differ; the message is the report."""


class InternalError(AdgenError):
    """A fault of adgen itself, never of the user's program."""

    def __init__(self, message: str, stage: str = "", excerpt: str = "", span: Span | None = None) -> None:
        super().__init__(message, stage, excerpt, span)
        self.message = message
        self.stage = stage
        self.excerpt = excerpt
        self.span = span

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return {"code": "AG901", "severity": "error", "title": self.message, "stage": self.stage}

    def __str__(self) -> str:
        stage = f" in stage {self.stage}" if self.stage else ""
        place = f" at {self.span}" if self.span is not None else ""
        excerpt = f"\n{self.excerpt}" if self.excerpt else ""
        versions = f"adgen {__version__}, numpy {np.__version__}, Python {platform.python_version()}"
        return (
            f"internal error[AG901]{stage}{place}: {self.message}{excerpt}\n"
            "this is a bug in adgen, not in your program; please report it with this message, "
            f"the function and how it was called ({versions})"
        )
