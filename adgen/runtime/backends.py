"""Programs of a function: which backend runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.diagnostics import Diagnostic, Span, diagnose, refuse
from adgen.ir.core import Func, Op, Value, walk
from adgen.records import dataclass
from adgen.runtime.budgets import needs_of
from adgen.runtime.options import Options
from adgen.runtime.programs import Raised, Run, Runnable
from adgen.runtime.stages import abreast_in_kernels, in_place, taken_apart
from adgen.transform.parts import NoParts, is_complex

if TYPE_CHECKING:
    from adgen.llvm_backend.covered import Gap
    from adgen.llvm_backend.kernel import LlvmKernel
    from adgen.loops.core import Kernel


@dataclass(frozen=True, eq=False)
class Program(Runnable):
    """One program ready to run: ``run`` takes the parameters and gives a list of the results."""

    func: Func
    backend: str
    remarks: tuple[Diagnostic, ...]
    strict: bool = False
    fast_compile: bool = False
    threads: int = 1

    @cached_property
    def final(self) -> Func:
        """The program with its copies made explicit, as the backends take it."""
        return in_place(taken_apart(self.scheduled) if self.backend == "llvm" else self.func)

    @cached_property
    def scheduled(self) -> Func:
        """The program with loops in the order the backend runs them."""
        return abreast_in_kernels(self.func) if self.backend == "llvm" else self.func

    @cached_property
    def run(self) -> Run:
        """The callable."""
        return self._compiled() if self.backend == "llvm" else self._printed()

    def _printed(self) -> Run:
        from adgen.numpy_backend.execute import compile_function

        call = compile_function(self.final)
        if len(self.func.results) == 1:
            return lambda leaves: (call(*leaves),)
        return lambda leaves: call(*leaves)

    def _compiled(self) -> Run:
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

        loops = self.covered
        assert not isinstance(loops, Sequence)
        return LlvmKernel(loops, CompileOptions(self.fast_compile, self.threads))

    @cached_property
    def covered(self) -> Kernel | Sequence[Gap]:
        """The loops of a program, or what kernels do not cover of it."""
        from adgen.llvm_backend.covered import covered

        return covered(self.final, self.strict)

    @cached_property
    def checks(self) -> tuple[Raised, ...]:
        """The checks of the program."""
        nodes = (n for f in (self.func, *self.func.functions) for n in walk(f.body))
        found = (n for n in nodes if isinstance(n, Op) and n.prim.name == "fail_if")
        return tuple(
            Raised(n.attr("error"), n.attr("message"), n.attr("own"), n.span, needs_of(self.func, n))
            for n in found
        )

    @property
    def place(self) -> Span | None:
        """Where the function is."""
        return self.func.span


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


def compiled(func: Func, options: Options) -> Program:
    """The program on the backend the options ask for, ready to run."""
    program = choose(func, options)
    assert program.run is not None
    return program


def on_numpy(program: Program) -> Program:
    """The same program on NumPy."""
    return replace(program, backend="numpy", remarks=())


def choose(func: Func, options: Options) -> Program:
    """The program on the backend the options ask for.

    Raises AG602 where ``llvm`` is asked for and does not cover the program, AG603 without llvmlite.
    """
    settings: dict[str, Any] = {
        "strict": options.strict,
        "fast_compile": options.fast_compile,
        "threads": options.threads,
    }
    if options.backend == "numpy":
        return Program(func, "numpy", (), **settings)
    kernel = Program(func, "llvm", (), **settings)
    try:
        found = kernel.covered
        gap = None if not isinstance(found, Sequence) else _uncovered(found[0], func)
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


def _uncovered(gap: Gap, func: Func) -> Uncovered:
    return Uncovered(gap.name, gap.reason, gap.span or func.span)
