"""Inner loops of several rounds of an outer one run abreast, in kernels.

A step of a small recurrence waits for the one before it: most of the time a processor has nothing to do.
Where an outer loop runs such an inner loop in every round from values that do not depend on the rounds
before, as the segments of a checkpoint schedule are run again, rounds are independent of each other. With
two of them abreast::

    for s in range(n):                       for g in range(n // 2):
        h = start[s]                             h0, h1 = start[2 * g], start[2 * g + 1]
        for t in range(size): h = step(h)        for t in range(size): h0, h1 = step(h0), step(h1)
        total = rest(total, h)                   total = rest(rest(total, h0), h1)

and what is left over as before. Every value is computed by the same operations, so bits stay the same. What
inner loops store has room for all that are abreast.
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.ir.builder import Builder
from adgen.ir.core import Definitions, For, Func, Node, Op, Region, Value, regions_of, uses_of
from adgen.ir.dims import Dim, product
from adgen.ir.types import I64, Type
from adgen.primitives.elementwise import add, mul, neg, sub
from adgen.primitives.extrema import maximum
from adgen.primitives.rounding import floor_divide
from adgen.primitives.sizes import constant
from adgen.records import dataclass
from adgen.transform.fold import HOOK
from adgen.transform.rebuild import Copy, Rebuild, rebuilt

#: rounds abreast
WIDTH = 4
#: the most numbers that an operation of a step may make
LARGEST = 64


@dataclass(frozen=True, slots=True)
class _Plan:
    """The nodes of an outer loop that are ``ahead`` of what it carries, of which ``inner`` run abreast."""

    ahead: list[Node]
    inner: set[Node]
    rest: list[Node]
    stride: int


def abreast(func: Func) -> Func:
    """``func`` with loops that wait for themselves run abreast."""
    b = Builder(HOOK)
    b.reserve(_bound(func.body))
    rebuild = _Abreast(b, func)
    found = rebuilt(func, rebuild)
    return found if rebuild.changed else func


def _bound(region: Region) -> list[str]:
    found = [
        s for p in region.params if isinstance(p.any_type, Type) for d in p.type.dims for s in d.symbols()
    ]
    for node in region.nodes:
        if isinstance(node, Op) and node.prim.name == "bind_dim":
            found.append(node.attr("sym"))
        for inner in regions_of(node):
            found += _bound(inner)
    return found


class _Abreast(Rebuild):
    def __init__(self, b: Builder, func: Func) -> None:
        super().__init__(b)
        self._defs = Definitions.of(func.body)
        self.changed = False

    def for_(self, node: For) -> None:
        """Emit a loop; one whose rounds have loops of their own abreast."""
        plan = self._plan(node)
        if plan is None:
            super().for_(node)
        else:
            self.changed = True
            self._emit(node, plan)

    # -- what can be done -------------------------------------------------------------------------------
    def _plan(self, node: For) -> _Plan | None:
        stride = self._constant(node.step)
        inside = [n for n in node.body.nodes if isinstance(n, For)]
        if stride not in (1, -1) or len(inside) < 2 or node.attr("accumulators"):
            return None
        late = {*node.carried}
        ahead: list[Node] = []
        rest: list[Node] = []
        for inner in node.body.nodes:
            behind = any(v in late for v in uses_of(inner)) or _is_pinned(inner)
            (rest if behind else ahead).append(inner)
            late.update(inner.results if behind else ())
        chosen: set[Node] = {n for n in ahead if isinstance(n, For) and self._waits(n, node)}
        return _Plan(ahead, chosen, rest, stride) if chosen and rest else None

    def _constant(self, value: Value) -> int | None:
        op = self._defs.op(value)
        found = op.attr("value") if op is not None and op.prim.name == "const" else None
        return found if isinstance(found, int) else None

    def _waits(self, node: For, outer: For) -> bool:
        """Whether a loop is a small recurrence that makes as many steps in each round of another."""
        if node.attr("accumulators") or self._constant(node.step) is None:
            return False
        state = [p for p in node.carried if isinstance(p.any_type, Type) and p.type.is_float]
        small = [p for p in state if _size(p) <= LARGEST]
        if not small or not all(isinstance(n, Op) and _is_small(n) for n in node.body.nodes):
            return False
        trips = self._polynomial(node.hi, outer) - self._polynomial(node.lo, outer)
        return outer_mark(outer) not in trips.symbols()

    def _polynomial(self, value: Value, outer: For) -> Dim:
        """An integer as a polynomial of what it is computed from."""
        if value is outer.counter:
            return Dim.symbol(outer_mark(outer))
        op = self._defs.op(value)
        match op.prim.name if op is not None else "":
            case "const":
                assert op is not None
                return Dim.const(int(op.attr("value")))
            case "add" | "sub" | "mul" as name:
                assert op is not None
                left, right = (self._polynomial(v, outer) for v in op.operands)
                return left + right if name == "add" else left - right if name == "sub" else left * right
        inside = op is not None and op in outer.body.nodes
        return Dim.symbol(outer_mark(outer) if inside else f"@{id(value)}")

    # -- doing it ---------------------------------------------------------------------------------------
    def _emit(self, node: For, plan: _Plan) -> None:
        b, step = self.b, plan.stride
        lo, hi = self.value(node.lo), self.value(node.hi)
        distance = sub(b, hi, lo) if step == 1 else sub(b, lo, hi)
        trips, width, zero, one = maximum(b, distance, constant(b, 0)), constant(b, WIDTH), 0, 1
        groups = floor_divide(b, trips, width)
        group, params = Value(I64, "group"), tuple(Value(self.type(p.any_type), p.hint) for p in node.carried)

        def rounds() -> tuple[Value, ...]:
            first = mul(b, group, width)
            counters = [_along(b, lo, add(b, first, constant(b, j)), step) for j in range(WIDTH)]
            copies = [Copy(b, {**self.env, node.counter: c}) for c in counters]
            for copy in copies:
                copy.symbols.update(self.symbols)
            for inner in plan.ahead:
                self._ahead(inner, copies, inner in plan.inner)
            state = params
            for copy in copies:
                copy.env.update(zip(node.carried, state, strict=True))
                copy.emit(b, plan.rest)
                state = copy.values(node.body.yields)
            return state

        region = b.region((group, *params), rounds)
        bounds = (constant(b, zero), groups, constant(b, one))
        with b.at(node.span):
            state = b.for_loop(bounds, self.values(node.inits), region, hints=[p.hint for p in params])
        left = _along(b, lo, mul(b, groups, width), step)
        copy = Copy(b, dict(self.env))
        copy.symbols.update(self.symbols)
        body = copy.copied(node.body)
        results = tuple(self.fresh(v) for v in node.results)
        b.append(For(left, hi, self.value(node.step), state, body, results, node.attrs, node.span))

    def _ahead(self, node: Node, copies: Sequence[Copy], together: bool) -> None:
        if not together:
            for copy in copies:
                copy.emit(self.b, [node])
            return
        assert isinstance(node, For)
        b, step = self.b, self._constant(node.step)
        assert step is not None
        lows = [copy.value(node.lo) for copy in copies]
        distance = sub(b, copies[0].value(node.hi), lows[0])
        trips = distance if step == 1 else neg(b, floor_divide(b, distance, constant(b, -step)))
        inits = [v for copy in copies for v in copy.values(node.inits)]
        number = Value(I64, node.counter.hint)
        params = [tuple(copy.fresh(p) for p in node.carried) for copy in copies]

        def body() -> tuple[Value, ...]:
            for copy, low in zip(copies, lows, strict=True):
                copy.env[node.counter] = _along(b, low, number, step)
                copy.emit(b, node.body.nodes)
            return tuple(v for copy in copies for v in copy.values(node.body.yields))

        flat = [p for each in params for p in each]
        region = b.region((number, *flat), body)
        bounds = (constant(b, 0), trips, constant(b, 1))
        with b.at(node.span):
            found = b.for_loop(bounds, inits, region, hints=[p.hint for p in flat])
        count = len(node.results)
        for k, copy in enumerate(copies):
            copy.env.update(zip(node.results, found[k * count : (k + 1) * count], strict=True))


def outer_mark(outer: For) -> str:
    """What stands for the counter of a loop."""
    return f"@round{id(outer)}"


def _along(b: Builder, start: Value, rounds: Value, step: int) -> Value:
    """The counter so many rounds behind the first one."""
    if step == 1:
        return add(b, start, rounds)
    return sub(b, start, rounds) if step == -1 else add(b, start, mul(b, rounds, constant(b, step)))


def _is_pinned(node: Node) -> bool:
    if isinstance(node, Op):
        return bool(node.prim.pinned) and node.prim.name != "bind_dim"
    return any(_is_pinned(n) for region in regions_of(node) for n in region.nodes)


def _size(value: Value) -> int:
    """How many numbers a value is; where that is not known, many."""
    found = product(value.type.dims).value if isinstance(value.any_type, Type) else None
    return LARGEST + 1 if found is None else found


def _is_small(op: Op) -> bool:
    if op.prim.consumes or op.prim.view or op.prim.name in ("bind_dim", "read"):
        return op.prim.name != "push"
    return op.prim.name != "call" and all(_size(v) <= LARGEST for v in op.results)
