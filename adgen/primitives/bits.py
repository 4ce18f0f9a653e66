"""The bits of integers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.primitives.define import Inactive, Infix, Prec, Prefix, Primitive, Sample, Spell, elementwise

_FLAT = Inactive("integers have no derivative")
_TWO = (
    Sample(("i64[5]", "i64[5]"), values=((5, -6, 0, 255, -1), (3, 12, -7, 16, 64))),
    Sample(("i64", "i64"), values=(11, 6)),
)
_SHIFTS = (
    Sample(("i64[5]", "i64[5]"), values=((5, -6, 1, 255, -1), (3, 1, 62, 0, 63))),
    Sample(("i64[3]", "i64[3]"), values=((5, -6, 1), (64, 70, 100))),
    Sample(("i64", "i64"), values=(11, 2)),
)


def _bits(
    name: str,
    numpy: Callable[..., Any],
    python: Callable[..., Any],
    spell: Spell,
    doc: str,
    samples: tuple[Sample, ...],
    commutative: bool = False,
) -> Primitive:
    return elementwise(
        name,
        eval=numpy,
        spell=spell,
        python=(python, spell),
        partials=_FLAT,
        doc=doc,
        samples=samples,
        commutative=commutative,
        cheap=True,
    )


bit_and = _bits(
    "bit_and", np.bitwise_and, operator.and_, Infix("&", Prec.BITAND), "Bits of both.", _TWO, commutative=True
)
bit_or = _bits(
    "bit_or", np.bitwise_or, operator.or_, Infix("|", Prec.BITOR), "Bits of either.", _TWO, commutative=True
)
bit_xor = _bits(
    "bit_xor", np.bitwise_xor, operator.xor, Infix("^", Prec.BITXOR), "Bits of one.", _TWO, commutative=True
)
left_shift = _bits(
    "left_shift",
    np.left_shift,
    operator.lshift,
    Infix("<<", Prec.SHIFT),
    "x times 2 to the power y.",
    _SHIFTS,
)
right_shift = _bits(
    "right_shift",
    np.right_shift,
    operator.rshift,
    Infix(">>", Prec.SHIFT),
    "x over 2 to the power y.",
    _SHIFTS,
)
bit_not = _bits(
    "bit_not",
    np.invert,
    operator.invert,
    Prefix("~"),
    "Every bit the other way: -x - 1.",
    (Sample(("i64[4]",), values=((5, -6, 0, 255),)), Sample(("i64",), values=(11,))),
)

PRIMITIVES = (bit_and, bit_or, bit_xor, left_shift, right_shift, bit_not)
