"""Linear systems solved by iterations, as scipy.sparse.linalg does.

The solution is differentiated, not the steps to it: both derivatives solve a system with the same method, to
rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import I64, AnyType, DType, Kind, Type
from adgen.primitives.contract import contract
from adgen.primitives.define import (
    ZERO,
    Context,
    Contribution,
    Primitive,
    Sample,
    Speller,
    Text,
    Zero,
)
from adgen.primitives.elementwise import add, cast, div, ge, gt, logical_and, lt, mul, neg, sub, where
from adgen.primitives.extrema import maximum
from adgen.primitives.indexing import zeros_of
from adgen.primitives.linear_algebra import Dots, positive, square_type, well
from adgen.primitives.literals import literal, literal_of, scaled
from adgen.primitives.matrices import summed, turned
from adgen.primitives.minimal_residuals import gmres_expand
from adgen.primitives.powers import sqrt
from adgen.primitives.shape import broadcast
from adgen.primitives.sizes import constant, size_value

#: how small the residuals of derivatives get, next to the right-hand side: in units of the precision
_ROUNDING = 45.0


def _type(name: str) -> Callable[[tuple[AnyType, ...], dict[str, Any]], tuple[AnyType, ...]]:
    def rule(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
        a, right, start = square_type(types[:1], name), types[1], types[2]
        vector = a.with_dims(a.dims[0])
        if a.rank != 2 or right != vector or start != vector or any(t != a for t in types[3:]):
            raise TypeError(f"{name}: {a} does not fit {right} and {start}")
        return (vector, I64)

    return rule


def _options(op: Op) -> dict[str, Any]:
    found = dict(op.attrs)
    names = ("rtol", "atol", "maxiter", "restart")
    return {name: found[name] for name in names if found.get(name) is not None}


def _eval(name: str) -> Callable[..., Any]:
    def apply(ctx: Context, a: Any, right: Any, start: Any, nearly: Any = None) -> Any:
        import scipy.sparse.linalg

        if not right.size:
            return right.copy(), 0
        solver = getattr(scipy.sparse.linalg, name)
        found, info = solver(a, right, start, M=nearly, **_options(ctx.op))
        return found, int(info)

    return apply


def _spell(name: str) -> Callable[[Speller], Text]:
    def apply(s: Speller) -> Text:
        given = [s.arg(0), s.arg(1), s.arg(2), *(f"{k}={v!r}" for k, v in _options(s.op).items())]
        given += [f"M={s.arg(3)}"] if len(s.op.operands) > 3 else []
        return Text(f"scipy.sparse.linalg.{name}({', '.join(given)})")

    return apply


def _again(b: Builder, op: Op, right: Value, turn: bool) -> Value:
    """The solution of the system (or the transposed one) of another right-hand side by the same method."""
    limit = _ROUNDING * float(np.finfo(right.type.dtype.numpy).eps)
    attrs = {**dict(op.attrs), "rtol": min(op.attr("rtol"), limit), "atol": 0.0, "maxiter": None}
    a, *nearly = (turned(b, m) if turn else m for m in (op.operands[0], *op.operands[3:]))
    return b.emit(op.prim, (a, right, zeros_of(b, right.type), *nearly), attrs)[0]


def _times(b: Builder, a: Value, x: Value) -> Value:
    return contract(b, a, x, spec="ij,j->i")


def _vjp(b: Builder, op: Op, seeds: Dots) -> Sequence[Contribution]:
    x_bar, constants = seeds[0], (ZERO,) * (len(op.operands) - 2)
    if isinstance(x_bar, Zero):
        return (ZERO, ZERO, *constants)
    b_bar = _again(b, op, x_bar, turn=True)
    return (neg(b, contract(b, b_bar, op.results[0], spec="i,j->ij")), b_bar, *constants)


def _jvp(b: Builder, op: Op, dots: Dots) -> tuple[Value | Zero, Value | Zero]:
    a_dot, b_dot = dots[:2]
    moved = ZERO if isinstance(a_dot, Zero) else neg(b, _times(b, a_dot, op.results[0]))
    right = summed(b, b_dot, moved)
    return (ZERO if isinstance(right, Zero) else _again(b, op, right, turn=False), ZERO)


# -- conjugate gradients in kernels ---------------------------------------------------------------------
def _dot(b: Builder, x: Value, y: Value) -> Value:
    return contract(b, x, y, spec="i,i->")


def _along(b: Builder, number: Value, x: Value) -> Value:
    return mul(b, broadcast(b, number, dims=x.type.dims, axes=()), x)


def _step(b: Builder, a: Value, nearly: Sequence[Value], state: Sequence[Value]) -> tuple[Value, ...]:
    """One step from the count, the solution, the residual, the direction and the residual's square before.

    ``nearly`` has the matrix that is nearly the inverse, where there is one.
    """
    count, x, r, p, before = state
    near = _times(b, nearly[0], r) if nearly else r
    now = _dot(b, r, near)
    first = lt(b, count, constant(b, 1))
    one, zero = literal(b, now, 1), literal(b, now, 0)
    ratio = div(b, now, where(b, first, one, before))
    p = add(b, near, _along(b, cast(b, where(b, first, zero, ratio), dtype=now.type.dtype, kind=Kind.np), p))
    q = _times(b, a, p)
    alpha = div(b, now, _dot(b, p, q))
    x, r = add(b, x, _along(b, alpha, p)), sub(b, r, _along(b, alpha, q))
    return add(b, count, constant(b, 1)), x, r, p, now


def _cg_expand(b: Builder, op: Op) -> tuple[Value, Value]:
    a, right, start, *nearly = op.operands
    scalar = Type(right.type.dtype, (), Kind.np)
    limit = scaled(b, op.attr("rtol"), sqrt(b, _dot(b, right, right)))
    limit = maximum(b, limit, literal(b, limit, op.attr("atol")))
    size = size_value(b, right.type.dims[0])
    most = op.attr("maxiter")
    rounds = mul(b, size, constant(b, 10)) if most is None else constant(b, most)

    def carried() -> tuple[Value, ...]:
        kinds = (I64, right.type, right.type, right.type, scalar)
        return tuple(Value(t) for t in kinds)

    def far(r: Value) -> Value:
        return ge(b, sqrt(b, _dot(b, r, r)), limit)

    def going(state: Sequence[Value]) -> Sequence[Value]:
        more = cast(b, far(state[2]), dtype=DType.bool, kind=Kind.py)
        positive_limit = cast(b, gt(b, limit, literal(b, limit, 0)), dtype=DType.bool, kind=Kind.py)
        return (logical_and(b, logical_and(b, lt(b, state[0], rounds), more), positive_limit),)

    tested, state = carried(), carried()
    cond = b.region(tested, lambda: going(tested))
    body = b.region(state, lambda: _step(b, a, nearly, state))
    rest = sub(b, right, _times(b, a, start))
    inits = (constant(b, 0), start, rest, zeros_of(b, right.type), literal_of(b, scalar, 1.0))
    count, x, r, _, _ = b.while_loop(inits, cond, body)
    failed = logical_and(b, ge(b, count, rounds), cast(b, far(r), dtype=DType.bool, kind=Kind.py))
    info = mul(b, cast(b, failed, dtype=DType.i64, kind=Kind.py), rounds)
    return x, info


def _samples(matrix: Callable[[int], Any]) -> tuple[Sample, ...]:
    attrs = (("atol", 0.0), ("maxiter", None), ("rtol", 1e-14))
    return (
        Sample(("f64[3,3]", "f64[3]", "f64[3]"), values=(matrix(3), None, None), attrs=attrs),
        Sample(
            ("f64[3,3]", "f64[3]", "f64[3]", "f64[3,3]"),
            values=(matrix(3), None, None, ((0.5, 0.0, 0.0), (0.0, 0.4, 0.1), (0.0, 0.1, 0.3))),
            attrs=attrs,
        ),
        Sample(("f64[1,1]", "f64[1]", "f64[1]"), values=(((2.0,),), None, None), attrs=attrs),
        Sample(("f64[0,0]", "f64[0]", "f64[0]"), attrs=attrs, smooth=False),
    )


cg: Primitive = Primitive(
    name="cg",
    type_rule=_type("cg"),
    eval=_eval("cg"),
    spell=_spell("cg"),
    doc="The solution of a x = b by conjugate gradients from a start, and how many steps failed to reach it.",
    samples=_samples(positive),
    vjp=_vjp,
    jvp=_jvp,
    lower="cg",
    expand=_cg_expand,
)

gmres: Primitive = Primitive(
    name="gmres",
    type_rule=_type("gmres"),
    eval=_eval("gmres"),
    spell=_spell("gmres"),
    doc="The solution of a x = b by generalised minimal residuals from a start, and whether that failed.",
    samples=_samples(well),
    vjp=_vjp,
    jvp=_jvp,
    lower="gmres",
    expand=gmres_expand,
)

PRIMITIVES = (cg, gmres)
