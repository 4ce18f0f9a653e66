"""Products of two arrays summed over shared axes: every form of matmul, dot, outer and two-operand einsum.

The adjoint with respect to one operand is again a contraction, of the cotangent with the other operand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.dims import Dim
from adgen.ir.types import AnyType, Type
from adgen.primitives.define import ZERO, Contribution, Prec, Primitive, Sample, Speller, Text, Zero


def parts(spec: str) -> tuple[str, str, str]:
    """The letters of the operands and of the result."""
    inputs, result = spec.split("->")
    left, right = inputs.split(",")
    return left, right, result


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    x, y = (t for t in types if isinstance(t, Type))
    left, right, result = parts(attrs["spec"])
    sizes: dict[str, Dim] = {}
    for letters, t in ((left, x), (right, y)):
        if len(letters) != t.rank or len(set(letters)) != len(letters):
            raise TypeError(f"contract {attrs['spec']} does not fit {t}")
        for letter, d in zip(letters, t.dims, strict=True):
            if sizes.setdefault(letter, d) != d:
                raise TypeError(
                    f"contract {attrs['spec']}: {letter} is {sizes[letter]} and {d} in {x} and {y}"
                )
    if x.dtype is not y.dtype:
        raise TypeError(f"contract of {x} and {y}")
    alone = {c for c in left if c not in right and c not in result} | {
        c for c in right if c not in left and c not in result
    }
    if alone or any(c not in sizes for c in result):
        raise TypeError(f"contract {attrs['spec']}: every letter must be shared or kept")
    return (x.with_dims(*(sizes[c] for c in result)),)


def _vjp(b: Builder, op: Op, z_bar: Value) -> Sequence[Contribution]:
    from adgen.primitives.complexes import conjugated

    left, right, result = parts(op.attr("spec"))
    x, y = (conjugated(b, v) for v in op.operands)
    if not result:
        return _scaled_by(b, z_bar, y, right, left), _scaled_by(b, z_bar, x, left, right)
    return (
        contract(b, z_bar, y, spec=f"{result},{right}->{left}"),
        contract(b, x, z_bar, spec=f"{left},{result}->{right}"),
    )


def _scaled_by(b: Builder, scalar: Value, array: Value, letters: str, wanted: str) -> Value:
    """A scalar times an array, its axes put in the wanted order."""
    from adgen.primitives.elementwise import mul
    from adgen.primitives.shape import broadcast, transpose

    turned = transpose(b, array, perm=tuple(letters.index(c) for c in wanted)) if letters != wanted else array
    return (
        mul(b, broadcast(b, scalar, dims=turned.type.dims, axes=()), turned)
        if wanted
        else mul(b, scalar, array)
    )


def _jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    from adgen.primitives.elementwise import add

    x, y = op.operands
    terms = [
        contract(b, dot, other, spec=op.attr("spec"))
        if side == 0
        else contract(b, other, dot, spec=op.attr("spec"))
        for side, (dot, other) in enumerate(zip(dots, (y, x), strict=True))
        if not isinstance(dot, Zero)
    ]
    return ZERO if not terms else terms[0] if len(terms) == 1 else add(b, *terms)


def _spell(s: Speller) -> Text:
    left, right, result = parts(s.op.attr("spec"))
    shared = [c for c in left if c in right]
    if not shared and result == left + right and len(left) == len(right) == 1:
        return Text(f"np.outer({s.arg(0)}, {s.arg(1)})")
    if not shared and result == right + left and len(left) == len(right) == 1:
        return Text(f"np.outer({s.arg(1)}, {s.arg(0)})")
    if len(shared) == 1 and shared[0] not in result and max(len(left), len(right)) <= 2:
        return _matmul(s, left, right, result, shared[0])
    found = _batched(s, left, right, result) or _flattened(s, left, right, result)
    return found or Text(f'np.einsum("{s.op.attr("spec")}", {s.arg(0)}, {s.arg(1)})')


def _batched(s: Speller, left: str, right: str, result: str) -> Text | None:
    """Products of matrices that are stacked alike, or of a stack with one matrix: `@` calls BLAS for each."""
    stacks = left[:-2]
    for x, y, order in ((left, right, (0, 1)), (right, left, (1, 0))):
        both = len(x) == len(y) > 2 and x[:-2] == y[:-2] == stacks == result[:-2]
        if not both and (len(x) < 3 or len(y) != 2 or set(y) & set(x[:-1])):
            continue
        rows, columns = x[-2:], y[-2:]
        shared = set(rows) & set(columns)
        if len(shared) != 1 or shared & set(result):
            continue
        (letter,) = shared
        if result != x[:-2] + (rows + columns).replace(letter, ""):
            continue
        texts = [s.arg(k, Prec.MUL + 1) for k in order]
        if rows[1] != letter:
            texts[0] = f"np.swapaxes({s.arg(order[0])}, -1, -2)"
        if columns[0] != letter:
            single = len(y) == 2
            texts[1] = _transposed(s, order[1]) if single else f"np.swapaxes({s.arg(order[1])}, -1, -2)"
        return Text(f"{texts[0]} @ {texts[1]}", Prec.MUL)
    return None


def _flattened(s: Speller, left: str, right: str, result: str) -> Text | None:
    """Sums over all letters that the operands share: one product of matrices, after reshaping."""
    shared = [c for c in left if c in right]
    if not shared or not result or any(c in result for c in shared):
        return None
    for x, y, order in ((left, right, (0, 1)), (right, left, (1, 0))):
        if y == x[-1] and result == x[:-1]:
            return Text(f"{s.arg(order[0], Prec.MUL + 1)} @ {s.arg(order[1], Prec.MUL + 1)}", Prec.MUL)
        if result == "".join(c for c in x + y if c not in shared):
            axes = [", ".join(str(letters.index(c)) for c in shared) for letters in (x, y)]
            over = ", ".join(text if len(shared) == 1 else f"({text})" for text in axes)
            return Text(f"np.tensordot({s.arg(order[0])}, {s.arg(order[1])}, ({over}))")
    return None


def _matmul(s: Speller, left: str, right: str, result: str, shared: str) -> Text:
    order = (0, 1)
    if result != (left + right).replace(shared, ""):
        left, right, order = right, left, (1, 0)
    texts = [s.arg(k, Prec.MUL + 1) for k in order]
    if left[-1] != shared:
        texts[0] = _transposed(s, order[0])
    if right[0] != shared:
        texts[1] = _transposed(s, order[1])
    return Text(f"{texts[0]} @ {texts[1]}", Prec.MUL)


def _transposed(s: Speller, index: int) -> str:
    text, inner = s.arg(index, Prec.ATOM), s.folded(index)
    twice = inner is not None and inner.prim.name == "transpose" and text.endswith(".T")
    return text.removesuffix(".T") if twice else f"{text}.T"


contract: Primitive = Primitive(
    name="contract",
    type_rule=_type,
    eval=lambda ctx, x, y: np.einsum(ctx.attr("spec"), x, y),
    spell=_spell,
    doc="Products summed over the letters of ``spec`` that the result lacks, as in einsum.",
    samples=tuple(
        Sample(types, attrs=(("spec", spec),))
        for types, spec in (
            (("f64[3,4]", "f64[4,2]"), "ij,jk->ik"),
            (("f64[3,4]", "f64[4]"), "ij,j->i"),
            (("f64[3]", "f64[3,4]"), "i,ij->j"),
            (("f64[4]", "f64[4]"), "i,i->"),
            (("f64[3]", "f64[4]"), "i,j->ij"),
            (("f64[2,3,4]", "f64[2,4,5]"), "bij,bjk->bik"),
            (("f32[3,4]", "f32[4,2]"), "ij,jk->ik"),
            (("f64[3,0]", "f64[0,2]"), "ij,jk->ik"),
            (("c128[3,4]", "c128[4,2]"), "ij,jk->ik"),
            (("c128[4]", "c128[4]"), "i,i->"),
        )
    ),
    vjp=_vjp,
    jvp=_jvp,
    lower="contract",
    complex=True,
)

PRIMITIVES = (contract,)
