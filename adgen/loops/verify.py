"""Checks of a kernel: scalars and sizes are defined before they are used, buffers are known."""

from __future__ import annotations

from collections.abc import Iterable

from adgen.ir.dims import Dim
from adgen.loops.buffers import Buffer, Lit, Operand, Ref
from adgen.loops.calls import Draw, Library, Product, Routine, Strided
from adgen.loops.core import (
    BindSize,
    Branch,
    Check,
    Get,
    IndexOf,
    Kernel,
    Let,
    Load,
    Loop,
    Nest,
    Reduce,
    Set,
    Stmt,
    Store,
    TapeGrow,
    TapeShrink,
    WhileLoop,
)


class IllFormedKernel(AssertionError):
    """A kernel that uses what is not there."""


def verify(kernel: Kernel) -> None:
    """Raises IllFormedKernel where a name is used before its definition, or defined twice."""
    check = _Check(kernel)
    known = {*kernel.symbols, *(p.name for p in kernel.params if isinstance(p, Ref))}
    inside = check.body(kernel.body, known)
    for result in kernel.results:
        if isinstance(result, Buffer):
            check.buffer(result)
        else:
            check.operands([result], inside)


class _Check:
    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.defined: set[str] = set()

    def body(self, body: Iterable[Stmt], known: set[str]) -> set[str]:
        """Check statements in order; gives the names known after them."""
        known = set(known)
        for stmt in body:
            self.stmt(stmt, known)
        return known

    def define(self, name: str, known: set[str]) -> None:
        """A new name; scalars are defined once in a kernel."""
        if name.startswith("%"):
            if name in self.defined:
                raise IllFormedKernel(f"{name} is defined twice")
            self.defined.add(name)
        known.add(name)

    def operands(self, operands: Iterable[Operand], known: set[str]) -> None:
        """Every scalar is known."""
        for operand in operands:
            if not isinstance(operand, Lit) and operand.name not in known:
                raise IllFormedKernel(f"{operand} is used before it is defined")

    def dims(self, dims: Iterable[Dim], known: set[str]) -> None:
        """Every name of an index or an extent is known."""
        for d in dims:
            for name in d.symbols():
                if name not in known:
                    raise IllFormedKernel(f"{name} in {d} is used before it is defined")

    def buffer(self, *buffers: Buffer) -> None:
        """Every buffer has a place."""
        for buffer in buffers:
            if buffer not in self.kernel.places:
                raise IllFormedKernel(f"{buffer} has no place")

    def stmt(self, stmt: Stmt, known: set[str]) -> None:
        """One statement."""
        match stmt:
            case Let():
                self.operands(stmt.args, known)
                self.define(stmt.result.name, known)
            case IndexOf():
                self.dims([stmt.index], known)
                self.define(stmt.result.name, known)
            case Load() | Store():
                self.buffer(stmt.buffer)
                self.dims([stmt.index], known)
                self._moved(stmt, known)
            case Get():
                self.define(stmt.result.name, known)
            case Set():
                self.operands([stmt.value], known)
            case Check():
                self.operands([stmt.ok], known)
            case BindSize():
                self.operands([stmt.value], known)
                known.add(stmt.symbol)
            case TapeGrow() | TapeShrink():
                self.dims([stmt.count], known)
                self.define(stmt.base.name, known)
            case Product():
                self.dims(stmt.dims, known)
                self.operands([] if stmt.scale is None else [stmt.scale], known)
                self.buffer(*stmt.reads, *stmt.writes)
            case Draw():
                self.operands((*stmt.args, *(x for x in stmt.inputs if not isinstance(x, Strided))), known)
                self.dims(stmt.dims, known)
                self.buffer(*stmt.reads, *stmt.writes)
                for made in (stmt.result, stmt.failed):
                    if made is not None:
                        self.define(made.name, known)
            case Library() | Routine():
                self.dims(stmt.dims, known)
                self.buffer(*stmt.reads, *stmt.writes)
                if stmt.failed is not None:
                    self.define(stmt.failed.name, known)
            case _:
                self.structure(stmt, known)

    def _moved(self, stmt: Load | Store, known: set[str]) -> None:
        if isinstance(stmt, Load):
            self.define(stmt.result.name, known)
        else:
            self.operands([stmt.value], known)

    def structure(self, stmt: Stmt, known: set[str]) -> None:
        """A statement with statements inside."""
        match stmt:
            case Nest() | Reduce():
                self.dims([v.extent for v in stmt.vars], known)
                inner = self.body(stmt.body, known | {v.name for v in stmt.vars})
                if isinstance(stmt, Reduce):
                    self.operands(stmt.values, inner)
                    for result in stmt.results:
                        self.define(result.name, known)
            case Loop():
                self.operands([stmt.lo, stmt.hi, stmt.step], known)
                self.body(stmt.body, known | {stmt.var.name})
            case WhileLoop():
                inner = self.body(stmt.head, known)
                self.operands([stmt.test], inner)
                self.body(stmt.body, inner)
            case Branch():
                self.operands([stmt.test], known)
                self.body(stmt.then, known)
                self.body(stmt.orelse, known)
            case _:
                pass
