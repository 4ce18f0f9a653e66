"""Which values are saved, and which are computed again: a least cut for the whole function.

Every value of a loop or branch can be saved, at the price of its bytes times the rounds of the loops around
it, or computed again from its operands, which then have to be at hand themselves. What the reverse sweep has
anyway (arguments, counters, cells that are final) costs nothing. The cheapest choice is a least cut of the
graph of the computation (as in Naumann, "The Art of Differentiating Computer Programs", 2012, and the
partitioners of PyTorch and Enzyme), where an operation done again has a price, too.

Products, sums and loops are never done again, nor is an array or an elementary function that the user's code
gives a name; indices, predicates, views and reads of what is saved are. In loops over numbers, operations are
dearer: a few take as long as to store a number and to load it again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import field

from adgen.analysis.flows import Network
from adgen.analysis.ranges import fits_in_four_bytes
from adgen.analysis.switches import enabled
from adgen.autodiff.homes import Homes, Path, ends_of, is_number
from adgen.autodiff.tables import Tables
from adgen.autodiff.undo import Undo
from adgen.ir.builder import dims_in_attrs
from adgen.ir.core import For, If, Node, Op, Value, While
from adgen.ir.dims import OPEN, Dim, product
from adgen.ir.types import Type
from adgen.records import dataclass

#: what an unknown size or number of rounds is taken to be
TYPICAL = 64
#: the price of a byte saved, and of computing one number again: arithmetic, simple and elementary functions
BYTE, ARITHMETIC, SIMPLE, ELEMENTARY = 16, 1, 4, 96
#: the prices of a number in a loop over numbers: of an operation, and of those that keep others waiting
NUMBER = 48
_SLOW = {"div": 120, "reciprocal": 120, "sqrt": 160}
_SIMPLE = frozenset(
    {"where", "sqrt", "reciprocal", "powi", "floor", "ceil", "trunc", "rint", "cast"}
)  #: reductions whose result does not depend on the order of the elements in memory
_EXTREMES = frozenset({"max", "min", "argmax", "argmin"})

Place = tuple[Value, int] | str


@dataclass(frozen=True, slots=True)
class Stores:
    """Where values would be saved.

    ``kept`` tells what the primal stores, ``grows`` whose tape would be a stack: it is taken from once, so
    that no branch can be gone through again for what is on it; ``log`` is the undo log of a version of an
    array.
    """

    kept: Callable[[Value], bool]
    grows: Callable[[Value], bool]
    log: Callable[[Value], Undo | None]


@dataclass(slots=True)
class Choice:
    """The decision on every value that ``demanded`` ones depend on."""

    homes: Homes
    tables: Tables
    demanded: Collection[Value]
    stores: Stores
    _again: dict[Value, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        network: Network[Place] = Network()
        seen: dict[Value, None] = {}
        waiting = [v for v in self.demanded if not self.tables.at_hand(v)]
        for value in waiting:
            network.edge((value, 1), "needed", None)
        while waiting:
            value = waiting.pop()
            if value not in seen:
                seen[value] = None
                waiting += self._enter(value, network)
        if seen:
            side = network.sources("at hand", "needed")
            self._again.update((v, (v, 0) not in side) for v in seen)

    def again(self, value: Value) -> bool | None:
        """Whether a value is computed again, not saved; None where nothing was decided."""
        return self._again.get(value)

    # -- the network ------------------------------------------------------------------------------------
    def _enter(self, value: Value, network: Network[Place]) -> list[Value]:
        """Put a value into the network; what it would be computed from."""
        network.edge((value, 0), (value, 1), 0 if self._shared(value) else BYTE * self._saved(value))
        price = self._price(value)
        network.edge("at hand", (value, 0), price)
        if price is None:
            return []
        found = [v for v in self._needs(value) if not self.tables.at_hand(v)]
        for v in found:
            network.edge((v, 1), (value, 0), None)
        return found

    def _needs(self, value: Value) -> Iterator[Value]:
        """What has to be at hand to compute a value again: operands, and sizes bound inside loops."""
        branch = self.homes.defs.table[value]
        if isinstance(branch, If):
            yield from (branch.pred, *ends_of(branch, value))
            return
        op = self.homes.defs.op(value)
        assert op is not None
        yield from op.operands
        types = [v.any_type for v in (value, *op.operands) if isinstance(v.any_type, Type)]
        dims = [*(d for t in types for d in t.dims), *dims_in_attrs(op.attrs)]
        for name in dict.fromkeys(s for d in dims for s in d.symbols()):
            bound = self.homes.binding(name, self.homes.path[value])
            if bound is not None and bound[1]:
                yield bound[0].operands[0]

    # -- prices -----------------------------------------------------------------------------------------
    def _rounds(self, loops: Iterable[Node]) -> int:
        found = 1
        for node in loops:
            if isinstance(node, For | While):
                found *= self._trips(node)
        return found

    def _trips(self, node: For | While) -> int:
        if isinstance(node, While):
            return TYPICAL
        if not all(self.homes.at_root(v) or self._number(v) for v in (node.lo, node.hi, node.step)):
            return TYPICAL // 2  # a triangle, most likely
        bounds = [self._number(v) for v in (node.lo, node.hi, node.step)]
        if None in bounds:
            return TYPICAL
        lo, hi, step = (n or 0 for n in bounds)
        return max(len(range(lo, hi, step)), 1) if step else TYPICAL

    def _number(self, value: Value) -> int | None:
        op = self.homes.defs.op(value)
        if op is None:
            return None
        if op.prim.name == "dim":
            return self._typical(op.attr("dim"), ())
        return int(op.attr("value")) if op.prim.name == "const" else None

    def _typical(self, dim: Dim, path: Path) -> int:
        """A likely size; one that a loop binds is that of a triangle."""
        return max(dim.evaluate({s: self._likely(s, path) for s in dim.symbols()}), 1)

    def _likely(self, name: str, path: Path) -> int:
        bound = self.homes.binding(name, path) if name != str(OPEN) else None
        varies = bound is not None and bool(self.homes.rounds(bound[0].operands[0]))
        return TYPICAL // 2 if varies else TYPICAL

    def _count(self, value: Value) -> int:
        return self._typical(product(value.type.dims), self.homes.path[value])

    def _array(self, value: Value) -> int:
        type_ = value.any_type
        if not isinstance(type_, Type):
            return TYPICAL * TYPICAL
        small = enabled("narrow") and fits_in_four_bytes(value, self.homes.defs)
        return self._count(value) * (4 if small else type_.dtype.itemsize)

    def _bytes(self, value: Value) -> int:
        return self._array(value) * self._rounds(self.homes.rounds(value))

    def _saved(self, value: Value) -> int:
        """The bytes that saving a value takes; an undo log may take a copy of the array, and the stores."""
        log = self.stores.log(value)
        if log is None:
            return self._bytes(value)
        cells = [s.old.result for s in log.steps]
        stores = sum(self._bytes(v) for v in cells) // 8
        return self._array(value) + stores + sum(self._bytes(v) for v in cells if not self.homes.free(v))

    def _price(self, value: Value) -> int | None:
        """What computing the value again costs, given its operands; None where that is not done."""
        op = self.homes.defs.op(value)
        if isinstance(self.homes.defs.table.get(value), If) and is_number(value) and value.hint is None:
            return None if self.stores.grows(value) else 0
        if op is None or len(op.results) != 1 or not isinstance(value.any_type, Type):
            return None
        if self.homes.recomputable(op):
            return 0
        if value.hint is None and op.prim.name in _EXTREMES:
            return ARITHMETIC * self._count(op.operands[0]) * self._rounds(self.homes.rounds(value))
        simple = getattr(op.prim, "cheap", False) or op.prim.name in _SIMPLE
        if value.hint is not None and not (simple and is_number(value)):
            return None
        if op.prim.pinned or not getattr(op.prim, "elementwise", False):
            return None
        path = self.homes.path[value]
        if simple:
            return self._each(op) * self._count(value) * self._rounds(self.homes.rounds(value))
        around = [node for node, _ in path if isinstance(node, For | While)]
        return ELEMENTARY * self._count(value) * self._rounds(around) if around else None

    def _each(self, op: Op) -> int:
        """The price of one number that a simple operation computes."""
        if is_number(op.result):
            return _SLOW.get(op.prim.name, NUMBER)
        return SIMPLE if op.prim.name in _SIMPLE else ARITHMETIC

    def _shared(self, value: Value) -> bool:
        """Whether saving the value costs next to nothing: the primal stores it, or its partner is saved."""
        if self.stores.kept(value):
            return True
        if not enabled("histories"):
            return False
        partner = partner_of(self.homes, value)
        if partner is None or partner not in self.demanded or self.tables.at_hand(partner):
            return False
        return self._price(partner) is None


def cells_of(value: Value) -> int:
    """How many cells an array is likely to have."""
    found = product(value.type.dims)
    return max(found.evaluate(dict.fromkeys(found.symbols(), TYPICAL)), 1)


def partner_of(homes: Homes, value: Value) -> Value | None:
    """The successor of a carried value, or the carried value of a successor, where one tape can hold both."""
    node, number = homes.path[value][-1]
    if not isinstance(node, For) or number:
        return None
    for param, end in zip(node.carried, node.body.yields, strict=True):
        if value in (param, end) and homes.path.get(end) == homes.path[param]:
            fresh = end not in node.carried and node.body.yields.count(end) == 1
            return (end if value is param else param) if fresh else None
    return None
