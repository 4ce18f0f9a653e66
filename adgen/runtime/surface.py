"""What was made of a function, to look at: programs of every stage, generated source, kernels."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adgen.diagnostics import Diagnostic, Span, refuse
from adgen.runtime.options import Options
from adgen.runtime.plans import Plan
from adgen.runtime.traced import Traced

if TYPE_CHECKING:
    from adgen.analysis.storage import Storage
    from adgen.ir.core import Func
    from adgen.llvm_backend.kernel import LlvmKernel
    from adgen.runtime.backends import Program


class Surface:
    """The attributes that a transform and what its ``lower`` returns have in common."""

    def _current(self) -> Lowered:
        raise NotImplementedError

    @property
    def source(self) -> str:
        """The generated NumPy module."""
        return self._current().artifacts.source

    @property
    def ir(self) -> str:
        """The program as the backend takes it, as text."""
        return self._current().artifacts.ir

    @property
    def primal_ir(self) -> str:
        """The user's function as a program, as text."""
        return self._current().artifacts.primal_ir

    @property
    def adjoint_ir(self) -> str:
        """The derivative as the transformation gives it, before copies are placed, as text."""
        return self._current().artifacts.adjoint_ir

    @property
    def loops(self) -> str:
        """The kernels as loops. Raises AG604 where the program runs on NumPy."""
        return self._current().artifacts.loops

    @property
    def schedule(self) -> str:
        """What the kernel does in which order. Raises AG604 where the program runs on NumPy."""
        return self._current().artifacts.schedule

    @property
    def llvm_ir(self) -> str:
        """The kernels as LLVM IR. Raises AG604 where the program runs on NumPy."""
        return self._current().artifacts.llvm_ir

    @property
    def assembly(self) -> str:
        """The kernels as assembly. Raises AG604 where the program runs on NumPy."""
        return self._current().artifacts.assembly

    @property
    def remarks(self) -> tuple[Diagnostic, ...]:
        """What is worth knowing about the program: where it falls back, where no derivative flows."""
        return self._current().artifacts.remarks

    def graph(self) -> str:
        """The data flow of the program in Graphviz's language."""
        return self._current().artifacts.graph()

    @property
    def storage(self) -> Storage:
        """What the reverse sweep keeps of the forward sweep, why, and how many bytes that takes."""
        return self._current().artifacts.storage

    def explain(self) -> str:
        """What the program is made of: backend, operations, copies, storage, remarks."""
        return self._current().artifacts.explain()

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the generated module to a file, which is replaced whole or not at all."""
        return write_atomically(Path(path), self.source)

    def _repr_html_(self) -> str:
        from html import escape

        try:
            text = self.source
        except Exception:
            return f"<code>{escape(repr(self))}</code>"
        return f"<pre><code class='language-python'>{escape(text)}</code></pre>"


class Lowered(Surface):
    """A program made ahead of time, for one signature."""

    def __init__(
        self,
        traced: Traced,
        plan: Plan,
        options: Options,
        standalone: bool = False,
        leaves: Sequence[Any] | None = None,
    ) -> None:
        self.artifacts = Artifacts(traced, plan, options, standalone, leaves)

    def _current(self) -> Lowered:
        return self

    def __repr__(self) -> str:
        traced = self.artifacts.traced
        pairs = zip(traced.parameters, traced.arguments, strict=True)
        signature = ", ".join(f"{name}: {tree}" for name, tree in pairs)
        return f"<adgen {self.artifacts.plan.mode} of {traced.func.name}({signature})>"


class Artifacts:
    """The stages of one program, each made when it is first asked for.

    ``leaves`` are those of the arguments that it was made for, where it was made for a call.
    """

    def __init__(
        self,
        traced: Traced,
        plan: Plan,
        options: Options,
        standalone: bool = False,
        leaves: Sequence[Any] | None = None,
    ) -> None:
        self.standalone = standalone
        self.leaves = leaves
        self.traced = traced
        self.plan = plan
        self.options = options

    @cached_property
    def primal(self) -> Func:
        """The user's function after simplification."""
        from adgen.runtime.stages import optimised

        return optimised(self.traced.func)

    @cached_property
    def derived(self) -> Traced:
        """What the plan makes of it (of a split derivative, the forward program)."""
        return self._derived(self.traced)

    def _derived(self, traced: Traced) -> Traced:
        from adgen.runtime.derive import derive, linearise

        if self.plan.mode == "split":
            return replace(traced, func=linearise(traced).forward)
        return derive(traced, self.plan)

    @cached_property
    def program(self) -> Program:
        """It on its backend."""
        from adgen.runtime.backends import choose

        return choose(self.derived.func, self.options) if self._wide is None else self._wide[0]

    @cached_property
    def _wide(self) -> tuple[Program, Sequence[Span | None]] | None:
        """The program with loops in lanes, and which, where kernels run it so."""
        from adgen.runtime.backends import choose
        from adgen.runtime.lanes import attempted, in_lanes

        wide = in_lanes(self.traced, self.options)
        if wide is None:
            return None
        found = attempted(lambda options: choose(self._derived(wide.traced).func, options), self.options)
        return None if found is None else (found, wide.places)

    @cached_property
    def source(self) -> str:
        """See :class:`Surface`."""
        from adgen.runtime.modules import module_text

        return module_text(self.traced, self.plan, self.options, self.standalone)

    @property
    def ir(self) -> str:
        """See :class:`Surface`."""
        return _text(self.program.final)

    @property
    def primal_ir(self) -> str:
        """See :class:`Surface`."""
        return _text(self.primal)

    @property
    def adjoint_ir(self) -> str:
        """See :class:`Surface`."""
        return _text(self.derived.func)

    @property
    def loops(self) -> str:
        """See :class:`Surface`."""
        from adgen.loops.text import to_text

        return to_text(self._kernel("loops").kernel)

    @property
    def schedule(self) -> str:
        """See :class:`Surface`."""
        from adgen.loops.schedule import schedule

        return "\n".join(schedule(self._kernel("schedule").kernel))

    @property
    def llvm_ir(self) -> str:
        """See :class:`Surface`."""
        return self._kernel("llvm").text

    @property
    def assembly(self) -> str:
        """See :class:`Surface`."""
        return self._kernel("asm").assembly

    def _kernel(self, stage: str) -> LlvmKernel:
        if self.program.backend != "llvm":
            raise refuse("AG604", self.traced.name_span, stage=stage)
        return self.program.kernel

    @property
    def remarks(self) -> tuple[Diagnostic, ...]:
        """See :class:`Surface`."""
        from adgen.runtime.remarks import derivative_remarks

        mine = derivative_remarks(self.traced, self.plan)
        return (*self.traced.remarks, *mine, *self.program.remarks)

    def graph(self) -> str:
        """See :class:`Surface`."""
        from adgen.runtime.overview import graph_text

        return graph_text(self.derived.func)

    @cached_property
    def storage(self) -> Storage:
        """See :class:`Surface`."""
        from adgen.analysis.storage import storage_of
        from adgen.autodiff.counts import steps_of

        func, args = self.program.scheduled, None
        if self.leaves is not None and len(func.params) == len(self.leaves) + len(self.traced.examples):
            args = (*self.leaves, *self.traced.examples)
        kept = func.results[len(self.traced.func.results) :] if self.plan.mode == "split" else ()
        found = storage_of(func, args, kept)
        if self.plan.mode not in ("value_and_grad", "grad", "split"):
            return found
        given = None if self.leaves is None else (*self.leaves, *self.traced.examples)
        return replace(found, schedules=steps_of(self.traced.func, given))

    def explain(self) -> str:
        """See :class:`Surface`."""
        from adgen.runtime.overview import explanation

        lanes = () if self._wide is None else self._wide[1]
        return explanation(self.program, self.storage, self.remarks, lanes)


def _text(func: Func) -> str:
    from adgen.ir.text import to_text

    return to_text(func)


def write_atomically(path: Path, text: str) -> Path:
    """Replace the file at ``path``: whole, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent or Path(), prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


__all__ = ["Artifacts", "Lowered", "Surface", "write_atomically"]
