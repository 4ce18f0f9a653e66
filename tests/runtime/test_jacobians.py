"""Jacobians and Hessians as transforms: one program, called natively, of the cheaper mode."""

from __future__ import annotations

import pickle
from types import BuiltinFunctionType
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.runtime.jacobians import BySize

BACKENDS = ("numpy", "llvm")


def product(a: Any, x: Any) -> Any:
    return a @ np.sin(x)


def shrunk(x: Any) -> Any:
    total = x.copy()
    while np.sum(total) > 0.1:
        total = total * 0.7 * np.cos(x)
    return total


def two(x: Any, y: float) -> Any:
    return {"sum": np.sum(x) * y, "parts": (x * y, x[:2])}


def rows_of_inner(x: Any) -> Any:
    return np.sum(adgen.jacrev(shrunk)(x) ** 2)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_mode_goes_by_the_sizes_of_each_call(backend: str) -> None:
    rng = np.random.default_rng(0)
    transform = adgen.jacobian(product, 1, backend=backend)
    for m, n in ((3, 5), (7, 5), (5, 5), (0, 5), (3, 5)):
        a, x = rng.normal(size=(m, n)), rng.normal(size=n)
        np.testing.assert_allclose(transform(a, x), a * np.cos(x), rtol=1e-13)
    (bound,) = next(iter(transform._dispatcher.table.bound.values()))
    run = bound.run
    assert isinstance(run, BySize)
    assert {"_forward", "_reverse"} <= vars(run).keys()


def test_a_known_mode_is_called_natively() -> None:
    for transform in (adgen.jacobian(shrunk), adgen.jacfwd(shrunk), adgen.hessian(lambda x: np.sum(x**3))):
        x = np.linspace(0.1, 0.5, 4)
        first = transform(x)
        np.testing.assert_array_equal(transform(x), first)
        assert isinstance(type(transform).__call__, BuiltinFunctionType)


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_row_finds_the_tape_as_it_was(backend: str) -> None:
    x = np.linspace(0.1, 0.5, 4)
    rows, columns = adgen.jacrev(shrunk, backend=backend)(x), adgen.jacfwd(shrunk, backend=backend)(x)
    np.testing.assert_allclose(rows, columns, rtol=1e-13)
    assert np.isfinite(rows).all()
    value = adgen.jit(rows_of_inner, backend=backend)(x)
    np.testing.assert_allclose(value, np.sum(columns**2), rtol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_structures(backend: str) -> None:
    x = np.arange(3.0)
    found = adgen.jacobian(two, (0, 1), backend=backend)(x, 2.0)
    by_x, by_y = found["sum"]
    np.testing.assert_array_equal(by_x, np.full(3, 2.0))
    assert by_y == np.sum(x)
    np.testing.assert_array_equal(found["parts"][0][0], 2.0 * np.eye(3))
    np.testing.assert_array_equal(found["parts"][1][0], np.eye(3)[:2])
    np.testing.assert_array_equal(found["parts"][1][1], np.zeros(2))


def test_it_can_be_looked_at_written_and_pickled(tmp_path: Any) -> None:
    transform = adgen.jacobian(product, 1)
    transform(np.ones((2, 2)), np.ones(2))
    assert "def jacobian(" in transform.source
    namespace: dict[str, Any] = {}
    exec(transform.source, namespace)
    a, x = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, 0.25])
    np.testing.assert_allclose(namespace["jacobian"](a, x), a * np.cos(x))
    again = pickle.loads(pickle.dumps(transform))
    np.testing.assert_array_equal(again(a, x), transform(a, x))
    with pytest.raises(adgen.UserError, match="AG274"):
        adgen.jacobian(product, mode="sideways")
