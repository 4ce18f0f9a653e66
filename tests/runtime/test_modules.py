"""Generated modules of functions that write into their arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.numpy_backend.execute import load_module


def scale(w: Any, x: Any) -> Any:
    x[0] = x[0] * w
    x *= 2.0
    return np.sum(x * x)


def square(w: Any, x: Any) -> Any:
    x[:] = x * x
    return w * np.sum(x)


def turned(w: Any, x: Any) -> Any:
    y = x[::-1].copy()
    for i in range(x.shape[0]):
        x[i] = y[i] * w
    return np.sum(x * y)


@pytest.mark.parametrize("fun", [scale, square, turned])
def test_the_module_changes_the_arguments_as_the_function_does(fun: Any) -> None:
    expected_x = np.array([1.0, 2.0, 3.0])
    expected = fun(3.0, expected_x)
    transform = adgen.value_and_grad(fun, (0, 1), backend="numpy")
    x = np.array([1.0, 2.0, 3.0])
    value, (w_bar, x_bar) = transform(3.0, x)
    assert value == expected
    np.testing.assert_array_equal(x, expected_x)

    module = load_module(transform.lower("f64, f64[n]").source, "generated")
    for call in (module.value_and_grad, module.grad, module.forward):
        x = np.array([1.0, 2.0, 3.0])
        found = call(3.0, x)
        np.testing.assert_array_equal(x, expected_x)
        if call is module.grad:
            gradients = found
        elif call is module.value_and_grad:
            gradients = found[1]
        else:
            assert found[0] == expected
            x[:] = 0.0
            gradients = module.backward(found[1], 1.0)
        assert gradients[0] == pytest.approx(w_bar)
        np.testing.assert_allclose(gradients[1], x_bar)


def test_arguments_that_change_places() -> None:
    def swap(x: Any, y: Any) -> Any:
        z = x.copy()
        x[:] = y
        y[:] = z
        return np.sum(x * x) + 3.0 * np.sum(y)

    for backend in ("numpy", "llvm"):
        x, y = np.ones(2), np.full(2, 5.0)
        x_bar, y_bar = adgen.grad(swap, (0, 1), backend=backend)(x, y)
        np.testing.assert_array_equal(x, np.full(2, 5.0))
        np.testing.assert_array_equal(y, np.ones(2))
        np.testing.assert_array_equal(x_bar, np.full(2, 3.0))
        np.testing.assert_array_equal(y_bar, np.full(2, 10.0))
    x, y = np.ones(2), np.full(2, 5.0)
    load_module(adgen.grad(swap, (0, 1)).lower("f64[n], f64[n]").source, "swapping").grad(x, y)
    np.testing.assert_array_equal(x, np.full(2, 5.0))
    np.testing.assert_array_equal(y, np.ones(2))
