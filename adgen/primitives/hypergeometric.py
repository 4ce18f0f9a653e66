"""Hypergeometric functions of their last argument; the parameters are not differentiated.

Derivatives: NIST Digital Library of Mathematical Functions, 13.3.15, 15.5.1 and 16.3.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.define import Partial
from adgen.primitives.elementwise import add, div, mul
from adgen.primitives.literals import literal, unchecked
from adgen.primitives.scipy_functions import held, special


def _next(b: Builder, x: Value) -> Value:
    return add(b, x, literal(b, x, 1))


def _by_0f1(b: Builder, r: Value, v: Value, z: Value) -> Sequence[Partial]:
    return (0.0, div(b, hyp0f1(b, _next(b, v), z), unchecked(b, v)))


def _by_1f1(b: Builder, r: Value, p: Value, q: Value, z: Value) -> Sequence[Partial]:
    following = hyp1f1(b, _next(b, p), _next(b, q), z)
    return (0.0, 0.0, mul(b, div(b, p, unchecked(b, q)), following))


def _by_2f1(b: Builder, r: Value, p: Value, q: Value, c: Value, z: Value) -> Sequence[Partial]:
    following = hyp2f1(b, _next(b, p), _next(b, q), _next(b, c), z)
    return (0.0, 0.0, 0.0, mul(b, div(b, mul(b, p, q), unchecked(b, c)), following))


hyp0f1 = special(
    "hyp0f1",
    _by_0f1,
    "Confluent hypergeometric limit function 0F1(v; z); by z: 0F1(v + 1; z) / v.",
    held(1.5, low=-2.0, high=2.0),
)
hyp1f1 = special(
    "hyp1f1",
    _by_1f1,
    "Confluent hypergeometric function 1F1(a; b; z); by z: a / b 1F1(a + 1; b + 1; z).",
    held(0.7, 1.5, low=-2.0, high=2.0),
)
hyp2f1 = special(
    "hyp2f1",
    _by_2f1,
    "Hypergeometric function 2F1(a, b; c; z); by z: a b / c 2F1(a + 1, b + 1; c + 1; z).",
    held(0.7, 1.5, 2.5, low=-2.0, high=0.8),
)

PRIMITIVES = (hyp0f1, hyp1f1, hyp2f1)
