"""``warmup="numpy"``: calls are answered from NumPy until the kernel is compiled."""

from __future__ import annotations

import threading
import time
from types import BuiltinFunctionType
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.llvm_backend.running import CompiledKernel
from adgen.runtime.warming import Warming

X = np.linspace(0.1, 0.9, 7)


def loss(x: Any) -> Any:
    return np.sum(np.sin(x) * x)


def expected() -> Any:
    return np.cos(X) * X + np.sin(X)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Kernels that are not loaded before the event is set."""
    gate, load = threading.Event(), CompiledKernel.load

    def waiting(self: CompiledKernel) -> Any:
        if threading.current_thread().name == "adgen-warmup":
            gate.wait(30)
        return load(self)

    monkeypatch.setattr(CompiledKernel, "load", waiting)
    yield gate
    gate.set()


def settled(transform: Any, *args: Any) -> Any:
    for _ in range(1000):
        result = transform(*args)
        if isinstance(type(transform).__call__, BuiltinFunctionType):
            return result
        time.sleep(0.01)
    raise AssertionError("no kernel")


def test_calls_do_not_wait_for_the_kernel(held: threading.Event) -> None:
    transform = adgen.value_and_grad(lambda x: np.sum(np.sin(x) * x), backend="llvm", warmup="numpy")
    for _ in range(3):
        value, gradient = transform(X)
        np.testing.assert_allclose(gradient, expected(), rtol=1e-14)
        assert value == loss(X)
    assert not isinstance(type(transform).__call__, BuiltinFunctionType)
    held.set()
    np.testing.assert_allclose(settled(transform, X)[1], expected(), rtol=1e-14)


def test_pullbacks_and_matrices_warm_up_as_well(held: threading.Event) -> None:
    def function(x: Any) -> Any:
        return np.cos(x) * x

    wanted = np.diag(np.cos(X) - X * np.sin(X))
    for _ in range(2):
        _, pullback = adgen.vjp(function, X, warmup="numpy")
        matrix = adgen.jacobian(function, warmup="numpy")(X)
        np.testing.assert_allclose(matrix, wanted, rtol=1e-13)
        np.testing.assert_allclose(pullback(X)[0], wanted @ X, rtol=1e-13)
        np.testing.assert_allclose(adgen.jvp(function, (X,), (X,), warmup="numpy")[1], wanted @ X, rtol=1e-13)
        held.set()


def test_what_goes_wrong_in_the_background_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: CompiledKernel) -> Any:
        raise MemoryError("no room")

    monkeypatch.setattr(CompiledKernel, "load", broken)
    transform = adgen.grad(lambda x: np.sum(x * x) * 3.5, warmup="numpy")
    with pytest.raises(MemoryError, match="no room"):
        settled(transform, X)


def test_programs_without_kernels_do_not_warm_up() -> None:
    transform = adgen.grad(loss, backend="numpy", warmup="numpy")
    np.testing.assert_allclose(transform(X), expected(), rtol=1e-14)
    (bound,) = next(iter(transform._dispatcher.table.bound.values()))
    assert not isinstance(bound.run, Warming)
