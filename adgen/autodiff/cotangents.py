"""The environment of reverse mode: one cotangent per primal value, accumulated.

A cotangent is nothing (a symbolic zero), or a value with the masks it still carries: a *mask* says that the
value counts only where a condition holds, and may be anything elsewhere. Elementwise rules pass masks on;
they are discharged by one select where the chain meets anything else, so NaN and inf of the side of a
``where`` that was not taken never escape. Where masks are lost (two cotangents with different ones are added,
a loop or branch ends), the cotangent is *strong*: its zeros stay zero in the products that follow.
"""

from __future__ import annotations

from dataclasses import replace

from adgen.autodiff.rules import Strength
from adgen.diagnostics.errors import refuse
from adgen.ir.builder import Builder
from adgen.ir.core import Full, Gather, Indexer, Op, Value
from adgen.ir.dims import OPEN
from adgen.ir.types import StackType, TapeType, Type
from adgen.primitives.calling import no_tape
from adgen.primitives.define import ZERO, CellOf, Contribution, Indexed, Masked, RowsOf, Strong, Zero
from adgen.primitives.elementwise import add, cast, where
from adgen.primitives.indexing import add_at, owned_zeros, read, write, zeros_of
from adgen.primitives.lists import add_cell, add_cells, add_list
from adgen.primitives.reduce import spread_back
from adgen.primitives.shape import broadcast, reshape, transpose
from adgen.primitives.sizes import constant
from adgen.primitives.tape import stack_new, stack_zeros
from adgen.records import dataclass

Mask = tuple[Value, bool]


@dataclass(frozen=True, slots=True)
class Cotangent:
    """A value and the masks it still carries, innermost first.

    ``accumulator`` marks the running sum of a value captured by a loop: it is only ever added to in place.
    ``clean`` says that the value is zero where its masks do not hold: they only matter for what follows.
    ``strength`` says what zeros of the value stand for, ``steep`` that it comes from a root or another
    function with an infinite slope.
    """

    value: Value
    masks: tuple[Mask, ...] = ()
    accumulator: bool = False
    clean: bool = False
    strength: Strength = Strength.plain
    steep: bool = False

    @property
    def selected(self) -> Strength:
        """What its zeros stand for once the masks are discharged."""
        return Strength.masked if self.masks else self.strength

    def without(self, masks: tuple[Mask, ...]) -> Cotangent:
        """The same value without some of its masks."""
        return replace(self, masks=tuple(m for m in self.masks if m not in masks))


class Cotangents:
    """Cotangents of primal values in one scope."""

    def __init__(self, b: Builder, active: set[Value]) -> None:
        self.b = b
        self.active = active
        self.hints: dict[Value, str] = {}
        self._table: dict[Value, Cotangent] = {}

    def inner(self) -> Cotangents:
        """An empty scope for a region."""
        scope = Cotangents(self.b, self.active)
        scope.hints = self.hints
        return scope

    def start(
        self,
        primal: Value,
        value: Value,
        accumulator: bool = False,
        strength: Strength = Strength.plain,
    ) -> None:
        """Begin with a cotangent that is already there."""
        self._table[primal] = Cotangent(value, (), accumulator, strength=strength)

    def strength(self, primal: Value) -> Strength:
        """What zeros of the cotangent stand for, with its masks discharged; the most where there is none."""
        return self._table[primal].selected if primal in self._table else Strength.masked

    def has(self, primal: Value) -> bool:
        """Whether anything was contributed."""
        return primal in self._table

    def is_accumulator(self, primal: Value) -> bool:
        """Whether the cotangent is the running sum of a value captured by a loop around."""
        return primal in self._table and self._table[primal].accumulator

    def take(self, primal: Value) -> Cotangent | Zero:
        """The whole cotangent of ``primal``, which is then done with."""
        found = self._table.pop(primal, None)
        if found is None:
            return ZERO
        self._name(primal, found.value)
        return found

    def take_through(self, op: Op) -> Cotangent | Zero:
        """The cotangent of an operation's result with the masks that hold for its operand too.

        A single condition holds for whatever the value is made of. The mask of an array is moved through
        the sum, reshape or transpose that made it; what cannot be moved is discharged here.
        """
        found = self.take(op.result)
        if isinstance(found, Zero):
            return ZERO
        moved: list[Mask] = []
        stuck: list[Mask] = []
        for mask, keep in found.masks:
            there = mask if not mask.type.rank else mask_before(self.b, op, mask)
            (stuck if there is None else moved).append((mask if there is None else there, keep))
        value = self.discharged(replace(found, masks=tuple(stuck)))
        return Cotangent(value, tuple(moved), strength=Strength.masked if stuck else found.strength)

    def take_value(self, primal: Value) -> Value | Zero:
        """The cotangent with its masks discharged."""
        found = self.take(primal)
        if isinstance(found, Zero):
            return ZERO
        value = self.discharged(found)
        if isinstance(primal.any_type, Type):
            value = self._typed(value, primal.type)
        self._name(primal, value)
        return value

    def take_dense(self, primal: Value) -> Value:
        """The cotangent, zeros of its own storage where there is none."""
        found = self.take_value(primal)
        return self.zeros(primal) if isinstance(found, Zero) else found

    def take_input(self, primal: Value) -> Value:
        """The cotangent of a parameter; zeros for all of a tape that nothing contributes to."""
        if self.has(primal) or isinstance(primal.any_type, Type):
            return self.take_dense(primal)
        if isinstance(primal.any_type, StackType) and isinstance(primal.any_type.element, Type):
            return stack_zeros(self.b, primal)
        raise refuse("AG403", self.b.span, name=primal.hint or "a tape")

    def zeros(self, primal: Value) -> Value:
        """Zeros like ``primal``, to be added into; nothing for the tape of a call that is not made."""
        if isinstance(primal.any_type, TapeType):
            return no_tape(self.b)
        if isinstance(primal.any_type, StackType):
            return stack_new(self.b, element=primal.any_type.element)
        return owned_zeros(self.b, primal.type)

    def _name(self, primal: Value, cotangent: Value) -> None:
        if primal.hint is not None and cotangent.hint is None:
            self.hints.setdefault(cotangent, f"{primal.hint}_bar")

    # -- contributions ----------------------------------------------------------------------------------
    def contribute(
        self,
        primal: Value,
        what: Contribution,
        masks: tuple[Mask, ...] = (),
        strength: Strength = Strength.plain,
        steep: bool = False,
    ) -> None:
        """Add a contribution to the cotangent of ``primal``."""
        if isinstance(what, Zero) or primal not in self.active:
            return
        match what:
            case Masked(value, mask, keep):
                self._dense(primal, Cotangent(value, (*masks, (mask, keep)), strength=strength))
            case Indexed(indexer, operands, value):
                new = Cotangent(value, masks, strength=strength)
                left_out = max(new.selected, Strength.picked)
                self._indexed(primal, Indexed(indexer, operands, self.discharged(new)), left_out)
            case CellOf(position, value):
                self._celled(primal, position, self.discharged(Cotangent(value, masks)))
            case RowsOf(rows):
                self._rows(primal, self.discharged(Cotangent(rows, masks)))
            case Strong(value):
                self._dense(primal, Cotangent(value, masks, strength=Strength.masked))
            case Value():
                self._dense(primal, Cotangent(what, masks, strength=strength, steep=steep))

    def _indexed(self, primal: Value, what: Indexed, strength: Strength) -> None:
        old = self._table.get(primal)
        target = self.zeros(primal) if old is None else self.discharged(old)
        new = add_at(self.b, target, what.value, *what.operands, index=what.indexer)
        self._name(primal, new)
        masks = () if old is None else self._extended(old.masks, what)
        sums = old is not None and old.accumulator
        strength = strength if old is None else min(strength, old.selected)
        self._table[primal] = Cotangent(new, masks, sums, bool(masks), strength)

    def _extended(self, masks: tuple[Mask, ...], what: Indexed) -> tuple[Mask, ...]:
        """Masks that hold for cells named by index arrays too, as in ``y[m] = f(y[m])`` under a `where`."""
        if not any(isinstance(a, Gather) for a in what.indexer.access):
            return ()
        found = []
        for mask, keep in masks:
            if mask.type.rank:
                on = constant(self.b, keep, mask.type.with_dims())
                on = self._spread(on, what.value.type)
                found.append((write(self.b, mask, on, *what.operands, index=what.indexer), keep))
        return tuple(found)

    def _celled(self, primal: Value, position: Value, value: Value) -> None:
        old = self._table.get(primal)
        target = self.zeros(primal) if old is None else old.value
        self._table[primal] = Cotangent(add_cell(self.b, target, position, value))

    def _rows(self, primal: Value, rows: Value) -> None:
        old = self._table.get(primal)
        target = self.zeros(primal) if old is None else old.value
        self._table[primal] = Cotangent(add_cells(self.b, target, rows))

    def _dense(self, primal: Value, new: Cotangent) -> None:
        old = self._table.get(primal)
        if old is None or self._is_empty(old.value):
            self._table[primal] = new
        elif primal.is_stack:
            self._table[primal] = Cotangent(add_list(self.b, old.value, new.value))
        elif old.accumulator and primal.type.rank and OPEN not in primal.type.dims:
            whole = Indexer((Full(),) * primal.type.rank)
            total = add_at(self.b, old.value, self.discharged(new), index=whole)
            self._table[primal] = Cotangent(total, (), True, strength=min(old.selected, new.selected))
        else:
            self._table[primal] = self._sum(old, new)

    def _is_empty(self, value: Value) -> bool:
        """Whether this is the empty list, the zero of all lists."""
        op = self.b.defs.op(value)
        return op is not None and op.prim is stack_new

    def _sum(self, old: Cotangent, new: Cotangent) -> Cotangent:
        """The sum; masks that both carry stay, the others are discharged."""
        common = tuple(m for m in old.masks if m in new.masks)
        left, right = old.without(common), new.without(common)
        if len(left.masks) == len(right.masks) == 1:
            (mask, keep), (other, kept) = left.masks[0], right.masks[0]
            if mask is other and keep is not kept:
                first, second = (left.value, right.value) if keep else (right.value, left.value)
                value = where(self.b, self._spread(mask, first.type), first, second)
                return Cotangent(value, common, strength=min(left.strength, right.strength))
        first, second = self.discharged(left), self.discharged(right)
        value = add(self.b, first, first if self._same(first, second) else second)
        strength, steep = min(left.selected, right.selected), left.steep or right.steep
        return Cotangent(value, common, old.accumulator, strength=strength, steep=steep)

    def _same(self, one: Value, other: Value) -> bool:
        """Whether two values are the same operation on the same operands, as from ``x * x``."""
        a, b = self.b.defs.op(one), self.b.defs.op(other)
        if a is None or b is None or a.prim.pinned or a.results.index(one) != b.results.index(other):
            return False
        return (a.prim, a.operands, a.attrs) == (b.prim, b.operands, b.attrs)

    def _typed(self, value: Value, wanted: Type) -> Value:
        """``value`` with the kind of scalar that the primal has."""
        if value.type == wanted or value.type.dims != wanted.dims:
            return value
        return cast(self.b, value, dtype=wanted.dtype, kind=wanted.kind)

    def _spread(self, mask: Value, like: Type) -> Value:
        """A single condition repeated for every element."""
        if mask.type.rank or not like.rank:
            return mask
        return broadcast(self.b, mask, dims=like.dims, axes=())

    def discharged(self, cotangent: Cotangent) -> Value:
        """The value with a select for each mask it carries."""
        value = cotangent.value
        for mask, keep in () if cotangent.clean else cotangent.masks:
            zero, mask = zeros_of(self.b, value.type), self._spread(mask, value.type)
            value = where(self.b, mask, value, zero) if keep else where(self.b, mask, zero, value)
        return value


def mask_before(b: Builder, op: Op, mask: Value) -> Value | None:
    """The mask of an operand, from that of the result of what only moves elements or adds them."""
    source = op.operands[0].type if op.operands else None
    if source is None:
        return None
    match op.prim.name:
        case "sum":
            return spread_back(b, mask, source, op.attr("axes"))
        case "reshape":
            return reshape(b, mask, dims=source.dims) if source.rank else None
        case "transpose":
            perm = op.attr("perm")
            return transpose(b, mask, perm=tuple(perm.index(k) for k in range(len(perm))))
        case "write" | "add_at":
            return mask
    return None


def masks_for(b: Builder, op: Op, position: int, masks: tuple[Mask, ...]) -> tuple[Mask, ...]:
    """The masks that hold for an operand, from those for the first: stored values have their cells' masks."""
    if position != 1 or op.prim.name not in ("write", "add_at"):
        return masks
    cells = {"index": op.attr("index")}
    return tuple((read(b, m, *op.operands[2:], **cells) if m.type.rank else m, keep) for m, keep in masks)
