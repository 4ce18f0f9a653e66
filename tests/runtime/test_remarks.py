"""Remarks on gradients that are zero: where the derivative ends and why, and none where it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen


def to_integer(x):
    return int(x[0]) * 2.0


def asked(x):
    return 1.0 if x[0] > 0.0 else 2.0


def floored(x):
    return np.sum(np.floor(x))


def rounded(x):
    return np.sum(np.round(x, 1))


def placed(x):
    return float(np.argmax(x))


def stopped(x):
    return np.sum(adgen.stop_gradient(x))


def sized(x):
    return len(x) * 1.0


def like(x):
    return np.sum(np.zeros_like(x))


def counted(x):
    return np.sum(x > 0.0) * 1.0


def ordered(x):
    return np.argsort(x)[0] * 1.0


def replaced(x):
    y = x * 2.0
    y = np.ones(3)
    return np.sum(y)


def signs(x):
    return np.sum(np.sign(x))


def quotients(x):
    return np.sum(x // 2.0)


ZERO: list[tuple[Any, str]] = [
    (to_integer, "a conversion to another dtype passes no derivative on"),
    (asked, "a comparison passes no derivative on"),
    (floored, "`floor` passes no derivative on"),
    (rounded, "`rint` passes no derivative on"),
    (placed, "`argmax` passes no derivative on"),
    (stopped, "`stop_gradient` passes no derivative on"),
    (sized, "its elements are not used"),
    (like, "its elements are not used"),
    (counted, "a comparison passes no derivative on"),
    (ordered, "`argsort` passes no derivative on"),
    (replaced, "its elements are not used"),
    (signs, "`sign` passes no derivative on"),
    (quotients, "`floor_divide` passes no derivative on"),
]


@pytest.mark.parametrize(("function", "why"), ZERO)
def test_a_zero_gradient_is_explained(function: Any, why: str) -> None:
    lowered = adgen.grad(function).lower("f64[3]")
    (found,) = [d for d in lowered.remarks if d.code == "AG321"]
    assert found.title == "the gradient with respect to `x` is zero"
    assert why in [*(label.text for label in found.labels), *found.notes]
    np.testing.assert_array_equal(adgen.grad(function)(np.array([1.5, -0.5, 2.5])), np.zeros(3))


def partly_floored(x):
    return np.sum(np.floor(x) * x)


def clipped(x):
    return np.sum(np.where(x > 0.0, x, 0.0))


def largest(x):
    return x[np.argmax(x)]


def partly_overwritten(x):
    y = x.copy()
    y[0] = 0.0
    return np.sum(y)


def scaled(x):
    return np.sum(x) * len(x)


def fraction(x):
    return np.sum(x - np.floor(x))


def on_one_path(x):
    return np.sum(np.abs(x)) if x[0] > 0.0 else 0.0


def partly_stopped(x):
    return np.sum(adgen.stop_gradient(x) * x)


@pytest.mark.parametrize(
    "function",
    [partly_floored, clipped, largest, partly_overwritten, scaled, fraction, on_one_path, partly_stopped],
)
def test_no_false_alarm(function: Any) -> None:
    lowered = adgen.grad(function).lower("f64[3]")
    assert not [d for d in lowered.remarks if d.code == "AG321"]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_dots_make_even_one_element_an_array(backend: str) -> None:
    def element(x):
        return x[..., 0, 0]

    def square(x):
        return np.sum(x[0, 0, ...] * x[..., 1, 1])

    x = np.arange(1.0, 5.0).reshape(2, 2)
    found = adgen.jit(element, backend=backend)(x)
    assert isinstance(found, np.ndarray)
    assert (found.shape, float(found)) == ((), 1.0)
    gradient = adgen.grad(square, backend=backend)(x)
    np.testing.assert_array_equal(gradient, np.array([[4.0, 0.0], [0.0, 1.0]]))
