"""What is known of sizes and indices: polynomials, bounds, entry assumptions, equal dims.

A proof looks at an integer as a polynomial over dims and loop counters, puts each counter at the end of its
range that is worst, and asks whether what remains can be negative.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING

from adgen.diagnostics import Span, UserError
from adgen.diagnostics.errors import Unequal
from adgen.frontend.origins import mismatch
from adgen.ir.core import Assumption, Op, Value
from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import I64
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, lt, mul, neg, sub
from adgen.primitives.extrema import maximum
from adgen.primitives.sizes import constant, size_value
from adgen.primitives.sizes import dim_of as bind_dim_of
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader


NO_SIZES: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Equality:
    """A symbol found to be equal to a dim: the program broadcasts or contracts one with the other.

    Without a symbol, ``left`` and ``right`` have to be equal but neither can replace the other (2n and 3m).
    """

    symbol: str | None
    dim: Dim
    left: Dim
    right: Dim
    span: Span | None

    def broken(self, sizes: Mapping[str, int]) -> bool:
        """Whether the dims differ for these sizes, as far as they are known."""
        names = {*self.left.symbols(), *self.right.symbols()}
        return names <= sizes.keys() and self.left.evaluate(sizes) != self.right.evaluate(sizes)


@dataclass(slots=True)
class Sizes:
    """Facts about sizes in one lowering."""

    r: Reader
    refuted: frozenset[Dim]
    inputs: list[str] = field(default_factory=list)
    assumptions: dict[Dim, Assumption] = field(default_factory=dict)
    equalities: dict[str, Equality] = field(default_factory=dict)
    unsolved: dict[Dim, Equality] = field(default_factory=dict)
    counters: dict[Value, tuple[Value, Value, int]] = field(default_factory=dict)
    limits: dict[Value, tuple[Dim, Dim]] = field(default_factory=dict)
    unknowns: dict[str, Value] = field(default_factory=dict)
    defined: dict[str, Value] = field(default_factory=dict)
    conditional: int = 0
    call: Mapping[str, int] = field(default_factory=dict)
    alike: dict[tuple[Dim, Dim], None] = field(default_factory=dict)
    known: list[Dim] = field(default_factory=list)
    leaned: int = 0

    # -- polynomials --------------------------------------------------------------------------------------
    def polynomial(self, value: Value) -> Dim:
        """An integer as a polynomial; what is not known stands as a symbol of its own."""
        bound = self.r.state.cache.get(("bound", value))
        if isinstance(bound, Dim):
            return bound
        op = self.r.b.defs.op(value)
        if op is not None and value.any_type == I64:
            found = self._polynomial(op)
            if found is not None:
                return found
        return Dim.symbol(self._unknown(value))

    def _polynomial(self, op: Op) -> Dim | None:
        match op.prim.name:
            case "const":
                return Dim.const(op.attr("value"))
            case "dim":
                size: Dim = op.attr("dim")
                return size
            case "neg":
                return -self.polynomial(op.operands[0])
            case "add" | "sub" | "mul" as name:
                left, right = (self.polynomial(v) for v in op.operands)
                return left + right if name == "add" else left - right if name == "sub" else left * right
        return None

    def _unknown(self, value: Value) -> str:
        name = "@" + self.r.number(value)
        self.unknowns[name] = value
        return name

    def value(self, size: Dim) -> Value:
        """The i64 value of a polynomial, unknowns included."""
        known = Dim(tuple((m, c) for m, c in size.terms if not any(s.startswith("@") for s in m)))
        total = size_value(self.r.b, known) if known.terms or known == size else None
        for monomial, coefficient in size.terms:
            if any(s.startswith("@") for s in monomial):
                total = self._plus(total, self._monomial(monomial), coefficient)
        assert total is not None
        return total

    def _monomial(self, monomial: tuple[str, ...]) -> Value:
        factors = [
            self.unknowns[s] if s.startswith("@") else size_value(self.r.b, Dim.symbol(s)) for s in monomial
        ]
        result = factors[0]
        for factor in factors[1:]:
            result = mul(self.r.b, result, factor)
        return result

    def _plus(self, total: Value | None, term: Value, coefficient: int) -> Value:
        if abs(coefficient) != 1:
            term = mul(self.r.b, constant(self.r.b, abs(coefficient)), term)
        if total is None:
            return term if coefficient > 0 else neg(self.r.b, term)
        if coefficient > 0 and self.polynomial(total).value is not None:
            op = add if (self.polynomial(total).value or 0) > 0 else sub
            return op(self.r.b, term, constant(self.r.b, abs(self.polynomial(total).value or 0)))
        return (add if coefficient > 0 else sub)(self.r.b, total, term)

    def bindable(self, size: Dim, hint: str = "d") -> Dim:
        """``size`` as types can mention it: with unknowns it gets a symbol of its own."""
        return self.dim_of(self.value(size), hint) if _opaque(size) else size

    def dim_of(self, value: Value, hint: str = "d") -> Dim:
        """A dim equal to an integer value, the same for the same computation."""
        known = self.polynomial(value)
        if not _opaque(known):
            return known
        key = ("dim", self._structure(value))
        found = self.r.state.cache.get(key)
        if isinstance(found, Dim):
            return found
        bound = self._counted(value) or bind_dim_of(self.r.b, value, self.r.hint_of(value) or hint)
        if len(bound.symbols()) == 1:
            self.defined.setdefault(bound.symbols()[0], value)
        self.r.state.cache[key] = bound
        self.r.state.cache["bound", value] = bound
        return bound

    def count_of(self, value: Value, hint: str = "length") -> Dim:
        """A dim equal to an integer value, 0 where that is negative: :meth:`dim_of` where both occur."""
        known, structure = self.polynomial(value), self._structure(value)
        if self.proves(known) or isinstance(self.r.state.cache.get(("dim", structure)), Dim):
            return self.dim_of(value, hint)
        count = self.dim_of(maximum(self.r.b, value, constant(self.r.b, 0)), hint)
        self.r.state.cache["count", structure] = count
        return count

    def _counted(self, value: Value) -> Dim | None:
        """The dim that counts a value already, which may not be negative from here on."""
        found = self.r.state.cache.get(("count", self._structure(value)))
        if not isinstance(found, Dim):
            return None
        negative = lt(self.r.b, value, constant(self.r.b, 0))
        self.r.b.emit(
            fail_if, (negative,), {"error": "ValueError", "message": "negative dimensions are not allowed"}
        )
        return found

    def in_scope(self, size: Dim) -> bool:
        """Whether every symbol of a dim is an argument's, or bound where lowering is."""
        bound = {
            s
            for key, found in self.r.state.cache.items()
            if isinstance(key, tuple) and key[0] == "dim"
            for s in found.symbols()
        }
        return all(s in self.inputs or s in bound for s in size.symbols())

    def _structure(self, value: Value) -> Hashable:
        op = self.r.b.defs.op(value)
        if op is None or op.prim.pinned or not all(v.any_type == I64 for v in op.operands):
            return value
        return (op.prim.name, tuple(self._structure(v) for v in op.operands), op.attrs)

    # -- proofs -------------------------------------------------------------------------------------------
    def proves(self, size: Dim) -> bool:
        """Whether ``size`` is never negative here; ``leaned`` counts proofs by what holds in the branch."""
        lowest = self._worst(size)
        if lowest is None:
            return False
        facts = self._facts()
        if _nonnegative(lowest, facts):
            return True
        if not self.known or not _nonnegative(lowest, [*facts, *self.known]):
            return False
        self.leaned += 1
        return True

    def _worst(self, size: Dim) -> Dim | None:
        """``size`` with counters, innermost first, at the end of their ranges where it is smallest."""
        for name in [s for s in size.symbols() if self.unknowns.get(s) in self.limits]:
            coefficient = _linear_coefficient(size, name)
            if coefficient is None:
                return None
            least, most = self.limits[self.unknowns[name]]
            size = size.substitute({name: least if coefficient > 0 else most})
        for counter, (lo, hi, step) in reversed(self.counters.items()):
            name = self._unknown(counter)
            if name not in size.symbols():
                continue
            coefficient = _linear_coefficient(size, name)
            if coefficient is None or step == 0:
                return None
            low, high = self.polynomial(lo), self.polynomial(hi)
            first, last = (low, high - 1) if step > 0 else (high + 1, low)
            size = size.substitute({name: first if coefficient > 0 else last})
        return size

    def _facts(self) -> list[Dim]:
        """Dims known to be non-negative: assumptions, and that the loops around run at all."""
        found = list(self.assumptions)
        for lo, hi, step in self.counters.values():
            if step == 0:
                continue
            span = self.polynomial(hi) - self.polynomial(lo)
            found.append((span if step > 0 else -span) - 1)
        return found

    def implied(self, test: Value, holds: bool) -> list[Dim]:
        """What is not negative where a condition holds (or does not)."""
        op = self.r.b.defs.op(test)
        if op is None:
            return []
        name = op.prim.name
        if name in ("logical_not", "cast"):
            return self.implied(op.operands[0], holds != (name == "logical_not"))
        if name == ("logical_and" if holds else "logical_or"):
            return [fact for v in op.operands for fact in self.implied(v, holds)]
        if name not in _OPPOSITES or any(v.any_type != I64 for v in op.operands):
            return []
        gap = self.polynomial(op.operands[1]) - self.polynomial(op.operands[0])
        match name if holds else _OPPOSITES[name]:
            case "lt":
                return [gap - 1]
            case "le":
                return [gap]
            case "gt":
                return [-gap - 1]
            case "ge":
                return [-gap]
            case "eq":
                return [gap, -gap]
        return []

    def assume(self, size: Dim, reason: str, here: bool = False) -> bool:
        """Whether ``size`` may be taken as non-negative: proved, or an assumption about the arguments.

        In a branch of a program that is made ahead of time nothing is asked of the arguments: calls that do
        not take the branch do not depend on it. With ``here`` it is checked where the branch is taken.
        """
        if self.proves(size):
            return True
        if size in self.refuted or not size.symbols() or not self.about_inputs(size):
            return False
        if size.value is None and all(c < 0 for m, c in size.terms if m) and size.evaluate(_zeros(size)) < 0:
            return False
        if not self.conditional or self.call:
            self.assumptions.setdefault(size, Assumption(size, False, reason, self.r.b.span))
        elif here:
            self._require_here(size, reason)
        else:
            return False
        return True

    def _require_here(self, size: Dim, reason: str) -> None:
        """Check a size where lowering is, and know it from here to the end of the branch."""
        left, right = (Dim(tuple((m, s * c) for m, c in size.terms if s * c > 0)) for s in (1, -1))
        bad = lt(self.r.b, self.value(left), self.value(right))
        message = f"{left} >= {right} is required ({reason})"
        self.r.b.emit(fail_if, (bad,), {"error": "ValueError", "message": message})
        self.known.append(size)

    def needed(self) -> tuple[Assumption, ...]:
        """The assumptions that no other one implies, and the equalities that no symbol stands for."""
        found = list(self.assumptions.values())
        least = [
            a
            for k, a in enumerate(found)
            if not any(_implies(other.dim, a.dim, k < at) for at, other in enumerate(found) if at != k)
        ]
        equal = [Assumption(gap, True, "equal lengths", e.span) for gap, e in self.unsolved.items()]
        return (*least, *equal)

    def about_inputs(self, size: Dim) -> bool:
        """Whether only sizes of arguments occur."""
        return all(s in self.inputs for s in size.symbols())

    # -- attempts -----------------------------------------------------------------------------------------
    def facts(self) -> tuple[dict[Dim, Assumption], dict[str, Equality]]:
        """What is asked of the arguments so far."""
        return dict(self.assumptions), dict(self.equalities)

    def forget(self, facts: tuple[dict[Dim, Assumption], dict[str, Equality]]) -> None:
        """Go back to what was asked before an attempt that is made again."""
        self.assumptions, self.equalities = facts

    # -- equal dims ---------------------------------------------------------------------------------------
    def same(self, left: Dim, right: Dim, values: Sequence[Value] = (), wanted: Sequence[Dim] = ()) -> Dim:
        """A dim equal to both, which the program needs to be equal. Raises AG230 where they cannot be.

        ``wanted`` is the shape that the last of ``values`` has to have.
        """
        if left == right:
            return left
        gap = left - right
        if gap.value is not None or self._only_empty(gap):
            raise self._unequal(left, right, values, wanted)
        if not self.about_inputs(gap):
            return left
        if not self.conditional:
            self.unify(left, right)
        elif self._stretches(left, right):
            raise self._unequal(left, right, values, wanted)
        return left

    def _stretches(self, left: Dim, right: Dim) -> bool:
        """Whether one of two sizes, and not the other, is 1 in the call that the program is made for."""
        if not {*left.symbols(), *right.symbols()} <= self.call.keys():
            return False
        self.alike.setdefault((left, right))
        return (left.evaluate(self.call) == 1) != (right.evaluate(self.call) == 1)

    def unify(self, left: Dim, right: Dim) -> bool:
        """Find a symbol that has to be a dim for two to be equal, latest input first, and record it."""
        gap = (left - right).substitute({s: e.dim for s, e in self.equalities.items()})
        for symbol in sorted(gap.symbols(), key=self.inputs.index, reverse=True):
            coefficient = _linear_coefficient(gap, symbol)
            if coefficient not in (1, -1) or symbol in self.equalities:
                continue
            rest = gap.substitute({symbol: ZERO})
            dim = -rest if coefficient == 1 else rest
            self.equalities[symbol] = Equality(symbol, dim, left, right, self.r.b.span)
            return True
        if gap != ZERO:
            self.unsolved.setdefault(gap, Equality(None, gap, left, right, self.r.b.span))
        return gap == ZERO

    def _only_empty(self, gap: Dim) -> bool:
        """Whether two sizes are equal for no input but an empty one, which nobody has given."""
        return not self.call and len(gap.terms) == 1 and bool(gap.symbols())

    def _unequal(self, left: Dim, right: Dim, values: Sequence[Value], wanted: Sequence[Dim]) -> UserError:
        shapes = [*([wanted] if wanted else []), *(v.type.dims for v in values if v.type.rank)]
        pair = (shapes[0], shapes[-1]) if len(shapes) > 1 else ((left,), (right,))
        return self.unequal(*pair, values, (left, right))

    def unequal(
        self, left: Sequence[Dim], right: Sequence[Dim], values: Sequence[Value], sizes: Sequence[Dim] = ()
    ) -> UserError:
        """AG230 for two shapes; where one of ``sizes`` is 1 in this call, it tells what to make known."""
        error = mismatch(self.r, left, right, values)
        names = {s for d in sizes for s in d.symbols()}
        ones = [d for d in sizes if names <= self.call.keys() and d.evaluate(self.call) == 1]
        broken = frozenset(a for a in self.assumptions if self._negative(a))
        return Unequal(error, {s: self.call[s] for d in ones for s in d.symbols()}, broken)

    def _negative(self, size: Dim) -> bool:
        return set(size.symbols()) <= self.call.keys() and size.evaluate(self.call) < 0


_OPPOSITES = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


def _nonnegative(size: Dim, facts: Sequence[Dim], depth: int = 2) -> bool:
    """Whether a polynomial is one of sizes that are not negative, up to facts that are not."""
    bound = size.lower_bound()
    if bound is not None and bound >= 0 and not _opaque(size):
        return True
    if depth == 0:
        return False
    return any(_nonnegative(size - fact, facts, depth - 1) for fact in facts if _shares(fact, size))


def _opaque(size: Dim) -> bool:
    """Whether unknown integers occur in a polynomial."""
    return any(s.startswith("@") for s in size.symbols())


def _linear_coefficient(size: Dim, name: str) -> int | None:
    """The coefficient of a symbol that occurs only linearly and alone, else None."""
    found = 0
    for monomial, coefficient in size.terms:
        if name in monomial:
            if monomial != (name,):
                return None
            found = coefficient
    return found


def _shares(fact: Dim, size: Dim) -> bool:
    return bool(set(fact.symbols()) & set(size.symbols()))


def _implies(stronger: Dim, weaker: Dim, earlier: bool) -> bool:
    gap = (weaker - stronger).value
    return gap is not None and (gap > 0 or (gap == 0 and not earlier))


def _zeros(size: Dim) -> dict[str, int]:
    return dict.fromkeys(size.symbols(), 0)
