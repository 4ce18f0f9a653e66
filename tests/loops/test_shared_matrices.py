"""Neighbouring products of one matrix with vectors read it once, in blocks of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen


def there_and_back(a: Any, x: Any) -> Any:
    y = (a @ x) @ a
    return np.sum(y * y)


def both_sides(a: Any, x: Any) -> Any:
    s = np.ones(a.shape[0]) @ a
    t = a @ x
    return np.sum(s * s) + np.sum(np.tanh(t))


@pytest.mark.parametrize("function", [there_and_back, both_sides])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1), (5, 7), (400, 300), (3, 40_000), (70_000, 2)])
def test_values_and_gradients(function: Callable[..., Any], shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    a, x = rng.normal(size=shape) / 100.0, rng.normal(size=shape[1])
    kernel = adgen.value_and_grad(function, (0, 1), backend="llvm")
    value, found = kernel(a, x)
    assert value == pytest.approx(function(a, x), rel=1e-12)
    wanted = adgen.grad(function, (0, 1), backend="numpy")(a, x)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)
    assert any("product" in part and "+=" in part for part in kernel.loops.split("for %")[1:])


def test_a_matrix_that_changes_between_is_read_again() -> None:
    def changed(a: Any, x: Any) -> Any:
        a = a.copy()
        t = a @ x
        a[0] = t
        return np.sum((t @ a) ** 2)

    rng = np.random.default_rng(6)
    a, x = rng.normal(size=(6, 6)), rng.normal(size=6)
    assert adgen.jit(changed, backend="llvm")(a, x) == pytest.approx(changed(a, x), rel=1e-12)
    found, wanted = (adgen.grad(changed, (0, 1), backend=b)(a, x) for b in ("llvm", "numpy"))
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11)


def test_sums_of_products_stay_apart_where_orders_count() -> None:
    kernel = adgen.jit(there_and_back, backend="llvm", strict=True)
    a, x = np.ones((4, 3)), np.arange(3.0)
    assert kernel(a, x) == there_and_back(a, x)
    assert "for %" not in kernel.loops
