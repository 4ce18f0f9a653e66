"""Compiled specialisations: a program with everything around it that one call needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from adgen.diagnostics import RunError, run_error
from adgen.ir.types import StackType, TapeType, Type
from adgen.objects.containers import TUPLE
from adgen.runtime.abstract import cotangent_spec
from adgen.runtime.options import Options
from adgen.runtime.plans import Plan
from adgen.runtime.programs import Runnable
from adgen.runtime.results import Assembler, own
from adgen.runtime.traced import Linearised, Traced
from adgen.runtime.trees import TreeSpec

if TYPE_CHECKING:
    from adgen.ir.core import Func
    from adgen.runtime.jacobians import BySize
    from adgen.runtime.warming import Warming

_OVERLAP_WORK = 10_000


class Executable:
    """Runs one traced program on leaves (hidden ones included) and builds the result tree."""

    def __init__(self, traced: Traced, program: Any) -> None:
        self.traced = traced
        self.program = program
        self.backend: str = program.backend
        self._ranked = _ranked(traced.func.params[k].any_type for k in range(len(traced.func.params)))
        count = traced.result.leaf_count
        self._count = count
        self._assemble = Assembler(traced.result, [v.type for v in traced.func.results[:count]])

    def __call__(self, leaves: list[Any]) -> Any:
        """The result of the call."""
        given = contiguous(leaves, self._ranked)
        mutated = self.traced.mutated
        if mutated:
            refuse_overlaps(leaves, mutated, self.traced)
        flat = self.program(given)
        result = self._assemble(flat[: self._count] if mutated else flat, leaves)
        if mutated:
            write_back(leaves, mutated, flat[self._count :])
        return result


class SplitExecutable:
    """The forward program of a split derivative; its call gives the result and a pullback."""

    def __init__(self, linearised: Linearised, borrow: bool, forward: Runnable, backward: Runnable) -> None:
        traced = linearised.traced
        self.traced = traced
        self.linearised = linearised
        self.borrow = borrow
        self.forward = forward
        self.backward = backward
        count = traced.result.leaf_count
        self._ranked = _ranked(p.any_type for p in linearised.forward.params)
        self._count = count
        self.saved = count + len(traced.mutated)
        self._assemble = Assembler(traced.result, [v.type for v in traced.func.results[:count]])
        self.gradient = gradients_spec(traced)
        self._gradients = Assembler(self.gradient, [v.type for v in linearised.backward.results])
        backward_params = enumerate(linearised.backward.params)
        self._stacks = frozenset(k for k, p in backward_params if isinstance(p.any_type, StackType))
        saved = linearised.forward.results[self.saved :]
        self._arrays = [k for k, v in enumerate(saved) if isinstance(v.any_type, Type) and v.type.rank]
        self._on_tape = any(isinstance(v.any_type, TapeType) for v in saved)

    def __call__(
        self, leaves: list[Any]
    ) -> tuple[Any, Callable[[Sequence[Any]], Any], list[tuple[int, ...]]]:
        """The result, what takes cotangent leaves to gradients, as often as wanted, and their shapes."""
        given = contiguous(leaves, self._ranked)
        mutated = self.traced.mutated
        if mutated:
            refuse_overlaps(leaves, mutated, self.traced)
        if self._on_tape and not self.borrow:  # tapes of calls hold arrays of the caller
            given = [leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in given]
        if mutated:  # arrays of rank 0 are values: what is kept of them stays as it was
            given = [a.copy() if k in mutated and not a.ndim else a for k, a in enumerate(given)]
        flat = list(self.forward(given))
        residuals = flat[self.saved :]
        if not self.borrow:
            own(residuals, self._arrays, [*leaves, *given])
        result = self._assemble(flat[: self._count], [*leaves, *residuals])
        if mutated:
            write_back(leaves, mutated, flat[self._count : self.saved])
        shapes = [np.shape(value) for value in flat[: self._count]]
        return result, lambda seeds: self.pull(residuals, seeds), shapes

    def pull(self, residuals: list[Any], seeds: Sequence[Any]) -> Any:
        """The gradients, from what was saved and the leaves of a cotangent."""
        given = [r.copy() if k in self._stacks else r for k, r in enumerate(residuals)]
        flat = self.backward([*given, *seeds])
        return self._gradients(flat, [*residuals, *seeds])


def gradients_spec(traced: Traced) -> TreeSpec:
    """One cotangent per parameter; None for integers and static values."""
    return TreeSpec(TUPLE, tuple(cotangent_spec(tree) for tree in traced.arguments))


def _ranked(types: Any) -> tuple[int, ...]:
    return tuple(k for k, t in enumerate(types) if isinstance(t, Type) and t.rank)


def contiguous(leaves: list[Any], ranked: Sequence[int]) -> list[Any]:
    """The leaves with arrays that are not C-contiguous copied."""
    given = leaves
    for k in ranked:
        if not leaves[k].flags.c_contiguous:
            if given is leaves:
                given = list(leaves)
            given[k] = np.ascontiguousarray(leaves[k])
    return given


def refuse_unfit(leaves: Sequence[Any], mutated: Sequence[int], traced: Traced) -> None:
    """Raise AG708 or AG707 where an argument that is written is read-only, or shares memory with itself."""
    for leaf in mutated:
        if not leaves[leaf].flags.writeable:
            raise _entry_error("AG708", traced, name=traced.leaf_names[leaf])
        if not leaves[leaf].flags.c_contiguous and shares_itself(leaves[leaf]):
            raise _entry_error("AG707", traced, name=traced.leaf_names[leaf])


def shares_itself(array: Any) -> bool:
    """Whether two elements of an array are one cell of memory, as where an axis is stretched."""
    reach = array.itemsize
    pairs = sorted((abs(step), size) for step, size in zip(array.strides, array.shape, strict=True))
    for step, size in pairs:
        if size > 1 and step < reach:
            break
        reach += step * max(size - 1, 0)
    else:
        return False
    offsets = np.zeros((), np.int64)
    for step, size in pairs:
        offsets = np.add.outer(offsets, step * np.arange(size))
    return bool(np.unique(offsets).size < array.size)


def _entry_error(code: str, traced: Traced, **fields: str) -> RunError:
    from adgen.diagnostics.codes import CODES

    entry = CODES[code]
    message = f"{entry.title.format(**fields)}; {entry.help}"
    return run_error(ValueError, message, traced.func.span, code)


def write_back(leaves: Sequence[Any], mutated: Sequence[int], contents: Sequence[Any]) -> None:
    """Give the caller's arrays the contents they have at the end."""
    for leaf, final in zip(mutated, contents, strict=True):
        if final is not leaves[leaf]:
            np.copyto(leaves[leaf], final)


def refuse_overlaps(leaves: Sequence[Any], mutated: Sequence[int], traced: Traced) -> None:
    """Raise AG704 where an argument that is written shares memory with another one, or a captured array."""
    refuse_unfit(leaves, mutated, traced)
    names = (*traced.leaf_names, *(hidden.name for hidden in traced.hidden))
    for written in mutated:
        for other, leaf in enumerate(leaves[: len(names)]):
            if other != written and isinstance(leaf, np.ndarray) and _overlap(leaves[written], leaf):
                raise _entry_error("AG704", traced, name=names[written], other=names[other])


def _overlap(left: Any, right: Any) -> bool:
    if not np.may_share_memory(left, right):
        return False
    try:
        return bool(np.shares_memory(left, right, max_work=cast(Any, _OVERLAP_WORK)))
    except np.exceptions.TooHardError:
        return True  # not known to be apart


def executable(
    traced: Traced, plan: Plan, options: Options
) -> Executable | SplitExecutable | BySize | Warming:
    """What runs ``plan`` for a traced function."""
    from adgen.runtime.lanes import attempted, in_lanes

    wide = in_lanes(traced, options)
    found = None if wide is None else attempted(partial(_executable, wide.traced, plan), options)
    return _executable(traced, plan, options) if found is None else found


def _executable(
    traced: Traced, plan: Plan, options: Options
) -> Executable | SplitExecutable | BySize | Warming:
    from adgen.runtime.derive import derive, linearise

    if plan.mode == "split":
        halves = linearise(traced)
        split = partial(SplitExecutable, halves, options.borrow)
        return _chosen(split, (halves.forward, halves.backward), options)
    if plan.mode == "jacobian" and plan.direction == "auto":
        from adgen.runtime.jacobians import BySize, directed

        found = directed(traced, plan)
        if not isinstance(found, Plan):
            return BySize(traced, plan, found, lambda made: _executable(traced, made, options))
        plan = found
    derived = derive(traced, plan)
    return _chosen(partial(Executable, derived), (derived.func,), options)


def _chosen(
    make: Callable[..., Executable | SplitExecutable], funcs: Sequence[Func], options: Options
) -> Executable | SplitExecutable | Warming:
    """An executable of these programs on the backend the options ask for; it may have to warm up."""
    from adgen.runtime.backends import choose, compiled, on_numpy

    if options.warmup is None:
        return make(*(compiled(func, options) for func in funcs))
    programs = [choose(func, options) for func in funcs]
    kernels = [program for program in programs if program.backend == "llvm"]
    if not kernels:
        return make(*programs)
    from adgen.runtime.warming import Warming

    return Warming(make(*map(on_numpy, programs)), make(*programs), kernels)
