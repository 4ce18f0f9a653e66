"""Copies of statements under new names, and statements without what nothing uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.ir.dims import Dim
from adgen.loops.buffers import Operand, Ref
from adgen.loops.core import Branch, Get, IndexOf, Let, Load, Loop, Nest, Reduce, Stmt, WhileLoop
from adgen.loops.fuse import names_used
from adgen.loops.rewrite import Renaming
from adgen.loops.state import State

_VALUES = Let | IndexOf | Load | Get


class Copy:
    """The same statements with new names for the scalars they define."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.dims: dict[str, Dim] = {}
        self.operands: dict[str, Operand] = {}

    def body(self, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        """All statements."""
        return tuple(self.stmt(s) for s in body)

    def _fresh(self, ref: Ref) -> Ref:
        made = Ref(self.state.names.fresh("%"), ref.dtype)
        self.dims[ref.name] = Dim.symbol(made.name)
        self.operands[ref.name] = made
        return made

    def stmt(self, stmt: Stmt) -> Stmt:
        """One statement, with everything inside it."""
        renaming = Renaming(dims=self.dims, operands=self.operands)
        match stmt:
            case Let() | IndexOf() | Load() | Get():
                moved = renaming.stmt(stmt)
                assert isinstance(moved, _VALUES)
                return replace(moved, result=self._fresh(stmt.result))
            case Loop():
                lo, hi, step = (renaming.operand(x) for x in (stmt.lo, stmt.hi, stmt.step))
                var = self._fresh(stmt.var)
                if stmt.var.name in self.state.bounds.ranges:
                    self.state.bounds.ranges[var.name] = self.state.bounds.ranges[stmt.var.name]
                return Loop(var, lo, hi, step, self.body(stmt.body))
            case Nest() | Reduce():
                return self._domain(stmt, renaming)
            case WhileLoop():
                head = self.body(stmt.head)
                test = Renaming(operands=self.operands).operand(stmt.test)
                return WhileLoop(head, test, self.body(stmt.body))
            case Branch():
                return Branch(renaming.operand(stmt.test), self.body(stmt.then), self.body(stmt.orelse))
            case _:
                return renaming.stmt(stmt)

    def _domain(self, stmt: Nest | Reduce, renaming: Renaming) -> Stmt:
        outer = renaming.stmt(replace(stmt, body=()))
        assert isinstance(outer, Nest | Reduce)
        body = self.body(stmt.body)
        if isinstance(outer, Nest):
            return replace(outer, body=body)
        assert isinstance(stmt, Reduce)
        values = tuple(Renaming(operands=self.operands).operand(v) for v in stmt.values)
        results = tuple(self._fresh(r) for r in stmt.results)
        return replace(outer, body=body, values=values, results=results)


def without_unused(stmt: Stmt) -> Stmt | None:
    """A statement without scalars that nothing in it uses, and without domains that do nothing."""
    while True:
        smaller = _smaller(stmt, names_used(stmt))
        if smaller is None or smaller == stmt:
            return smaller
        stmt = smaller


def _smaller(stmt: Stmt, used: set[str]) -> Stmt | None:
    match stmt:
        case Let() | IndexOf() | Load() | Get():
            return stmt if stmt.result.name in used else None
        case Reduce():
            return _reduction(stmt, used)
        case Nest() | Loop():
            body = _body(stmt.body, used)
            return replace(stmt, body=body) if body else None
        case WhileLoop():
            return replace(stmt, head=_body(stmt.head, used), body=_body(stmt.body, used))
        case Branch():
            return replace(stmt, then=_body(stmt.then, used), orelse=_body(stmt.orelse, used))
        case _:
            return stmt


def _reduction(stmt: Reduce, used: set[str]) -> Stmt | None:
    kept = [k for k, r in enumerate(stmt.results) if r.name in used]
    body = _body(stmt.body, used)
    if not kept:
        acts = any(not isinstance(s, _VALUES) for s in body)
        return Nest(stmt.vars, body) if acts else None
    return chosen(stmt, kept, body)


def chosen(stmt: Reduce, kept: Sequence[int], body: tuple[Stmt, ...]) -> Reduce:
    """A reduction with some of its results only."""
    return Reduce(
        tuple(stmt.results[k] for k in kept),
        tuple(stmt.kinds[k] for k in kept),
        stmt.vars,
        body,
        tuple(stmt.values[k] for k in kept),
    )


def _body(body: Sequence[Stmt], used: set[str]) -> tuple[Stmt, ...]:
    kept = (_smaller(s, used) for s in body)
    return tuple(s for s in kept if s is not None)
