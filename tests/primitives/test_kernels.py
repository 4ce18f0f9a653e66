"""Kernels agree with the interpreter on the derivatives of every primitive and on every library name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.frontend.lowering import Lowered
from adgen.ir.core import Func, Op, walk
from adgen.ir.interpret import interpret
from adgen.llvm_backend.covered import coverage
from adgen.primitives.define import Absent
from adgen.primitives.registry import REGISTRY
from adgen.runtime.stages import taken_apart
from adgen.transform.copies import insert_copies
from adgen.transform.parts import NoParts
from tests.llvm_backend.programs import kernel_of
from tests.primitives.cases import (
    Case,
    Derivatives,
    all_cases,
    arguments,
    derivatives,
    directions,
    floats,
    second_order,
    types_of,
)
from tests.primitives.expressions import EXPRESSIONS
from tests.primitives.facets import NO_PARTS
from tests.primitives.lowering import call, checksum, lowered

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
ACTIVE = [c for c in all_cases() if derivatives(c.prim, types_of(c.sample), c.sample) is not None]
#: what kernels leave to NumPy, as AG602 says
NOT_IN_KERNELS = tuple(name for name, prim in REGISTRY.table.items() if isinstance(prim.lower, Absent))
#: the first sample of each primitive is compiled to second order as well
FIRST = [c for c in ACTIVE if c.number == 0 and c.sample.smooth]


def check(func: Func, args: list[Any]) -> None:
    """The kernel gives what the interpreter gives."""
    if any(isinstance(node, Op) and node.prim.name in NOT_IN_KERNELS for node in walk(func.body)):
        pytest.skip("not in kernels")
    try:
        ready = insert_copies(taken_apart(func))
    except NoParts as gap:
        if str(gap) not in NO_PARTS:
            raise
        pytest.skip(f"kernels do not have it of complex numbers: {gap}")
    assert not coverage(ready)
    with np.errstate(all="ignore"):
        expected, found = interpret(func, args), kernel_of(ready, fast=True)(args)
    for e, f in zip(expected, found, strict=True):
        assert type(e) is type(f)
        assert np.shape(e) == np.shape(f)
        if np.asarray(e).dtype.kind not in "fc":
            np.testing.assert_array_equal(f, e)
            continue
        single = any(t.type.dtype.value in ("f32", "c64") for t in (*func.params, *func.results))
        scale = float(np.max(np.abs(e), initial=1.0, where=np.isfinite(e)))
        np.testing.assert_allclose(
            f, e, rtol=1e-5 if single else 1e-12, atol=(1e-6 if single else 1e-13) * scale
        )


def backward(derived: Derivatives, args: list[Any], rng: np.random.Generator) -> None:
    """The reverse-mode program as a kernel."""
    check(derived.reverse(), [*args, *directions(rng, derived.ends)])


@pytest.mark.parametrize("case", [pytest.param(c, id=c.id) for c in ACTIVE])
def test_derivatives(case: Case) -> None:
    found = derivatives(case.prim, types_of(case.sample), case.sample)
    assert found is not None
    args, rng = arguments(case), case.rng
    backward(found, args, rng)
    check(found.forward(), [*args, *directions(rng, [found.func.params[k] for k in found.wrt])])


@pytest.mark.parametrize("case", [pytest.param(c, id=c.id) for c in FIRST])
def test_second_derivatives(case: Case) -> None:
    first = derivatives(case.prim, types_of(case.sample), case.sample)
    assert first is not None
    args, rng = arguments(case), case.rng
    for derived in second_order(first):
        extra = directions(rng, derived.func.params[len(args) :])
        backward(derived, [*args, *extra], rng)


every_expression = pytest.mark.parametrize(
    "k", [pytest.param(k, id=text) for k, text in enumerate(EXPRESSIONS)]
)


def in_slice(request: pytest.FixtureRequest, k: int, start: int) -> None:
    """A third of the expressions is compiled each time, all of them with ``--all-programs``."""
    if checksum(k) % 3 != start and not request.config.getoption("--all-programs"):
        pytest.skip("compiled with --all-programs")


@every_expression
def test_library(request: pytest.FixtureRequest, k: int) -> None:
    in_slice(request, k, 0)
    found: Lowered = lowered(k, concrete=False)
    args = call(found, k)
    check(found.func, args)


@every_expression
def test_library_gradient(request: pytest.FixtureRequest, k: int) -> None:
    in_slice(request, k, 1)
    found = lowered(k, concrete=True)
    outputs = tuple(floats([r.any_type for r in found.func.results]))
    derived = Derivatives(found.func, outputs)
    if outputs and derived.wrt:
        backward(derived, call(found, k), np.random.default_rng(checksum(k)))
