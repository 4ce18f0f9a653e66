"""Native entries: the same answers as the slow path, nothing leaked, several threads, odd arguments."""

from __future__ import annotations

import gc
import sys
import threading
from types import BuiltinFunctionType
from typing import Any

import numpy as np
import pytest

from adgen.diagnostics import RunError
from adgen.llvm_backend.kernel import LlvmKernel
from adgen.llvm_backend.layout import Shape
from adgen.llvm_backend.native import CallForm, Surroundings, layout_is_known
from tests.llvm_backend.programs import kernel_of, of_text
from tests.llvm_backend.test_programs import FAILURES, PROGRAMS

TYPES = "(%x: f64[n,m], %a: f64, %k: i64, %c: bool, %y: f64[m]) -> (f64, i64, bool, f64[m,n], np.f64)"
MIXED = (
    f"func @f{TYPES} {{"
    + """
  %0 = cast(%k) {dtype = !f64, kind = @py} : f64
  %1 = mul(%a, %0) : f64
  %2 = add(%k, %k) : i64
  %3 = logical_not(%c) : bool
  %4 = broadcast(%y) {axes = (1,), dims = (<n>,<m>,)} : f64[n,m]
  %5 = mul(%x, %4) : f64[n,m]
  %6 = transpose(%5) {perm = (1,0,)} : f64[m,n]
  %7 = sum(%5) {axes = (0,1,)} : np.f64
  return %1, %2, %3, %6, %7
}"""
)

pytestmark = pytest.mark.skipif(not layout_is_known(), reason="this Python has another layout of objects")


def native(text: str, args: tuple[Any, ...]) -> LlvmKernel:
    kernel = kernel_of(of_text(text), fast=True)
    for _ in range(3):
        kernel(args)
    assert isinstance(kernel.native, BuiltinFunctionType)
    return kernel


def mixed_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 4)), 2.5, 7, True, rng.normal(size=4)


def unaligned(x: np.ndarray) -> np.ndarray:
    return np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(x.dtype).reshape(x.shape)


def same(left: tuple[Any, ...], right: tuple[Any, ...]) -> None:
    assert len(left) == len(right)
    for x, y in zip(left, right, strict=True):
        assert type(x) is type(y)
        np.testing.assert_array_equal(x, y)


def test_same_results_as_the_slow_path() -> None:
    args = mixed_arguments()
    kernel = native(MIXED, args)
    same(kernel.native(*args), kernel._called(args, None))


@pytest.mark.parametrize("name", [n for n in PROGRAMS if n not in ("opaque size",)])
def test_programs(name: str) -> None:
    text, args = PROGRAMS[name]
    kernel = native(text, args)
    same(kernel.native(*args), kernel._called(args, None))


@pytest.mark.parametrize(
    "change",
    [
        lambda x, a, k, c, y: (x.T.copy().T, a, k, c, y),
        lambda x, a, k, c, y: (x.tolist(), a, k, c, y),
        lambda x, a, k, c, y: (x, np.float64(a), k, c, y),
        lambda x, a, k, c, y: (x, a, np.int64(k), c, y),
        lambda x, a, k, c, y: (x, int(a), k, np.True_, y),
        lambda x, a, k, c, y: (x, a, -1, c, y),
        lambda x, a, k, c, y: (
            np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(x.dtype).reshape(x.shape),
            a,
            k,
            c,
            y,
        ),
    ],
)
def test_other_arguments(change: Any) -> None:
    args = mixed_arguments()
    kernel = native(MIXED, args)
    given = change(*args)
    same(kernel.native(*given), kernel._called(given, None))


def test_sizes_that_disagree() -> None:
    args = mixed_arguments()
    kernel = native(MIXED, args)
    with pytest.raises(ValueError, match="dimension"):
        kernel.native(*args[:4], np.ones(5))


@pytest.mark.parametrize("name", ["index", "division", "domain", "range"])
def test_failures(name: str) -> None:
    text, args, kind = FAILURES[name]
    kernel = kernel_of(of_text(text), fast=True)
    for _ in range(4):
        with pytest.raises(RunError) as caught:
            kernel(args)
        assert isinstance(caught.value, kind)


def test_the_workspace_grows_with_the_arguments() -> None:
    text, _ = PROGRAMS["softmax of rows"]
    kernel = native(text, (np.ones((2, 3)),))
    for m in (10, 1000, 20000, 5):
        x = np.random.default_rng(m).normal(size=(3, m))
        same(kernel.native(x), kernel._called((x,), None))


def test_nothing_leaks() -> None:
    args = mixed_arguments()
    kernel = native(MIXED, args)
    function, dtype = kernel.native, np.dtype(np.float64)
    gc.collect()
    before = [sys.getrefcount(o) for o in (*args, dtype, True, np.float64)]
    for _ in range(1000):
        function(*args)
    after = [sys.getrefcount(o) for o in (*args, dtype, True, np.float64)]
    assert all(abs(x - y) < 50 for x, y in zip(before, after, strict=True)), (before, after)


def test_threads() -> None:
    text, _ = PROGRAMS["softmax of rows"]
    kernel = native(text, (np.ones((2, 3)),))
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(200, 100)) for _ in range(4)]
    expected = [kernel._called((x,), None)[0] for x in inputs]
    wrong: list[int] = []

    def work(k: int) -> None:
        found = (kernel.native(inputs[k])[0] for _ in range(50))
        wrong.extend(k for y in found if not np.array_equal(y, expected[k]))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_function_outlives_the_kernel() -> None:
    args = mixed_arguments()
    kernel = native(MIXED, args)
    expected, function = kernel(args), kernel.native
    del kernel
    gc.collect()
    same(function(*args), expected)


def test_forms_of_results_and_conditions() -> None:
    kernel = kernel_of(of_text(PROGRAMS["branches"][0]), fast=True)
    x = np.ones(3)
    kernel((x, True))
    namespace: dict[str, Any] = {"helper": np.sin}
    held = [0.5]
    cell = (lambda: held).__closure__[0]  # type: ignore[index]
    slow: list[Any] = []
    form = CallForm(
        Shape("tuple", (1, Shape("tuple", (0,)))),
        ((1, 1),),
        Surroundings(((namespace, "helper", np.sin),), ((cell, cell.cell_contents),)),
    )
    entry = kernel.entry(lambda *args, **names: slow.append((args, names)), form)
    assert entry is not None
    number, (array,) = entry.function(x, True)
    assert number == 1.0
    np.testing.assert_allclose(array, np.exp(x))
    assert entry.function(x, False) is None  # pinned to another value
    assert entry.function(x, c=True) is None  # by keyword
    namespace["helper"] = np.cos
    assert entry.function(x, True) is None
    namespace["helper"] = np.sin
    cell.cell_contents = [1.5]
    assert entry.function(x, True) is None
    assert slow == [((x, False), {}), ((x,), {"c": True}), ((x, True), {}), ((x, True), {})]


def test_slow_calls_and_native_ones_work_in_the_same_memory() -> None:
    args = mixed_arguments()
    kernel = native(MIXED, args)
    kernel._called(args, None)
    assert not hasattr(kernel._local, "work")
