"""How many bytes a loop takes under a schedule: a state, and the tape of some of its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from adgen.autodiff.segments import Loop, number
from adgen.autodiff.sums import is_sum
from adgen.ir.builder import Builder, dims_in_attrs
from adgen.ir.core import For, Func, Node, Op, Region, Value, While, regions_of, uses_of, walk
from adgen.ir.dims import ZERO, Dim, product
from adgen.ir.types import I64, Type
from adgen.primitives.elementwise import add, mul, sub
from adgen.primitives.extrema import maximum
from adgen.primitives.sizes import known_dim, size_value
from adgen.records import dataclass
from adgen.transform.fold import HOOK
from adgen.transform.rebuild import Copy

#: Whether a value, or the symbol of a size, is there where bytes are counted.
Known = Callable[[Value | str], bool]


@dataclass(frozen=True, slots=True)
class Storage:
    """The arrays in which the steps of a segment are taped, and the integers that their sizes come from."""

    func: Func
    arrays: tuple[Op, ...]
    sizes: tuple[Node, ...]

    @staticmethod
    def of(func: Func) -> Storage | None:
        """The storage of a segment, of its joint program; None where it grows as it goes."""
        forward = func.body.nodes[: func.cut]
        if any(isinstance(n, Op) and n.prim.name == "stack_new" for n in forward):
            return None
        arrays = tuple(n for n in forward if isinstance(n, Op) and n.prim.name == "empty")
        symbols = {s for op in arrays for d in op.result.type.dims for s in d.symbols()}
        bound = [
            n for n in forward if isinstance(n, Op) and n.prim.name == "bind_dim" and n.attr("sym") in symbols
        ]
        sizes = _slice(forward, bound, set(func.params[:2]), set(func.params[2:]))
        return None if sizes is None else Storage(func, arrays, tuple(sizes))

    def bytes(self, b: Builder, loop: Loop, steps: int) -> Value:
        """The bytes for so many steps, wherever they begin."""
        stride = loop.stride
        ends = [
            loop.counter(b, number(b, k)) if stride is None else number(b, k * stride) for k in (0, steps)
        ]
        return self._bytes(b, loop, ends[0], ends[1])

    def _end(self, b: Builder, loop: Loop, steps: int) -> Value:
        if loop.stride is None:
            return loop.counter(b, number(b, steps))
        return number(b, steps * loop.stride)

    def bytes_from(self, b: Builder, loop: Loop, first: Value, steps: Value) -> Value:
        """The bytes for some steps, of which the first has a number."""
        return self._bytes(b, loop, loop.counter(b, first), loop.counter(b, add(b, first, steps)))

    def moves(self, loop: Loop) -> bool:
        """Whether the bytes depend on where the steps begin."""
        if loop.stride is None:
            return False
        b = Builder(HOOK)
        first = Dim.symbol("@first")
        ends = [size_value(b, first), size_value(b, first + loop.stride)]
        copy = self._sized(b, loop, *ends)
        found = [known_dim(b, copy.value(op.operands[0])) for op in self._bound]
        return any(d is None or "@first" in d.symbols() for d in found)

    def outside(self, known: Known) -> bool:
        """Whether all that the bytes follow from, besides where the steps begin and end, is known."""
        made = {v for n in self.sizes for v in n.results} | {*self.func.params[:2]}
        names = {op.attr("sym") for op in self._bound}
        used = {v for n in self.sizes for v in uses_of(n)} - made
        symbols = {s for op in self.arrays for d in op.result.type.dims for s in d.symbols()}
        symbols |= {
            s for n in self.sizes if isinstance(n, Op) for d in dims_in_attrs(n.attrs) for s in d.symbols()
        }
        return all(known(v) for v in used) and all(known(s) for s in symbols - names)

    @property
    def _bound(self) -> list[Op]:
        return [n for n in self.sizes if isinstance(n, Op) and n.prim.name == "bind_dim"]

    def _bytes(self, b: Builder, loop: Loop, first: Value, end: Value) -> Value:
        """The bytes for the steps between two values of the loop variable."""
        inner = Builder(HOOK)
        inner.defs.table.update(b.defs.table)
        copy = self._sized(inner, loop, first, end)
        dims = {op.attr("sym"): known_dim(inner, copy.value(op.operands[0])) for op in self._bound}
        symbols = {name: found for name, found in dims.items() if found is not None}
        if len(symbols) < len(dims):
            symbols = self._sized(b, loop, first, end).symbols
        total = sum((bytes_of(op.result).substitute(symbols) for op in self.arrays), ZERO)
        return size_value(b, total)

    def _sized(self, b: Builder, loop: Loop, first: Value, end: Value) -> Copy:
        """The integers that sizes come from."""
        copy = Copy(b, {**loop.env, **dict(zip(self.func.params, (first, end), strict=False))})
        copy.emit(b, self.sizes)
        return copy


def _slice(
    nodes: Sequence[Node], wanted: Sequence[Node], given: set[Value], unknown: set[Value]
) -> list[Node] | None:
    """The operations that integers come from, in order; None where they come from more than ``given``."""
    defs = {v: node for node in nodes for v in node.results}
    found: set[Node] = set()
    pending = list(wanted)
    while pending:
        node = pending.pop()
        if node in found:
            continue
        if not isinstance(node, Op) or node.prim.pinned:
            return None
        found.add(node)
        for value in node.operands:
            if value in unknown or value.any_type != I64:
                return None
            if value in defs and value not in given:
                pending.append(defs[value])
    return [node for node in nodes if node in found]


def bytes_of(value: Value) -> Dim:
    """The bytes of an array."""
    return product(value.type.dims) * value.type.dtype.itemsize


def state_bytes(node: For | While) -> Dim:
    """The bytes of a state and of its place: what the loop only adds to or fills is not kept."""
    read = [p for k, p in enumerate(node.carried) if not is_sum(node, k)]
    return sum((bytes_of(p) for p in read), Dim.const(I64.dtype.itemsize))


def is_taped(func: Func) -> bool:
    """Whether a segment keeps anything of its steps."""
    names = {n.prim.name for n in func.body.nodes[: func.cut] if isinstance(n, Op)}
    return not names.isdisjoint(("empty", "stack_new"))


def alive_bytes(func: Func, known: Known) -> Dim:
    """The bytes of arrays that the second part of a joint program reads of the first, beside storage of its
    own, as far as their sizes are known outside."""
    forward, reverse = func.body.nodes[: func.cut], func.body.nodes[func.cut :]
    made = [v for n in forward if not _makes_room(n) for v in n.results]
    read, local = {v for n in reverse for v in uses_of(n)}, set(_bound_in(_within(forward)))

    def outside(what: Value | str) -> bool:
        return what not in local and known(what)

    return sum((bytes_of(v) for v in made if v in read and _is_outside(v, outside)), ZERO)


def _makes_room(node: Node) -> bool:
    return isinstance(node, Op) and node.prim.name in ("empty", "dim", "const", "broadcast", "transpose")


def _is_outside(value: Value, known: Known) -> bool:
    type_ = value.any_type
    if not isinstance(type_, Type) or not type_.rank:
        return False
    return all(known(s) for d in type_.dims for s in d.symbols())


# -- costs ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Costs:
    """The bytes of a loop: for each state, for each step that is taped, and for any number of these.

    ``whole`` are those of all steps.
    """

    state: Value
    tape: Value
    fixed: Value
    whole: Value

    @staticmethod
    def of(b: Builder, loop: Loop, trips: Value) -> Costs:
        """The bytes of a loop; a tape that grows counts nothing."""
        storage, state = Storage.of(loop.joint_segment()), size_value(b, state_bytes(loop.node))
        zero = number(b, 0)
        if storage is None:
            return Costs(state, zero, zero, zero)
        if storage.moves(loop):
            tape, fixed = _at_most(b, loop, storage, trips)
            return Costs(state, tape, fixed, storage.bytes_from(b, loop, zero, trips))
        first = storage.bytes(b, loop, 1)
        tape = sub(b, storage.bytes(b, loop, 2), first)
        fixed = sub(b, first, tape)
        return Costs(state, tape, fixed, add(b, fixed, mul(b, tape, trips)))

    def of_steps(self, b: Builder, steps: Value) -> Value:
        """The bytes of some steps that are taped."""
        return add(b, self.fixed, mul(b, self.tape, steps))

    def of_pieces(self, b: Builder, size: Value, last: Value) -> Value:
        """The bytes of a piece, and of the last one."""
        return add(b, self.of_steps(b, size), self.of_steps(b, last))

    def least(self, b: Builder) -> Value:
        """The bytes of one state and of a step taped at a time."""
        one = number(b, 1)
        return add(b, self.state, self.of_pieces(b, one, one))


def _at_most(b: Builder, loop: Loop, storage: Storage, trips: Value) -> tuple[Value, Value]:
    """The bytes of each step and of any number of them, where steps differ: the most at either end."""
    zero, one = number(b, 0), number(b, 1)
    ends = (zero, maximum(b, sub(b, trips, one), zero))
    fixed = [storage.bytes_from(b, loop, at, zero) for at in ends]
    steps = [storage.bytes_from(b, loop, at, one) for at in ends]
    tapes = [sub(b, step, rest) for step, rest in zip(steps, fixed, strict=True)]
    return maximum(b, *tapes), maximum(b, *fixed)


def _bound_in(nodes: Sequence[Node]) -> Iterator[str]:
    return (n.attr("sym") for n in nodes if isinstance(n, Op) and n.prim.name == "bind_dim")


def known_before(func: Func, node: Node) -> Known:
    """What is there before a node of a function's own block."""
    nodes = func.body.nodes
    behind = nodes[nodes.index(node) :] if node in nodes else nodes
    made: set[Value] = {v for n in _within(behind) for v in n.results} | set(_params_in(behind))
    bound = set(_bound_in(_within(behind)))

    def known(what: Value | str) -> bool:
        return what not in bound if isinstance(what, str) else what not in made

    return known


def _within(nodes: Sequence[Node]) -> list[Node]:
    return list(walk(Region((), tuple(nodes), ())))


def _params_in(nodes: Sequence[Node]) -> Iterator[Value]:
    for node in _within(nodes):
        for region in regions_of(node):
            yield from region.params
