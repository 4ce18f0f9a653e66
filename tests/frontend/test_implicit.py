"""Fixed points, roots and minima: derivatives at the solution, of every order, in both modes and backends."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import adgen

BACKENDS = pytest.mark.parametrize("backend", ["numpy", "llvm"])
RNG = np.random.default_rng(0)
X = np.array([0.4, 1.7, -0.2])
W = 0.3 * RNG.standard_normal((3, 3))
A = RNG.standard_normal((6, 3))


def square_root(a: Any) -> Any:
    return adgen.fixed_point(lambda x, a: 0.5 * (x + a / x), 1.0, a)


def equilibrium(w: Any, x: Any) -> Any:
    z = adgen.fixed_point(lambda z, w, x: np.tanh(w @ z + x), np.zeros(len(x)), w, x)
    return np.sum(z * z)


def coupled(a: Any) -> Any:
    def step(s: Any, a: Any) -> Any:
        return {"x": 0.3 * np.cos(s["x"]) * a + 0.1 * s["y"], "y": 0.2 * np.sum(s["x"]) + 0.1 * s["y"]}

    s = adgen.fixed_point(step, {"x": np.zeros(3), "y": 0.5}, a)
    return np.sum(s["x"]) * s["y"]


def cubic(a: Any, b: Any) -> Any:
    return adgen.root(lambda x, a, b: x**3 + a * x - b, 1.0, a, b)


def curves(a: Any) -> Any:
    x, y = adgen.root(lambda s, a: (s[0] ** 2 + s[1] - a, s[0] - s[1] ** 3), (1.0, 1.0), a)
    return x * y


def backward_euler(y: Any, k: Any) -> Any:
    for _ in range(3):
        y = adgen.root(lambda z, y, k: z - y - 0.1 * (np.sin(z) - k * z**3), y, y, k)
    return np.sum(y * y)


def ridge(strength: Any, a: Any, b: Any) -> Any:
    def objective(w: Any, strength: Any, a: Any, b: Any) -> Any:
        return np.sum((a @ w - b) ** 2) + strength * np.sum(w * w)

    return np.sum(adgen.argmin(objective, np.zeros(a.shape[1]), strength, a, b) ** 3)


def logistic(strength: Any, a: Any) -> Any:
    def objective(w: Any, strength: Any, a: Any) -> Any:
        return np.sum(np.log1p(np.exp(-(a @ w)))) + strength * np.sum(w * w)

    return np.sum(np.sin(adgen.argmin(objective, np.zeros(a.shape[1]), strength, a)))


CASES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "square root": (square_root, (2.0,)),
    "equilibrium": (equilibrium, (W, X)),
    "coupled": (coupled, (1.2,)),
    "cubic": (cubic, (1.3, 2.0)),
    "curves": (curves, (2.5,)),
    "backward Euler": (backward_euler, (X, 0.7)),
    "ridge": (ridge, (0.5, A, A @ X)),
    "logistic": (logistic, (0.5, A)),
}


#: compiling takes a while: kernels get one of each
KERNELS = ("square root", "coupled", "cubic", "ridge")


@pytest.mark.parametrize(
    ("name", "backend"), [*((n, "numpy") for n in CASES), *((n, "llvm") for n in KERNELS)]
)
def test_derivatives(name: str, backend: str) -> None:
    fun, args = CASES[name]
    plain, value = fun(*args), adgen.jit(fun, backend=backend)(*args)
    assert type(value) is type(plain)
    np.testing.assert_allclose(value, plain, rtol=1e-12)
    adgen.check_grad(fun, *args, backend=backend)


@pytest.mark.parametrize("name", ["square root", "equilibrium", "cubic"])
def test_second_derivatives(name: str) -> None:
    fun, args = CASES[name]
    adgen.check_grad(fun, *args, order=2, backend="numpy")


def test_third_derivative() -> None:
    third = adgen.grad(adgen.grad(adgen.grad(square_root)))
    assert third(2.0) == pytest.approx(0.375 * 2.0**-2.5, rel=1e-12)


def test_ridge_in_closed_form() -> None:
    w = np.linalg.solve(A.T @ A + 0.5 * np.eye(3), A.T @ (A @ X))
    slope = -np.linalg.solve(A.T @ A + 0.5 * np.eye(3), w)
    assert adgen.grad(ridge)(0.5, A, A @ X) == pytest.approx(3.0 * np.sum(w**2 * slope), rel=1e-10)


@BACKENDS
def test_the_start_has_no_derivative(backend: str) -> None:
    def from_start(x: Any, a: Any) -> Any:
        return adgen.fixed_point(lambda x, a: 0.5 * (x + a / x), x, a)

    assert adgen.grad(from_start, backend=backend)(1.0, 4.0) == 0.0


def test_memory_does_not_depend_on_the_iterations() -> None:
    for fun, signature in (
        (equilibrium, "f64[n,n], f64[n]"),
        (cubic, "f64, f64"),
        (ridge, "f64, f64[n,m], f64[n]"),
    ):
        source = adgen.grad(fun, backend="numpy").lower(signature).source
        assert "tape" not in source
        assert "append" not in source


def test_the_solution_is_computed_once() -> None:
    source = adgen.grad(equilibrium, backend="numpy").lower("f64[n,n], f64[n]").source
    joint = source.partition("def value_and_grad")[2].partition("def grad")[0]
    assert joint.partition("# Reverse sweep")[0].count("while ") == 1


@BACKENDS
def test_what_does_not_converge_raises(backend: str) -> None:
    def apart(a: Any) -> Any:
        return adgen.fixed_point(lambda x, a: 2.0 * x + a, 1.0, a)

    def rootless(a: Any) -> Any:
        return adgen.root(lambda x, a: x * x + a, 1.0, a, max_iter=20)

    with pytest.raises(RuntimeError, match="converge"):
        apart(1.0)
    for fun in (apart, rootless):
        with pytest.raises(RuntimeError, match="converge"):
            adgen.grad(fun, backend=backend)(1.3)


# -- what a function reads from around ------------------------------------------------------------------
def read_by_a_lambda(w: Any, x: Any, s: Any) -> Any:
    return np.sum(adgen.fixed_point(lambda z: np.tanh(w @ z + s * x), np.zeros(3)))


def read_by_what_is_called(a: Any, b: Any) -> Any:
    m = a.T @ a + np.eye(3)

    def quadratic(x: Any) -> Any:
        return 0.5 * x @ m @ x

    return np.sum(adgen.argmin(lambda x: quadratic(x) - b @ x + np.sum(x**4), np.zeros(3)) ** 2)


def held_by_a_default(s: Any, r: Any) -> Any:
    def step(x: Any, k: Any = r) -> Any:
        return 0.5 * (x + s * k / x)

    return adgen.fixed_point(step, 1.0)


def held_by_a_partial_function(w: Any, x: Any) -> Any:
    def layer(w: Any, x: Any, z: Any) -> Any:
        return np.tanh(w @ z + x)

    return np.sum(adgen.fixed_point(functools.partial(layer, w, x), np.zeros(3)))


def in_a_container_beside_arguments(s: Any, x: Any) -> Any:
    given = {"slope": s, "level": x}
    return np.sum(
        adgen.root(lambda t, c: t**3 + given["slope"] * t - given["level"] * c, np.ones(3), x**2 + 1)
    )


def derivative_of_the_solution(s: Any) -> Any:
    def cube_root(a: Any) -> Any:
        return adgen.root(lambda x: x**3 - a * s, 1.0)

    return cube_root(s) + adgen.grad(cube_root)(s)


AROUND: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "lambda": (read_by_a_lambda, (W, X, 0.7)),
    "called": (read_by_what_is_called, (A, X)),
    "default": (held_by_a_default, (0.6, 1.7)),
    "partial": (held_by_a_partial_function, (W, X)),
    "container": (in_a_container_beside_arguments, (0.6, X)),
    "derivative": (derivative_of_the_solution, (0.6,)),
}


@pytest.mark.parametrize("name", AROUND)
def test_what_is_read_from_around_is_differentiated(name: str) -> None:
    fun, args = AROUND[name]
    adgen.check_grad(fun, *args, order=2, backend="numpy")


def test_kernels_differentiate_what_is_read_from_around() -> None:
    fun, args = AROUND["lambda"]
    adgen.check_grad(fun, *args, backend="llvm")


def test_a_rule_of_the_user_still_speaks_of_arguments_only() -> None:
    def overlooked(a: Any) -> Any:
        scaled = adgen.custom_vjp(lambda x: a * x)
        scaled.defvjp(lambda x: (scaled(x), None), lambda saved, g: (g,))
        return scaled(1.0)

    with pytest.raises(adgen.UserError) as caught:
        adgen.grad(overlooked)(2.0)
    assert caught.value.diagnostic.code == "AG312"


def test_a_rule_may_give_integers_beside_floats() -> None:
    def halved(x: Any) -> Any:
        count = 0
        while x > 1.0:
            x = 0.5 * x
            count += 1
        return x, count

    rooted = adgen.custom_vjp(halved)
    rooted.defvjp(lambda x: (rooted(x), x), lambda x, g: (g[0] * x,))

    def program(x: Any) -> Any:
        y, count = rooted(x)
        return y * count

    assert adgen.grad(program)(12.0) == 4 * 12.0
