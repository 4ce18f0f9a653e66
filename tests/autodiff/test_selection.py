"""What is not taken contributes nothing, to no derivative: nan and infinity never escape from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from tests.oracle import finite

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
X = np.array([-1.0, 0.0, 0.5, 1.9, 3.0])
GAPS = np.array([1.0, np.nan, 2.0, 4.0, np.nan])
DIRECTION = np.array([0.3, 1.0, -0.7, 0.4, 1.1])


def masks_that_differ(y: Any) -> Any:
    z = y / np.nanstd(y)
    return np.nansum(z) + np.nansum(z**2)


def root_of_the_taken(x: Any) -> Any:
    return np.sum(np.where(x > 0, np.sqrt(x), 0.0))


def root_of_a_selection(x: Any) -> Any:
    return np.sum(np.sqrt(np.where(x > 0, x, 0.0)))


def power_of_a_selection(x: Any) -> Any:
    return np.sum(np.where(x > 0, x, 0.0) ** 1.5)


def two_selections_of_one(x: Any) -> Any:
    r = np.where(x > 0, x * np.log(x), 0.0)
    return np.sum(r) + np.sum(np.where(x > 1, np.log(x), 0.0))


def three_of_a_root(x: Any) -> Any:
    s = np.sqrt(x)
    return (
        np.where(x > 0, s, 0.0).sum()
        + np.where(x > 1, s**2, 0.0).sum()
        + np.where(x > 2, s * s * s, 0.0).sum()
    )


def in_a_loop(x: Any) -> Any:
    t = 0.0
    for i in range(3):
        t += np.sum(np.where(x > 0, np.sqrt(x), 0.0) * i)
    return t


def before_a_loop(x: Any) -> Any:
    s = np.sqrt(x)
    t = 0.0
    for i in range(3):
        t += np.sum(np.where(x > 0, s, 0.0) * i)
    return t


def in_a_branch(x: Any) -> Any:
    if x[0] > -5:
        s = np.sqrt(x)
        return np.sum(np.where(x > 0, s, 0.0)) + np.sum(np.where(x > 1, s, 0.0))
    return 0.0


def through_a_view(x: Any) -> Any:
    s = np.sqrt(x)[::-1]
    w = np.where(x[::-1] > 0, s, 0.0)
    return w.sum() + (w**2).sum()


def rows_with_a_mask(x: Any) -> Any:
    s = np.sqrt(x)
    return np.sum(s[x > 0]) + np.sum(s[x > 0] ** 3)


def elements_in_a_branch(x: Any) -> Any:
    s = np.sqrt(x)
    t = 0.0
    for i in range(5):
        if x[i] > 0:
            t += s[i] * s[i] * s[i]
    return t


def choice_then_root(x: Any) -> Any:
    return np.sum(adgen.relu(x) ** 0.5)


def bound_then_angle(x: Any) -> Any:
    return np.sum(np.arccos(np.clip(x - 1.2, -1.0, 1.0)))


def constants_for_what_is_missing(x: Any) -> Any:
    m = np.where(x > 0, 1.0, 0.0)
    return np.sum(m * np.log(np.where(x > 0, x, 1.0))) + np.sum(np.log(np.where(x > 0, x, 0.5)) * m)


def nan_for_what_is_missing(x: Any) -> Any:
    y = np.where(x <= 0, np.nan, x)
    return np.nanstd(y) + np.nanmean(y**2) * np.nanmax(np.log(y))


PROGRAMS = [
    masks_that_differ,
    root_of_the_taken,
    root_of_a_selection,
    power_of_a_selection,
    two_selections_of_one,
    three_of_a_root,
    in_a_loop,
    before_a_loop,
    in_a_branch,
    through_a_view,
    rows_with_a_mask,
    elements_in_a_branch,
    choice_then_root,
    bound_then_angle,
    constants_for_what_is_missing,
    nan_for_what_is_missing,
]

#: where an index left out, a quotient in a derivative of the derivative is zero by zero
FIRST_ORDER = (rows_with_a_mask, elements_in_a_branch)


def by_differences(f: Callable[[Any], Any], x: Any) -> Any:
    """The derivative by each element of its own; zero at the elements that are not taken."""
    smooth = x > 0
    columns = [
        finite.jvp(f, (x,), (e,)) if yes else 0.0 for e, yes in zip(np.eye(x.size), smooth, strict=True)
    ]
    return np.array([float(np.squeeze(c)) for c in columns])


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_nothing_escapes(f: Callable[[Any], Any], backend: Any) -> None:
    x = GAPS if f is masks_that_differ else X
    v = DIRECTION
    wanted = by_differences(f, x)
    gradient = adgen.grad(f, backend=backend)
    np.testing.assert_allclose(gradient(x), wanted, rtol=1e-7, atol=1e-7)
    slopes = [adgen.jvp(f, (x,), (e,), backend=backend)[1] for e in np.eye(x.size)]
    np.testing.assert_allclose(slopes, gradient(x), rtol=1e-12, atol=1e-12)
    if f in FIRST_ORDER:
        return

    def along(x: Any) -> Any:
        return adgen.jvp(f, (x,), (v,))[1]

    def against(x: Any) -> Any:
        return np.sum(adgen.grad(f)(x) * v)

    second = adgen.jvp(gradient, (x,), (v,), backend=backend)[1]
    assert np.all(np.isfinite(second))
    for other in (along, against):
        np.testing.assert_allclose(adgen.grad(other, backend=backend)(x), second, rtol=1e-11, atol=1e-11)
    twice = [
        adgen.jvp(lambda x, e=e: adgen.jvp(f, (x,), (e,))[1], (x,), (v,), backend=backend)[1]
        for e in np.eye(5)
    ]
    np.testing.assert_allclose(twice, second, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_a_zero_by_accident_is_no_selection(backend: Any) -> None:
    """Where a cotangent happens to be zero, its own derivative is not lost."""

    def loss(x: Any) -> Any:
        y = x / 2.0
        d = np.where(x > 0, y - 1.0, 0.0)
        e = np.where(x > 1, y - 1.0, 0.0)
        return np.sum(d * d) + np.sum(e * e)

    x = np.array([2.0, 2.0, -1.0])
    np.testing.assert_array_equal(adgen.grad(loss, backend=backend)(x), np.zeros(3))
    second = adgen.hessian(loss)(x)
    np.testing.assert_array_equal(second, np.diag([1.0, 1.0, 0.0]))
    np.testing.assert_array_equal(adgen.hvp(loss, (x,), (np.ones(3),), backend=backend), [1.0, 1.0, 0.0])
