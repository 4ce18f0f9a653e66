"""Elementwise operations: scalars are computed at once, arrays become rules; Python scalars are checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Region, Value, uses_of
from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import DType, is_half
from adgen.loops.arrays import Array, Index
from adgen.loops.blocks import Block
from adgen.loops.buffers import Lit, Operand, Ref
from adgen.loops.library import loop_name
from adgen.loops.scalars import cost_of, has_scalar
from adgen.loops.state import State, Unsupported
from adgen.primitives.define import Ufunc
from adgen.primitives.elementwise import cast
from adgen.primitives.python_checks import CHECKS, PythonCheck

_IDENTITY = ("stop_gradient", "copy")
_POLYNOMIAL = {"add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y}


def lower_elementwise(state: State, op: Op) -> None:
    """One elementwise operation, or what it expands to."""
    name = scalar_name(op)
    dtype = op.operands[-1].type.dtype
    if op.result.type.is_py and not op.result.type.rank:
        _check_before(state, op, name)
    if has_scalar(name, dtype):
        _lower_known(state, op, name)
    elif getattr(op.prim, "expand", None) is not None:
        lower_expanded(state, op)
    else:
        raise Unsupported(op.prim.name, f"kernels do not have this operation for {dtype.value}", op.span)
    if op.result.type.is_py and not op.result.type.rank:
        _check_after(state, op, name)


def scalar_name(op: Op) -> str:
    """The name of the scalar operation of a primitive."""
    lower = getattr(op.prim, "lower", None)
    if isinstance(lower, Ufunc):
        return loop_name(lower, [v.type.dtype for v in op.operands], [op.result.type.dtype])
    return lower if isinstance(lower, str) else op.prim.name


def _lower_known(state: State, op: Op, name: str) -> None:
    dtype = op.result.type.dtype
    extra = tuple(Lit(value, DType.i64) for key, value in op.attrs if key not in ("dtype", "kind"))
    if not op.result.type.rank:
        args = [state.scalar(v) for v in op.operands]
        state.env[op.result] = scalar(state.block, name, (*args, *extra), dtype)
        _remember_polynomial(state, op, name, args)
        return
    sources = [state.as_array(v) for v in op.operands]

    def rule(block: Block, index: Index) -> Operand:
        return scalar(block, name, (*(s.at(block, index) for s in sources), *extra), dtype)

    state.define_array(op.result, rule, sources, cost_of(name))


def scalar(block: Block, name: str, args: Sequence[Operand], dtype: DType) -> Operand:
    """A scalar operation; what changes nothing disappears."""
    if name in _IDENTITY or (name == "cast" and args[0].dtype is dtype):
        return args[0]
    if name == "cast" and isinstance(args[0], Lit):
        return Lit(dtype.numpy.type(args[0].value).item(), dtype)
    return block.let(name, args, dtype)


def _remember_polynomial(state: State, op: Op, name: str, args: Sequence[Operand]) -> None:
    result = state.env[op.result]
    if not isinstance(result, Ref) or result.dtype is not DType.i64:
        return
    if name in _POLYNOMIAL and all(a.dtype is DType.i64 for a in args):
        state.polynomials[result] = _POLYNOMIAL[name](*(state.polynomial(a) for a in args))
    elif name == "maximum":
        state.at_least[result] = tuple(state.polynomial(a) for a in args)
    elif name == "neg":
        state.polynomials[result] = -state.polynomial(args[0])
    elif name == "floor_divide" and _halves(state, args):
        state.bounds.ranges[result.name] = (ZERO, Dim.symbol(result.name))


def _halves(state: State, args: Sequence[Operand]) -> bool:
    """Whether a non-negative integer is divided by a positive one."""
    number, divisor = args
    positive = isinstance(divisor, Lit) and divisor.value > 0
    return positive and state.bounds.nonnegative(state.polynomial(number))


def _expanded(builder: Builder, op: Op) -> tuple[Value, ...]:
    prim: Any = op.prim
    found = prim.expand(builder, op)
    return found if isinstance(found, tuple) else (found,)


def _has_halves(op: Op) -> bool:
    return any(is_half(v.any_type) for v in op.operands)


def _of_halves(builder: Builder, op: Op) -> tuple[Value, ...]:
    """All steps in single precision, and one rounding."""
    wide = tuple(cast(builder, v, dtype=DType.f32) if is_half(v.any_type) else v for v in op.operands)
    results = tuple(
        Value(v.type.with_dtype(DType.f32), v.hint) if is_half(v.any_type) else v for v in op.results
    )
    found = _expanded(builder, replace(op, operands=wide, results=results))
    pairs = zip(found, op.results, strict=True)
    return tuple(cast(builder, v, dtype=DType.f16) if is_half(r.any_type) else v for v, r in pairs)


def lower_expanded(state: State, op: Op) -> None:
    """Lower the simpler operations that the primitive says it is made of."""
    from adgen.loops.lower import count_uses, lower_nodes

    builder = Builder()
    builder.span = op.span
    values = (
        _of_halves(builder, op)
        if getattr(op.prim, "elementwise", False) and _has_halves(op)
        else _expanded(builder, op)
    )
    before = dict(state.uses)
    count_uses(state, Region((), tuple(builder.nodes), ()), state.depth)
    for operand in dict.fromkeys(v for n in builder.nodes for v in uses_of(n)):
        found = state.env.get(operand)
        if isinstance(found, Array):
            found.uses += state.uses[operand] - before.get(operand, 0)
    for value, result in zip(values, op.results, strict=True):
        state.uses[value] = state.uses.get(value, 0) + state.uses.get(result, 0)
    lower_nodes(state, builder.nodes)
    for value, result in zip(values, op.results, strict=True):
        if value in state.env:  # what nothing uses is not computed
            state.env[result] = state.env[value]


# -- what Python raises ---------------------------------------------------------------------------------
def _check_before(state: State, op: Op, name: str) -> None:
    args = [state.scalar(v) for v in op.operands]
    for check in CHECKS.get(name, ()):
        if check.test in ("finite", "not_nan"):
            continue
        if check.operand < len(args):
            ok = _holds(state.block, check, args, op)
            if ok is not None:
                state.check(ok, check.kind, check.message)


def _check_after(state: State, op: Op, name: str) -> None:
    result = state.scalar(op.result)
    if not result.dtype.is_float:
        return
    for check in CHECKS.get(name, ()):
        if check.test in ("finite", "not_nan"):
            bad = "isinf" if check.test == "finite" else "isnan"
            state.check(_no_new(state, op, result, bad), check.kind, check.message)


def _no_new(state: State, op: Op, result: Operand, bad: str) -> Operand:
    """The result is not `bad`, or an operand already was."""
    block, yes = state.block, DType.bool
    ok = block.let("logical_not", (block.let(bad, (result,), yes),), yes)
    for value in op.operands:
        ok = block.let("logical_or", (ok, block.let(bad, (state.scalar(value),), yes)), yes)
    return ok


def _holds(block: Block, check: PythonCheck, args: Sequence[Operand], op: Op) -> Operand | None:
    x = args[check.operand]
    if isinstance(x, Lit) and check.test == "ne" and x.value != check.bound:
        return None
    bound = Lit(int(check.bound) if not x.dtype.is_float else float(check.bound), x.dtype)
    match check.test:
        case "ne":
            return block.let("ne", (x, bound), DType.bool)
        case "not_inf":
            return block.let("logical_not", (block.let("isinf", (x,), DType.bool),), DType.bool)
        case "zero_power":
            return _no_zero_power(block, args, op, bound)
        case test:
            compared = block.let(test.removeprefix("not_"), (x, bound), DType.bool)
            return block.let("logical_not", (compared,), DType.bool)


def _no_zero_power(block: Block, args: Sequence[Operand], op: Op, zero: Lit) -> Operand | None:
    if len(args) == 1:
        if op.attr("n") >= 0:
            return None
        return block.let("ne", (args[0], zero), DType.bool)
    some = block.let("ne", (args[0], zero), DType.bool)
    return block.let("logical_or", (some, block.let("ge", (args[1], zero), DType.bool)), DType.bool)
