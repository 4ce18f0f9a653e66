"""Reverse mode: a program and its adjoint, joint in one function or split in two.

The joint program is built first: forward sweep, then reverse sweep. The split form cuts it there; what
crosses the cut are the residuals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.analysis.activity import useful, varied
from adgen.analysis.shifts import neutral_maxima
from adgen.analysis.switches import enabled
from adgen.autodiff.adjoints import Adjoints
from adgen.autodiff.budgets import refuse_uncounted
from adgen.autodiff.bundles import taped_calls
from adgen.autodiff.cells import with_cells
from adgen.autodiff.composites import find_composites
from adgen.autodiff.cotangents import Cotangents
from adgen.autodiff.custom import Rules, refuse_overlooked
from adgen.autodiff.factoring import shorter_round
from adgen.autodiff.homes import Homes
from adgen.autodiff.opening import opened
from adgen.autodiff.residuals import Tapes
from adgen.autodiff.resolve import Resolve
from adgen.autodiff.rules import refuse_active_parameters
from adgen.autodiff.segments import STEP, Second
from adgen.autodiff.sweep import Sweep
from adgen.autodiff.taping import Taping
from adgen.ir.builder import Builder, dims_in_attrs
from adgen.ir.core import Definitions, Func, Node, Op, Region, Value, operands_of, regions_of
from adgen.ir.dims import Dim, linear_in
from adgen.ir.types import I64, StackType, Type
from adgen.primitives.sizes import bind_dim, constant, size_value
from adgen.records import dataclass
from adgen.transform.counters import with_closed_counters
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.fold import HOOK
from adgen.transform.rules import without_schedules
from adgen.transform.sink import sink_additions


def joint(func: Func, wrt: Sequence[int], outputs: Sequence[int] = (0,), *, seeded: bool = False) -> Func:
    """The program that computes all results of ``func`` and then the gradients for parameters ``wrt``.

    Results are those of ``func`` followed by one gradient per entry of ``wrt``, of the parameter's own type.
    The cotangent of each of ``outputs`` is one (they must be scalars), or with ``seeded`` a further
    parameter each.
    """
    adjoints = Adjoints({f.name: f for f in func.functions}, halves)
    found = joint_among(func, wrt, outputs, seeded, adjoints)
    return replace(found, functions=(*func.functions, *adjoints.made))


def halves(func: Func, wrt: Sequence[int], outputs: Sequence[int], adjoints: Adjoints) -> Split:
    """The forward and backward program of a function that is called."""
    return split(joint_among(func, wrt, outputs, True, adjoints), len(func.results), len(outputs))


def rules_among(adjoints: Adjoints) -> Rules:
    """The rules of the user among the functions of a program."""

    def transpose(func: Func, wrt: Sequence[int], outputs: Sequence[int]) -> Func:
        return joint_among(func, wrt, outputs, True, adjoints)

    def steps(func: Func, wrt: Sequence[int], outputs: Sequence[int], totals: Sequence[int]) -> Func:
        return joint_among(func, wrt, outputs, True, adjoints, totals)

    return Rules(adjoints.table, transpose, steps, adjoints.rules)


def _opened(
    func: Func, wrt: Sequence[int], outputs: Sequence[int], adjoints: Adjoints
) -> tuple[Func, dict[Op, Second]]:
    """The program with the rules of the user that matter for a derivative opened."""
    always = list(taped_calls(func, adjoints.table))
    inputs, ends = [func.params[k] for k in wrt], [func.results[k] for k in outputs]
    reached = varied(func.body, [*inputs, *(v for op in always for v in op.results)])
    wanted = useful(func.body, [*ends, *(v for op in always for v in op.operands)])
    refuse_overlooked(func.body, reached, wanted)
    active = reached & wanted
    return opened(func, active, rules_among(adjoints), symbols_of(func))


def joint_among(
    func: Func,
    wrt: Sequence[int],
    outputs: Sequence[int],
    seeded: bool,
    adjoints: Adjoints,
    totals: Sequence[int] | None = None,
) -> Func:
    """As :func:`joint`, for a program that calls functions of ``adjoints``.

    The gradients for parameters ``totals`` are added to further parameters, in place. A round of a loop has
    the roundings of the reversed loop.
    """
    func, waiting = _opened(with_cells(with_closed_counters(func)), wrt, outputs, adjoints)
    b = Builder(HOOK)
    b.defs = Definitions.of(func.body)
    b.reserve(symbols_of(func))
    inputs = [func.params[k] for k in wrt]
    ends = [func.results[k] for k in outputs]
    seeds = [Value(v.any_type, f"{_result_name(func, k)}_bar") for k, v in zip(outputs, ends, strict=True)]
    always = list(taped_calls(func, adjoints.table))
    reached = varied(func.body, [*inputs, *(v for op in always for v in op.results)])
    refuse_active_parameters(func.body, reached)
    active = reached & useful(func.body, [*ends, *(v for op in always for v in op.operands)])
    active -= neutral_maxima(func)
    sweep = Sweep(b, active, adjoints, waiting, find_composites(func))
    cots = Cotangents(b, active)
    with b.block() as nodes:
        sums = [Value(func.params[k].any_type, f"{func.params[k].hint}_bar") for k in totals or ()]
        for k, total in zip(totals or (), sums, strict=True):
            cots.start(func.params[k], total, accumulator=True)
        for end, seed in zip(ends, seeds, strict=True):
            cots.contribute(end, seed if seeded else constant(b, 1.0, end.type))
        sweep.nodes(func.body.nodes, cots)
        gradients = [cots.take_input(v) for v in inputs]
    if totals is not None and func.name == STEP:
        state = [v for k, v in enumerate(func.params) if k not in totals]
        nodes = list(shorter_round(b, nodes, seeds, gradients, func.body, state))
    turned = sink_additions(b, tuple(nodes), gradients, sweep.mirror)
    forward, reverse, found = _with_residuals(func, sweep, turned, gradients, cots.hints)
    params = (*func.params, *(seeds if seeded else ()), *sums)
    body = Region(params, (*forward, *reverse), (*func.results, *found))
    names = (
        *(_result_name(func, k) for k in range(len(func.results))),
        *(f"{func.params[k].hint}_bar" for k in wrt),
    )
    found_ = replace(func, body=body, cut=len(forward), result_names=names)
    return eliminate_dead_code(without_schedules(found_) if waiting else found_)


def _result_name(func: Func, k: int) -> str:
    return func.result_names[k] if k < len(func.result_names) else func.results[k].hint or "out"


def symbols_of(func: Func) -> tuple[str, ...]:
    """The symbols of a program: of its parameters, and those that it binds."""
    found = dict.fromkeys(_symbols_of_params(func.params))

    def visit(region: Region) -> None:
        for node in region.nodes:
            if isinstance(node, Op) and node.prim.name == "bind_dim":
                found[node.attr("sym")] = None
            for inner in regions_of(node):
                visit(inner)

    visit(func.body)
    return tuple(found)


def _symbols_of_params(params: Sequence[Value]) -> list[str]:
    arrays = [p.type for p in params if isinstance(p.any_type, Type)]
    return [s for t in arrays for d in t.dims for s in d.symbols()]


def _with_residuals(
    func: Func, sweep: Sweep, nodes: tuple[Node, ...], gradients: Sequence[Value], hints: dict[Value, str]
) -> tuple[tuple[Node, ...], tuple[Node, ...], tuple[Value, ...]]:
    """Both sweeps with everything the reverse one reads saved or recomputed.

    The first round finds out which values the reverse sweep reads; the next ones know what is saved, and let
    a carried value and its successor share a tape.
    """
    demanded: dict[Value, None] | None = None
    requested: dict[Value, None] = {}
    homes = Homes.of(func, sweep.extras)
    for _ in range(3):
        b = Builder(HOOK)
        b.defs.table.update(sweep.b.defs.table)
        b.reserve(symbols_of(func))
        tapes = Tapes(homes, requested, b, demanded)
        resolve = Resolve(b, homes, tapes, sweep.mirror, sweep.counts, hints)
        with b.block() as reverse:
            resolve.nodes(nodes)
            found = resolve.values(gradients)
        if tapes.requests().keys() == requested.keys():
            break
        requested = tapes.requests()
        if enabled("cut"):
            demanded = resolve.demanded if demanded is None else demanded
    refuse_uncounted(tapes.unique())
    taping = Taping(b, tapes, sweep.counts, sweep.tapes)
    with b.block() as forward:
        taping.root(func.body.nodes)
    return tuple(forward), tuple(reverse), found


# -- split mode -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Split:
    """``forward`` gives the results and then the residuals; ``backward`` takes residuals and cotangents.

    ``residuals`` names the residuals, in order; the last parameters of ``backward`` are the cotangents.
    """

    forward: Func
    backward: Func
    residuals: tuple[str, ...]


def split(joint_func: Func, results: int, seeds: int = 1) -> Split:
    """Cut a seeded joint program after its forward sweep.

    ``results`` is the number of primal results, ``seeds`` that of the cotangent parameters at the end.
    """
    assert joint_func.cut is not None
    before, after = joint_func.body.nodes[: joint_func.cut], joint_func.body.nodes[joint_func.cut :]
    outs, gradients = joint_func.results[:results], joint_func.results[results:]
    cutter = _Cut(joint_func, before, after, gradients)
    forward_params, bars = joint_func.params[:-seeds], joint_func.params[-seeds:]
    residuals = cutter.residuals(bars)
    forward = replace(
        joint_func,
        name=f"{joint_func.name}_forward",
        body=Region(forward_params, (*before, *cutter.extra), (*outs, *residuals)),
        cut=None,
        result_names=(*joint_func.result_names[:results], *(v.hint or "saved" for v in residuals)),
    )
    backward = replace(
        joint_func,
        name=f"{joint_func.name}_backward",
        body=Region((*residuals, *bars), (*cutter.again, *after), gradients),
        cut=None,
        assumptions=(),
        result_names=joint_func.result_names[results:],
    )
    names = tuple(v.hint or f"saved_{k}" for k, v in enumerate(residuals))
    return Split(eliminate_dead_code(forward), eliminate_dead_code(backward), names)


#: what costs nothing to make again, given its operand
_MADE_AGAIN = ("const", "dim", "arange", "broadcast", "full", "empty", "transpose", "reshape")


def _converts_size(op: Op) -> bool:
    return op.prim.name == "cast" and op.operands[0].any_type == I64


class _Cut:
    """Finds what crosses the cut. Constants, sizes and their broadcasts are made again instead."""

    def __init__(
        self, func: Func, before: tuple[Node, ...], after: tuple[Node, ...], gradients: tuple[Value, ...]
    ) -> None:
        self._func = func
        self._before, self._after, self._gradients = before, after, gradients
        self._defs = Definitions.of(Region((), before, ()))
        self.extra: list[Node] = []
        self.again: list[Node] = []

    def residuals(self, seeds: tuple[Value, ...]) -> tuple[Value, ...]:
        """Values of the forward sweep that the reverse sweep needs."""
        known = set(self._func.params) | {v for node in self._before for v in node.results}
        needed: dict[Value, None] = {}
        for value in self._crossing():
            if value in known and value not in seeds:
                self._need(value, needed)
        b = Builder(HOOK)
        b.defs = self._defs
        self._sizes(b, needed)
        self.extra = b.nodes
        return tuple(needed)

    def _crossing(self) -> list[Value]:
        local: set[Value] = set()
        found: dict[Value, None] = {}

        def visit(nodes: tuple[Node, ...]) -> None:
            for node in nodes:
                found.update((v, None) for v in operands_of(node) if v not in local)
                for region in regions_of(node):
                    local.update(region.params)
                    visit(region.nodes)
                    found.update((v, None) for v in region.yields if v not in local)
                local.update(node.results)

        visit(self._after)
        found.update((v, None) for v in self._gradients if v not in local)
        return list(found)

    def _need(self, value: Value, needed: dict[Value, None]) -> None:
        op = self._defs.op(value)
        if op is not None and (op.prim.name in _MADE_AGAIN or _converts_size(op)):
            for operand in op.operands:
                self._need(operand, needed)
            if op not in self.again:
                self.again.append(op)
        else:
            needed[value] = None

    def _sizes(self, b: Builder, needed: dict[Value, None]) -> None:
        """Symbols that no residual's shape shows become residuals of their own."""
        dims: list[Dim] = []
        for value in needed:
            if isinstance(value.any_type, Type):
                dims.extend(value.type.dims)
        shown = _shown(dims)
        bound: list[Node] = []
        for name in self._used_symbols():
            if name not in shown:
                found = size_value(b, Dim.symbol(name))
                needed[found] = None
                bound.append(Op(bind_dim, (found,), (), (("sym", name),)))
        self.again[:0] = bound

    def _used_symbols(self) -> list[str]:
        entry = set(_symbols_of_params(self._func.params))
        entry.update(n.attr("sym") for n in self._before if isinstance(n, Op) and n.prim.name == "bind_dim")
        used: dict[str, None] = {}

        def of(value: Value) -> None:
            shape = value.any_type.element if isinstance(value.any_type, StackType) else value.any_type
            used.update((s, None) for d in shape.dims for s in d.symbols() if s in entry)

        def visit(nodes: Sequence[Node]) -> None:
            for node in nodes:
                for v in (*operands_of(node), *node.results):
                    of(v)
                if isinstance(node, Op):
                    used.update(
                        (s, None) for d in dims_in_attrs(node.attrs) for s in d.symbols() if s in entry
                    )
                for region in regions_of(node):
                    for p in region.params:
                        of(p)
                    visit(region.nodes)

        visit((*self.again, *self._after))
        for v in (*self._gradients, *self._func.params):
            of(v)
        return list(used)


def _shown(dims: Sequence[Dim]) -> set[str]:
    """The symbols whose sizes follow from numbers for these dims."""
    shown: set[str] = set()
    while True:
        left = [[name for name in d.symbols() if name not in shown] for d in dims]
        more = {n[0] for d, n in zip(dims, left, strict=True) if len(n) == 1 and linear_in(d, n[0])}
        if not more:
            return shown
        shown |= more
