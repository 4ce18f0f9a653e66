"""From a function (after explicit copies) to a loop-level kernel."""

from __future__ import annotations

import os
from collections.abc import Sequence

from adgen.ir.core import For, Func, If, Node, Op, Region, Value, While, operands_of, regions_of
from adgen.ir.dims import Dim, product
from adgen.ir.types import I64, DType, Type
from adgen.loops import interleaved
from adgen.loops.arrays import Array, View, whole
from adgen.loops.buffers import Buffer, InArena, InParam, InResult, OnHeap, Operand, Place, Ref
from adgen.loops.collapse import collapse
from adgen.loops.contractions import contracted
from adgen.loops.core import Kernel, Reserve, TapeClear, TapeGrow
from adgen.loops.fuse import fuse
from adgen.loops.gather import gather
from adgen.loops.joined_products import with_joined_products
from adgen.loops.kept_cells import with_kept_cells
from adgen.loops.known_integers import with_known_integers
from adgen.loops.rules import rule_for
from adgen.loops.running_cells import with_running_cells
from adgen.loops.scatter import without_scatters
from adgen.loops.shared_matrices import with_shared_matrices
from adgen.loops.state import State, Unsupported, element_type
from adgen.loops.temporaries import contract_temporaries
from adgen.loops.verify import verify

LOOP_WEIGHT = 2


def lower(func: Func, strict: bool = False) -> Kernel:
    """The kernel of a function; `strict` keeps sums of loops in their order.

    Raises Unsupported where it has something that kernels lack.
    """
    state = State(entry_symbols(func))
    count_uses(state, func.body)
    state.bounds.facts = [a.dim for a in func.assumptions]
    given = [_parameter(state, k, p) for k, p in enumerate(func.params)]
    counts = [_tape_parameter(state, k, p) for k, p in enumerate(func.params) if p.is_stack]
    lower_nodes(state, func.body.nodes)
    results = tuple(_result(state, k, v) for k, v in enumerate(func.results))
    body = fuse(state, with_known_integers(state, state.block.stmts))
    body = contract_temporaries(state, body, results)
    if not strict:
        body = with_shared_matrices(state, with_joined_products(state, contracted(state, body)))
    body = collapse(gather(state, without_scatters(state, body)))
    body = with_running_cells(state, with_kept_cells(state, body))
    places, arena = _settled_places(state)
    kernel = Kernel(
        name=func.name,
        params=(*given, *counts),
        param_types=(*(p.any_type for p in func.params), *(I64 for _ in counts)),
        results=results,
        result_types=tuple(v.any_type for v in func.results),
        symbols=state.symbols,
        body=body,
        places=places,
        families=_families(state),
        arena=arena,
        slots=tuple(state.slots),
        failures=tuple(state.failures),
        apart=_apart(state),
        assumptions=func.assumptions,
        bound=_bound_parameters(func),
        tapes=tuple(dict.fromkeys(state.storage(b) for b in state.tapes if b not in state.removed)),
    )
    if os.environ.get("ADGEN_CHECK", "0") not in ("", "0"):
        verify(kernel)
    return kernel


def entry_symbols(func: Func) -> tuple[str, ...]:
    """The size symbols that the parameters' types mention, sorted."""
    names = {s for p in func.params if isinstance(p.any_type, Type) for d in p.type.dims for s in d.symbols()}
    return tuple(sorted(names))


def _bound_parameters(func: Func) -> tuple[tuple[str, int], ...]:
    """The symbols that stand for integer parameters."""
    positions = {p: k for k, p in enumerate(func.params)}
    binds = [n for n in func.body.nodes if isinstance(n, Op) and n.prim.name == "bind_dim"]
    return tuple((op.attr("sym"), positions[op.operands[0]]) for op in binds if op.operands[0] in positions)


def count_uses(state: State, region: Region, depth: int = 0) -> None:
    """Add how often each value is used; a use in a loop deeper than the definition counts more."""
    for param in region.params:
        state.depths[param] = depth
    for node in region.nodes:
        for value in node.results:
            state.depths[value] = depth
        for value in operands_of(node):
            _use(state, value, depth)
        inner = depth + 1 if isinstance(node, For | While) else depth
        for nested in regions_of(node):
            count_uses(state, nested, inner)
    for value in region.yields:
        _use(state, value, depth)


def _use(state: State, value: Value, depth: int) -> None:
    state.uses[value] = state.uses.get(value, 0) + LOOP_WEIGHT ** (depth - state.depths.get(value, depth))


def lower_nodes(state: State, nodes: Sequence[Node]) -> None:
    """Lower nodes in order into the current block."""
    for node in nodes:
        lower_node(state, node)


def lower_node(state: State, node: Node) -> None:
    """Lower one node into the current block."""
    from adgen.loops.regions import lower_for, lower_if, lower_while

    outer, state.span = state.span, node.span or state.span
    match node:
        case Op():
            lower_op(state, node)
        case For():
            lower_for(state, node)
        case While():
            lower_while(state, node)
        case If():
            lower_if(state, node)
    state.span = outer
    for value in operands_of(node):
        found = state.env.get(value)
        if isinstance(found, Array):
            found.uses -= LOOP_WEIGHT ** (state.depth - state.depths.get(value, state.depth))


def lower_op(state: State, op: Op) -> None:
    """Lower one operation by the rule of its primitive."""
    if not op.results or any(state.uses.get(v, 0) for v in op.results) or op.prim.pinned:
        rule = rule_for(op)
        if rule is None:
            raise Unsupported(op.prim.name, "kernels do not have this operation", op.span)
        rule(state, op)


# -- parameters and results -----------------------------------------------------------------------------
def _parameter(state: State, position: int, value: Value) -> Ref | Buffer:
    if value.is_stack:
        return state.buffer(element_type(value).dtype, Dim.const(0), InParam(position))
    type_ = value.type
    if type_.is_complex:
        return interleaved.parameter(state, position, value)
    if not type_.rank:
        ref = Ref(state.names.fresh("%"), type_.dtype)
        state.env[value] = ref
        return ref
    buffer = state.buffer(type_.dtype, product(type_.dims), InParam(position))
    state.define_view(value, whole(buffer, type_.dims))
    return buffer


def _tape_parameter(state: State, position: int, value: Value) -> Ref:
    """A tape among the arguments: its elements are copied onto a tape of the kernel; gives their number."""
    element = element_type(value)
    source = next(b for b, place in state.places.items() if place == InParam(position))
    tape, count, base = state.tape(element.dtype), state.block.ref(DType.i64), state.block.ref(DType.i64)
    size = Dim.symbol(count.name)
    state.block.add(TapeClear(tape))
    state.block.add(TapeGrow(base, tape, size))
    elements = Array((size,), element.dtype, whole(source, (size,)))
    state.fill(View(tape, Dim.symbol(base.name), (Dim.const(1),)), elements)
    state.env[value] = tape
    return count


def _result(state: State, position: int, value: Value) -> Operand | Buffer:
    if value in state.interleaved:
        return interleaved.result(state, position, value)
    found = state.env[value]
    if isinstance(found, Buffer):
        return found
    if not isinstance(found, Array):
        return found
    known = all(s in state.symbols for d in found.dims for s in d.symbols())
    return _placed(state, found, InResult(position) if known else OnHeap())


def _placed(state: State, found: Array, place: InResult | OnHeap) -> Buffer:
    """The buffer of a result: its own where nothing else has it, else a copy."""
    if found.view is None and isinstance(place, OnHeap):
        return state.force(found).buffer
    if found.view is not None and found.contiguous() and found.view.base == Dim.const(0):
        own = found.view.buffer
        whole_buffer = own.size == product(found.dims)
        if isinstance(state.places[own], InArena) and state.made_at[own] == 0 and whole_buffer:
            state.places[own] = place
            return own
    target = state.buffer(found.dtype, product(found.dims), place)
    if isinstance(place, OnHeap):
        state.block.add(Reserve(target))
    state.fill(whole(target, found.dims), found)
    return target


def _settled_places(state: State) -> tuple[dict[Buffer, Place], tuple[Dim, ...]]:
    """Places with adopted names resolved and arena slots numbered without gaps; bytes of the slots."""
    slots: dict[Buffer, int] = {}
    sizes: list[Dim] = []
    for buffer, place in state.places.items():
        unused = buffer in state.removed or state.storage(buffer) is not buffer
        if isinstance(place, InArena) and not unused:
            slots[buffer] = len(sizes)
            sizes.append(buffer.size * buffer.dtype.itemsize)
    places: dict[Buffer, Place] = {}
    for buffer in state.places:
        if buffer in state.removed:
            continue
        owner = state.storage(buffer)
        places[buffer] = InArena(slots[owner]) if owner in slots else state.places[owner]
    return places, tuple(sizes)


def _apart(state: State) -> dict[Buffer, int]:
    """Groups of pointers to different memory, with other names of the same pointers."""
    owners = ((b, state.storage(b)) for b in state.places if b not in state.removed)
    return {b: state.apart[owner] for b, owner in owners if owner in state.apart}


def _families(state: State) -> dict[Buffer, int]:
    """Numbers of the families of buffers that may share memory."""
    numbers: dict[Buffer, int] = {}
    kept = (b for b in state.places if b not in state.removed)
    return {b: numbers.setdefault(state.root(b), len(numbers)) for b in kept}
