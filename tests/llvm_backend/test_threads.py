"""``threads=n``: large domains are shared among threads, and no bit depends on how many there are."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.ir.dims import Dim
from adgen.llvm_backend import parallel
from adgen.llvm_backend.externals import available
from adgen.loops.core import Var

pytestmark = pytest.mark.skipif(not available("pool.2"), reason="no semaphores to start threads with")
RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def always_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "ENOUGH", 1)


def summed(x: Any, y: Any) -> Any:
    return np.sum(np.exp(x) * np.sin(y) * x)


def rows(a: Any, x: Any) -> Any:
    return np.sum(np.tanh(a * x + 1.0) ** 2) + np.sum(np.max(a, axis=1))


def stencil(x: Any, y: Any) -> Any:
    y = y.copy()
    for _ in range(5):
        y[1:-1] = np.sin(x[2:]) * 0.5 + y[:-2] * 0.1 + np.exp(-(x[1:-1] ** 2))
        x = x + 0.1 * np.tanh(y)
    return np.sum(y * y)


def scattered(x: Any, y: Any) -> Any:
    z = np.zeros(7)
    for i in range(len(x)):
        z[i % 7] += x[i] * y[i]
    np.add.at(z, np.arange(len(x)) // 100 % 7, x)
    return np.sum(z**3)


def running(x: Any, y: Any) -> Any:
    z = x.copy()
    z[1:] += z[:-1] * y[1:]
    return np.sum(np.cumsum(z) * z[::-1])


def ordinary(shape: tuple[int, ...], other: tuple[int, ...]) -> tuple[Any, Any]:
    return RNG.normal(size=shape), RNG.normal(size=other)


CASES: dict[str, tuple[Any, tuple[Any, Any]]] = {
    "summed": (summed, ordinary((10_007,), (10_007,))),
    "rows": (rows, ordinary((103, 97), (97,))),
    "short_rows": (rows, ordinary((1003, 5), (5,))),
    "stencil": (stencil, ordinary((4001,), (4001,))),
    "scattered": (scattered, ordinary((1501,), (1501,))),
    "running": (running, ordinary((1501,), (1501,))),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_bits_do_not_depend_on_the_number_of_threads(name: str, dtype: Any) -> None:
    function, args = CASES[name]
    args = tuple(a.astype(dtype) for a in args)
    expected = adgen.value_and_grad(function, (0, 1), backend="llvm")(*args)
    for threads in (2, 3, 8):
        transform = adgen.value_and_grad(function, (0, 1), backend="llvm", threads=threads)
        for given in (args, tuple(a[..., :5].copy() for a in args), args):
            found = transform(*given)
        assert found[0] == expected[0]
        for one, other in zip(found[1], expected[1], strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["summed", "rows", "stencil"])
def test_domains_are_shared(name: str) -> None:
    function, args = CASES[name]
    transform = adgen.value_and_grad(function, (0, 1), backend="llvm", threads=2)
    transform(*args)
    assert "define internal void @shared" in transform.llvm_ir
    plain = adgen.value_and_grad(function, (0, 1), backend="llvm")
    plain(*args)
    assert "@shared" not in plain.llvm_ir


def test_points_that_write_one_cell_are_told_apart() -> None:
    m, n = Dim.symbol("m"), Dim.symbol("n")
    i, j = Dim.symbol("#1"), Dim.symbol("#2")
    rows, columns = Var("#1", m), Var("#2", n)
    distinct = ((i, [rows]), (i * n + j, [rows, columns]), (j * m + i, [rows, columns]), (i * 2 + 1, [rows]))
    for index, variables in distinct:
        assert parallel.injective(index, variables, variables)
    shared = (
        (i + j, [rows, columns]),
        (i, [rows, columns]),
        (j, [rows, columns]),
        (i * m + j, [rows, columns]),
    )
    for index, variables in shared:
        assert not parallel.injective(index, variables, variables)


def test_several_threads_of_python_call_at_once() -> None:
    function, args = CASES["summed"]
    transform = adgen.value_and_grad(function, (0, 1), backend="llvm", threads=2)
    expected = transform(*args)
    wrong: list[Any] = []

    def call() -> None:
        for _ in range(50):
            found = transform(*args)
            if found[0] != expected[0] or (found[1][0] != expected[1][0]).any():
                wrong.append(found)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_the_child_of_a_fork_works_alone() -> None:
    function, args = CASES["rows"]
    transform = adgen.value_and_grad(function, (0, 1), backend="llvm", threads=3)
    expected = transform(*args)
    child = os.fork()
    if not child:
        found = transform(*args)
        os._exit(0 if found[0] == expected[0] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
