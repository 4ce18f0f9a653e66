"""Programs over real and imaginary parts: the same meaning, and no complex arithmetic left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.ir.core import Func, Op, Region, Value, walk
from adgen.ir.interpret import interpret
from adgen.ir.parse import parse
from adgen.ir.types import array
from adgen.ir.verify import verify
from adgen.primitives.registry import primitive
from adgen.transform.part_rules import RULES
from adgen.transform.parts import has_complex, in_parts, is_complex
from tests import corpus
from tests.oracle.compare import assert_close, leaves
from tests.primitives.cases import Case, all_cases, arguments, derivatives, directions, types_of

#: routines of libraries, which take complex numbers as they lie in memory
ROUTINES = {
    "fft",
    "rfft",
    "irfft",
    "solve",
    "inv",
    "det",
    "slogdet",
    "cholesky",
    "eig",
    "eigh",
    "svd",
    "svd_full",
}
#: what may still make or take complex numbers
KEPT = {"compose", "real", "imag", "cast"} | ROUTINES
CASES = [
    case
    for case in all_cases()
    if case.prim.name in RULES
    and (found := derivatives(case.prim, types_of(case.sample), case.sample)) is not None
    and has_complex(found.reverse())
]
PROGRAMS = [name for name in corpus.names() if "complex" in corpus.load(name).tags]


def check(func: Func, args: list[Any], rtol: float) -> None:
    apart = verify(in_parts(func))
    for node in walk(apart.body):
        if isinstance(node, Op) and any(is_complex(v.any_type) for v in (*node.operands, *node.results)):
            assert node.prim.name in KEPT
    with np.errstate(all="ignore"):
        expected, found = interpret(func, args), interpret(apart, args)
    for e, f in zip(expected, found, strict=True):
        assert np.asarray(e).dtype == np.asarray(f).dtype
    assert_close(found, expected, rtol)


@pytest.mark.parametrize("case", [pytest.param(c, id=c.id) for c in CASES])
def test_derivatives_of_samples(case: Case) -> None:
    found = derivatives(case.prim, types_of(case.sample), case.sample)
    assert found is not None
    args, rng = arguments(case), case.rng
    single = any(t.dtype.itemsize == 8 and t.is_complex for t in types_of(case.sample))
    single = single or any(t.dtype.value == "f32" for t in types_of(case.sample))
    check(found.reverse(), [*args, *directions(rng, found.ends)], 1e-5 if single else 1e-12)


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name: str) -> None:
    program = corpus.load(name)
    text = adgen.jit(program.fun, backend="numpy").lower(program.signature).primal_ir
    args = [part for arg in program.arguments() for part in leaves(arg)]
    check(parse(str(text), primitive), args, 1e-12 if program.eps < 1e-10 else 1e-5)


def test_a_program_of_real_numbers_stays_itself() -> None:
    x = Value(array("f64", "n"), "x")
    func = Func("f", Region((x,), (), (x,)))
    assert in_parts(func) is func
