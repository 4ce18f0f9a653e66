"""The ends of a segment that is run again in the reverse sweep instead of being kept."""

from __future__ import annotations

from adgen.ir.calls import SEGMENT
from adgen.primitives.define import Absent, Inactive, Primitive

_NOTHING = Inactive("it has no result")

#: Stands in front of a segment (``edge`` "begin") and behind it ("end"). Operations in it are merged with
#: none outside. ``name`` is that of the function; ``again`` says that this is the segment's second run.
segment: Primitive = Primitive(
    name=SEGMENT,
    type_rule=lambda types, attrs: (),
    eval=lambda ctx: (),
    spell=Absent("a comment, or `del` of what the segment alone needs"),
    doc="An end of a segment that is evaluated again in the reverse sweep.",
    samples=Absent("tested through `adgen.recompute`"),
    jvp=_NOTHING,
    vjp=_NOTHING,
    lower="segment",
    pinned=True,
)

PRIMITIVES = (segment,)
