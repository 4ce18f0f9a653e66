"""Programs as callables: which backend runs them, and how their failures reach the user."""

from __future__ import annotations

import builtins
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.diagnostics import (
    AdgenError,
    Diagnostic,
    InternalError,
    RunError,
    Span,
    diagnose,
    refuse,
    run_error,
)
from adgen.ir.core import Func, Op, Value, walk
from adgen.ir.types import StackType
from adgen.primitives.checks import class_named
from adgen.runtime.options import Options
from adgen.runtime.stages import in_place, taken_apart
from adgen.transform.parts import NoParts, is_complex

if TYPE_CHECKING:
    from adgen.llvm_backend.kernel import LlvmKernel

_REFERENCE = re.compile(r"# (?P<file>[^\s:]+):(?P<line>\d+)$")


@dataclass(frozen=True, eq=False)
class Program:
    """One program ready to run: ``run`` takes the parameters and gives a list of the results."""

    func: Func
    backend: str
    remarks: tuple[Diagnostic, ...]
    strict: bool = False
    fast_compile: bool = False

    @cached_property
    def final(self) -> Func:
        """The program with its copies made explicit, as the backends take it."""
        return in_place(taken_apart(self.func) if self.backend == "llvm" else self.func)

    @cached_property
    def run(self) -> Callable[[Sequence[Any]], Sequence[Any]]:
        """The callable."""
        return self._compiled() if self.backend == "llvm" else self._printed()

    def _printed(self) -> Callable[[Sequence[Any]], Sequence[Any]]:
        from adgen.numpy_backend.execute import compile_function

        call = compile_function(self.final)
        if len(self.func.results) == 1:
            return lambda leaves: (call(*leaves),)
        return lambda leaves: call(*leaves)

    def _compiled(self) -> Callable[[Sequence[Any]], Sequence[Any]]:
        taken = [k for k, p in enumerate(self.func.params) if _is_complex_tape(p)]
        made = [k for k, v in enumerate(self.func.results) if _is_complex_tape(v)]
        if not taken and not made:
            return self.kernel
        kernel, count = self.kernel, len(self.func.results)

        def run(leaves: Sequence[Any]) -> Sequence[Any]:
            found = iter(kernel([part for k, v in enumerate(leaves) for part in _given(v, k in taken)]))
            return [_together(next(found), next(found)) if k in made else next(found) for k in range(count)]

        return run

    @cached_property
    def kernel(self) -> LlvmKernel:
        """The compiled kernel."""
        from adgen.llvm_backend.compile import CompileOptions
        from adgen.llvm_backend.kernel import LlvmKernel

        return LlvmKernel.build(self.final, CompileOptions(fast=self.fast_compile))

    def __call__(self, leaves: Sequence[Any]) -> Sequence[Any]:
        """Run the program. What the user's function raises comes out, and its failures as ``RunError``."""
        run = self.run
        try:
            with np.errstate(all="ignore"):
                return run(leaves)
        except Exception as error:
            own = _users_own(error, self.func)
            if own is not None:
                raise own from None
            if isinstance(error, AdgenError):
                raise
            place = _place(error, self.func)
            if not isinstance(error, _FAILURES) and not _is_check(error, self.func):
                raise InternalError(f"{type(error).__name__}: {error}", "run", span=place) from error
            raise run_error(type(error), str(error), place) from error


def _is_complex_tape(value: Value) -> bool:
    return value.is_stack and is_complex(value.any_type)


def _given(leaf: Any, is_tape: bool) -> tuple[Any, ...]:
    """What a kernel takes for a leaf: a tape of complex numbers as the real and the imaginary parts."""
    if not is_tape:
        return (leaf,)
    flat = np.concatenate([np.zeros(0, np.complex64), *map(np.ravel, leaf)])
    return np.ascontiguousarray(flat.real), np.ascontiguousarray(flat.imag)


def _together(re: Any, im: Any) -> Any:
    """The complex numbers with these parts."""
    made = np.empty(re.shape, np.result_type(re, np.complex64))
    made.real, made.imag = re, im
    return made


_FAILURES = (ArithmeticError, IndexError, MemoryError, RecursionError, ValueError)
"""What a right program raises on wrong values (``LinAlgError`` is a ValueError); all else is our fault."""


def compiled(func: Func, options: Options) -> Program:
    """The program on the backend the options ask for, ready to run."""
    program = choose(func, options)
    assert program.run is not None
    return program


def choose(func: Func, options: Options) -> Program:
    """The program on the backend the options ask for.

    Raises AG602 where ``llvm`` is asked for and does not cover the program, AG603 without llvmlite.
    """
    settings = {"strict": options.strict, "fast_compile": options.fast_compile}
    if options.backend == "numpy":
        return Program(func, "numpy", (), **settings)
    kernel = Program(func, "llvm", (), **settings)
    try:
        gap = uncovered(kernel.final)
    except NoParts as error:
        reason = f"kernels do not have {error} of complex numbers"
        gap = Uncovered(str(error), reason, error.op.span or func.span)
    except ImportError as error:
        if options.backend == "llvm":
            raise refuse("AG603", func.span, reason=str(error)) from None
        gap = Uncovered("anything", str(error), func.span)
    if gap is None:
        return kernel
    if options.backend == "llvm":
        raise refuse("AG602", gap.span, name=gap.name, notes=[gap.reason])
    remark = diagnose("AG601", gap.span, name=gap.name, notes=[gap.reason])
    return Program(func, "numpy", (remark,), **settings)


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What kernels do not cover, why, and where it is."""

    name: str
    reason: str
    span: Span | None


def uncovered(func: Func) -> Uncovered | None:
    """The first construct that kernels do not cover, or None."""
    from adgen.llvm_backend.covered import coverage

    gaps = coverage(func)
    return Uncovered(gaps[0].name, gaps[0].reason, gaps[0].span or func.span) if gaps else None


# -- failures -------------------------------------------------------------------------------------------
def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    trace: TracebackType | None = error.__traceback__
    return [frame for frame in traceback.extract_tb(trace) if frame.filename.startswith("<adgen ")]


def _users_own(error: Exception, func: Func) -> Exception | None:
    """The exception of a ``raise`` or ``assert`` of the user's, where the error is one."""
    checks = [op for op in _checks(func) if op.attr("own") and _gives(op, error)]
    if not checks:
        return None
    place = error.span if isinstance(error, RunError) else _place(error, func)
    here = [op for op in checks if op.span is not None and place is not None and op.span.line == place.line]
    return _made((here or checks)[0])


def _made(op: Op) -> Exception:
    """The exception that a check of the user's raises."""
    text, name = op.attr("message"), op.attr("own")
    found = class_named(name) if isinstance(name, str) else None
    kind: type[Exception] = found or getattr(builtins, op.attr("error"))
    given = (text,) if text else ()
    try:
        return kind(*given)
    except Exception:
        made = kind.__new__(kind, *given)
        made.args = given
        return made


def _checks(func: Func) -> list[Op]:
    nodes = (n for f in (func, *func.functions) for n in walk(f.body))
    return [n for n in nodes if isinstance(n, Op) and n.prim.name == "fail_if"]


def _gives(op: Op, error: Exception) -> bool:
    """Whether a check gives an error like this one."""
    kind = getattr(builtins, op.attr("error"), np.linalg.LinAlgError)
    if isinstance(error, RunError):
        return type(error) is type(run_error(kind, "")) and op.attr("message") == error.message
    return isinstance(error, kind) and op.attr("message") == ", ".join(map(str, error.args))


def _is_check(error: Exception, func: Func) -> bool:
    """Whether an error is one that the program's own checks give."""
    return any(_gives(op, error) for op in _checks(func))


def _place(error: BaseException, func: Func) -> Span | None:
    """The line of the user's source that the failing line of generated source refers to."""
    import linecache

    frames = _frames(error)
    if not frames or func.span is None:
        return func.span
    for number in range(frames[0].lineno or 0, 0, -1):
        match = _REFERENCE.search(linecache.getline(frames[0].filename, number).rstrip())
        if match is not None:
            line = int(match["line"])
            return Span(func.span.file, line, 1, line, 2)
    return func.span


def stacks(func: Func) -> tuple[int, ...]:
    """Positions of the parameters that are growable tapes: running the program empties them."""
    return tuple(k for k, p in enumerate(func.params) if isinstance(p.any_type, StackType))
