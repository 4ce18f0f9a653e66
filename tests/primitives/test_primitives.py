"""Every primitive on every sample: types, values, derivatives of first and second order, both modes.

Nothing here knows a primitive by name: what is in the registry is tested, by its own samples.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adgen.autodiff.forward import pushforward
from adgen.ir.builder import Builder
from adgen.ir.core import Func, Op, Value
from adgen.ir.interpret import Context, interpret
from adgen.ir.types import DType, Kind, Type
from adgen.primitives.define import Absent, Inactive, Over, Primitive
from adgen.primitives.elementwise import add, mul, stop_gradient
from adgen.primitives.exponential import exp, log
from adgen.primitives.literals import scaled
from adgen.primitives.powers import powi
from adgen.primitives.registry import REGISTRY
from adgen.primitives.softmax import softmax
from adgen.primitives.trigonometric import cos, sin
from tests.oracle import finite
from tests.primitives.cases import (
    Case,
    Derivatives,
    all_cases,
    arguments,
    derivatives,
    directions,
    program,
    second_order,
    shape_of,
    types_of,
    wide,
)

EPS = {DType.f64: 2.0**-52, DType.f32: 2.0**-23}


def differentiable(case: Case) -> Derivatives:
    found = derivatives(case.prim, types_of(case.sample), case.sample)
    assert found is not None
    return found


def is_single(case: Case) -> bool:
    types = [*types_of(case.sample), dict(case.sample.attrs).get("dtype")]
    single = (DType.f32, DType.c64)
    return any(t in single or getattr(t, "dtype", None) in single for t in types)


def params(cases: list[Case]) -> list[Any]:
    return [pytest.param(case, id=case.id) for case in cases]


_ALL = all_cases()
_ACTIVE = [c for c in _ALL if derivatives(c.prim, types_of(c.sample), c.sample) is not None]


def _is_whole(case: Case) -> bool:
    """Whether kernels leave it to NumPy: reflections of complex numbers."""
    return case.prim.name == "qr" and any(t.is_complex for t in types_of(case.sample))  # type: ignore[union-attr]


_EXPANDED = [
    c for c in _ALL if c.prim.expand and all(t.is_float for t in types_of(c.sample)) and not _is_whole(c)
]
ALL, ACTIVE, EXPANDED = params(_ALL), params(_ACTIVE), params(_EXPANDED)
SINGLE = params([c for c in _ACTIVE if is_single(c)])
SMOOTH = params([c for c in _ACTIVE if c.sample.smooth and not is_single(c)])


# -- types and values -----------------------------------------------------------------------------------
@pytest.mark.parametrize("case", ALL)
def test_types_are_those_of_numpy(case: Case) -> None:
    func = program(case.prim, types_of(case.sample), case.sample)
    op = func.body.nodes[0]
    assert isinstance(op, Op)
    args = arguments(case)
    with np.errstate(all="ignore"):
        raw: Any = case.prim.eval(Context(op, {}), *args)
    several = raw if len(op.results) != 1 else (raw,)
    for value, item, found in zip(op.results, several, interpret(func, args), strict=True):
        type_ = value.type
        if type_.kind is not Kind.py:
            assert np.asarray(item).dtype == type_.dtype.numpy
        assert np.shape(item) == shape_of(type_)
        assert isinstance(found, np.ndarray) == (type_.kind is Kind.array)
        assert isinstance(found, np.generic) == (type_.kind is Kind.np)


@pytest.mark.parametrize("case", EXPANDED)
def test_simpler_primitives_compute_the_same(case: Case) -> None:
    """``expand`` gives the values of ``eval``."""
    prim = case.prim
    func = program(prim, types_of(case.sample), case.sample)
    op = func.body.nodes[0]
    assert isinstance(op, Op)
    b = Builder()
    expand = prim.expand
    assert expand is not None
    several = len(op.results) > 1
    body = b.region(func.params, lambda: expand(b, op) if several else (expand(b, op),))  # type: ignore
    func_expanded = Func("expanded", body)
    assert [r.type for r in func_expanded.results] == [r.type for r in func.results]
    args = arguments(case)
    eps = EPS[DType.f32 if is_single(case) else DType.f64]
    pairs = zip(interpret(func_expanded, args), interpret(func, args), strict=True)
    for found, wanted in pairs:
        np.testing.assert_allclose(found, wanted, rtol=16 * eps, atol=4 * eps)


# -- derivatives ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("case", ACTIVE)
def test_modes_are_transposes(case: Case) -> None:
    found = differentiable(case)
    eps = EPS[DType.f32 if is_single(case) else DType.f64]
    assert found.gap(arguments(case), case.rng, eps) <= 1.0


@pytest.mark.parametrize("case", SMOOTH)
def test_forward_mode_is_the_derivative(case: Case) -> None:
    found = differentiable(case)
    assert found.numeric_error(arguments(case), case.rng, 1e-6) <= 1e-6


@pytest.mark.parametrize("case", SINGLE)
def test_single_precision_agrees_with_double(case: Case) -> None:
    found = differentiable(case)
    twin = derivatives(case.prim, wide(types_of(case.sample)), case.sample)
    assert twin is not None
    args = arguments(case)
    dots = [np.ones_like(args[k]) for k in found.wrt]
    single = interpret(found.forward(), [*args, *dots])
    double = interpret(twin.forward(), [*args, *dots])
    for s, d, result in zip(single, double, found.forward().results, strict=True):
        assert np.asarray(s).dtype == result.type.dtype.numpy
        np.testing.assert_allclose(s, d, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("case", SMOOTH)
def test_second_order(case: Case) -> None:
    first = differentiable(case)
    args = arguments(case)
    for derived in second_order(first):
        rng = case.rng
        extra = directions(rng, derived.func.params[len(args) :])
        point = [*args, *extra]
        assert derived.gap(point, rng, EPS[DType.f64]) <= 1.0
        assert derived.numeric_error(point, rng, 1e-5) <= 1e-5


# -- completeness ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(REGISTRY.table))
def test_every_facet_is_there_or_says_why_not(name: str) -> None:
    prim = REGISTRY.table[name]
    assert prim.name == name
    assert prim.doc.endswith((".", ". "))
    assert isinstance(prim.samples, Absent) or prim.samples
    assert prim.lower is not None
    if prim.partials is None:
        for facet in (prim.jvp, prim.vjp):
            assert callable(facet) or isinstance(facet, Inactive | Absent)
    for facet in (prim.samples, prim.partials, prim.jvp, prim.vjp, prim.spell):
        if isinstance(facet, Absent | Inactive):
            assert facet.reason


@pytest.mark.parametrize(
    "name",
    sorted(n for n, p in REGISTRY.table.items() if p.partials is not None and p.inactive is None),
)
def test_elementwise_samples_reach_the_edges(name: str) -> None:
    """Rank 0, Python scalars, float32 and the sizes 0 and 1."""
    samples = REGISTRY.table[name].samples
    assert isinstance(samples, tuple)
    types = [types_of(s)[0] for s in samples]
    sizes = {shape_of(t) for t in types}
    assert {(0,), (1,), ()} <= sizes
    assert any(t.is_py for t in types)
    assert any(t.dtype in (DType.f32, DType.c64) for t in types)


# -- the checks fail on wrong rules ---------------------------------------------------------------------
def _failing(prim: Primitive, number: int = 0) -> bool:
    """Whether one of the checks above rejects a primitive on one of its samples."""
    assert isinstance(prim.samples, tuple)
    case = Case(prim, prim.samples[number], number)
    for check in (test_modes_are_transposes, test_forward_mode_is_the_derivative, test_second_order):
        try:
            check(case)
        except (AssertionError, finite.NoPlateau):
            return True
    return False


WRONG = {
    "sign flipped": replace(cos, partials=lambda b, r, x: (sin(b, x),)),
    "factor forgotten": replace(REGISTRY.table["square"], partials=lambda b, r, x: (x,)),
    "multiplied, not divided": replace(log, partials=lambda b, r, x: (x,)),
    "partials swapped": replace(REGISTRY.table["div"], partials=lambda b, r, x, y: (y, Over(x))),
    "constant": replace(exp, partials=lambda b, r, x: (1.0,)),
    "term dropped": replace(softmax, vjp=lambda b, op, y_bar: (mul(b, op.result, y_bar),), jvp=softmax.jvp),
    "one mode only": replace(softmax, jvp=lambda b, op, dots: dots[0]),
    "second order": replace(REGISTRY.table["powi"], partials=lambda b, r, x, n: (_frozen(b, x, n),)),
}


def _frozen(b: Any, x: Value, n: int) -> Value:
    return stop_gradient(b, scaled(b, n, powi(b, x, n=n - 1)))


@pytest.mark.parametrize("name", sorted(WRONG))
def test_wrong_rules_are_rejected(name: str) -> None:
    assert _failing(WRONG[name])


@pytest.mark.parametrize("prim", [sin, cos, exp, log, softmax, add])
def test_right_rules_are_not(prim: Primitive) -> None:
    assert not _failing(prim)


def test_inactive_results_get_no_tangent() -> None:
    floor = REGISTRY.table["floor"]
    assert isinstance(floor.samples, tuple)
    func = program(floor, types_of(floor.samples[0]), floor.samples[0])
    tangent = interpret(pushforward(func, (0,)), [np.ones((3, 4)), np.ones((3, 4))])[1]
    assert isinstance(func.results[0].any_type, Type)
    assert not np.any(tangent)
