"""Calls between the functions of a program: what goes in and out of one, and which sizes its symbols are.

A call is an operation (``call``), because it has operands and results and no region. It names its callee,
a function of ``Func.functions``, and carries the types of its results with dims of the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from adgen.ir.core import PLAIN, Func, Node, Op, Region, walk
from adgen.ir.dims import Dim, linear_in
from adgen.ir.types import AnyType, StackType, TapeType, Type

T = TypeVar("T")
CALL, CHECKED_CALL, RULED, HELD, SCHEDULED = "call", "checked_call", "ruled", "held", "scheduled"
SEGMENT = "segment"
TAPE = TapeType()


def slots(grouping: Sequence[int], count: int) -> tuple[int, ...]:
    """A grouping written out: one entry per argument or result of a call."""
    return tuple(grouping) or (PLAIN,) * count


def bundled(values: Sequence[T], grouping: Sequence[int]) -> tuple[T | tuple[T, ...], ...]:
    """Values as a call hands them over: tuples where several travel as one tape."""
    found: list[T | tuple[T, ...]] = []
    at = 0
    for size in slots(grouping, len(values)):
        found.append(values[at] if size == PLAIN else tuple(values[at : at + size]))
        at += 1 if size == PLAIN else size
    return tuple(found)


def opened(values: Sequence[T | tuple[T, ...]], grouping: Sequence[int]) -> tuple[T, ...]:
    """The inverse of :func:`bundled`."""
    found: list[T] = []
    for value, size in zip(values, slots(grouping, len(values)), strict=True):
        if size == PLAIN:
            found.append(value)  # type: ignore[arg-type]
        else:
            found.extend(value)  # type: ignore[arg-type]
    return tuple(found)


def outer_types(types: Sequence[AnyType], grouping: Sequence[int]) -> tuple[AnyType, ...]:
    """The types that a caller sees."""
    return tuple(TAPE if isinstance(t, tuple) else t for t in bundled(types, grouping))


def is_call(op: Op) -> bool:
    """Whether an operation calls a function of the program."""
    return op.prim.name in (CALL, CHECKED_CALL)


def is_ruled(op: Op) -> bool:
    """Whether an operation names a function that says how its results are differentiated."""
    return op.prim.name == RULED


def is_edge(node: Node, edge: str) -> bool:
    """Whether a node is this end ("begin", "end") of a segment that is evaluated again."""
    return isinstance(node, Op) and node.prim.name == SEGMENT and node.attr("edge") == edge


def segment_end(nodes: Sequence[Node], begin: int) -> int:
    """The position where the segment ends that begins at a position of a block."""
    depth = 0
    for k in range(begin, len(nodes)):
        depth += is_edge(nodes[k], "begin") - is_edge(nodes[k], "end")
        if not depth:
            return k
    raise AssertionError("a segment without an end")


def names_function(op: Op) -> bool:
    """Whether an operation needs a function of the program: to call it, or to differentiate by it."""
    return is_call(op) or is_ruled(op)


def callee_of(op: Op) -> str | None:
    """The function that an operation calls, if it calls one."""
    return op.attr("callee") if is_call(op) else None


def calls_in(region: Region) -> Iterator[Op]:
    """The calls in a region and everything inside it."""
    for node in walk(region):
        if isinstance(node, Op) and is_call(node):
            yield node


def named_in(region: Region) -> Iterator[Op]:
    """The operations in a region that need a function of the program."""
    for node in walk(region):
        if isinstance(node, Op) and names_function(node):
            yield node


def called(func: Func) -> tuple[Func, ...]:
    """The functions that a program can reach, in the order of its table."""
    table = {f.name: f for f in func.functions}
    reached: set[str] = set()
    pending = [func]
    while pending:
        for op in named_in(pending.pop().body):
            name = op.attr("callee")
            if name not in reached:
                reached.add(name)
                pending.append(table[name])
    return tuple(f for f in func.functions if f.name in reached)


def instantiated(params: Sequence[AnyType], given: Sequence[AnyType]) -> dict[str, Dim]:
    """The dims that a callee's symbols stand for in a call. Raises TypeError where the types do not fit."""
    pairs = [pair for wanted, found in zip(params, given, strict=True) for pair in _dim_pairs(wanted, found)]
    mapping: dict[str, Dim] = {}
    waiting = pairs
    while waiting:
        later = [pair for pair in waiting if not _solve(*pair, mapping)]
        if len(later) == len(waiting):
            break
        waiting = later
    for wanted, found in pairs:
        if wanted.substitute(mapping) != found:
            raise TypeError(f"{found} is not {wanted} for these arguments")
    return mapping


def _dim_pairs(wanted: AnyType, found: AnyType) -> list[tuple[Dim, Dim]]:
    if isinstance(wanted, Type) and isinstance(found, Type):
        if (wanted.dtype, wanted.kind, wanted.rank) == (found.dtype, found.kind, found.rank):
            return list(zip(wanted.dims, found.dims, strict=True))
    elif type(wanted) is type(found) and not isinstance(wanted, StackType):
        return []
    raise TypeError(f"{found} for a parameter of type {wanted}")


def _solve(wanted: Dim, found: Dim, mapping: dict[str, Dim]) -> bool:
    unknown = [s for s in wanted.symbols() if s not in mapping]
    if not unknown:
        return True
    if len(unknown) > 1 or not linear_in(wanted, unknown[0]):
        return False
    (name,) = unknown
    factor = dict(wanted.terms)[(name,)]
    rest = Dim(tuple((m, c) for m, c in wanted.terms if m != (name,))).substitute(mapping)
    gap = found - rest
    if any(c % factor for _, c in gap.terms):
        return False
    mapping[name] = Dim(tuple((m, c // factor) for m, c in gap.terms))
    return True


def result_types(callee: Func, mapping: Mapping[str, Dim]) -> tuple[AnyType, ...]:
    """The types of a call's results. Raises TypeError where a size is not one of the arguments'."""
    found = outer_types([v.any_type for v in callee.results], callee.gives)
    return tuple(in_caller(t, mapping) for t in found)


def in_caller(type_: AnyType, mapping: Mapping[str, Dim]) -> AnyType:
    """A type of the callee with dims of the caller."""
    if not isinstance(type_, Type):
        return type_
    unknown = [s for d in type_.dims for s in d.symbols() if s not in mapping]
    if unknown:
        raise TypeError(f"the size {unknown[0]} of a result does not follow from the arguments")
    return Type(type_.dtype, tuple(d.substitute(mapping) for d in type_.dims), type_.kind)
