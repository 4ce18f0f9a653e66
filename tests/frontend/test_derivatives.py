"""Derivatives taken inside a function that is differentiated itself."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.diagnostics import UserError
from adgen.runtime.ahead import lower_file


def cube(x: Any) -> Any:
    return x * x * x


def loss(w: Any, x: Any) -> Any:
    return np.sum((x @ w - 1.0) ** 2)


@adgen.grad
def slope(x: Any) -> Any:
    return x * x * x


cube_slope = adgen.grad(cube)
cube_both = adgen.value_and_grad(cube)
curvature = adgen.grad(adgen.grad(cube))
compiled = adgen.jit(cube)

BACKENDS = pytest.mark.parametrize("backend", ["numpy", "auto"])


def uses_captured(x: Any) -> Any:
    return cube_slope(x) * x


def uses_decorated(x: Any) -> Any:
    return slope(x) + slope(2.0 * x)


def uses_value(x: Any) -> Any:
    value, gradient = cube_both(x)
    return value * gradient


def uses_second(x: Any) -> Any:
    return curvature(x) * x


def uses_compiled(x: Any) -> Any:
    return compiled(x) + x


def closes_over(x: Any) -> Any:
    return adgen.grad(lambda t: t * t * x)(x)


def twice(x: Any) -> Any:
    return adgen.grad(adgen.grad(lambda t: t * t * t * x))(x)


def perturbation_confusion(x: Any) -> Any:
    return x * adgen.grad(lambda y: x + y)(x)


def with_aux(x: Any) -> Any:
    gradient, (again, n) = adgen.grad(lambda t: (t * t, (t * x, 3)), has_aux=True)(x)
    return gradient * again * n


@BACKENDS
@pytest.mark.parametrize(
    ("fun", "exact"),
    [
        (uses_captured, lambda x: 9.0 * x * x),
        (uses_decorated, lambda x: 6.0 * x + 24.0 * x),
        (uses_value, lambda x: 15.0 * x**4),
        (uses_second, lambda x: 12.0 * x),
        (uses_compiled, lambda x: 3.0 * x * x + 1.0),
        (closes_over, lambda x: 4.0 * x),
        (twice, lambda x: 12.0 * x),
        (perturbation_confusion, lambda x: 1.0),
        (with_aux, lambda x: 18.0 * x * x),
    ],
)
def test_scalars(fun: Any, exact: Any, backend: str) -> None:
    assert adgen.grad(fun, backend=backend)(1.5) == pytest.approx(exact(1.5), rel=1e-13)
    assert adgen.jit(fun, backend=backend)(1.5) == pytest.approx(fun(1.5), rel=1e-13)


def adapted(w: Any, x: Any, rate: Any, steps: Any) -> Any:
    """The loss after a few steps of gradient descent."""
    for _ in range(steps):
        w = w - rate * adgen.grad(loss)(w, x)
    return loss(w, x)


@BACKENDS
def test_gradient_descent_is_differentiated(backend: str) -> None:
    rng = np.random.default_rng(0)
    w, x = rng.standard_normal(3), rng.standard_normal((5, 3))
    hessian = 2.0 * x.T @ x
    step = np.eye(3) - 0.01 * hessian
    after = w
    for _ in range(3):
        after = after - 0.01 * (2.0 * x.T @ (x @ after - 1.0))
    expected = step @ step @ step @ (2.0 * x.T @ (x @ after - 1.0))
    gradient = adgen.grad(adapted, backend=backend)(w, x, 0.01, 3)
    np.testing.assert_allclose(gradient, expected, rtol=1e-11)
    adgen.check_grad(adapted, w, x, 0.01, 2, wrt=("w", "rate"), backend=backend)


@BACKENDS
def test_an_inner_loop_with_a_tape(backend: str) -> None:
    def newton(a: Any) -> Any:
        r = a
        for _ in range(5):
            r = 0.5 * (r + a / r)
        return r

    def outer(a: Any) -> Any:
        return adgen.grad(newton)(a) * a

    slope = 0.5 / np.sqrt(2.0) - 0.25 * 2.0 ** (-1.5) * 2.0
    assert adgen.grad(outer, backend=backend)(2.0) == pytest.approx(slope, rel=1e-9)


@BACKENDS
def test_containers(backend: str) -> None:
    def inner(p: Any, x: Any) -> Any:
        return np.sum(p["w"] * p["w"] * x) + p["b"] * p["b"]

    def outer(p: Any, x: Any) -> Any:
        value, grads = adgen.value_and_grad(inner)(p, x)
        return value + np.sum(grads["w"] ** 2) + grads["b"]

    p, x = {"w": np.array([1.0, 2.0]), "b": 3.0}, np.array([0.5, -1.0])
    found = adgen.grad(outer, backend=backend)(p, x)
    np.testing.assert_allclose(found["w"], 2 * p["w"] * x + 8 * p["w"] * x * x)
    assert found["b"] == pytest.approx(8.0)


def test_a_transform_that_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    transform = adgen.grad(uses_captured)
    assert transform(1.5) == pytest.approx(9.0 * 2.25)
    monkeypatch.setitem(globals(), "cube_slope", adgen.grad(lambda x: x * x))
    assert transform(1.5) == pytest.approx(4.0 * 1.5)
    monkeypatch.setitem(globals(), "cube_slope", cube)
    assert transform(1.5) == pytest.approx(4.0 * 1.5**3)


@pytest.mark.parametrize(
    ("fun", "code"),
    [
        (lambda x: adgen.grad(lambda t: t * np.ones(2))(x)[0], "AG303"),
        (lambda x: adgen.grad(lambda t: t > 1.0)(x), "AG304"),
        (lambda x: adgen.grad(lambda t, n: t * n, 1)(x, 2), "AG302"),
        (lambda x: adgen.grad(lambda t: t * t, 3)(x), "AG275"),
        (lambda x: adgen.grad(lambda t: t * t, speed=1)(x), "AG204"),
        (lambda x: adgen.grad(lambda t: t * t, has_aux=True)(x), "AG308"),
        (lambda x: adgen.grad(x)(x), "AG205"),
    ],
)
def test_refused(fun: Any, code: str) -> None:
    with pytest.raises(UserError) as caught:
        adgen.grad(fun)(1.5)
    assert caught.value.diagnostic.code == code


FILE = """
import adgen
from adgen import grad


def cube(x):
    return x * x * x


@adgen.grad
def slope(x):
    return x * x * x


@grad(wrt=("y",))
def partial(x, y):
    return x * y * y


curvature = adgen.grad(slope)
compiled = adgen.jit(cube)


def f(x):
    return slope(x) * curvature(x) + partial(x, x)[0] + compiled(x) + grad(lambda t: t * x)(x)
"""


def test_a_file_means_what_its_module_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "derivatives_in_a_file.py"
    path.write_text(FILE)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("derivatives_in_a_file")
    live = adgen.grad(module.f).lower("f64")
    alone = lower_file(str(path), "f", signature="f64", mode="grad")
    assert alone.primal_ir == live.primal_ir
    assert alone.adjoint_ir == live.adjoint_ir
    x = 1.5
    assert adgen.jit(module.f)(x) == pytest.approx(18 * x**3 + 2 * x * x + x**3 + x)
    assert module.f(x) == pytest.approx(18 * x**3 + 2 * x * x + x**3 + x)


def falling(x: Any, n: int) -> Any:
    return x if n <= 0 else falling(np.sin(x) * x, n - 1)


def slope_of_falling(x: Any, n: int) -> Any:
    return adgen.grad(falling)(x, n) * x


def test_a_derivative_of_what_calls_itself() -> None:
    adgen.check_grad(slope_of_falling, 0.7, 3, wrt=0, backend="numpy")
