"""Calls of the functions of a program, results with a derivative of their own, and tapes of no call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adgen.ir.calls import CALL, CHECKED_CALL, HELD, RULED, SCHEDULED, TAPE
from adgen.ir.types import AnyType
from adgen.primitives.define import Absent, Inactive, Primitive, Text

_STRUCTURAL = Absent("reverse and forward mode differentiate the function that is called")
_NOT_IN_KERNELS = Absent("kernels cannot call functions that call themselves")
_IN_PROGRAMS = Absent("tested through functions that call themselves")


def _call_types(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    return tuple(attrs["types"])


#: ``callee`` names the function, ``types`` are those of the results, with dims of the caller.
call: Primitive = Primitive(
    name=CALL,
    type_rule=_call_types,
    eval=Absent("the interpreter runs the function"),  # type: ignore[arg-type]
    spell=Absent("the printer names the function"),
    doc="The results of a function of the program.",
    samples=_IN_PROGRAMS,
    jvp=_STRUCTURAL,
    vjp=_STRUCTURAL,
    lower=_NOT_IN_KERNELS,
    complex=True,
)

#: a call that may raise on purpose: it stays where it is, whether its results are used or not
checked_call: Primitive = replace(call, name=CHECKED_CALL, pinned=True)


def _ruled_types(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    return types[: attrs["count"]]


#: The first ``count`` operands as they are. Their derivative by the ``inputs`` operands behind them is what
#: the function ``callee`` says: it takes the inputs, then cotangents of the results (``kind`` "vjp": it
#: gives the results and the cotangents of the inputs, and its ``cut`` is where the second part begins) or
#: tangents of the inputs ("jvp": it gives the results and their tangents), and then the other operands.
#: Gone before any backend.
ruled: Primitive = Primitive(
    name=RULED,
    type_rule=_ruled_types,
    eval=lambda ctx, *args: args[: len(ctx.op.results)] if len(ctx.op.results) > 1 else args[0],
    spell=Absent("it is gone before anything is printed"),
    doc="Values whose derivative is that of a rule of the user.",
    samples=Absent("tested through functions with rules of their own"),
    jvp=Absent("the rule is a function of the program"),
    vjp=Absent("the rule is a function of the program"),
    lower=Absent("it is gone before kernels are made"),
)

#: The first ``count`` operands as they are: what a function computes that has a rule of its own and reads the
#: other operands from around it. The rule knows nothing of these. Gone before any backend.
held: Primitive = replace(
    ruled, name=HELD, doc="What a function with a rule of its own computes from values around it."
)

#: The first ``count`` operands as they are: results of a loop under a checkpoint schedule. Their derivative
#: by the operands behind them is emitted by the reverse sweep, after which this is gone.
scheduled: Primitive = Primitive(
    name=SCHEDULED,
    type_rule=_ruled_types,
    eval=ruled.eval,
    spell=Absent("it is gone before anything is printed"),
    doc="Results of a loop whose steps are run again in the reverse sweep.",
    samples=Absent("tested through checkpointed loops"),
    jvp=Absent("the reverse sweep has what it stands for"),
    vjp=Absent("the reverse sweep has what it stands for"),
    lower=Absent("it is gone before kernels are made"),
    complex=True,
)

no_tape: Primitive = Primitive(
    name="no_tape",
    type_rule=lambda types, attrs: (TAPE,),
    eval=lambda ctx: None,
    spell=lambda s: Text("None"),
    doc="Stands for the tape of a call on a path where the call is not made.",
    samples=_IN_PROGRAMS,
    jvp=Inactive("it is empty"),
    vjp=Inactive("it is empty"),
    lower=_NOT_IN_KERNELS,
)

PRIMITIVES = (call, checked_call, ruled, held, scheduled, no_tape)
