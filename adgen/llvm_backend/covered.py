"""What of a program kernels do not cover, decided before anything is compiled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adgen.diagnostics.spans import Span
from adgen.ir.calls import callee_of
from adgen.ir.core import Func, Op, walk
from adgen.ir.types import is_half
from adgen.llvm_backend.compile import converts_halves
from adgen.llvm_backend.draws import externals_of
from adgen.llvm_backend.externals import available
from adgen.loops.calls import Draw, Library, Routine
from adgen.loops.core import Kernel, Let
from adgen.loops.core import walk as stmts
from adgen.loops.lower import lower
from adgen.loops.rules import rule_for
from adgen.loops.scalars import is_library
from adgen.loops.state import Unsupported
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Gap:
    """A construct that kernels lack, why, and where it is."""

    name: str
    reason: str
    span: Span | None = None

    def __str__(self) -> str:
        return self.name


def _gap(op: Op) -> Gap:
    if callee_of(op) is None:
        return Gap(op.prim.name, f"kernels do not have {op.prim.name}", op.span)
    return Gap("recursion", "kernels cannot call functions that call themselves", op.span)


def coverage(func: Func) -> Sequence[Gap]:
    """The constructs of a function that kernels lack; empty where it is covered."""
    found = covered(func)
    return found if isinstance(found, Sequence) else ()


def covered(func: Func, strict: bool = False) -> Kernel | Sequence[Gap]:
    """The loops of a function, or the constructs that kernels lack."""
    found = [_gap(node) for node in walk(func.body) if isinstance(node, Op) and rule_for(node) is None]
    if found:
        return found
    if _has_halves(func) and not converts_halves():
        return [Gap("float16", "this processor does not convert numbers of 16 bits", func.span)]
    try:
        kernel = lower(func, strict)
    except Unsupported as error:
        return [Gap(error.operation, error.reason, error.span)]
    loops = dict.fromkeys(_loops(kernel))
    return [Gap(n, "it has no loop for these dtypes here") for n in loops if not available(n)] or kernel


def _has_halves(func: Func) -> bool:
    results = (v for node in walk(func.body) for v in node.results)
    return any(is_half(v.any_type) for v in (*func.params, *results))


def _loops(kernel: Kernel) -> Iterator[str]:
    """The inner loops of ufuncs that a kernel calls."""
    for stmt in stmts(kernel.body):
        if isinstance(stmt, Library):
            yield stmt.loop
        elif isinstance(stmt, Routine):
            yield stmt.name
        elif isinstance(stmt, Draw):
            yield externals_of(stmt)
        elif isinstance(stmt, Let) and is_library(stmt.op):
            yield stmt.op
