"""What gradients cost, counted: flops and moves as multiples of the function's own do not grow unnoticed."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from adgen.analysis.cost import cost_of
from tests.benchmarks.kinds import KINDS
from tests.benchmarks.measure import counted
from tests.benchmarks.programs import PROGRAMS, Program

ALL = pytest.mark.parametrize("program", [*PROGRAMS, *KINDS], ids=lambda program: program.name)


@ALL
def test_ratios(program: Program) -> None:
    found = counted(program, min(program.size, 60))
    assert found.flops <= program.flops
    assert found.moves <= program.moves
    assert found.gradient.copies <= 1
    assert 1.0 <= found.compulsory <= 2.0  # every argument once more, as a gradient
    assert found.floor == max(found.flops, found.compulsory)


@ALL
def test_both_backends_agree(program: Program) -> None:
    args = program.make(min(program.size, 40))
    results = [
        adgen.value_and_grad(program.fun, wrt=program.wrt, backend=b)(*args) for b in ("numpy", "llvm")
    ]
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-10)
    assert results[0][0] == pytest.approx(program.fun(*args), rel=1e-10)
    for a, b in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-11)


# -- the counting itself --------------------------------------------------------------------------------
def test_a_product_of_matrices() -> None:
    def f(a, b):
        return a @ b

    a, b = np.ones((2, 3)), np.ones((3, 5))
    cost = cost_of(adgen.jit(f, backend="numpy").lower(a, b).artifacts.primal, (a, b))
    assert (cost.flops, cost.moves, cost.calls) == (2 * 2 * 3 * 5, 6 + 15 + 10, 0)


def test_elementwise_reductions_and_stores() -> None:
    def f(x):
        y = np.exp(x)
        y[0] = 2.0
        return np.sum(y)

    x = np.ones(10)
    cost = cost_of(adgen.jit(f, backend="numpy").lower(x).artifacts.primal, (x,))
    assert (cost.flops, cost.calls, cost.copies) == (10 + 10, 10, 0)
    assert cost.moves == 20 + 2 + 10


def test_views_are_free() -> None:
    def f(x):
        return np.sum(x[1:].T)

    x = np.ones((3, 4))
    cost = cost_of(adgen.jit(f, backend="numpy").lower(x).artifacts.primal, (x,))
    assert (cost.flops, cost.moves) == (8, 8)
