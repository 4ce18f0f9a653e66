"""Results that are lists whose length is known only at run time: values, cotangents, tangents, Jacobians."""

# ruff: noqa: PERF401
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.diagnostics import UserError

X = np.array([0.5, -1.0, 2.0])


def running(x):
    sums, total = [], 0.0
    for v in x:
        total = total + v * v
        sums.append(total)
    return sums


def doubled(x):
    found = []
    for v in x:
        if v > 0.0:
            found.append(float(v) * 2.0)
    return found


def scaled_rows(x):
    rows = []
    for v in x:
        if v > -10.0:
            rows.append(x * v)
    return {"rows": rows, "count": len(rows)}, np.sum(x)


def places(x):
    found = []
    for i in range(len(x)):
        if x[i] > 0.0:
            found.append(i)
    return found


def nothing(x):
    found = []
    for v in x:
        if v > 100.0:
            found.append(x * v)
    return found


def unread(x):
    found = []
    for v in x:
        if v > 100.0:
            found.pop()
    return found


FUNCTIONS = [running, doubled, scaled_rows, places, nothing, unread]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_lists_come_out_as_python_makes_them(function: Callable[..., Any], backend: str) -> None:
    assert repr(adgen.jit(function, backend=backend)(X)) == repr(function(X))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_cotangents_are_lists(backend: str) -> None:
    value, pullback = adgen.vjp(running, X, backend=backend)
    assert value == running(X)
    np.testing.assert_allclose(pullback([1.0, 2.0, 3.0])[0], 2.0 * X * [6.0, 5.0, 3.0])
    np.testing.assert_allclose(pullback([None, None, 1.0])[0], 2.0 * X)
    assert not np.any(pullback([None] * 3)[0])
    (value, _), pullback = adgen.vjp(scaled_rows, X, backend=backend)
    ones = [np.ones(3)] * len(value["rows"])
    np.testing.assert_allclose(pullback(({"rows": ones, "count": None}, 1.0))[0], 2.0 * np.sum(X) + 1.0)
    assert not np.any(adgen.vjp(nothing, X, backend=backend)[1]([])[0])


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_tangents_and_jacobians_are_lists(backend: str) -> None:
    _, slopes = adgen.jvp(running, (X,), (np.ones(3),), backend=backend)
    assert isinstance(slopes, list)
    np.testing.assert_allclose(slopes, np.cumsum(2.0 * X))
    expected = 2.0 * X * np.tril(np.ones((3, 3)))
    for transform in (adgen.jacobian, adgen.jacrev, adgen.jacfwd):
        found = transform(running, backend=backend)(X)
        assert isinstance(found, list)
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("cotangent", [np.ones(3), [1.0], [], [1.0, 2.0, np.ones(2)]])
def test_cotangents_of_another_form_are_refused(cotangent: Any) -> None:
    with pytest.raises(UserError) as caught:
        adgen.vjp(running, X)[1](cotangent)
    assert caught.value.diagnostic.code == "AG307"


def test_a_list_has_no_gradient() -> None:
    with pytest.raises(UserError, match="a list whose length is known only at run time") as caught:
        adgen.grad(running)(X)
    assert caught.value.diagnostic.code == "AG303"


def test_a_list_beside_the_value() -> None:
    def energy(x):
        return np.sum(x * x), doubled(x)

    (value, extra), gradient = adgen.value_and_grad(energy, has_aux=True)(X)
    assert (value, extra) == (5.25, [1.0, 4.0])
    np.testing.assert_allclose(gradient, 2.0 * X)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_standalone_modules_return_lists(function: Callable[..., Any], tmp_path: Path) -> None:
    source = adgen.jit(function, backend="numpy").lower("f64[n]").source
    space: dict[str, Any] = {"__name__": "standalone"}
    exec(compile(source, str(tmp_path / "standalone.py"), "exec"), space)
    assert repr(space[function.__name__](X)) == repr(function(X))
