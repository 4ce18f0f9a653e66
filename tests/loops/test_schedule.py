"""What `explain` says of kernels: the order of work, products, what lies in lanes, memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from tests.benchmarks.kinds import KINDS
from tests.benchmarks.programs import PROGRAMS, Program


def schedule_of(fun: Any, wrt: Any, *args: Any) -> list[str]:
    text = adgen.value_and_grad(fun, wrt, backend="llvm").lower(*args).explain()
    return [line.strip() for line in text.partition("  schedule:\n")[2].splitlines()]


def test_products_say_how_they_are_done() -> None:
    def loss(W: Any, x: Any) -> Any:
        return np.sum(np.tanh(x @ W) ** 2)

    lines = schedule_of(loss, 0, np.ones((30, 20)), np.ones((40, 30)))
    assert lines[0] == "gemm of BLAS: x_0 x W_0 times W_0 x W_1"
    assert "gemm of BLAS: W_0 x x_0 times x_0 x W_1, left transposed by a flag" in lines
    assert lines[-1].startswith("workspace: ")


def test_fused_loops_are_one_line() -> None:
    def loss(x: Any) -> Any:
        return np.sum(np.exp(-x * x) * np.tanh(x))

    lines = schedule_of(loss, 0, np.ones(100))
    assert lines[0].startswith("sum of x_0: ")
    assert lines[0].endswith("; neighbours in lanes")


def test_loops_stand_around_what_they_hold() -> None:
    def loss(u: Any, steps: int) -> Any:
        u = u.copy()
        for _ in range(steps):
            u[1:-1] = 0.5 * (u[2:] + u[:-2])
        return np.sum(u * u)

    lines = schedule_of(loss, 0, np.ones(100), 5)
    assert "loop:" in lines
    assert "loop backward:" in lines
    assert any(line.endswith("(at the rim)") for line in lines)


@pytest.mark.parametrize("program", [*PROGRAMS, *KINDS], ids=lambda program: program.name)
def test_every_program_is_explained_the_same_way_twice(program: Program) -> None:
    args = program.make(min(program.size, 20))
    found = [schedule_of(program.fun, program.wrt, *args) for _ in range(2)]
    assert found[0] == found[1]
    assert found[0]
    assert not any("%" in line or "#" in line for line in found[0])


def test_numpy_has_no_schedule() -> None:
    assert "schedule" not in adgen.grad(lambda x: x * x, backend="numpy").lower(2.0).explain()
