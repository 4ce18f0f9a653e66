"""Which elements of the results may depend on which elements of one input: a guaranteed pattern.

The program is run with sets of inputs instead of numbers. Sizes, counters and indices are numbers, because
they follow from shapes and integer arguments; floats are sets, each a Python integer with a bit per input.
What is decided by floats is decided both ways: branches are joined, loops run until no set grows any more,
and an index that is not known stands for all. So the pattern holds whatever the numbers are; it may have
more elements than a derivative that happens to be zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any

import numpy as np

from adgen.analysis.activity import passes_derivative
from adgen.ir.core import For, Func, If, Node, Op, Region, Value, While
from adgen.ir.dims import solve
from adgen.ir.interpret import Context, coerce, evaluate, interpret
from adgen.ir.types import Type
from adgen.records import dataclass

Rows = list[np.ndarray[Any, Any]]

#: an integer or truth value that floats decide
UNKNOWN: Any = object()

#: operations that only move elements: sets move like numbers
_MOVES = frozenset({"read", "reshape", "transpose", "broadcast", "concatenate", "stack", "copy", "cast"})


class Lost(Exception):
    """The sets cannot be followed: every result may depend on every input."""


def pattern(func: Func, args: Sequence[Any], wrt: int, result: int = 0) -> Rows:
    """For each element of a result the elements of argument ``wrt`` that it may depend on, in order.

    ``args`` are the arguments; of floats only the shapes matter.
    """
    count = int(np.size(args[wrt]))
    try:
        found = _Sets(count).run(func, args, wrt)[result]
    except Lost:
        return [np.arange(count)] * int(np.size(interpret(func, args)[result]))
    return [_members(bits, count) for bits in np.asarray(found, object).ravel()]


def _members(bits: int, count: int) -> np.ndarray[Any, Any]:
    text = np.frombuffer(int(bits).to_bytes((count + 7) // 8, "little"), np.uint8)
    return np.flatnonzero(np.unpackbits(text, bitorder="little")[:count])


def _no_sets(shape: tuple[int, ...]) -> Any:
    found = np.empty(shape, object)
    found[...] = 0
    return found


def _union(x: Any) -> int:
    return int(np.bitwise_or.reduce(np.asarray(x, object), axis=None)) if np.size(x) else 0


@dataclass(slots=True)
class _Sets:
    """One run; ``values`` are sets of floats, and numbers or UNKNOWN for all else."""

    count: int
    values: dict[Value, Any] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def run(self, func: Func, args: Sequence[Any], wrt: int) -> tuple[Any, ...]:
        if func.functions:
            raise Lost
        pairs = []
        for k, (param, arg) in enumerate(zip(func.params, args, strict=True)):
            if not isinstance(param.any_type, Type):
                raise Lost
            pairs += list(zip(param.type.dims, np.shape(arg), strict=True))
            sets = _no_sets(np.shape(arg))
            if k == wrt:
                sets.ravel()[...] = [1 << j for j in range(self.count)]
            self.values[param] = sets if param.type.is_float else coerce(arg, param.type)
        self.sizes.update(solve(pairs))
        return self.region(func.body)

    def region(self, region: Region, args: Sequence[Any] | None = None) -> tuple[Any, ...]:
        """What a region yields."""
        if args is not None:
            self.values.update(zip(region.params, args, strict=True))
        for node in region.nodes:
            self.node(node)
        return tuple(self.values[v] for v in region.yields)

    def node(self, node: Node) -> None:
        match node:
            case Op():
                self.op(node)
            case For():
                self.store(node, self.for_(node))
            case While():
                self.store(node, self.while_(node))
            case If():
                self.store(node, self.if_(node))

    def store(self, node: Node, found: Sequence[Any]) -> None:
        self.values.update(zip(node.results, found, strict=True))

    # -- structure --------------------------------------------------------------------------------------
    def for_(self, node: For) -> tuple[Any, ...]:
        bounds = [self.values[v] for v in (node.lo, node.hi, node.step)]
        state = tuple(self.values[v] for v in node.inits)
        if any(x is UNKNOWN for x in bounds):
            return self.until_stable(state, lambda s: self.region(node.body, (UNKNOWN, *s)))
        for i in range(*bounds):
            state = self.region(node.body, (i, *state))
        return state

    def while_(self, node: While) -> tuple[Any, ...]:
        state = tuple(self.values[v] for v in node.inits)
        while True:
            (go_on,) = self.region(node.cond, state)
            if go_on is UNKNOWN:
                return self.until_stable(state, lambda s: self.region(node.body, s))
            if not go_on:
                return state
            state = self.region(node.body, state)

    def until_stable(self, state: tuple[Any, ...], body: Callable[[Any], tuple[Any, ...]]) -> tuple[Any, ...]:
        """A loop of any number of rounds."""
        while True:
            joined = tuple(_joined(a, b) for a, b in zip(state, body(state), strict=True))
            if all(_same(a, b) for a, b in zip(state, joined, strict=True)):
                return joined
            state = joined

    def if_(self, node: If) -> tuple[Any, ...]:
        holds = self.values[node.pred]
        if holds is not UNKNOWN:
            return self.region(node.then if holds else node.orelse)
        one, other = self.region(node.then), self.region(node.orelse)
        return tuple(_joined(a, b) for a, b in zip(one, other, strict=True))

    # -- operations -------------------------------------------------------------------------------------
    def op(self, op: Op) -> None:
        """One operation."""
        if any(not isinstance(v.any_type, Type) for v in (*op.operands, *op.results)):
            raise Lost
        if op.prim.name == "bind_dim":
            self.bind(op)
        elif op.results:
            found = self.exact(op) if all(not v.type.is_float for v in op.results) else self.floats(op)
            self.values.update(zip(op.results, found, strict=True))

    def bind(self, op: Op) -> None:
        size = self.values[op.operands[0]]
        if size is UNKNOWN:
            raise Lost
        self.sizes[op.attr("sym")] = int(size)

    def exact(self, op: Op) -> tuple[Any, ...]:
        """Integers and truth values: as they are, where no float has a say."""
        args = [self.values[v] for v in op.operands]
        if any(x is UNKNOWN or v.type.is_float for x, v in zip(args, op.operands, strict=True)):
            return (UNKNOWN,) * len(op.results)
        return evaluate(op, args, self.sizes)

    def floats(self, op: Op) -> tuple[Any, ...]:
        """Sets for floats; integers beside them are not known."""
        sets = [self.values[v] for v in op.operands if v.type.is_float]
        shapes = [tuple(d.evaluate(self.sizes) for d in v.type.dims) for v in op.results]
        if not passes_derivative(op) or not sets:
            return tuple(_no_sets(shape) for shape in shapes)
        if len(op.results) == 1:
            return (self.one(op, sets, shapes[0]),)
        everything = _union([_union(s) for s in sets])
        return tuple(_filled(shape, everything) for shape in shapes)

    def one(self, op: Op, sets: list[Any], shape: tuple[int, ...]) -> Any:
        """The sets of the only result."""
        name = op.prim.name
        known = all(self.values[v] is not UNKNOWN for v in op.operands if not v.type.is_float)
        if name in ("write", "add_at"):
            return self.stored(op, known)
        if getattr(op.prim, "elementwise", False) or name == "cast":
            return _either(sets, shape)
        if name in _MOVES and known:
            args = [self.values[v] for v in op.operands]
            return np.asarray(op.prim.eval(Context(op, self.sizes), *args), object)  # type: ignore[attr-defined]
        if name in ("sum", "max", "min", "prod"):
            return self.reduced(op, sets[0], shape)
        if name == "contract":
            return self.contracted(op, sets, shape)
        return _filled(shape, _union([_union(s) for s in sets]))

    def stored(self, op: Op, known: bool) -> Any:
        """A store: into the cells, or into any of them where an index is not known."""
        target, value = (self.values[v] for v in op.operands[:2])
        if not known:
            return np.asarray(target, object) | _union(value)
        args = [self.values[v] for v in op.operands]
        context = Context(op, self.sizes)
        if op.prim.name == "write":
            return np.asarray(op.prim.eval(context, *args), object)  # type: ignore[attr-defined]
        from adgen.primitives.indexing import numpy_index

        found = np.array(target, object)
        places = np.arange(found.size).reshape(found.shape)[numpy_index(context, op.attr("index"), args[2:])]
        flat = found.ravel()
        values = np.broadcast_to(np.asarray(value, object), np.shape(places)).ravel()
        for place, bits in zip(np.ravel(places), values, strict=True):
            flat[place] |= bits
        return flat.reshape(found.shape)

    def reduced(self, op: Op, sets: Any, shape: tuple[int, ...]) -> Any:
        axes = op.attr("axes")
        moved = np.moveaxis(np.asarray(sets, object), axes, range(len(axes)))
        flat = moved.reshape((-1, *shape))
        return np.bitwise_or.reduce(flat, axis=0) if flat.shape[0] else _no_sets(shape)

    def contracted(self, op: Op, sets: list[Any], shape: tuple[int, ...]) -> Any:
        """A product of arrays: the union over what is summed, of each operand for itself."""
        inputs, result = op.attr("spec").split("->")
        found = _no_sets(shape)
        if any(np.size(s) == 0 for s in sets):
            return found
        for labels, s in zip(inputs.split(","), sets, strict=True):
            own = [k for k, label in enumerate(labels) if label in result]
            if len(set(labels)) != len(labels):
                return _filled(shape, _union([_union(s) for s in sets]))
            gone = tuple(k for k in range(len(labels)) if k not in own)
            left = np.bitwise_or.reduce(s, axis=gone) if gone else s
            kept = [labels[k] for k in own]
            order = sorted(range(len(kept)), key=lambda k: result.index(kept[k]))
            spread = np.asarray(left, object).transpose(order)
            found = found | spread[tuple(slice(None) if c in kept else None for c in result)]
        return found


def _either(sets: list[Any], shape: tuple[int, ...]) -> Any:
    found = _no_sets(shape)
    for s in sets:
        found = np.asarray(found | np.broadcast_to(np.asarray(s, object), shape), object)
    return found


def _filled(shape: tuple[int, ...], bits: int) -> Any:
    found = np.empty(shape, object)
    found[...] = bits
    return found


def _is_sets(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == object


def _joined(a: Any, b: Any) -> Any:
    if a is UNKNOWN or b is UNKNOWN:
        return UNKNOWN
    if _is_sets(a) and _is_sets(b):
        if a.shape != b.shape:
            raise Lost
        return np.asarray(a | b, object)
    return a if _same(a, b) else UNKNOWN


def _same(a: Any, b: Any) -> bool:
    return a is b or (a is not UNKNOWN and b is not UNKNOWN and bool(np.array_equal(a, b)))
