"""Neighbouring variables of a domain become one where all accesses run through memory in step.

Two variables p (outer) and q (inner, with extent n) collapse where in every index the coefficient of p is n
times that of q: the pair then only occurs as p*n + q. Short inner axes so become long vector loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from adgen.ir.dims import ZERO, Dim
from adgen.loops.calls import Draw, Library, Product, Routine
from adgen.loops.core import (
    Branch,
    IndexOf,
    Load,
    Loop,
    Nest,
    Reduce,
    Stmt,
    Store,
    Var,
    WhileLoop,
    coefficient,
    walk,
)
from adgen.loops.rewrite import Renaming


def collapse(body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """All statements with their domains collapsed, inner ones first."""
    return tuple(_stmt(s) for s in body)


def _stmt(stmt: Stmt) -> Stmt:
    match stmt:
        case Nest() | Reduce():
            return _domain(replace(stmt, body=collapse(stmt.body)))
        case Loop():
            return replace(stmt, body=collapse(stmt.body))
        case WhileLoop():
            return replace(stmt, head=collapse(stmt.head), body=collapse(stmt.body))
        case Branch():
            return replace(stmt, then=collapse(stmt.then), orelse=collapse(stmt.orelse))
        case _:
            return stmt


def _domain(stmt: Nest | Reduce) -> Nest | Reduce:
    if any(isinstance(s, Product | Library | Routine | Draw) for s in walk(stmt.body)):
        return stmt
    at = len(stmt.vars) - 2
    while at >= 0:
        outer, inner = stmt.vars[at], stmt.vars[at + 1]
        if _in_step(_dims(stmt.body), outer.name, inner):
            joined = Var(inner.name, outer.extent * inner.extent)
            body = Renaming(dims={outer.name: ZERO}).body(stmt.body)
            stmt = replace(stmt, vars=(*stmt.vars[:at], joined, *stmt.vars[at + 2 :]), body=body)
        at -= 1
    return stmt


def _dims(body: Sequence[Stmt]) -> Iterable[Dim]:
    """Every polynomial in a body."""
    for stmt in walk(tuple(body)):
        match stmt:
            case Load() | Store() | IndexOf():
                yield stmt.index
            case Nest() | Reduce():
                yield from (v.extent for v in stmt.vars)
            case _:
                pass


def _in_step(dims: Iterable[Dim], outer: str, inner: Var) -> bool:
    for d in dims:
        try:
            (far, _), (near, _) = coefficient(d, outer), coefficient(d, inner.name)
        except ValueError:
            return False
        if far != near * inner.extent or inner.name in near.symbols():
            return False
    return True
