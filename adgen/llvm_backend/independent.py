"""Small domains of which no element needs another one: LLVM is told so, and need not find out.

Buffers that take turns, as the states of a recurrence do, are one family, so that LLVM would check at run
time whether they overlap; for a few elements that is not worth it, and the loop would stay scalar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adgen.loops.buffers import Buffer
from adgen.loops.core import IndexOf, Kernel, Let, Load, Nest, Reduce, Stmt, Store

#: number of the first metadata, two for every such domain: its accesses, and what is said of its loop
FIRST = 2_000_000
#: a number of elements for which nothing is checked at run time
FEW = 16


def is_independent(nest: Nest, kernel: Kernel) -> bool:
    """Whether all iterations of a small domain may run at once, and LLVM has to be told."""
    if len(nest.vars) != 1:
        return False
    (var,) = nest.vars
    size = var.extent.value
    if size is None or not 1 < size <= FEW:
        return False
    inside = list(_inside(nest.body))
    if not all(isinstance(s, Let | IndexOf | Load | Store | Reduce) for s in inside):
        return False
    stores = [s for s in inside if isinstance(s, Store)]
    accesses = [s for s in inside if isinstance(s, Store | Load)]
    return bool(stores) and all(
        var.name in s.index.symbols()
        and not s.op
        and all(
            apart(s.buffer, other.buffer, kernel)
            or (same(s.buffer, other.buffer, kernel) and s.index == other.index)
            for other in accesses
        )
        for s in stores
    )


def _inside(body: Sequence[Stmt]) -> Iterator[Stmt]:
    for stmt in body:
        yield stmt
        if isinstance(stmt, Reduce):
            yield from _inside(stmt.body)


def apart(a: Buffer, b: Buffer, kernel: Kernel) -> bool:
    """Whether two buffers are never the same memory."""
    if kernel.families[a] != kernel.families[b]:
        return True
    if same(a, b, kernel):
        return False
    return a in kernel.apart and kernel.apart[a] == kernel.apart.get(b)


def same(a: Buffer, b: Buffer, kernel: Kernel) -> bool:
    """Whether two names stand for one buffer."""
    return a is b or kernel.places[a] == kernel.places[b]


def metadata(count: int) -> list[str]:
    """What accesses and loops of so many domains refer to."""
    lines: list[str] = []
    for number in range(FIRST, FIRST + 2 * count, 2):
        said = f'!{{!"llvm.loop.parallel_accesses", !{number}}}'
        lines += [f"!{number} = distinct !{{}}", f"!{number + 1} = distinct !{{!{number + 1}, {said}}}"]
    return lines
