"""Rounds of loops in lanes, in kernels: the same results as NumPy, fewer of them where it does not pay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transform import lanes
from tests.oracle.compare import assert_close
from tests.transform.lane_programs import (
    PLAIN,
    PROGRAMS,
    below,
    branches,
    failing,
    in_place,
    left_early,
    private,
    python_numbers,
    shared_twice,
    stopped,
    trajectories,
)

Function = Callable[..., Any]

SIZES = (0, 1, 4, 5, 11)


@pytest.fixture(params=[3])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Few lanes, for every loop that can have them."""
    monkeypatch.setattr(lanes, "LANES", request.param)
    monkeypatch.setattr(lanes, "_pays", lambda wide, plan: True)
    return int(request.param)


def arguments(n: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(n)
    return rng.uniform(0.2, 1.5, n), rng.uniform(0.5, 1.5, max(n, 6))


def options(few: int) -> dict[str, Any]:
    """Options that no other number of lanes has."""
    return {"backend": "llvm", "max_ops": 1_000_000 + few}


def is_in_lanes(fun: Function, **given: Any) -> bool:
    fast = adgen.value_and_grad(fun, wrt=("a", "w"), **{"backend": "llvm", **given})
    return "rounds in lanes" in fast.lower(*arguments(70)).explain()


@pytest.mark.parametrize("fun", PROGRAMS, ids=lambda f: f.__name__)
def test_values_and_gradients(fun: Function, few: int) -> None:
    assert is_in_lanes(fun, **options(few))
    for n in SIZES:
        a, w = arguments(n)
        expected = adgen.value_and_grad(fun, wrt=("a", "w"), backend="numpy")(a, w)
        found = adgen.value_and_grad(fun, wrt=("a", "w"), **options(few))(a, w)
        assert type(found[0]) is type(expected[0])
        assert_close(found[0], expected[0], 1e-12)
        assert_close(found[1], expected[1], 1e-9)
        value = adgen.jit(fun, **options(few))(a, w)
        assert_close(value, fun(a, w), 1e-12)


@pytest.mark.parametrize("fun", [f for f in PROGRAMS if f not in (trajectories, shared_twice)])
def test_what_pays(fun: Function) -> None:
    for n in (70, 31):
        a, w = arguments(n)
        found = adgen.value_and_grad(fun, wrt=("a", "w"), backend="llvm")(a, w)
        expected = adgen.value_and_grad(fun, wrt=("a", "w"), backend="llvm", strict=True)(a, w)
        assert_close(found, expected, 1e-12)
    assert is_in_lanes(fun)


@pytest.mark.parametrize("fun", PLAIN)
def test_what_does_not_pay(fun: Function) -> None:
    assert not is_in_lanes(fun)


@pytest.mark.parametrize("given", [{"strict": True}, {"fast_compile": True}, {"memory": "1 MB"}])
def test_options_that_keep_loops(given: dict[str, Any]) -> None:
    assert is_in_lanes(stopped)
    assert not is_in_lanes(stopped, **given)


@pytest.mark.parametrize("fun", [stopped, private, branches, python_numbers, below, shared_twice])
def test_modes(fun: Function, few: int) -> None:
    a, w = arguments(9)
    da, dw = np.cos(a), np.sin(w)

    def several(**given: Any) -> list[Any]:
        gradient = adgen.grad(fun, wrt="a", **given)
        return [
            adgen.jvp(fun, (a, w), (da, dw), **given),
            adgen.jacobian(gradient, **given)(a, w),
            adgen.jacobian(fun, wrt="a", **given)(a, w),
            adgen.vjp(fun, a, w, **given)[1](2.0),
        ]

    assert_close(several(**options(few)), several(backend="numpy"), 1e-8)


def test_an_argument_changed_in_place(few: int) -> None:
    for n in SIZES:
        (a, w), (b, _) = arguments(n), arguments(n)
        found = adgen.value_and_grad(in_place, wrt=("a", "w"), **options(few))(a, w)
        assert_close(found, adgen.value_and_grad(in_place, wrt=("a", "w"), backend="numpy")(b, w), 1e-12)
        np.testing.assert_allclose(a, b, rtol=1e-14)


def test_errors_of_a_round(few: int) -> None:
    a, w = arguments(9)
    adgen.jit(failing, **options(few))(a, w)
    for k in (0, 4, 8):
        b = a.copy()
        b[k] = 30.0
        with pytest.raises(AssertionError) as plain:
            failing(b, w)
        with pytest.raises(AssertionError, match=str(plain.value)):
            adgen.jit(failing, **options(few))(b, w)


def test_errors_of_python_numbers(few: int) -> None:
    a, w = arguments(9)
    a[5] = -1.0
    with pytest.raises(ValueError, match="math domain error"):
        adgen.jit(python_numbers, **options(few))(a, w)


def test_an_array_that_is_too_short(few: int) -> None:
    a, w = arguments(9)
    for fun in (stopped, left_early, branches):
        with pytest.raises(IndexError):
            adgen.value_and_grad(fun, wrt=("a", "w"), **options(few))(a, w[:7])


def test_where_rounds_add_up_in_order_no_bit_changes() -> None:
    a, w = arguments(100)
    values = [adgen.jit(stopped, backend="llvm", strict=s)(a, w) for s in (True, False)]
    assert values[0] == values[1]


def test_single_precision(few: int) -> None:
    a, w = (v.astype(np.float32) for v in arguments(9))
    for fun in (private, left_early, below):
        found = adgen.value_and_grad(fun, wrt=("a", "w"), **options(few))(a, w)
        expected = adgen.value_and_grad(fun, wrt=("a", "w"), backend="numpy")(a, w)
        assert [g.dtype for g in found[1]] == [np.float32, np.float32]
        assert_close(found, expected, 2e-4)


def test_bytes_that_are_told_are_those_of_the_kernel() -> None:
    a, w = arguments(70)
    storage = adgen.value_and_grad(private, wrt=("a", "w"), backend="llvm").lower(a, w).storage
    assert any(str(lanes.LANES) in entry.formula for entry in storage.entries)
