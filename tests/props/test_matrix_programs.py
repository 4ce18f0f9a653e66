"""Random programs on matrices: against dual numbers, kernels against NumPy source, to second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings

import adgen
from tests.oracle import dual_run
from tests.oracle.compare import assert_close, copy_of
from tests.props.matrix_programs import matrix_programs
from tests.props.test_programs import SETTINGS, accepted, load

WRT = (0, 1, 2, 3)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def _prepared(text: str) -> tuple[Any, tuple[Any, ...], Any]:
    """The function, its arguments and value, for programs away from ties."""
    fun = load(text)
    rng = np.random.default_rng(5)
    matrix, left, right = rng.standard_normal((3, 4)), rng.standard_normal(3), rng.standard_normal(4)
    args = (matrix, left, right, 0.7, np.array([2, 0, 2]), 2)
    value = fun(*copy_of(args))
    assume(np.isfinite(value) and abs(value) < 1e4 and dual_run.margin(fun, args) > 1e-7)
    return fun, args, value


@settings(**SETTINGS)
@given(matrix_programs())
def test_gradient_equals_duals(text: str) -> None:
    fun, args, value = _prepared(text)
    exact = tuple(dual_run.gradient(fun, args, i) for i in WRT)
    assume(max(float(np.max(np.abs(g))) for g in exact) < 1e6)
    with accepted():
        found, gradients = adgen.value_and_grad(fun, wrt=WRT, backend="numpy")(*copy_of(args))
    assert_close(found, value, 1e-11, f"value of {fun.__module__}")
    assert_close(gradients, exact, 1e-9, f"gradient of {fun.__module__}")


@settings(**SETTINGS, max_examples=15)
@given(matrix_programs())
def test_kernels_equal_numpy(text: str) -> None:
    fun, args, _ = _prepared(text)
    with accepted():
        answers = [
            adgen.value_and_grad(fun, wrt=WRT, backend=backend)(*copy_of(args))
            for backend in ("numpy", "llvm")
        ]
    assert_close(answers[1], answers[0], 1e-9, f"kernel of {fun.__module__}")


@settings(**SETTINGS, max_examples=15)
@given(matrix_programs())
def test_second_order_equals_nested_duals(text: str) -> None:
    fun, args, _ = _prepared(text)
    rng = np.random.default_rng(9)
    u, v = (
        (rng.standard_normal((3, 4)), rng.standard_normal(3), rng.standard_normal(4), 0.4) for _ in range(2)
    )
    exact = dual_run.second(fun, args, (*u, *args[4:]), (*v, *args[4:]))
    assume(abs(exact) < 1e5)
    gradient = adgen.grad(fun, wrt=WRT, backend="numpy")
    with accepted():
        slope = adgen.jvp(gradient, copy_of(args), (*copy_of(v), None, None), backend="numpy")[1]
    assert_close(sum(np.sum(a * b) for a, b in zip(u, slope, strict=True)), exact, 1e-7, fun.__module__)
