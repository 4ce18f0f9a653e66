"""Products with Jacobians from the third call on: native entries that give what the first call gave."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import adgen
from adgen.runtime import dispatch
from tests.oracle.compare import assert_same_kind

X, Y = np.linspace(0.1, 1.0, 5), np.linspace(-1.0, 1.0, 5)
FACTOR = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


class Pair(NamedTuple):
    a: Any
    b: Any


def number(x):
    return x * x * 3.0


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def two(x, y):
    return x * y + np.cos(x), np.sum(x * FACTOR)


def tree(p, k):
    return {"u": p.a * p.b[0], "v": k * np.sum(p.a * p.b[1])}


def power(x, n):
    for _ in range(n):
        x = np.sin(x) * x
    return x


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """From now on the Python path is closed."""

    def close() -> None:
        def closed(*args: Any) -> Any:
            raise AssertionError("the Python path was taken")

        monkeypatch.setattr(dispatch.Dispatcher, "__init__", closed)

    return close


FORWARD = [
    (number, (2.0,), (1.0,)),
    (number, [2.0], [np.float64(1.5)]),
    (rosenbrock, (X,), (Y,)),
    (two, (X, Y), (Y, None)),
    (two, (X, Y), (Y, X)),
    (tree, (Pair(X, (2.0, Y)), 3), (Pair(Y, (None, X)), None)),
    (power, (X, 3), (Y, None)),
]


@pytest.mark.parametrize(("fun", "primals", "tangents"), FORWARD, ids=lambda v: getattr(v, "__name__", ""))
def test_forward(fun: Any, primals: Any, tangents: Any, native: Any) -> None:
    first = adgen.jvp(fun, primals, tangents, backend="llvm")
    assert_same_kind(adgen.jvp(fun, primals, tangents, backend="llvm"), first)
    native()
    assert_same_kind(adgen.jvp(fun, primals, tangents, backend="llvm"), first)


REVERSE = [
    (number, (2.0,), 1.0),
    (rosenbrock, (X,), 1.0),
    (rosenbrock, (X,), np.float64(2.0)),
    (two, (X, Y), (Y, 1.0)),
    (tree, (Pair(X, (2.0, Y)), 3), {"u": Y, "v": 1.0}),
]


@pytest.mark.parametrize(("fun", "primals", "cotangent"), REVERSE, ids=lambda v: getattr(v, "__name__", ""))
def test_reverse(fun: Any, primals: Any, cotangent: Any, native: Any) -> None:
    result, pullback = adgen.vjp(fun, *primals, backend="llvm")
    first = pullback(cotangent)
    adgen.vjp(fun, *primals, backend="llvm")
    native()
    again, pullback = adgen.vjp(fun, *primals, backend="llvm")
    assert_same_kind(again, result)
    for _ in range(3):
        assert_same_kind(pullback(cotangent), first)


def test_a_product_with_the_hessian(native: Any) -> None:
    first = adgen.hvp(rosenbrock, (X,), (Y,), backend="llvm")
    adgen.hvp(rosenbrock, (X,), (Y,), backend="llvm")
    native()
    np.testing.assert_array_equal(adgen.hvp(rosenbrock, (X,), (Y,), backend="llvm"), first)


def test_other_calls_take_the_other_path() -> None:
    for _ in range(3):
        adgen.jvp(two, (X, Y), (Y, X), backend="llvm")
        _, pullback = adgen.vjp(two, X, Y, backend="llvm")
    for x in (X[::-1], X.astype(np.float32)):
        found, wanted = (
            adgen.jvp(two, (x, x), (np.ones_like(x), x), backend=backend)[1][0]
            for backend in ("llvm", "numpy")
        )
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
    with pytest.raises(adgen.AdgenError, match="AG307"):
        adgen.jvp(two, (X, Y), (Y[:2], X), backend="llvm")
    with pytest.raises(adgen.AdgenError, match="AG307"):
        pullback((Y[:2], 1.0))
    with pytest.raises(adgen.AdgenError, match="AG307"):
        pullback(1.0)
    np.testing.assert_allclose(pullback((None, 1.0))[0], FACTOR)
    np.testing.assert_allclose(pullback(([1, 2, 3, 4, 5], 0))[1], X * [1, 2, 3, 4, 5])


def test_sizes_of_the_result_that_nothing_else_has() -> None:
    def scaled(x):
        return 3.0 * x

    for _ in range(3):
        _, pullback = adgen.vjp(scaled, X, backend="llvm")
    np.testing.assert_allclose(pullback(Y)[0], 3.0 * Y)
    with pytest.raises(adgen.AdgenError, match="AG307"):
        pullback(Y[:3])


def test_what_surrounds_a_function_is_looked_at() -> None:
    factor = 2.0

    def scaled(x):
        return factor * x * x

    for _ in range(3):
        assert adgen.jvp(scaled, (3.0,), (1.0,), backend="llvm") == (18.0, 12.0)
    factor = 5.0
    assert adgen.jvp(scaled, (3.0,), (1.0,), backend="llvm") == (45.0, 30.0)
    assert adgen.vjp(scaled, 3.0, backend="llvm")[1](1.0) == (30.0,)


def test_functions_are_not_kept_alive() -> None:
    def make() -> Any:
        held = np.ones(5)
        return lambda x: np.sum(x * x * held)

    fun = make()
    for _ in range(3):
        adgen.jvp(fun, (X,), (Y,), backend="llvm")
        adgen.vjp(fun, X, backend="llvm")
        adgen.hvp(fun, (X,), (Y,), backend="llvm")
    alive = weakref.ref(fun)
    del fun
    gc.collect()
    assert alive() is None


def test_options_that_are_refused_stay_refused() -> None:
    for _ in range(3):
        adgen.jvp(number, (2.0,), (1.0,), backend="llvm")
        with pytest.raises(adgen.AdgenError, match="AG274"):
            adgen.jvp(number, (2.0,), (1.0,), threads=[2])
