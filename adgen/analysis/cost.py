"""What a program costs, counted on the interpreter: the same numbers on every machine.

A flop is one arithmetic result on floats: an element of an elementwise operation (elementary functions
included, which are also counted as calls), one summand of a reduction, a product and a sum per term of a
contraction. A move is one element of an array that is read or written as the operation is defined: views move
nothing, stores move what they store, and scalars are taken to stay in registers. So moves are those of a
program that runs operation by operation; a kernel that fuses operations has fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from adgen.ir.core import Func, Gather, Indexer, Op
from adgen.ir.interpret import Counts, interpret
from adgen.ir.types import Type
from adgen.primitives.define import Primitive
from adgen.records import dataclass

#: primitives that only say something about values
_ON_LISTS = frozenset({"cell", "length", "collect", "copy_list", "position"})
_FREE = frozenset(
    {
        "const",
        "dim",
        "bind_dim",
        "wrap",
        "stop_gradient",
        "empty",
        "on_disk",
        "stack_new",
        "call",
        "ruled",
        "held",
        "no_tape",
    }
)
#: elementwise operations that are one instruction
_CHEAP = frozenset({"sqrt", "pow", "powi", "floor", "ceil", "trunc", "rint", "reciprocal", "div"})


@dataclass(slots=True)
class Cost(Counts):
    """Totals of an execution; ``copies`` are whole arrays copied to keep an old version."""

    flops: int = 0
    calls: int = 0
    moves: int = 0
    copies: int = 0

    def record(self, op: Op, args: Sequence[Any], found: Sequence[Any]) -> None:
        """Count one execution of an operation."""
        Counts.record(self, op, args, found)
        prim: Any = op.prim
        if prim.name in _FREE:
            return
        self.copies += prim.name == "copy"
        self.moves += _moves(op, args, found)
        if not any(_is_float(v.any_type) for v in (*op.operands, *op.results)):
            return
        self.flops += _flops(op, args, found)
        if prim.elementwise and not prim.cheap and prim.name not in _CHEAP:
            self.calls += int(np.size(found[0]))


def cost_of(func: Func, args: Sequence[Any]) -> Cost:
    """The cost of a program at these arguments."""
    cost = Cost()
    interpret(func, args, cost)
    return cost


def _is_float(type_: object) -> bool:
    return isinstance(type_, Type) and type_.is_float


def _flops(op: Op, args: Sequence[Any], found: Sequence[Any]) -> int:
    prim = op.prim
    if not isinstance(prim, Primitive):
        return 0
    if prim.elementwise:
        return int(np.size(found[0])) if prim.name not in ("cast", "where") else 0
    if prim.name == "contract":
        return 2 * _terms(op, args)
    if prim.name == "add_at":
        return int(np.size(args[1]))
    if (
        prim.view
        or prim.consumes
        or prim.name in ("concat", "full", "arange", "eye", "copy", "pop")
        or prim.name in _ON_LISTS
    ):
        return 0
    return int(np.size(args[0]))  # reductions and scans


def _terms(op: Op, args: Sequence[Any]) -> int:
    """The products of a contraction: every index of its operands runs through its whole range."""
    sizes: dict[str, int] = {}
    for letters, arg in zip(op.attr("spec").split("->")[0].split(","), args, strict=True):
        sizes.update(zip(letters, np.shape(arg), strict=True))
    return prod(sizes.values())


def _moves(op: Op, args: Sequence[Any], found: Sequence[Any]) -> int:
    """Elements of arrays that are read and written."""
    prim = op.prim
    if prim.name in ("write", "add_at"):
        return int(np.size(args[1])) * (3 if prim.name == "add_at" else 2)
    if any(v.is_stack for v in (*op.operands, *op.results)):
        return sum(
            int(np.size(x))
            for v, x in zip((*op.operands, *op.results), (*args, *found), strict=True)
            if not v.is_stack
        )
    if prim.name == "read":
        index = op.attr("index")
        gathered = isinstance(index, Indexer) and any(isinstance(a, Gather) for a in index.access)
        return 2 * int(np.size(found[0])) if gathered else int(not np.ndim(found[0]))
    if prim.view:
        return 0
    return sum(int(np.size(x)) for x in (*args, *found) if np.ndim(x))
