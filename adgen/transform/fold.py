"""Simplification at insertion: rules that change no bit of any result.

Each rule looks at one operation about to be inserted and either gives the values to use instead or None.
Only rules of exactness ``bitwise`` are here: ``x * 1`` goes, ``x + 0.0`` stays (it turns -0.0 into 0.0).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from adgen.ir.builder import Builder, Fold
from adgen.ir.core import For, Full, Func, If, Op, Opcode, Value, While
from adgen.ir.dims import product
from adgen.ir.interpret import evaluate
from adgen.ir.types import I64, Kind, Type
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import add, cast, neg
from adgen.primitives.indexing import add_at
from adgen.primitives.shape import broadcast, reshape, transpose
from adgen.primitives.sizes import constant, known_dim, size_value
from adgen.transform.part_folds import PARTS
from adgen.transform.rebuild import Rebuild, rebuilt

Attributes = dict[str, Any]
Rule = Callable[[Builder, tuple[Value, ...], Attributes], Value | None]


def simplify(func: Func) -> Func:
    """The function with every rule applied and loop-invariant carried values taken out."""
    return rebuilt(func, _Simplify(Builder(fold)))


def fold(
    b: Builder, prim: Opcode, operands: tuple[Value, ...], attrs: Attributes
) -> tuple[Value, ...] | None:
    """The rules as a builder's fold hook."""
    assert isinstance(prim, Primitive)
    found = _constants(b, prim, operands, attrs)
    rule = _RULES.get(prim.name)
    if found is None and rule is not None:
        found = rule(b, operands, attrs)
    if found is None and operands and all(v.any_type == I64 for v in operands):
        found = _sizes(b, prim, operands)
    return None if found is None else (found,)


HOOK: Fold = fold


def constant_of(b: Builder, value: Value) -> Any:
    """The Python value of a constant (looked for behind broadcasts), else None."""
    op = b.defs.op(value)
    while op is not None and op.prim.name in ("broadcast", "full") and op.operands:
        op = b.defs.op(op.operands[0])
    return op.attr("value") if op is not None and op.prim.name == "const" else None


def _scalar_constant(b: Builder, value: Value) -> Op | None:
    op = b.defs.op(value)
    return op if op is not None and op.prim.name == "const" else None


def _constants(b: Builder, prim: Primitive, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """Evaluate an elementwise operation on Python constants."""
    if not prim.elementwise or not operands or prim.name in ("stop_gradient", "compose"):
        return None
    consts = [_scalar_constant(b, v) for v in operands]
    if any(c is None for c in consts):
        return None
    (type_,) = prim.infer(tuple(v.any_type for v in operands), attrs)
    assert isinstance(type_, Type)
    if type_.kind is Kind.array:
        return None
    from adgen.ir.builder import sorted_attrs

    op = Op(prim, operands, (Value(type_),), sorted_attrs(attrs))
    try:
        (found,) = evaluate(op, [c.attr("value") for c in consts if c is not None], {})
    except (ArithmeticError, ValueError):
        return None
    number = found if type_.is_py else found.item()
    return constant(b, number, type_)


def _sizes(b: Builder, prim: Primitive, operands: tuple[Value, ...]) -> Value | None:
    """Integer arithmetic on sizes becomes one size."""
    if prim.name not in ("add", "sub", "mul", "neg"):
        return None
    dims = [known_dim(b, v) for v in operands]
    if any(d is None for d in dims):
        return None
    known = [d for d in dims if d is not None]
    match prim.name:
        case "add":
            return size_value(b, known[0] + known[1])
        case "sub":
            return size_value(b, known[0] - known[1])
        case "mul":
            return size_value(b, known[0] * known[1])
        case _:
            return size_value(b, -known[0])


# -- rules by primitive ---------------------------------------------------------------------------------
def _mul(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    for one, other in (operands, operands[::-1]):
        if constant_of(b, one) == 1 and _keeps(one, other):
            return other
        if constant_of(b, one) == -1 and _keeps(one, other):
            return neg(b, other)
    return None


def _keeps(dropped: Value, kept: Value) -> bool:
    """Whether the kind of a result is still right when one operand goes."""
    return kept.type.rank > 0 or kept.type.kind is Kind.np or (dropped.type.is_py and kept.type.is_py)


def _div(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    return operands[0] if constant_of(b, operands[1]) == 1 and _keeps(operands[1], operands[0]) else None


def _add(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    if operands[0].type.dtype.is_integer:
        for zero, other in (operands, operands[::-1]):
            if constant_of(b, zero) == 0 and _keeps(zero, other):
                return other
    if operands[0] is operands[1]:
        return _twice(b, operands[0])
    return _add_negative(b, operands)


def _twice(b: Builder, x: Value) -> Value:
    """``x + x`` as ``2 * x``: the same bits, as a double loses none."""
    from adgen.primitives.elementwise import mul

    two = constant(b, x.type.dtype.numpy.type(2).item(), x.type.with_dims() if x.type.rank else x.type)
    return mul(b, broadcast(b, two, dims=x.type.dims, axes=()) if x.type.rank else two, x)


def _add_negative(b: Builder, operands: tuple[Value, ...]) -> Value | None:
    from adgen.primitives.elementwise import sub

    op = b.defs.op(operands[1])
    if op is not None and op.prim.name == "neg" and op.operands[0].type == operands[1].type:
        return sub(b, operands[0], op.operands[0])
    return None


def _sub(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    x, y = operands
    if constant_of(b, y) == 0 and _keeps(y, x):
        if x.type.dtype.is_integer or str(constant_of(b, y)) != "-0.0":
            return x
        return None
    return None


def _neg(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    op = b.defs.op(operands[0])
    if op is not None and op.prim.name == "broadcast" and _scalar_constant(b, op.operands[0]) is not None:
        return broadcast(b, neg(b, op.operands[0]), **dict(op.attrs))
    if op is None or op.prim.name != "neg" or op.operands[0].type != operands[0].type:
        return None
    return op.operands[0]


def _cast(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    (x,) = operands
    (wanted,) = cast.infer((x.any_type,), attrs)
    if wanted == x.any_type:
        return x
    op = b.defs.op(x)
    assert isinstance(wanted, Type)
    if op is not None and op.prim.name == "broadcast" and wanted.is_complex:
        return broadcast(b, cast(b, op.operands[0], dtype=wanted.dtype), **dict(op.attrs))
    if op is None or op.prim.name != "cast" or x.type.dtype is not op.operands[0].type.dtype:
        return None
    assert isinstance(wanted, Type)
    return cast(b, op.operands[0], **(attrs if wanted.rank else {"dtype": wanted.dtype, "kind": wanted.kind}))


def _broadcast(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    (x,) = operands
    if x.type.dims == attrs["dims"] and x.type.rank:
        return x
    op = b.defs.op(x)
    if op is None or op.prim.name != "broadcast":
        return None
    axes = tuple(attrs["axes"][a] for a in op.attr("axes"))
    return broadcast(b, op.operands[0], dims=attrs["dims"], axes=axes)


def _reshape(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    (x,) = operands
    if x.type.dims == attrs["dims"] and x.type.rank:
        return x
    op = b.defs.op(x)
    if op is None or op.prim.name != "reshape":
        return None
    checks = product(op.operands[0].type.dims) != product(x.type.dims)
    if not checks:
        return reshape(b, op.operands[0], dims=attrs["dims"])
    return None


def _transpose(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    (x,), perm = operands, attrs["perm"]
    if perm == tuple(range(len(perm))):
        return x
    op = b.defs.op(x)
    if op is None or op.prim.name != "transpose":
        return None
    return transpose(b, op.operands[0], perm=tuple(op.attr("perm")[p] for p in perm))


def _sum(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    return operands[0] if not attrs["axes"] and operands[0].type.kind is not Kind.py else None


def _read(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    if operands[0].type.rank and all(isinstance(a, Full) for a in attrs["index"].access):
        return operands[0]
    _note_distinct(b, operands[1:], attrs)
    return None


def _store(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """Adding to the one cell of an array without axes is adding numbers: no memory is changed."""
    _note_distinct(b, operands[2:], attrs)
    total, more = operands[:2]
    if total.type.rank:
        return None
    if total.type.kind is not Kind.array:
        return add(b, total, _alike(b, more, total.type))
    number = Type(total.type.dtype, (), Kind.np)
    return _alike(b, add(b, _alike(b, total, number), _alike(b, more, number)), total.type)


def _alike(b: Builder, value: Value, type_: Type) -> Value:
    """A value without axes in the dtype and kind of a type."""
    return value if value.type == type_ else cast(b, value, dtype=type_.dtype, kind=type_.kind)


def _write(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    """``x[i] = x[i] + v`` is ``x[i] += v``, whose adjoint needs neither a copy nor a store of zeros."""
    _note_distinct(b, operands[2:], attrs)
    if not operands[0].type.rank:
        return _alike(b, operands[1], operands[0].type)
    op = b.defs.op(operands[1])
    if op is None or op.prim.name != "add" or not attrs["index"].once:
        return None
    for old, more in (op.operands, op.operands[::-1]):
        made = b.defs.op(old)
        if made is not None and made.prim.name == "read" and _same_cells(b, made, operands, attrs):
            return add_at(b, operands[0], more, *operands[2:], hint=b.hint, index=attrs["index"])
    return None


def _same_cells(b: Builder, read: Op, store: tuple[Value, ...], attrs: Attributes) -> bool:
    """Whether a read takes the very cells that a store goes to, from the version before it."""
    if read.operands[0] is not store[0] or read.attr("index") != attrs["index"]:
        return False
    pairs = zip(read.operands[1:], store[2:], strict=True)
    return all(
        x is y or (known_dim(b, x) is not None and known_dim(b, x) == known_dim(b, y)) for x, y in pairs
    )


def _note_distinct(b: Builder, places: Sequence[Value], attrs: Attributes) -> None:
    """An index array 0, 1, 2, ... on any axis names no cell twice: the indexer says so from now on."""
    index = attrs["index"]
    if not index.once and any(_counts_up(b, v) for v in places if v.type.rank):
        attrs["index"] = replace(index, once=True)


def _counts_up(b: Builder, places: Value) -> bool:
    op = b.defs.op(places)
    while op is not None and op.prim.name == "wrap":
        op = b.defs.op(op.operands[0])
    return op is not None and op.prim.name == "arange"


def _where(b: Builder, operands: tuple[Value, ...], attrs: Attributes) -> Value | None:
    cond, x, y = operands
    known = constant_of(b, cond)
    if known is None or x.type != y.type:
        return None
    return x if known else y


_RULES: dict[str, Rule] = {
    **PARTS,
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "cast": _cast,
    "broadcast": _broadcast,
    "reshape": _reshape,
    "transpose": _transpose,
    "sum": _sum,
    "read": _read,
    "write": _write,
    "add_at": _store,
    "where": _where,
}


# -- structure ------------------------------------------------------------------------------------------
class _Simplify(Rebuild):
    """Rebuilds with folding; takes invariant carried values and decided branches out."""

    def for_(self, node: For) -> None:
        same = _invariant(node.carried, node.body.yields)
        if same:
            node = self._without(node, same)
        super().for_(node)

    def _without(self, node: For, same: set[int]) -> For:
        keep = [k for k in range(len(node.inits)) if k not in same]
        for k in same:
            self.env[node.carried[k]] = self.env[node.results[k]] = self.value(node.inits[k])
        old = node.attr("accumulators", ())
        accumulators = tuple(new for new, k in enumerate(keep) if k in old)
        attrs = tuple((n, accumulators if n == "accumulators" else v) for n, v in node.attrs)
        attrs = tuple((n, v) for n, v in attrs if v != ())
        params = (node.counter, *(node.carried[k] for k in keep))
        body = replace(node.body, params=params, yields=tuple(node.body.yields[k] for k in keep))
        return replace(
            node,
            inits=tuple(node.inits[k] for k in keep),
            body=body,
            results=tuple(node.results[k] for k in keep),
            attrs=attrs,
        )

    def while_(self, node: While) -> None:
        same = _invariant(node.body.params, node.body.yields)
        keep = [k for k in range(len(node.inits)) if k not in same]
        for k in same:
            init = self.value(node.inits[k])
            for v in (node.cond.params[k], node.body.params[k], node.results[k]):
                self.env[v] = init
        cond = replace(node.cond, params=tuple(node.cond.params[k] for k in keep))
        body = replace(
            node.body,
            params=tuple(node.body.params[k] for k in keep),
            yields=tuple(node.body.yields[k] for k in keep),
        )
        inits, results = tuple(node.inits[k] for k in keep), tuple(node.results[k] for k in keep)
        super().while_(replace(node, inits=inits, cond=cond, body=body, results=results))

    def if_(self, node: If) -> None:
        known = constant_of(self.b, self.value(node.pred))
        if known is not None:
            region = node.then if known else node.orelse
            self.nodes(region.nodes)
            self.env.update(zip(node.results, self.values(region.yields), strict=True))
            return
        pairs = list(zip(node.results, node.then.yields, node.orelse.yields, strict=True))
        for result, then, orelse in pairs:
            if then is orelse:
                self.env[result] = self.value(then)
        kept = [(r, t, o) for r, t, o in pairs if t is not o]
        then_region = replace(node.then, yields=tuple(t for _, t, _ in kept))
        else_region = replace(node.orelse, yields=tuple(o for _, _, o in kept))
        results = tuple(r for r, _, _ in kept)
        super().if_(replace(node, then=then_region, orelse=else_region, results=results))


def _invariant(params: tuple[Value, ...], yields: tuple[Value, ...]) -> set[int]:
    return {k for k, (p, y) in enumerate(zip(params, yields, strict=True)) if p is y}
