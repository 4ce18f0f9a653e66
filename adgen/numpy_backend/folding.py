"""Which values are written inside the expression that uses them instead of getting a name.

A value is folded when the user did not name it, it is used once, in the block where it is made, and nothing
it reads is overwritten in between. Sizes, constants, index arithmetic and views cost nothing and may be
written out at every use. Expressions that get too long are cut at a good place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import field

from adgen.ir.calls import is_edge
from adgen.ir.core import Definitions, For, Func, If, Op, Region, Value, While, operands_of
from adgen.ir.dims import Dim
from adgen.ir.types import I64, Type
from adgen.numpy_backend.early_exit import Counted, counted_loops
from adgen.numpy_backend.numbering import Numbering, Site, Use
from adgen.primitives.define import Infix
from adgen.records import dataclass

#: estimated width of the right-hand side above which a part of an expression gets a name of its own
WIDTH = 66
_FREE = ("const", "dim", "wrap", "broadcast", "transpose")
_SUMS = ("add", "sub")
_INTEGER = ("add", "sub", "mul", "neg")
_NEVER = ("stack_new", "push", "pop", "bind_dim", "write", "add_at", "empty", "on_disk", "copy_list")


@dataclass(slots=True)
class Folding:
    """The values written inside other expressions, and where each value is really evaluated."""

    numbering: Numbering
    defs: Definitions
    folded: set[Value] = field(default_factory=set)
    counted: dict[While, Counted] = field(default_factory=dict)
    _before_turn: set[object] = field(default_factory=set)
    _sites: dict[Value, list[Site]] = field(default_factory=dict)
    _roots: dict[Value, Value] = field(default_factory=dict)
    _stores: dict[Value, list[int]] = field(default_factory=dict)
    _pinned: list[int] = field(default_factory=list)
    _edges: list[int] = field(default_factory=list)

    @staticmethod
    def of(func: Func, numbering: Numbering, tests: Mapping[Value, If | While] | None = None) -> Folding:
        """Decide for a whole function; ``tests`` are conditions that one test alone still reads."""
        folding = Folding(numbering, Definitions.of(func.body))
        if func.cut is not None:
            folding._before_turn.update(func.body.nodes[: func.cut])
        folding.counted = counted_loops(func, folding.defs, numbering)
        folding._find_stores()
        folding._pinned = [
            numbering.head[n] for n, _ in numbering.nodes if isinstance(n, Op) and n.prim.pinned
        ]
        folding._edges = [
            numbering.head[n] for n, _ in numbering.nodes if is_edge(n, "begin") or is_edge(n, "end")
        ]
        for node, _ in reversed(numbering.nodes):
            if isinstance(node, Op) and folding._may_fold(node):
                folding.folded.add(node.result)
        folding._cut_long_expressions()
        for value, node in (tests or {}).items():
            folding.folded.add(value)
            folding._sites[value] = [folding._tested_at(value, node)]
        return folding

    def _tested_at(self, value: Value, node: If | While) -> Site:
        """Where a condition is tested: by an ``if``, or at the end of a loop's body."""
        region = self.numbering.home[value].region
        return Site(region, self.numbering.head[node] if isinstance(node, If) else self.numbering.end[region])

    def joins(self, value: Value, node: If | While) -> bool:
        """Whether a condition may be computed where it is tested."""
        op, home = self.defs.op(value), self.numbering.home[value]
        if op is None or value in self.folded or op.prim.pinned or op.prim.consumes or len(op.results) != 1:
            return False
        if isinstance(node, If) and home.region is not self.numbering.around[node]:
            return False
        leaves = [leaf for operand in op.operands for leaf in self._leaves(operand)]
        there = self._tested_at(value, node).point
        return not any(self._stored_between(v, home.point, there) for v in leaves)

    def _leaves(self, value: Value) -> list[Value]:
        op = self.op(value)
        return [value] if op is None else [leaf for v in op.operands for leaf in self._leaves(v)]

    def op(self, value: Value) -> Op | None:
        """The operation written out where ``value`` is used, or None where a name stands."""
        return self.defs.op(value) if value in self.folded else None

    def sites(self, value: Value) -> list[Site]:
        """Where the uses of a value are executed."""
        found = self._sites.get(value)
        if found is None:
            found = [site for use in self.numbering.uses.get(value, ()) for site in self._use_sites(use)]
            self._sites[value] = found
        return found

    def _use_sites(self, use: Use) -> list[Site]:
        if isinstance(use.node, Op) and len(use.node.results) == 1 and use.node.result in self.folded:
            return self.sites(use.node.result)
        return [self.numbering.site(use)]

    # -- storage ----------------------------------------------------------------------------------------
    def root(self, value: Value) -> Value:
        """A representative of all values that may share this value's memory."""
        while value in self._roots:
            value = self._roots[value]
        return value

    def stored_into(self, value: Value) -> bool:
        """Whether some operation changes the memory of this value in place."""
        return bool(self._stores.get(self.root(value)))

    def _join(self, one: Value, other: Value) -> None:
        first, second = self.root(one), self.root(other)
        if first is not second:
            self._roots[second] = first

    def _find_stores(self) -> None:
        stores: list[tuple[Value, int]] = []
        for node, _ in self.numbering.nodes:
            match node:
                case Op():
                    if node.prim.view or node.prim.name in ("stop_gradient", "pop", "cell"):
                        self._join(node.operands[0], node.results[0])
                    for slot in node.prim.consumes:
                        self._join(node.operands[slot], node.results[0])
                        stores.append((node.operands[slot], self.numbering.head[node]))
                case For() | While():
                    groups = zip(node.inits, node.carried, node.body.yields, node.results, strict=True)
                    for init, *others in groups:
                        for other in others:
                            self._join(init, other)
                    if isinstance(node, While):
                        for init, param in zip(node.inits, node.cond.params, strict=True):
                            self._join(init, param)
                case If():
                    for values in zip(node.results, node.then.yields, node.orelse.yields, strict=True):
                        self._join(values[0], values[1])
                        self._join(values[0], values[2])
        for value, point in stores:
            self._stores.setdefault(self.root(value), []).append(point)
        for points in self._stores.values():
            points.sort()

    def _stored_between(self, value: Value, start: int, stop: int) -> bool:
        points = self._stores.get(self.root(value), [])
        at = bisect_right(points, start)
        return at < len(points) and points[at] < stop

    # -- decisions --------------------------------------------------------------------------------------
    def _may_fold(self, op: Op) -> bool:
        if len(op.results) != 1 or op.prim.consumes or op.prim.name in _NEVER:
            return False
        if op.prim.pinned and not self._stays_in_order(op):
            return False
        value, uses = op.result, self.numbering.uses.get(op.result, [])
        if not isinstance(value.any_type, Type) or not uses or any(self._needs_name(op, u) for u in uses):
            return False
        if op.prim.name == "dim":
            return value.hint is None or op.attr("dim") == Dim.symbol(value_symbol(op.attr("dim")))
        if value.hint is not None and not (
            self._only_handed_on(op, uses) or _is_spread_seed(op, uses) or _is_chained(op, uses)
        ):
            return False
        if self._is_free(op):
            return True
        home, sites = self.numbering.home[value], self.sites(value)
        if self._is_doubled(value, uses):
            sites = sites[: len(sites) // 2]
        if len(sites) != 1 or sites[0].region is not home.region:
            return False
        if bisect_right(self._edges, home.point) < bisect_right(self._edges, sites[0].point):
            return False  # a segment's result would keep what is in it
        return not any(self._stored_between(v, home.point, sites[0].point) for v in op.operands)

    def _stays_in_order(self, op: Op) -> bool:
        """Whether a draw that is written where it is used happens once, and before what comes after it."""
        uses = self.numbering.uses.get(op.result, [])
        sites = self.sites(op.result)
        if op.prim.name != "draw" or len(uses) != 1 or len(sites) != 1:
            return False
        user, home = uses[0].node, self.numbering.home[op.result]
        infix = isinstance(user, Op) and isinstance(getattr(user.prim, "spell", None), Infix)
        if not infix and not isinstance(user, If) and not (user is None and self._is_test(uses[0])):
            return False
        at = bisect_right(self._pinned, home.point)
        return at == len(self._pinned) or self._pinned[at] >= sites[0].point

    def _only_handed_on(self, op: Op, uses: list[Use]) -> bool:
        """Whether a named value is just copied under the same name, or is a copy that is just returned."""
        if len(uses) != 1:
            return False
        user = uses[0].node
        if user is None:
            return op.prim.name == "copy" and uses[0].region not in self.numbering.owner
        same = isinstance(user, Op) and user.prim.name in ("copy", "cast")
        return same and isinstance(user, Op) and user.result.hint == op.result.hint

    @staticmethod
    def _is_doubled(value: Value, uses: list[Use]) -> bool:
        """Whether the only use is ``x + x``, which is written ``2.0 * x``."""
        if len(uses) != 2 or uses[0].node is not uses[1].node or not value.type.is_float:
            return False
        return isinstance(uses[0].node, Op) and uses[0].node.prim.name == "add"

    def _is_free(self, op: Op) -> bool:
        if op.prim.name in _FREE:
            return True
        if op.prim.name == "cast" and op.operands[0].any_type == I64:
            return True
        if op.prim.name not in _INTEGER or op.result.any_type != I64:
            return False
        return self._width(op.result, op) <= 12

    def _needs_name(self, op: Op, use: Use) -> bool:
        """Whether this use asks for a variable rather than an expression."""
        literal = op.prim.name in ("const", "dim")
        if use.node is None and use.region not in self.numbering.owner:
            return not literal and op.prim.name != "copy" and op in self._before_turn
        if use.node is None and self._is_count(use):
            return False
        if use.node is None:
            owner = self.numbering.owner.get(use.region)
            return (
                owner is not None and not isinstance(owner[0], If) and not literal and not self._is_test(use)
            )
        if isinstance(use.node, Op):
            return use.slot in use.node.prim.consumes or use.node.prim.name == "bind_dim"
        first_init = 3 if isinstance(use.node, For) else 0
        return not isinstance(use.node, If) and use.slot >= first_init and not literal

    def _is_count(self, use: Use) -> bool:
        """Whether this is the next value of a counter that ``for`` counts."""
        node = self.numbering.owner[use.region][0]
        counted = self.counted.get(node) if isinstance(node, While) else None
        return (
            isinstance(node, While)
            and use.region is node.body
            and counted is not None
            and (use.slot == counted.counter)
        )

    def _is_test(self, use: Use) -> bool:
        owner = self.numbering.owner.get(use.region)
        return owner is not None and isinstance(owner[0], While) and use.region is owner[0].cond

    # -- width ------------------------------------------------------------------------------------------
    def _width(self, value: Value, op: Op | None = None) -> int:
        """About how many columns the source of a value takes."""
        op = op or self.op(value)
        if op is None:
            return len(value.hint or "t_1")
        match op.prim.name:
            case "const":
                return len(str(op.attr("value")))
            case "dim":
                return len(str(op.attr("dim")))
            case "broadcast" | "wrap":
                return self._width(op.operands[0])
            case "full":
                return 9 + sum(len(str(d)) for d in op.attr("dims"))
        infix = isinstance(getattr(op.prim, "spell", None), Infix) or op.prim.name == "contract"
        extra = 4 if infix else 1 if op.prim.name == "neg" else 5 + len(op.prim.name)
        return extra + sum(self._width(v) for v in op.operands)

    def _cut_long_expressions(self) -> None:
        """Go backwards, so that what gets a name here is looked at in its turn."""
        for region in self.numbering.start:
            for value in region.yields:
                self._cut_terms((value,), WIDTH - 4 * self._depth(region))
        for node, region in reversed(self.numbering.nodes):
            if isinstance(node, Op) and len(node.results) == 1 and node.result in self.folded:
                continue
            budget = WIDTH - 4 * self._depth(region)
            if isinstance(node, Op) and node.prim.name in _SUMS:
                self._cut_terms(node.operands, budget - 8)
            elif isinstance(node, Op) and not node.prim.consumes:
                self._cut(node.operands, budget - 8 - len(node.prim.name))
            else:
                for value in operands_of(node):
                    self._cut_terms((value,), budget - (12 if isinstance(node, Op) else 8))

    def _cut_terms(self, values: tuple[Value, ...], budget: int) -> None:
        """A sum that is too long gets one line per term; only its terms are cut."""
        if sum(self._width(v) + 3 for v in values) - 3 <= budget:
            return
        terms = (*self._terms(values[0]), *values[1:])
        if len(terms) < 3:
            self._cut(values, budget)
        for term in terms:
            self._cut((term,), budget)

    def _terms(self, value: Value) -> tuple[Value, ...]:
        op = self.op(value)
        if op is None or op.prim.name not in _SUMS:
            return (value,)
        return (*self._terms(op.operands[0]), op.operands[1])

    def _cut(self, values: tuple[Value, ...], budget: int) -> None:
        """Give parts of an expression names until the rest fits."""
        while (whole := sum(self._width(v) + 3 for v in values) - 3) > max(budget, 24):
            parts = [v for v in self._all_parts(values) if self._may_get_name(v)]
            if not parts:
                return
            good = [v for v in parts if self._width(v) <= 0.6 * whole] or parts
            self.folded.discard(max(good, key=self._width))
            self._sites.clear()

    def _all_parts(self, values: tuple[Value, ...]) -> Iterator[Value]:
        for value in values:
            if value in self.folded:
                yield value
                yield from self._parts(value)

    def _may_get_name(self, value: Value) -> bool:
        op = self.op(value)
        return op is not None and not self._is_free(op) and self._width(value) > 10

    def _parts(self, value: Value) -> Iterator[Value]:
        op = self.op(value)
        if op is not None:
            for operand in op.operands:
                if operand in self.folded:
                    yield operand
                    yield from self._parts(operand)

    def _depth(self, region: Region) -> int:
        depth = 0
        while region in self.numbering.owner:
            region = self.numbering.owner[region][1]
            depth += 1
        return depth


def _is_spread_seed(op: Op, uses: list[Use]) -> bool:
    """Whether a cotangent is a scalar repeated, which NumPy does by itself wherever it is used."""
    if op.prim.name != "broadcast" or op.attr("axes") or not (op.result.hint or "").endswith("_bar"):
        return False
    users = [use.node for use in uses]
    return all(isinstance(n, Op) and getattr(n.prim, "elementwise", False) for n in users)


def _is_chained(op: Op, uses: list[Use]) -> bool:
    """Whether a cotangent is a product that only the next named cotangent uses, as a factor.

    So the step of backpropagation stays one line: ``z_bar = W.T @ z_bar * (a * (1.0 - a))``.
    """
    if len(uses) != 1 or op.prim.name != "contract":
        return False
    user = uses[0].node
    if not isinstance(user, Op) or user.prim.name != "mul":
        return False
    return all(hint is not None and hint.endswith("_bar") for hint in (op.result.hint, user.result.hint))


def value_symbol(dim: Dim) -> str:
    """The first symbol of a dim ("" where it has none)."""
    return (*dim.symbols(), "")[0]
