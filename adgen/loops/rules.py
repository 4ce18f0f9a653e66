"""Which rule lowers which primitive. What has neither a rule nor an expansion is not covered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adgen.ir.core import Op
from adgen.loops import (
    access,
    draws,
    elementwise,
    interleaved,
    library,
    lists,
    products,
    reductions,
    routines,
    shapes,
    tapes,
)
from adgen.loops.state import State
from adgen.primitives.define import Routine, Ufunc

Rule = Callable[[State, Op], None]

RULES: dict[str, Rule] = {
    "const": shapes.lower_const,
    "dim": shapes.lower_dim,
    "bind_dim": shapes.lower_bind_dim,
    "broadcast": shapes.lower_broadcast,
    "transpose": shapes.lower_transpose,
    "reshape": shapes.lower_reshape,
    "concat": shapes.lower_concat,
    "full": shapes.lower_full,
    "empty": shapes.lower_empty,
    "arange": shapes.lower_arange,
    "eye": shapes.lower_eye,
    "copy": shapes.lower_copy,
    "read": access.lower_read,
    "write": access.lower_write,
    "add_at": access.lower_add_at,
    "wrap": access.lower_wrap,
    **dict.fromkeys(reductions.COMBINE, reductions.lower_reduction),
    "cumsum": reductions.lower_running,
    "cumprod": reductions.lower_running,
    "argmax": reductions.lower_position,
    "argmin": reductions.lower_position,
    "contract": products.lower_contract,
    **dict.fromkeys(("real", "imag"), interleaved.lower_part),
    "compose": interleaved.lower_compose,
    "fft": interleaved.lower_fft,
    "rfft": interleaved.lower_rfft,
    "irfft": interleaved.lower_irfft,
    "draw": draws.lower_draw,
    "new_generator": draws.lower_host,
    "fail_if": shapes.lower_fail_if,
    "segment": shapes.lower_nothing,
    "stack_new": tapes.lower_stack_new,
    "push": tapes.lower_push,
    "pop": tapes.lower_pop,
    "length": lists.lower_length,
    "cell": lists.lower_cell,
    **dict.fromkeys(("set_cell", "add_cell"), lists.lower_store),
    "take": lists.lower_take,
    "truncate": lists.lower_truncate,
    "collect": lists.lower_collect,
    "add_cells": lists.lower_add_cells,
    "add_list": lists.lower_add_list,
    "copy_list": lists.lower_copy_list,
    "position": lists.lower_position,
}


def _lower_called(state: State, op: Op) -> None:
    """A call of a library."""
    match library.called(op):
        case Routine() as routine:
            routines.lower_routine(state, op, routine)
        case Ufunc() as ufunc:
            library.lower_library(state, op, ufunc)


def rule_for(op: Op) -> Rule | None:
    """The rule of an operation, or None where kernels do not cover it."""
    prim: Any = op.prim
    found = RULES.get(op.prim.name)
    if found is not None:
        return found
    if library.called(op) is not None:
        return _lower_called
    if getattr(prim, "elementwise", False):
        return elementwise.lower_elementwise
    if getattr(prim, "expand", None) is not None:
        return elementwise.lower_expanded
    return None
