"""Products and quotients in which a zero of the first operand wins, over infinity and nan too.

A tangent or cotangent that is zero because a side of a ``where`` was not taken stays zero, whatever it is
multiplied by. The derivatives of these operations are made of them again, so that this holds at every order;
where an operand is zero by accident, they are those of the plain product.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.primitives.define import (
    ZERO,
    Contribution,
    Primitive,
    Strong,
    Zero,
    same_shape,
)
from adgen.primitives.elementwise import add, div, eq, mul, neg, where
from adgen.primitives.literals import literal, of_helper, samples

_MUL = '''
def _strong_mul(x, y):
    """x * y, and zero where x is zero, even where y is infinite or nan."""
    return np.where(x == 0.0, x, x * y)
'''
_DIV = '''
def _strong_div(x, y):
    """x / y, and zero where x is zero, even where y is zero or nan."""
    return np.where(x == 0.0, x, x / y)
'''


def _sum(b: Builder, terms: Sequence[Value]) -> Value | Zero:
    if not terms:
        return ZERO
    return terms[0] if len(terms) == 1 else add(b, terms[0], terms[1])


# -- product --------------------------------------------------------------------------------------------
def _mul_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    (x, y), (x_dot, y_dot) = op.operands, dots
    terms = [] if isinstance(x_dot, Zero) else [strong_mul(b, x_dot, y)]
    terms += [] if isinstance(y_dot, Zero) else [strong_mul(b, x, y_dot)]
    return _sum(b, terms)


def _mul_vjp(b: Builder, op: Op, r_bar: Value) -> Sequence[Contribution]:
    x, y = op.operands
    return (Strong(strong_mul(b, r_bar, y)), Strong(strong_mul(b, x, r_bar)))


def _record(name: str, helper: str, evaluate: Any, expand: Any, jvp: Any, vjp: Any, doc: str) -> Primitive:
    return Primitive(
        name=name,
        type_rule=lambda types, attrs: (same_shape(name, types),),
        eval=lambda ctx, x, y: np.where(np.equal(x, 0), x, evaluate(x, y)),
        spell=of_helper(f"_{name}", helper),
        doc=doc,
        samples=samples(0.2, 2.0, arity=2),
        jvp=jvp,
        vjp=vjp,
        lower=name,
        expand=expand,
        elementwise=True,
    )


def _unless_zero(b: Builder, x: Value, otherwise: Value) -> Value:
    return where(b, eq(b, x, literal(b, x, 0)), x, otherwise)


strong_mul = _record(
    "strong_mul",
    _MUL,
    np.multiply,
    lambda b, op: _unless_zero(b, op.operands[0], mul(b, *op.operands)),
    _mul_jvp,
    _mul_vjp,
    "x * y, and zero where x is zero, even where y is infinite or nan.",
)


# -- quotient -------------------------------------------------------------------------------------------
def _div_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    y, (x_dot, y_dot) = op.operands[1], dots
    terms = [] if isinstance(x_dot, Zero) else [strong_div(b, x_dot, y)]
    if not isinstance(y_dot, Zero):
        terms.append(neg(b, strong_div(b, strong_mul(b, op.result, y_dot), y)))
    return _sum(b, terms)


def _div_vjp(b: Builder, op: Op, r_bar: Value) -> Sequence[Contribution]:
    y = op.operands[1]
    return (
        Strong(strong_div(b, r_bar, y)),
        Strong(neg(b, strong_div(b, strong_mul(b, op.result, r_bar), y))),
    )


strong_div = _record(
    "strong_div",
    _DIV,
    np.divide,
    lambda b, op: _unless_zero(b, op.operands[0], div(b, *op.operands)),
    _div_jvp,
    _div_vjp,
    "x / y, and zero where x is zero, even where y is zero or nan.",
)

PRIMITIVES = (strong_mul, strong_div)
