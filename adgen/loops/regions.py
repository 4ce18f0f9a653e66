"""Loops and branches: scalars in variables, arrays in place or exchanged through pointers.

An array carried by a loop is one of three:

- *in place*: what the body yields is the carried array itself, updated. It stays where its initial value is.
- *exchanged*: the body yields a permutation of such arrays (``u, v = v, u``). Pointers change hands.
- *renewed*: the body computes a new array. It goes to whichever of two buffers the old one is not in.
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.analysis.origins import Origins
from adgen.ir.core import For, If, Node, Op, Region, Value, While, captures, regions_of, walk
from adgen.ir.dims import Dim, product
from adgen.ir.types import DType, Type
from adgen.loops.arrays import Array, View, whole
from adgen.loops.buffers import AtPointer, Buffer, InArena, Lit, Operand, Ref, Slot
from adgen.loops.core import Alternate, Branch, Get, Loop, Set, SetPointers, Stmt, TapeMove, WhileLoop
from adgen.loops.state import State, Unsupported, element_type
from adgen.loops.tape_loops import hoist_tapes


# -- loops ----------------------------------------------------------------------------------------------
class Carried:
    """The values a loop carries: variables for scalars, storage for arrays."""

    def __init__(self, state: State, inits: Sequence[Value], params: Sequence[Value], body: Region) -> None:
        self.state = state
        self.inits = tuple(inits)
        self.params = tuple(params)
        self.yields = body.yields
        origins = Origins(body)
        self.origins = [origins.of(v) for v in self.yields]
        self.slots: dict[int, Slot] = {}
        self.current: dict[int, Buffer] = {}
        self.following: dict[int, tuple[Buffer, Buffer, Buffer]] = {}
        self.fixed: dict[int, View] = {}
        self.permuted = self._permutation()

    def _permutation(self) -> set[int]:
        """Positions of arrays that change places among themselves."""
        where = {p: k for k, p in enumerate(self.params)}
        moves = {
            k: where[o]
            for k, o in enumerate(self.origins)
            if o in where and where[o] != k and self._is_array(k)
        }
        closed = set(moves)
        while True:
            kept = {k for k in closed if moves[k] in closed}
            if len({moves[k] for k in kept}) == len(kept) and kept == closed:
                return kept
            if kept == closed:
                return set()
            closed = kept

    def _is_array(self, position: int) -> bool:
        type_ = self.params[position].any_type
        return isinstance(type_, Type) and type_.rank > 0

    def enter(self) -> None:
        """Before the loop: variables and pointers get the initial values."""
        for k, (init, param) in enumerate(zip(self.inits, self.params, strict=True)):
            if not isinstance(param.any_type, Type):
                if self.origins[k] is not param:
                    raise Unsupported("loop", "a round replaces a growable list by another one")
                continue
            if not param.type.rank:
                self.slots[k] = self.state.slot(param.type.dtype)
                self.state.block.add(Set(self.slots[k], self.state.scalar(init)))
            elif self.origins[k] is param:
                self.fixed[k] = self.state.force(self.state.array(init))
            else:
                self._enter_pointer(k, self.state.array(init))

    def _enter_pointer(self, k: int, init: Array) -> None:
        state = self.state
        source = state.force_contiguous(init)
        if source.base != Dim.const(0):
            source = whole(state.buffer(init.dtype, product(init.dims)), init.dims)
            state.fill(source, init)
        current = state.pointer(source.buffer)
        self.current[k] = current
        state.merge(current, source.buffer)
        state.block.add(SetPointers((current,), (source.buffer,)))
        if k not in self.permuted:
            first, second = (state.buffer(init.dtype, product(init.dims)) for _ in range(2))
            following = state.pointer(source.buffer)
            self.following[k] = (following, first, second)
            state.merge(current, first, second, following)
            state.block.add(SetPointers((following,), (first,)))
            self._keep_apart(current, following)
        else:
            state.merge(*(self.current[p] for p in sorted(self.permuted) if p in self.current))
            self._keep_apart(*(self.current[p] for p in sorted(self.permuted) if p in self.current))

    def _keep_apart(self, *buffers: Buffer) -> None:
        group = self.state.apart.get(buffers[0])
        group = self.state.count("apart") if group is None else group
        for buffer in buffers:
            self.state.apart[buffer] = group

    def bind(self, params: Sequence[Value]) -> None:
        """At the start of a region: its parameters stand for the carried values."""
        for k, param in enumerate(params):
            if k in self.slots:
                ref = self.state.block.ref(self.slots[k].dtype)
                self.state.block.add(Get(ref, self.slots[k]))
                self.state.env[param] = ref
            elif k in self.current:
                self.state.define_view(param, whole(self.current[k], param.type.dims))
            else:
                self._bind_in_place(k, param)

    def _bind_in_place(self, k: int, param: Value) -> None:
        if k in self.fixed:
            self.state.define_view(param, self.fixed[k])
        else:
            self.state.env[param] = self.state.env[self.inits[k]]

    def advance(self) -> None:
        """At the end of the body: the yielded values become the carried ones."""
        state = self.state
        for k in self.following:
            self._renew(k)
        scalars = [(slot, state.scalar(self.yields[k])) for k, slot in self.slots.items()]
        for slot, value in scalars:
            state.block.add(Set(slot, value))
        self._exchange()
        for k, (following, first, second) in self.following.items():
            state.block.add(SetPointers((self.current[k],), (following,)))
            state.block.add(Alternate(following, self.current[k], first, second))

    def _exchange(self) -> None:
        where = {p: k for k, p in enumerate(self.params)}
        order = sorted(self.permuted)
        if order:
            targets = tuple(self.current[k] for k in order)
            sources = tuple(self.current[where[self.origins[k]]] for k in order)
            self.state.block.add(SetPointers(targets, sources))

    def _renew(self, k: int) -> None:
        array = self.state.array(self.yields[k])
        following = self.following[k][0]
        put(self.state, array, whole(following, array.dims))

    def leave(self, results: Sequence[Value]) -> None:
        """After the loop: the results are what is carried now."""
        self.bind(results)


def put(state: State, array: Array, target: View) -> None:
    """Bring an array into given storage: computed there, or made there all along, or copied."""
    view = array.view
    if view is not None and array.contiguous() and view.base == Dim.const(0):
        own = view.buffer
        fresh = state.made_at[own] == state.level and isinstance(state.places[own], InArena)
        if fresh and own.size == target.buffer.size and own not in state.merged:
            adopt(state, own, target.buffer)
            return
    state.fill(target, array)


def adopt(state: State, own: Buffer, target: Buffer) -> None:
    """From now on (and in what is already emitted) `own` is another name of `target`."""
    state.merge(target, own)
    state.adopted[own] = target


def lower_for(state: State, node: For) -> None:
    """A counted loop."""
    prepare(state, node)
    carried = Carried(state, node.inits, node.carried, node.body)
    carried.enter()
    lo, hi, step = (state.scalar(v) for v in (node.lo, node.hi, node.step))
    counter = state.block.ref(DType.i64)
    _counter_range(state, counter, lo, hi, step)
    with entered(state, loop=True), state.blocks.inside() as body:
        state.env[node.counter] = counter
        carried.bind(node.carried)
        lower_region(state, node.body)
        carried.advance()
    statements = hoist_tapes(state, body.stmts, counter, lo, hi, step)
    state.block.add(Loop(counter, lo, hi, step, statements))
    carried.leave(node.results)


def lower_while(state: State, node: While) -> None:
    """A loop with a condition."""
    prepare(state, node)
    carried = Carried(state, node.inits, node.carried, node.body)
    carried.enter()
    with entered(state, loop=True):
        with state.blocks.inside() as head:
            carried.bind(node.cond.params)
            lower_region(state, node.cond)
            test = state.scalar(node.cond.yields[0])
        with state.blocks.inside() as body:
            carried.bind(node.carried)
            lower_region(state, node.body)
            carried.advance()
    state.block.add(WhileLoop(tuple(head.stmts), test, tuple(body.stmts)))
    carried.leave(node.results)


def _counter_range(state: State, counter: Ref, lo: Operand, hi: Operand, step: Operand) -> None:
    if not isinstance(step, Lit) or step.value == 0:
        return
    low, high = state.polynomial(lo), state.polynomial(hi)
    if step.value > 0:
        state.bounds.ranges[counter.name] = (low, high - 1)
    else:
        state.bounds.ranges[counter.name] = (high + 1, low)


class entered:
    """One region level deeper; buffers and rules made inside belong to it."""

    def __init__(self, state: State, loop: bool = False) -> None:
        self.state = state
        self.outer = state.level
        self.loop = loop

    def __enter__(self) -> None:
        self.state.depth += self.loop
        self.state.levels += 1
        self.state.level = self.state.levels

    def __exit__(self, *exc: object) -> None:
        self.state.depth -= self.loop
        inner, self.state.level = self.state.level, self.outer
        self.state.pending = [a for a in self.state.pending if a.level != inner]


def lower_region(state: State, region: Region) -> None:
    """The nodes of a region, in the current block."""
    from adgen.loops.lower import lower_nodes

    lower_nodes(state, region.nodes)


def prepare(state: State, node: Node) -> None:
    """Before a region: values that it would change or compute again and again are put into memory."""
    for value in captures(node):
        found = state.env.get(value)
        if isinstance(found, Array) and found.view is None and found.cost > 1:
            state.force(found)
    for buffer in _changed(state, node):
        state.settle(buffer)


def _changed(state: State, node: Node) -> list[Buffer]:
    """Buffers made before a node that it may write: what its operations consume, what its loops carry.

    What a loop carries is put into memory here, before others that are computed from it are settled.
    """
    regions = regions_of(node)
    for value in node.inits if isinstance(node, For | While) else ():
        init = state.env.get(value)
        if isinstance(init, Array) and init.view is None:
            state.force(init)
    origins = Origins(*regions)
    consumed: list[Value] = []
    for inner in (node, *(n for region in regions for n in walk(region))):
        match inner:
            case Op():
                consumed += [inner.operands[k] for k in inner.prim.consumes]
            case For() | While():
                consumed += inner.inits
            case If():
                pass
    made = {v: n for r in regions for n in walk(r) if isinstance(n, Op) for v in n.results}
    found: dict[Buffer, None] = {}
    for value in consumed:
        root = origins.of(value)
        while root in made and made[root].prim.view:  # written through a view that is made inside
            root = origins.of(made[root].operands[0])
        at = state.env.get(root)
        if isinstance(at, Buffer):
            found.setdefault(at)
        elif isinstance(at, Array) and at.view is not None:
            found.setdefault(at.view.buffer)
    return list(found)


# -- branches -------------------------------------------------------------------------------------------
def lower_if(state: State, node: If) -> None:
    """A branch: scalars through variables, arrays updated in place or brought into one buffer."""
    prepare(state, node)
    origins = Origins(node.then, node.orelse)
    joined: list[Slot | Buffer | Value] = []
    outside: dict[Value, Array] = {}
    for k, result in enumerate(node.results):
        then, other = (origins.of(r.yields[k]) for r in (node.then, node.orelse))
        if not isinstance(result.any_type, Type):
            joined.append(then if then is other else _joined_tape(state, result, (then, other)))
        elif not result.type.rank:
            joined.append(state.slot(result.type.dtype))
        elif then is other and then in state.env:
            array = state.array(then)
            view = state.force(array)
            state.settle(view.buffer)
            if array.view is None:  # made outside of the branch that this one is in, and filled here alone
                outside.setdefault(then, array)
                state.define_view(then, view)
            joined.append(then)
        else:
            joined.append(state.buffer(result.type.dtype, product(result.type.dims)))
    sides = [_branch(state, region, joined) for region in (node.then, node.orelse)]
    state.block.add(Branch(state.scalar(node.pred), sides[0], sides[1]))
    for result, way in zip(node.results, joined, strict=True):
        _join(state, result, way)
    state.env.update(outside)


def _branch(state: State, region: Region, joined: Sequence[Slot | Buffer | Value]) -> tuple[Stmt, ...]:
    with entered(state), state.blocks.inside() as body:
        lower_region(state, region)
        for value, way in zip(region.yields, joined, strict=True):
            if isinstance(way, Slot):
                state.block.add(Set(way, state.scalar(value)))
            elif isinstance(way, Buffer) and value.is_stack:
                tape = state.env[value]
                assert isinstance(tape, Buffer)
                state.merge(way, tape)
                state.block.add(TapeMove(way, tape))
            elif isinstance(way, Buffer):
                array = state.array(value)
                put(state, array, whole(way, array.dims))
    return tuple(body.stmts)


def _joined_tape(state: State, result: Value, origins: Sequence[Value]) -> Buffer:
    """A tape of its own for branches that end with different ones, which may be there already."""
    for origin in origins:
        found = state.env.get(origin)
        if isinstance(found, Buffer):
            state.settle(found)
    return state.tape(element_type(result).dtype)


def _join(state: State, result: Value, way: Slot | Buffer | Value) -> None:
    if isinstance(way, Slot):
        ref = state.block.ref(way.dtype)
        state.block.add(Get(ref, way))
        state.env[result] = ref
    elif isinstance(way, Buffer) and result.is_stack:
        state.env[result] = way
    elif isinstance(way, Buffer):
        state.define_view(result, whole(way, result.type.dims))
    else:
        found = state.env[way]
        if isinstance(found, Array):
            assert found.view is not None
            state.define_view(result, found.view)
        else:
            state.env[result] = found


__all__ = ["AtPointer", "lower_for", "lower_if", "lower_while"]
