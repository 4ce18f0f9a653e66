"""What every operation on complex numbers is on their parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Point, Value
from adgen.ir.dims import product
from adgen.ir.types import I64, DType, StackType, Type
from adgen.primitives import fourier
from adgen.primitives.complexes import compose, imag, real
from adgen.primitives.elementwise import add, cast, eq, logical_and, logical_or, ne, neg, sub, where
from adgen.primitives.indexing import read, write
from adgen.primitives.literals import literal, literal_of
from adgen.primitives.powers import hypot
from adgen.primitives.rounding import absolute, isfinite
from adgen.primitives.shape import empty, reshape, transpose
from adgen.primitives.sizes import constant, size_value
from adgen.transform import part_fourier, part_functions, part_matrices
from adgen.transform.pairs import (
    Found,
    Pair,
    Rule,
    Splitter,
    full,
    minus,
    over,
    plus,
    refuse_zero,
    rule,
    times,
)

RULES: dict[str, Rule] = {**part_functions.RULES, **part_matrices.RULES}


# -- arithmetic -----------------------------------------------------------------------------------------
@rule(RULES, "add")
def _add(s: Splitter, op: Op) -> Found:
    return (plus(s.b, *(s.pair(v) for v in op.operands)),)


@rule(RULES, "sub")
def _sub(s: Splitter, op: Op) -> Found:
    return (minus(s.b, *(s.pair(v) for v in op.operands)),)


@rule(RULES, "mul")
def _mul(s: Splitter, op: Op) -> Found:
    return (times(s.b, *(s.pair(v) for v in op.operands)),)


@rule(RULES, "div")
def _div(s: Splitter, op: Op) -> Found:
    x, y = (s.pair(v) for v in op.operands)
    if op.result.type.is_py:
        refuse_zero(s.b, y, "complex division by zero")
    return (over(s.b, x, y),)


@rule(RULES, "neg")
def _neg(s: Splitter, op: Op) -> Found:
    re, im = s.pair(op.operands[0])
    return ((neg(s.b, re), None if im is None else neg(s.b, im)),)


@rule(RULES, "square")
def _square(s: Splitter, op: Op) -> Found:
    x = s.pair(op.operands[0])
    return (times(s.b, x, x),)


@rule(RULES, "reciprocal")
def _reciprocal(s: Splitter, op: Op) -> Found:
    x = s.pair(op.operands[0])
    return (over(s.b, (literal(s.b, x[0], 1), None), x),)


@rule(RULES, "eq", "ne")
def _compared(s: Splitter, op: Op) -> Found:
    x, y = (s.both(v) for v in op.operands)
    same, joined = (eq, logical_and) if op.prim.name == "eq" else (ne, logical_or)
    return (joined(s.b, *(same(s.b, p, q) for p, q in zip(x, y, strict=True))),)


# -- parts ----------------------------------------------------------------------------------------------
@rule(RULES, "real")
def _real(s: Splitter, op: Op) -> Found:
    return (s.pair(op.operands[0])[0],)


@rule(RULES, "imag")
def _imag(s: Splitter, op: Op) -> Found:
    return (s.both(op.operands[0])[1],)


@rule(RULES, "compose")
def _compose(s: Splitter, op: Op) -> Found:
    re, im = (s.value(v) for v in op.operands)
    return ((re, im),)


@rule(RULES, "conj")
def _conj(s: Splitter, op: Op) -> Found:
    re, im = s.pair(op.operands[0])
    return ((re, None if im is None else neg(s.b, im)),)


@rule(RULES, "modulus")
def _modulus(s: Splitter, op: Op) -> Found:
    re, im = s.pair(op.operands[0])
    return (absolute(s.b, re) if im is None else hypot(s.b, re, im),)


@rule(RULES, "cast")
def _cast(s: Splitter, op: Op) -> Found:
    dtype = op.result.type.dtype.real
    re, im = s.pair(op.operands[0])
    parts = (None if v is None or v.type.dtype is dtype else cast(s.b, v, dtype=dtype) for v in (re, im))
    new_re, new_im = parts
    return ((new_re or re, new_im or im),)


@rule(RULES, "isnan", "isinf", "isfinite")
def _tested(s: Splitter, op: Op) -> Found:
    re, im = s.pair(op.operands[0])
    prim: Any = op.prim
    if im is None:
        return (prim(s.b, re),)
    return ((logical_and if prim is isfinite else logical_or)(s.b, prim(s.b, re), prim(s.b, im)),)


@rule(RULES, "const")
def _const(s: Splitter, op: Op) -> Found:
    value, type_ = complex(op.attr("value")), op.result.type
    part = Type(type_.dtype.real)
    zero = value.imag == 0 and math.copysign(1, value.imag) > 0
    return ((constant(s.b, value.real, part), None if zero else constant(s.b, value.imag, part)),)


@rule(RULES, "where")
def _where(s: Splitter, op: Op) -> Found:
    cond = s.value(op.operands[0])
    x, y = (s.pair(v) for v in op.operands[1:])
    if x[1] is None and y[1] is None:
        return ((where(s.b, cond, x[0], y[0]), None),)
    return (tuple(where(s.b, cond, p, q) for p, q in zip(full(s.b, x), full(s.b, y), strict=True)),)  # type: ignore[return-value]


# -- each part by itself --------------------------------------------------------------------------------
@rule(
    RULES,
    "broadcast",
    "reshape",
    "transpose",
    "sum",
    "cumsum",
    "full",
    "copy",
    "stop_gradient",
    "read",
    "collect",
)
def _each(s: Splitter, op: Op) -> Found:
    (re, im), rest = s.pair(op.operands[0]), [s.value(v) for v in op.operands[1:]]
    prim: Any = op.prim
    attrs = s.attrs(op.attrs)
    return ((prim(s.b, re, *rest, **attrs), None if im is None else prim(s.b, im, *rest, **attrs)),)


@rule(RULES, "concat", "stack", "write", "add_at")
def _all(s: Splitter, op: Op) -> Found:
    prim: Any = op.prim
    pairs = [s.both(v) if _complex(v) else (s.value(v),) * 2 for v in op.operands]
    attrs = s.attrs(op.attrs)
    return (tuple(prim(s.b, *(p[k] for p in pairs), **attrs) for k in (0, 1)),)


def _complex(value: Value) -> bool:
    type_ = value.any_type.element if isinstance(value.any_type, StackType) else value.any_type
    return isinstance(type_, Type) and type_.is_complex


@rule(RULES, "empty")
def _empty(s: Splitter, op: Op) -> Found:
    attrs = s.attrs(op.attrs) | {"dtype": op.result.type.dtype.real}
    prim: Any = op.prim
    return ((prim(s.b, **attrs), prim(s.b, **attrs)),)


@rule(RULES, "eye")
def _eye(s: Splitter, op: Op) -> Found:
    prim: Any = op.prim
    return ((prim(s.b, **(s.attrs(op.attrs) | {"dtype": op.result.type.dtype.real})), None),)


# -- tapes and lists ------------------------------------------------------------------------------------
@rule(
    RULES,
    *("stack_new", "push", "pop", "length", "cell", "set_cell", "add_cell", "take", "truncate"),
    *("add_cells", "add_list", "copy_list"),
)
def _on_lists(s: Splitter, op: Op) -> Found:
    """The operation on the list of real parts, and on that of imaginary ones."""
    from adgen.transform.parts import part_type

    attrs = s.attrs(op.attrs)
    if "element" in attrs:
        attrs["element"] = part_type(attrs["element"])
    pairs = [s.both(v) if _complex(v) else (s.value(v),) * 2 for v in op.operands]
    if op.prim.name == "length":
        return s.b.emit(op.prim, [pairs[0][0]], attrs)
    found = [s.b.emit(op.prim, [p[k] for p in pairs], attrs) for k in (0, 1)]
    return tuple(zip(*found, strict=True))


# -- products -------------------------------------------------------------------------------------------
@rule(RULES, "contract")
def _contract(s: Splitter, op: Op) -> Found:
    prim: Any = op.prim
    spec = op.attr("spec")
    (a, p), (c, q) = (s.pair(v) for v in op.operands)

    def one(x: Value | None, y: Value | None) -> Value | None:
        made: Value | None = None if x is None or y is None else prim(s.b, x, y, spec=spec)
        return made

    return (_joined(s.b, one(a, c), one(p, q), one(a, q), one(p, c)),)


def _joined(b: Builder, ac: Value | None, pq: Value | None, aq: Value | None, pc: Value | None) -> Pair:
    assert ac is not None
    re = ac if pq is None else sub(b, ac, pq)
    im = pc if aq is None else aq if pc is None else add(b, aq, pc)
    return re, im


def _scan(
    s: Splitter, op: Op, start: float, step: Callable[[Sequence[Pair], Pair], tuple[Pair, Pair]]
) -> tuple[Pair, Pair]:
    """A loop over an axis that carries a pair; gives the cells and the last state."""
    b, type_ = s.b, op.operands[0].type
    axis, reverse = op.attr("axis"), op.attr("reverse")
    part = Type(type_.dtype.real, type_.dims)
    return scanned(b, [s.both(v) for v in op.operands], part, axis, reverse, start, step)


def scanned(
    b: Builder,
    xs: Sequence[tuple[Value, Value]],
    part: Type,
    axis: int,
    reverse: bool,
    start: float,
    step: Callable[[Sequence[Pair], Pair], tuple[Pair, Pair]],
) -> tuple[Pair, Pair]:
    """See :func:`_scan`; ``part`` is the type of the parts."""
    index = Indexer(tuple(Point() if k == axis else Full() for k in range(part.rank)))
    rest = part.with_dims(*(d for k, d in enumerate(part.dims) if k != axis))
    counter = Value(I64, "i")
    states = (Value(rest, "state"), Value(rest, "state"))
    cells = (Value(part, "run"), Value(part, "run"))
    size = size_value(b, part.dims[axis])
    last = sub(b, size, constant(b, 1)) if reverse else None

    def body() -> Sequence[Value]:
        i = counter if last is None else sub(b, last, counter)
        found = [tuple(read(b, v, i, index=index) for v in x) for x in xs]
        cell, following = step(found, states)  # type: ignore[arg-type]
        written = [write(b, c, v, i, index=index) for c, v in zip(cells, full(b, cell), strict=True)]
        return (*full(b, following), *written)

    region = b.region((counter, *states, *cells), body)
    inits = [literal_of(b, rest, start), literal_of(b, rest, 0.0)]
    inits += [empty(b, dims=part.dims, dtype=part.dtype) for _ in range(2)]
    found = b.for_loop((constant(b, 0), size, constant(b, 1)), inits, region)
    return (found[2], found[3]), (found[0], found[1])


@rule(RULES, "cumprod")
def _cumprod(s: Splitter, op: Op) -> Found:
    def step(cells: Sequence[Pair], state: Pair) -> tuple[Pair, Pair]:
        total = times(s.b, state, cells[0])
        return (state if op.attr("exclusive") else total), total

    return (_scan(s, op, 1.0, step)[0],)


@rule(RULES, "recurrence")
def _recurrence(s: Splitter, op: Op) -> Found:
    kind = op.attr("kind")

    def step(cells: Sequence[Pair], state: Pair) -> tuple[Pair, Pair]:
        a, c = cells
        if kind == "between":
            cell = plus(s.b, c, state)
            return cell, times(s.b, a, cell)
        following = plus(s.b, c, times(s.b, a, state))
        return (state if kind == "before" else following), following

    return (_scan(s, op, 0.0, step)[0],)


@rule(RULES, "prod")
def _prod(s: Splitter, op: Op) -> Found:
    """Over the axes as one, last axis."""
    b, type_, axes = s.b, op.operands[0].type, op.attr("axes")
    if not axes:
        return (s.pair(op.operands[0]),)
    kept = tuple(k for k in range(type_.rank) if k not in axes)
    dims = (*(type_.dims[k] for k in kept), product(tuple(type_.dims[a] for a in axes)))

    def flat(v: Value) -> Value:
        return reshape(b, transpose(b, v, perm=(*kept, *axes)), dims=dims)

    re, im = (flat(v) for v in s.both(op.operands[0]))
    part = Type(type_.dtype.real, dims)
    step = lambda cells, state: (state, times(b, state, cells[0]))  # noqa: E731
    return (scanned(b, [(re, im)], part, len(kept), False, 1.0, step)[1],)


# -- library routines on complex numbers in memory ------------------------------------------------------
def _last(rank: int, axis: int) -> tuple[int, ...]:
    """The permutation that exchanges an axis with the last one."""
    perm = [*range(rank)]
    perm[axis], perm[-1] = perm[-1], perm[axis]
    return tuple(perm)


def _exchanged(b: Builder, x: Pair, axis: int) -> Pair:
    perm = _last(x[0].type.rank, axis)
    if perm == tuple(range(len(perm))):
        return x
    return transpose(b, x[0], perm=perm), None if x[1] is None else transpose(b, x[1], perm=perm)


def _parts(b: Builder, z: Value) -> Pair:
    return real(b, z), imag(b, z)


@rule(RULES, "fft")
def _fft(s: Splitter, op: Op) -> Found:
    """One axis after the other, the last one first; each along the last axis in memory."""
    b, x = s.b, s.pair(op.operands[0])
    axes = op.attr("axes")
    for axis in reversed(axes):
        ends = axis == axes[0] and s.only_real(op.result)
        x = _exchanged(b, part_fourier.transformed(b, _exchanged(b, x, axis), op, ends), axis)
    return (x,)


@rule(RULES, "rfft")
def _rfft(s: Splitter, op: Op) -> Found:
    attrs, axis = s.attrs(op.attrs), op.attr("axis")
    x, _ = _exchanged(s.b, (s.value(op.operands[0]), None), axis)
    attrs["axis"] = x.type.rank - 1
    return (_exchanged(s.b, _parts(s.b, fourier.rfft(s.b, x, **attrs)), axis),)


@rule(RULES, "irfft")
def _irfft(s: Splitter, op: Op) -> Found:
    attrs, axis = s.attrs(op.attrs), op.attr("axis")
    z = compose(s.b, *full(s.b, _exchanged(s.b, s.both(op.operands[0]), axis)))
    attrs["axis"] = z.type.rank - 1
    return (_exchanged(s.b, (fourier.irfft(s.b, z, **attrs), None), axis)[0],)


@rule(RULES, "solve", "inv", "det", "slogdet", "cholesky", "eigh", "svd", "svd_full")
def _library(s: Splitter, op: Op) -> Found:
    operands = [s.whole(v) if v.type.is_complex else s.value(v) for v in op.operands]
    return s.b.emit(op.prim, operands, s.attrs(op.attrs))


@rule(RULES, "eig")
def _eig(s: Splitter, op: Op) -> Found:
    """In double precision, as NumPy computes them; vectors are not determined up to a factor otherwise."""
    (a,), wanted = op.operands, op.results[0].type.dtype.real
    if a.type.is_complex:
        x = compose(s.b, *(_in_dtype(s.b, part, DType.f64) for part in full(s.b, s.pair(a))))
    else:
        x = _in_dtype(s.b, s.value(a), DType.f64)
    found = [_parts(s.b, z) for z in s.b.emit(op.prim, (x,), s.attrs(op.attrs))]
    return tuple(
        (_in_dtype(s.b, re, wanted), _in_dtype(s.b, im, wanted)) for re, im in found if im is not None
    )


def _in_dtype(b: Builder, x: Value, dtype: DType) -> Value:
    return x if x.type.dtype is dtype else cast(b, x, dtype=dtype)
