"""Kernels: loop programs as LLVM text, compiled to objects and called.

llvmlite is imported where something is compiled, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.ir.core import Func
from adgen.llvm_backend.covered import Gap, coverage


def compile_program(func: Func, fast: bool = False) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """A callable for a function whose copies are explicit: arguments in, results out."""
    from adgen.llvm_backend.compile import CompileOptions
    from adgen.llvm_backend.kernel import LlvmKernel

    return LlvmKernel.build(func, CompileOptions(fast=fast))


__all__ = ["Gap", "compile_program", "coverage"]
