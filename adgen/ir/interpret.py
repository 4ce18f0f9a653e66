"""The semantic reference: programs evaluated operation by operation in NumPy.

Arrays are values here: nothing is ever changed in place, so what the interpreter gives is what a program
means. It also counts what it executes, for tests of complexity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

import numpy as np

from adgen.ir.calls import bundled, callee_of, opened
from adgen.ir.core import For, Func, If, Node, Op, Region, Value, While
from adgen.ir.dims import Dim, solve
from adgen.ir.types import DType, Kind, Type
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """What evaluation sees besides the operands: the operation and the sizes of the symbols."""

    op: Op
    sizes: Mapping[str, int]

    def attr(self, name: str, default: Any = None) -> Any:
        """The attribute ``name`` of the operation."""
        return self.op.attr(name, default)

    def shape(self, dims: Sequence[Dim] | None = None) -> tuple[int, ...]:
        """Numbers for dims; by default those of the (only) result."""
        return tuple(d.evaluate(self.sizes) for d in (self.op.result.type.dims if dims is None else dims))


@dataclass(slots=True)
class Counts:
    """What was executed: operations by name, and elements they produced."""

    ops: Counter[str] = field(default_factory=Counter)
    elements: Counter[str] = field(default_factory=Counter)

    def record(self, op: Op, args: Sequence[Any], found: Sequence[Any]) -> None:
        """Count one execution of an operation, of these operands, with these results."""
        self.ops[op.prim.name] += 1
        for value, item in zip(op.results, found, strict=True):
            self.elements[op.prim.name] += int(np.size(item)) if isinstance(value.any_type, Type) else 1


def interpret(func: Func, args: Sequence[Any], counts: Counts | None = None) -> tuple[Any, ...]:
    """Results of ``func`` for these arguments.

    Raises ValueError where the shapes of the arguments do not fit the parameter types.
    """
    run = _Run({}, {}, counts, {f.name: f for f in func.functions})
    run.bind_arguments(func, args)
    return run.region(func.body)


def coerce(value: Any, type_: Type) -> Any:
    """``value`` as a run-time value of a type: a Python scalar, a NumPy scalar or an array."""
    if type_.dtype is DType.Generator:
        return value
    if type_.kind is Kind.py:
        return np.asarray(value).astype(type_.dtype.numpy).item()
    converted = np.asarray(value, dtype=type_.dtype.numpy)
    return converted[()] if type_.kind is Kind.np else converted


@dataclass(slots=True)
class _Run:
    values: dict[Value, Any]
    sizes: dict[str, int]
    counts: Counts | None
    functions: Mapping[str, Func]

    def bind_arguments(self, func: Func, args: Sequence[Any]) -> None:
        if len(args) != len(func.params):
            raise ValueError(f"{func.name} takes {len(func.params)} arguments, got {len(args)}")
        pairs: list[tuple[Dim, int]] = []
        for param, arg in zip(func.params, args, strict=True):
            if isinstance(param.any_type, Type):
                arg = coerce(arg, param.type)
                pairs += zip(param.type.dims, np.shape(arg), strict=True)
            self.values[param] = arg
        self.sizes.update(solve(pairs))
        for param in func.params:
            self._check_shape(param, self.values[param])

    def _check_shape(self, value: Value, found: Any) -> None:
        if not isinstance(value.any_type, Type):
            return
        if any(s not in self.sizes for d in value.type.dims for s in d.symbols()):
            return  # a parameter whose sizes are bound by the program
        wanted = tuple(d.evaluate(self.sizes) for d in value.type.dims)
        if np.shape(found) != wanted:
            raise ValueError(f"{value!r} has shape {np.shape(found)}, expected {wanted}")

    def region(self, region: Region, args: Sequence[Any] | None = None) -> tuple[Any, ...]:
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
                self._for(node)
            case While():
                state = tuple(self.values[v] for v in node.inits)
                while self.region(node.cond, state)[0]:
                    state = self.region(node.body, state)
                self._store(node.results, state)
            case If():
                branch = node.then if self.values[node.pred] else node.orelse
                self._store(node.results, self.region(branch))

    def _for(self, node: For) -> None:
        lo, hi, step = (self.values[v] for v in (node.lo, node.hi, node.step))
        state = tuple(self.values[v] for v in node.inits)
        for i in range(lo, hi, step):
            state = self.region(node.body, (i, *state))
        self._store(node.results, state)

    def _store(self, results: Sequence[Value], found: Sequence[Any]) -> None:
        for value, item in zip(results, found, strict=True):
            self.values[value] = item

    def call(self, name: str, args: Sequence[Any]) -> tuple[Any, ...]:
        """The results of a function of the program."""
        callee = self.functions[name]
        run = _Run({}, {}, self.counts, self.functions)
        run.bind_arguments(callee, opened(args, callee.takes))
        return bundled(run.region(callee.body), callee.gives)

    def op(self, op: Op) -> None:
        args = [self.values[v] for v in op.operands]
        callee = callee_of(op)
        found = evaluate(op, args, self.sizes) if callee is None else self.call(callee, args)
        for value, item in zip(op.results, found, strict=True):
            self._check_shape(value, item)
            self.values[value] = item
        if self.counts is not None:
            self.counts.record(op, args, [self.values[v] for v in op.results])


def evaluate(op: Op, args: Sequence[Any], sizes: Mapping[str, int]) -> tuple[Any, ...]:
    """The results of one operation."""
    prim: Any = op.prim
    python = getattr(prim, "python", None)
    if python is not None and all(v.type.is_py for v in op.operands):
        found = python[0](*args, **dict(op.attrs))
    else:
        with np.errstate(all="ignore"):
            found = prim.eval(Context(op, sizes), *args)
    if len(op.results) != 1:
        return tuple(
            coerce(f, v.any_type) if isinstance(v.any_type, Type) else f
            for f, v in zip(found, op.results, strict=True)
        )
    (result,) = op.results
    return (coerce(found, result.type) if isinstance(result.any_type, Type) else found,)
