"""Loops whose rounds only add to one number: each round is reversed at once, and nothing of it is kept.

The derivatives of the number are added up with the number itself ::

    for i in range(n): s += f(x, i)            for i in range(n): s += f(x, i); g += df(x, i)/dx

so that the reverse sweep has but to scale them: ``x_bar += s_bar * g``. A round has the values of its own
forward part still at hand, and tapes of its inner loops are those of one round.
"""

from __future__ import annotations

from adgen.autodiff.schedules import Opened
from adgen.autodiff.segments import Loop, Totals, Values
from adgen.autodiff.sums import is_sum
from adgen.ir.builder import Builder, sorted_attrs
from adgen.ir.core import For, Func, Indexer, Node, Op, Point, Value, captures, uses_of
from adgen.ir.types import I64, Type
from adgen.primitives.elementwise import add, cast, mul
from adgen.primitives.indexing import owned_zeros, read
from adgen.primitives.literals import known_number
from adgen.primitives.shape import broadcast
from adgen.primitives.sizes import constant
from adgen.primitives.strong import strong_mul


def can_turn(func: Func, node: For, active: set[Value]) -> bool:
    """Whether all that varies of a loop in the function's own block is one number, a sum of the rounds'.

    It may be a sum for each lane, if all that happens to it is that the lanes are added up.
    """
    moving = [k for k, p in enumerate(node.carried) if p in active]
    if len(moving) != 1 or node not in func.body.nodes:
        return False
    (k,) = moving
    if not isinstance(node.carried[k].any_type, Type) or node.carried[k].type.is_complex:
        return False
    return is_sum(node, k) and (not node.carried[k].type.rank or _is_added_up(func, node.results[k]))


def constants_of(func: Func, node: For) -> tuple[Op, ...]:
    """Numbers and sizes of the function's own block that a loop refers to."""
    used = set(captures(node))
    ops = (n for n in func.body.nodes if isinstance(n, Op) and n.prim.name in ("const", "dim"))
    return tuple(op for op in ops if op.result in used)


def _is_added_up(func: Func, value: Value) -> bool:
    users: list[Node] = [n for n in func.body.nodes if value in uses_of(n)]
    if len(users) != 1 or value in func.results:
        return False
    (user,) = users
    return isinstance(user, Op) and user.prim.name == "sum" and not user.result.type.rank


def turn(b: Builder, loop: Loop, inits: Values) -> Opened:
    """Emit a loop with its derivatives for a cotangent of one."""
    node, (moving,) = loop.node, loop.moving
    assert isinstance(node, For)
    counter, state = Value(I64, node.counter.hint), loop.fresh()
    sums = tuple(Value(v.any_type, None if v.hint is None else f"{v.hint}_bar") for v in loop.summed)
    type_ = node.carried[moving].type

    def round_() -> Values:
        half = loop.taped_round(b, state, counter)
        one = constant(b, 1.0, type_.with_dims() if type_.rank else type_)
        seed = broadcast(b, one, dims=type_.dims, axes=()) if type_.rank else one
        return (*half.results, *half.reverse(b, (seed, *sums))[1:])

    region = b.region((counter, *state, *sums), round_)
    zeros = tuple(owned_zeros(b, v.type) for v in sums)
    results = (*loop.fresh(), *(Value(v.any_type, v.hint) for v in sums))
    places = tuple(len(state) + n for n, v in enumerate(sums) if v.type.rank)
    attrs = sorted_attrs({"accumulators": places} if places else {})
    bounds = (loop.lo, loop.env.get(node.hi, node.hi), loop.step)
    b.append(For(*bounds, (*inits, *zeros), region, results, attrs, node.span))
    captured = tuple(loop.env.get(v, v) for v in loop.summed)
    found = results[len(state) :]

    def second(b: Builder, seeds: Values, totals: Totals) -> Values:
        seed = seeds[moving]
        by = seed if not seed.type.rank else read(b, seed, constant(b, 0), index=Indexer((Point(),)))
        parts = [_scaled(b, by, v) for v in found]
        pairs = zip(totals, parts, strict=True)
        ends = [part if total is None else add(b, total, part) for total, part in pairs]
        return (seed, *(_of_type(b, end, v.type) for end, v in zip(ends, found, strict=True)))

    return Opened(results[: len(state)], (inits[moving], *captured), second)


def _scaled(b: Builder, by: Value, value: Value) -> Value:
    """A derivative times the cotangent of the number; where that is 0, all is."""
    by = _of_type(b, by, value.type.with_dims() if value.type.rank else value.type)
    if value.type.rank:
        by = broadcast(b, by, dims=value.type.dims, axes=())
    strong = known_number(b, by) is None and not value.type.is_complex
    return (strong_mul if strong else mul)(b, by, value, hint=value.hint)


def _of_type(b: Builder, value: Value, type_: Type) -> Value:
    return value if value.type == type_ else cast(b, value, dtype=type_.dtype, kind=type_.kind)
