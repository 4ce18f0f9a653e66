"""Single stages with their checks: with ``ADGEN_CHECK`` set the verifier runs after each of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from adgen.diagnostics import InternalError
from adgen.ir.calls import called
from adgen.ir.core import Func
from adgen.ir.verify import IllFormed, verify
from adgen.transform.cse import share_common_subexpressions
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.fold import simplify
from adgen.transform.rules import has_rules, without_rules


def checking() -> bool:
    """Whether programs are verified between stages."""
    return os.environ.get("ADGEN_CHECK", "0") not in ("", "0")


def checked(stage: str, func: Func) -> Func:
    """``func`` itself, verified where checks are on. Raises InternalError where it is ill formed."""
    if checking():
        try:
            verify(func)
        except IllFormed as error:
            raise InternalError(str(error), stage) from error
    return func


GENERAL: tuple[tuple[str, Callable[[Func], Func]], ...] = (
    ("simplify", simplify),
    ("share", share_common_subexpressions),
    ("eliminate", eliminate_dead_code),
)
"""The general transformations in their order: they change what a program costs, never what it means."""


def optimised(func: Func) -> Func:
    """The program after the general transformations, and so the functions that it calls."""
    for name, transformation in GENERAL:
        func = staged(name, transformation, func)
    return func


def staged(name: str, stage: Callable[[Func], Func], func: Func) -> Func:
    """One stage on a program and on those of its functions that are called."""
    done = tuple(stage(f) for f in called(func))
    return checked(name, replace(stage(func), functions=done))


def abreast_in_kernels(func: Func) -> Func:
    """The program with loops that wait for themselves run abreast."""
    from adgen.transform.abreast import abreast

    return staged("abreast", abreast, func)


def taken_apart(func: Func) -> Func:
    """The program over real and imaginary parts, as kernels take it. Raises ``NoParts``."""
    from adgen.transform.parts import has_complex, in_parts

    if not has_complex(func):
        return func
    if has_rules((func, *func.functions)):
        func = optimised(staged("rules", without_rules, func))
    return optimised(checked("parts", in_parts(func)))


def in_place(func: Func) -> Func:
    """The program in which every operation that consumes an array works in place; copies are explicit."""
    from adgen.transform.copies import insert_copies
    from adgen.transform.firsts import first_writes

    if has_rules((func, *func.functions)):
        func = optimised(staged("rules", without_rules, func))
    return staged("copies", insert_copies, staged("firsts", first_writes, func))
