"""Functions that SciPy computes together: integrals of sine and cosine, of Fresnel; those of Airy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType
from adgen.primitives.define import ZERO, Call, Contribution, Primitive, Ufunc, Zero, same_shape
from adgen.primitives.elementwise import div, mul
from adgen.primitives.hyperbolic import cosh
from adgen.primitives.hypergeometric import hyp0f1
from adgen.primitives.literals import literal, scaled, unchecked
from adgen.primitives.matrices import summed
from adgen.primitives.scipy_functions import few, scipy_special
from adgen.primitives.trigonometric import cos, sin

#: from the operand and the results
_Slopes = Callable[..., tuple[Value, ...]]


def _paired(name: str, slopes: _Slopes, doc: str, low: float, count: int = 2) -> Primitive:
    """A ufunc of one operand with several results."""

    def type_rule(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
        return (same_shape(name, types),) * count

    def each(b: Builder, op: Op, seeds: Sequence[Value | Zero]) -> tuple[Value | Zero, ...]:
        pairs = zip(seeds, slopes(b, op.operands[0], *op.results), strict=True)
        return tuple(ZERO if isinstance(s, Zero) else mul(b, s, slope) for s, slope in pairs)

    def vjp(b: Builder, op: Op, seeds: Any) -> Sequence[Contribution]:
        return (reduce(partial(summed, b), each(b, op, seeds)),)

    return Primitive(
        name=name,
        type_rule=type_rule,
        eval=lambda ctx, x: scipy_special(name, x),
        spell=Call(f"scipy.special.{name}"),
        doc=doc,
        samples=tuple(s for s in few(low, 3.0) if s.types != ("f64",)),
        vjp=vjp,
        jvp=lambda b, op, dots: each(b, op, (dots[0],) * count),
        lower=Ufunc(f"scipy.special.{name}", "()->" + ",".join(["()"] * count)),
    )


def _over_x(b: Builder, sign: float, x: Value) -> Value:
    """sin(x) / x, or sinh(x) / x, with all derivatives at 0."""
    return hyp0f1(b, literal(b, x, 1.5), scaled(b, 0.25 * sign, mul(b, x, x)))


def _angle(b: Builder, x: Value) -> Value:
    return scaled(b, math.pi / 2.0, mul(b, x, x))


sici = _paired(
    "sici",
    lambda b, x, *_: (_over_x(b, -1.0, x), div(b, cos(b, x), unchecked(b, x))),
    "Sine and cosine integral; derivatives sin(x) / x and cos(x) / x.",
    0.3,
)
shichi = _paired(
    "shichi",
    lambda b, x, *_: (_over_x(b, 1.0, x), div(b, cosh(b, x), unchecked(b, x))),
    "Hyperbolic sine and cosine integral; derivatives sinh(x) / x and cosh(x) / x.",
    0.3,
)
fresnel = _paired(
    "fresnel",
    lambda b, x, *_: (sin(b, _angle(b, x)), cos(b, _angle(b, x))),
    "Fresnel integrals S and C; derivatives sin(pi x^2 / 2) and cos(pi x^2 / 2).",
    -2.0,
)

airy = _paired(
    "airy",
    lambda b, x, ai, ai_prime, bi, bi_prime: (ai_prime, mul(b, x, ai), bi_prime, mul(b, x, bi)),
    "Airy functions Ai, Ai', Bi and Bi'; the second derivatives are x Ai and x Bi.",
    -2.0,
    count=4,
)

PRIMITIVES = (sici, shichi, fresnel, airy)
