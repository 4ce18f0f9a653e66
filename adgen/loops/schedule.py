"""What a kernel does in which order, in a few lines: which loops became one, which products BLAS computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.loops.buffers import Buffer, InArena, InResult, Lit, OnHeap, OnStack
from adgen.loops.calls import Library, Product, Routine
from adgen.loops.core import (
    Branch,
    Kernel,
    Let,
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


def schedule(kernel: Kernel) -> list[str]:
    """Lines that say what was decided, outer loops before inner ones."""
    return [*_body(kernel.body, ""), *_memory(kernel)]


def _body(body: Sequence[Stmt], indent: str) -> Iterator[str]:
    for stmt in body:
        match stmt:
            case Nest() | Reduce():
                yield indent + _domain(stmt)
            case Product():
                yield indent + _product(stmt)
            case Routine(name=name):
                yield f"{indent}{name.partition('.')[2]} of LAPACK"
            case Library(loop=loop):
                yield f"{indent}inner loop of {loop.partition('.')[2].partition(':')[0]}"
            case Loop() | WhileLoop():
                inside = list(_body(stmt.body, indent + "  "))
                yield indent + _loop(stmt, bool(inside))
                yield from inside
            case Branch():
                yield from _branch(stmt, indent)
            case _:
                continue


def _branch(stmt: Branch, indent: str) -> Iterator[str]:
    """Both sides, where there is something to say of them; of products and loops sizes decide."""
    then, other = (list(_body(side, indent + "  ")) for side in (stmt.then, stmt.orelse))
    if not then and not other:
        return
    either = any(isinstance(s, Product) for s in walk(stmt.then)) and bool(other)
    yield f"{indent}where sizes and values allow products" if either else f"{indent}on one side of a branch"
    yield from then
    if other:
        yield f"{indent}else" if either else f"{indent}on the other side"
        yield from other


# -- domains --------------------------------------------------------------------------------------------
def _domain(stmt: Nest | Reduce) -> str:
    counts = _counts(stmt.body)
    what = "sums of " if isinstance(stmt, Reduce) and set(stmt.kinds) == {"add"} else ""
    if isinstance(stmt, Reduce) and not what:
        what = f"{' and '.join(dict.fromkeys(stmt.kinds))} of "
    rim = " (at the rim)" if isinstance(stmt, Nest) and stmt.rim else ""
    return f"{what}{_extents(stmt.vars)}: {counts}{_lanes(stmt)}{rim}"


def _extents(variables: Sequence[Var]) -> str:
    return " x ".join(_size(v.extent) for v in variables) or "one element"


def _size(d: Dim) -> str:
    text = str(d)
    if any(name.startswith(("%", "#")) for name in d.symbols()):
        return "as many as there are"
    return f"({text})" if "+" in text or "-" in text[1:] else text


def _counts(body: Sequence[Stmt]) -> str:
    """How much is fused: operations, loads and stores per point."""
    inside = list(walk(tuple(body)))
    found = (
        (sum(isinstance(s, Let) for s in inside), "operation"),
        (sum(isinstance(s, Load) for s in inside), "load"),
        (sum(isinstance(s, Store) for s in inside), "store"),
        (sum(isinstance(s, Reduce) for s in inside), "inner sum"),
    )
    return ", ".join(f"{n} {name}{'s' * (n != 1)}" for n, name in found if n) or "nothing"


def _lanes(stmt: Nest | Reduce) -> str:
    """How elements lie along the loop that runs fastest, which is the one that may go into lanes."""
    if not stmt.vars or stmt.vars[-1].extent == ONE:
        return ""
    name = stmt.vars[-1].name
    steps = [_step(s.index, name) for s in walk(stmt.body) if isinstance(s, Load | Store)]
    if any(isinstance(s, Loop | WhileLoop) for s in walk(stmt.body)):
        return "; one by one"
    if any(isinstance(s, Reduce) for s in walk(stmt.body)):
        return "; inner sums in lanes"
    if all(step in (ZERO, ONE) for step in steps):
        return "; neighbours in lanes"
    apart = sum(step not in (ZERO, ONE) for step in steps)
    return f"; lanes, {apart} of {len(steps)} accesses apart"


def _step(index: Dim, name: str) -> Dim | None:
    try:
        return coefficient(index, name)[0]
    except ValueError:
        return None


# -- loops and products ---------------------------------------------------------------------------------
def _loop(stmt: Loop | WhileLoop, holds: bool) -> str:
    kind = "loop of unknown length"
    if isinstance(stmt, Loop):
        backward = isinstance(stmt.step, Lit) and stmt.step.value < 0
        kind = "loop backward" if backward else "loop"
    return f"{kind}:" if holds else f"{kind}: {_counts(stmt.body)}"


def _product(stmt: Product) -> str:
    m, n, k = (_size(d) for d in stmt.sizes)
    added = ", added to what is there" if stmt.accumulate else ""
    if stmt.right.columns == ZERO and stmt.sizes[1] == ONE:
        return f"gemv of BLAS: {m} x {k} times {k}{added}"
    if stmt.left.rows == ZERO and stmt.sizes[0] == ONE:
        return f"gemv of BLAS: {n} x {k} times {k}{added}"
    turned = [x for x, side in (("left", stmt.left), ("right", stmt.right)) if side.columns != ONE]
    flags = f", {' and '.join(turned)} transposed by a flag" if turned else ""
    return f"gemm of BLAS: {m} x {k} times {k} x {n}{flags}{added}"


def _memory(kernel: Kernel) -> Iterator[str]:
    """Where arrays live that are neither arguments nor shared."""
    kinds: tuple[tuple[type, str], ...] = (
        (InResult, "written to results directly"),
        (InArena, "in the workspace"),
        (OnHeap, "allocated when the size is known"),
        (OnStack, "on tapes that grow"),
    )
    for kind, text in kinds:
        found: list[Buffer] = [b for b, place in kernel.places.items() if isinstance(place, kind)]
        if found:
            yield f"{len(found)} array{'s' * (len(found) != 1)} {text}"
    if kernel.arena:
        total = sum(kernel.arena, ZERO)
        yield f"workspace: {len(kernel.arena)} pieces of memory, {total} bytes"
