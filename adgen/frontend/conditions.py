"""Comparisons, ``and`` and ``or``, and conditional expressions: one of two, decided now or at run time."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import libcst as cst

from adgen.frontend import merging
from adgen.frontend.abstract import Abstract, Cells, Grown, Iterable, Known, Maybe, Number, Tuple
from adgen.frontend.expressions import expression, handed
from adgen.frontend.following import Following, site_of
from adgen.frontend.operators import SYMBOLS, binary, negated, truth
from adgen.frontend.optional import absent, has_value, is_none, learn, present
from adgen.frontend.places import set_version
from adgen.frontend.reader import Reader
from adgen.frontend.signals import Unfounded
from adgen.frontend.state import Activation, Missing, State
from adgen.ir.core import Node, Op, Value
from adgen.ir.types import DType, Kind, Type
from adgen.primitives.elementwise import gt, logical_and, logical_or, where
from adgen.primitives.sizes import constant

_VALUE = "$value"
"""What a conditional expression is on each of its paths."""


def comparison(r: Reader, act: Activation, node: cst.Comparison) -> Abstract:
    """``a < b < c``."""
    left = handed(r, act, node.left)
    return _chain(r, act, node, left, 0)


def _chain(r: Reader, act: Activation, node: cst.Comparison, left: Abstract, at: int) -> Abstract:
    target = node.comparisons[at]
    right = handed(r, act, target.comparator)
    found = compare(r, SYMBOLS[type(target.operator)], left, right)
    if at + 1 == len(node.comparisons):
        return found
    return _logical(r, found, lambda: _chain(r, act, node, right, at + 1), conjunction=True)


def compare(r: Reader, symbol: str, left: Abstract, right: Abstract) -> Abstract:
    """``left symbol right`` of a comparison; identity and membership only where they are decided now."""
    if symbol in ("is", "is not", "==", "!=") and (is_none(left) or is_none(right)):
        found = absent(r, right if is_none(left) else left)
        return found if symbol in ("is", "==") else negated(r, found)
    left, right = present(r, left), present(r, right)
    if symbol in ("is", "is not"):
        same = _identical(left, right)
        if same is None:
            raise r.error("AG120", operator=symbol)
        return Known(same == (symbol == "is"))
    if symbol in ("in", "not in"):
        texts = [x.value for x in (left, right) if isinstance(x, Known) and isinstance(x.value, str)]
        if len(texts) == 2:
            return Known((texts[0] in texts[1]) == (symbol == "in"))
        found = _contained(r, left, right)
        return found if symbol == "in" else negated(r, found)
    if symbol in ("==", "!="):
        for one, other in ((left, right), (right, left)):
            if (
                isinstance(one, Known)
                and not isinstance(one.value, int | float)
                and not isinstance(other, Known)
            ):
                return Known(symbol == "!=")
        if not isinstance(left, Known) and not isinstance(right, Known):
            same = _identical(left, right)
            if same is not None:
                return Known(same == (symbol == "=="))
    return binary(r, symbol, left, right)


def _contained(r: Reader, item: Abstract, x: Abstract) -> Abstract:
    """``item in x``: of a dict its keys, of sequences of known length one by one, else by looking."""
    from adgen.frontend import cell_loops
    from adgen.frontend.sequence_search import contained
    from adgen.frontend.sequences import static_items

    if isinstance(x, Cells):
        return Number(gt(r.b, cell_loops.counted(r, x, item), constant(r.b, 0)))
    items = static_items(r, x) if isinstance(x, Tuple | Grown | Iterable) else None
    if items is None or (isinstance(x, Tuple) and x.kind == "dict" and not isinstance(item, Known)):
        raise r.error("AG120", operator="in")
    return contained(r, items, item)


def _identical(left: Abstract, right: Abstract) -> bool | None:
    from adgen.frontend.reflection import named_class

    if not isinstance(left, Known) and not isinstance(right, Known):
        classes = named_class(left), named_class(right)
        return None if None in classes else classes[0] is classes[1]
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Known) and (one.value is None or isinstance(one.value, bool | Enum)):
            if isinstance(other, Known):
                return one.value is other.value
            return False if not isinstance(one.value, bool) else None
    return None


def condition(r: Reader, act: Activation, node: cst.BaseExpression) -> Abstract:
    """What a test says: a constant, or a number of dtype bool. Its parts are asked for their truth only."""
    with r.at(act, node):
        match node:
            case cst.BooleanOperation(left=left, operator=operator, right=right):
                first = condition(r, act, left)
                conjunction = isinstance(operator, cst.And)
                return _logical(r, first, lambda: condition(r, act, right), conjunction)
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                return negated(r, condition(r, act, inner))
        return _truth(r, handed(r, act, node))


def _truth(r: Reader, x: Abstract) -> Abstract:
    """What a test says of a value that may be None."""
    if not isinstance(x, Maybe):
        return truth(r, x)
    return _logical(r, Number(has_value(r, x)), lambda: truth(r, x.item), True)


def boolean(r: Reader, act: Activation, node: cst.BooleanOperation) -> Abstract:
    """``a and b``, ``a or b``."""
    left = expression(r, act, node.left)
    conjunction = isinstance(node.operator, cst.And)
    return _logical(r, left, lambda: expression(r, act, node.right), conjunction)


def _logical(r: Reader, left: Abstract, right: Callable[[], Abstract], conjunction: bool) -> Abstract:
    """``left and right`` (or ``or``): the right side is evaluated only where it decides."""
    test = truth(r, left)
    if isinstance(test, Known):
        return right() if test.value == conjunction else left
    pred = r.value(test)

    def keep() -> Abstract:
        return left

    if _is_bool(r, left):
        before = r.state
        with r.branch(before) as (nodes, state):
            learn(r, pred, conjunction)
            try:
                other = right()
            except Unfounded:
                return left
            plain = _is_bool(r, other) and not _binds(before, state)
        if plain and _harmless(nodes):
            r.splice(nodes)
            prim = logical_and if conjunction else logical_or
            return Number(prim(r.b, pred, r.cast(r.value(other), DType.bool, Kind.py)))
    return choose(r, pred, right, keep) if conjunction else choose(r, pred, keep, right)


def _is_bool(r: Reader, x: Abstract) -> bool:
    found = r.type_of(x)
    return found is not None and not found.rank and found.dtype is DType.bool


def _binds(before: State, after: State) -> bool:
    """Whether names mean something else afterwards."""
    pairs = [(names, after.frames[key]) for key, names in before.frames.items()]
    return any(len(a) != len(b) or any(b.get(n) is not x for n, x in a.items()) for a, b in pairs)


# -- one of two ---------------------------------------------------------------------------------------------
def ternary(r: Reader, act: Activation, node: cst.IfExp) -> Abstract:
    """``a if test else b``."""
    test = condition(r, act, node.test)
    if isinstance(test, Known):
        return handed(r, act, node.body if test.value else node.orelse)
    return choose(
        r,
        r.value(test),
        lambda: handed(r, act, node.body),
        lambda: handed(r, act, node.orelse),
    )


def _joined(
    r: Reader, pred: Value, sides: tuple[merging.Side, merging.Side], found: list[Abstract]
) -> Abstract:
    """One of two values, where evaluating them binds names: they are joined as behind an ``if``."""
    from adgen.frontend.joining import join_branches

    key = r.running[-1].key
    for side, value in zip(sides, found, strict=True):
        side.state.frames[key][_VALUE] = value
    names = frozenset(name for side in sides for name in side.state.frames[key])
    join_branches(r, pred, sides, key, names, r.b.span)
    bound = r.state.frames[key].pop(_VALUE)
    if isinstance(bound, Missing):
        raise bound.error or r.error("AG206", name="the value")
    return bound


def choose(r: Reader, pred: Value, then: Callable[[], Abstract], orelse: Callable[[], Abstract]) -> Abstract:
    """The value of a conditional expression: a selection where both sides are harmless, else a branch."""
    found: list[Abstract] = []
    leaned = r.sizes.leaned
    sides = merging.both(r, pred, lambda: found.append(then()), lambda: found.append(orelse()))
    if sides[0].unfounded or sides[1].unfounded:
        side = sides[sides[0].unfounded]
        r.splice(side.nodes)
        r.restore(r.state, side.state)
        return found[0]
    if any(_binds(r.state, side.state) for side in sides):
        return _joined(r, pred, sides, found)
    following = Following(r, pred, sides, site_of(r, r.b.span), r.state)
    shared = merging.sharing(r, sides, -1, "", (found[0], found[1]), None, following.site)
    try:
        follow = following if shared.sources and following.active else None
        skeleton, leaves = merging.aligned(r, sides, found[0], found[1], "", None, follow)
    except merging.Unjoinable as problem:
        left, right = (
            merging.said(r, s, x) for s, x in zip(sides, (problem.left, problem.right), strict=True)
        )
        raise r.error("AG232", name="the value", left=left, right=right) from None
    before = r.state.versions
    changed = [root for root, v in before.items() if any(s.state.versions[root] is not v for s in sides)]
    safe = leaned == r.sizes.leaned and all(_harmless(s.nodes) for s in sides)
    if not changed and safe and all(_is_scalar(leaf) for leaf in leaves):
        for side in sides:
            r.splice(side.nodes)
        values = [_selected(r, pred, leaf) for leaf in leaves]
    else:
        for root in changed:
            one, other = (s.state.versions[root] for s in sides)
            leaves.append(merging.Leaf(one, other, one.any_type, r.root_names.get(root)))
        values = list(merging.emit_if(r, pred, sides, leaves))
    for side in sides:
        for root, version in side.state.versions.items():
            r.state.versions.setdefault(root, version)
    rest = iter(values)
    bound = merging.rebuild(r, skeleton, rest, shared)
    for root in changed:
        set_version(r, root, next(rest))
    following.finish()
    if changed:
        shared.renew(sides)
    return bound


def _is_scalar(leaf: merging.Leaf) -> bool:
    return isinstance(leaf.type, Type) and not leaf.type.rank


def _selected(r: Reader, pred: Value, leaf: merging.Leaf) -> Value:
    left, right = (merging.convert(r, x, leaf.type) for x in (leaf.left, leaf.right))
    return left if left is right else where(r.b, pred, left, right)


_HARMLESS = frozenset(
    [
        "const",
        "dim",
        "read",
        "reshape",
        "transpose",
        "broadcast",
        "add",
        "sub",
        "mul",
        "neg",
        "lt",
        "le",
        "gt",
        "ge",
        "eq",
        "ne",
        "logical_and",
        "logical_or",
        "logical_not",
        "where",
        "cast",
    ]
)


def _harmless(nodes: list[Node]) -> bool:
    """Whether nodes can run although nobody needs their result: cheap, and never raising."""
    return all(isinstance(n, Op) and n.prim.name in _HARMLESS and _scalar(n) for n in nodes)


def _scalar(op: Op) -> bool:
    return all(not v.type.rank for v in op.results)
