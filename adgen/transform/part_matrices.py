"""What functions of complex matrices are on their parts."""

from __future__ import annotations

from adgen.ir.core import Access, Full, Indexer, Op, Range
from adgen.primitives.elementwise import neg
from adgen.primitives.indexing import read
from adgen.primitives.shape import concat
from adgen.primitives.singular_values import pinv
from adgen.primitives.sizes import constant, size_value
from adgen.transform.pairs import Found, Rule, Splitter, rule

RULES: dict[str, Rule] = {}


@rule(RULES, "pinv")
def _pinv(s: Splitter, op: Op) -> Found:
    """That of the real matrix [[re, -im], [im, re]], of which the first columns are looked at."""
    (re, im), b = s.both(op.operands[0]), s.b
    rank, dims = op.result.type.rank, op.result.type.dims
    left = concat(b, re, im, axis=rank - 2)
    whole = concat(b, left, concat(b, neg(b, im), re, axis=rank - 2), axis=rank - 1)
    found = pinv(b, whole, cutoff=op.attr("cutoff"), size=op.attr("size") * 2)
    zero = constant(b, 0)
    access: tuple[Access, ...] = (*(Full(),) * (rank - 2), Range(dims[-2]), Range(dims[-1]))
    parts = (read(b, found, at, zero, index=Indexer(access)) for at in (zero, size_value(b, dims[-2])))
    return (tuple(parts),)  # type: ignore[return-value]
