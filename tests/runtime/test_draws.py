"""Random draws: the numbers, kinds and states of NumPy's own methods, and derivatives at fixed draws."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen import UserError

BACKENDS = ("numpy", "llvm")

#: calls for which kernels have a function of C
COVERED = """rng.random()
rng.random(4)
rng.random((2, 3))
rng.random(3, dtype=np.float32)
rng.random(dtype=np.float32)
rng.random(size=())
rng.standard_normal()
rng.standard_normal((2, 2))
rng.standard_normal(3, dtype=np.float32)
rng.standard_exponential(3)
rng.standard_cauchy(3)
rng.normal()
rng.normal(1.0, 2.0)
rng.normal(x, 2.0)
rng.normal(1.0, x * x)
rng.normal(x, 0.5, (3, 5))
rng.normal(loc=x, size=5)
rng.normal(x[0], 2, 5)
rng.uniform(-1, 1, 4)
rng.uniform(x, x + 1)
rng.uniform()
rng.exponential(2.0, 3)
rng.exponential(x * x)
rng.laplace(1.0, 2.0, 50)
rng.gumbel(1.0, 2.0, 50)
rng.logistic(1.0, 2.0, 50)
rng.rayleigh(2.0, 50)
rng.gamma(2.0, 3.0, 50)
rng.gamma(2.0)
rng.standard_gamma(2.0, 3)
rng.beta(1.0, 2.0, 5)
rng.binomial(5, 0.3)
rng.binomial(60, 0.7, 9)
rng.chisquare(3.0, 2)
rng.f(3, 4, 2)
rng.geometric(0.3, 5)
rng.pareto(3.0, 4)
rng.poisson(4.0, 4)
rng.poisson(400.0)
rng.power(3.0, 4)
rng.standard_t(4, 3)
rng.weibull(2.0, 3)
rng.integers(5)
rng.integers(2, 9)
rng.integers(-5, 2**62, size=4)
rng.integers(0, 2**32, size=4)
rng.integers(0, 10, 4, endpoint=True)
rng.integers(0, 10, dtype=int)
rng.integers(len(x), size=3)
rng.choice(5)
rng.choice(5, 3)
rng.choice(x)
rng.choice(x, 3)
rng.choice(table, 2, axis=1)
rng.choice([1.0, 2.0, 4.0])
rng.permutation(6)
rng.permutation(1)
rng.permutation(x)
rng.permutation(table)
rng.permutation(table, axis=1)""".splitlines()

#: calls for which kernels ask Python
HOST = """rng.normal(x, np.abs(x), (2, 5)) + rng.triangular(0, 1, 2, 5)
rng.hypergeometric(5, 6, 3, 4)
rng.logseries(0.4, 4)
rng.negative_binomial(3, 0.4, 4)
rng.noncentral_chisquare(2.0, 1.5, 3)
rng.noncentral_f(2.0, 3.0, 1.5, 3)
rng.vonmises(0.0, 1.0, 3)
rng.wald(1.0, 2.0, 3)
rng.zipf(2.0, 3)
rng.multivariate_normal(x[:2], np.eye(2), size=3)
rng.multivariate_normal(x[:2], table[:2, :2] @ table[:2, :2].T + np.eye(2), (2, 3))
rng.multivariate_normal(x[:2], np.eye(2))
rng.multivariate_normal(x[:2], np.eye(2), 2, method="cholesky")
rng.dirichlet(x)
rng.dirichlet(x, 3)
rng.multinomial(7, [0.2, 0.3, 0.5])
rng.multinomial(7, [0.2, 0.3, 0.5], size=(2, 2))
rng.poisson(np.abs(x))
rng.integers(0, 10, 4, dtype=np.int32)
rng.integers(0, 2, 4, dtype=bool)
rng.choice(5, 3, replace=False)
rng.choice(5, size=(2, 2), p=np.array([0.1, 0.2, 0.3, 0.2, 0.2]))
rng.choice(table, 2, axis=1, shuffle=False, replace=False)""".splitlines()


def function_of(call: str) -> Callable[..., Any]:
    """A function that returns one draw."""
    source, name = f"def drawn(x, table, rng):\n    return {call}\n", f"<draws {call}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space: dict[str, Any] = {"np": np}
    exec(compile(source, name, "exec"), space)
    return space["drawn"]


def check_equal(call: str, backend: str) -> None:
    fun = function_of(call)
    x, table = np.linspace(0.3, 2.0, 5), np.arange(20.0).reshape(5, 4)
    mine, theirs = np.random.default_rng(3), np.random.default_rng(3)
    expected, found = fun(x, table, theirs), adgen.jit(fun, backend=backend)(x, table, mine)
    assert type(found) is type(expected)
    assert getattr(found, "dtype", None) == getattr(expected, "dtype", None)
    np.testing.assert_array_equal(found, expected)
    assert mine.bit_generator.state == theirs.bit_generator.state


@pytest.mark.parametrize("call", COVERED + HOST)
def test_draws_are_those_of_numpy(call: str) -> None:
    check_equal(call, "numpy")


@pytest.mark.parametrize("call", COVERED + HOST)
def test_kernels_draw_the_same(call: str) -> None:
    check_equal(call, "llvm")


@pytest.mark.parametrize("kind", [np.random.MT19937, np.random.Philox, np.random.SFC64, np.random.PCG64DXSM])
def test_every_bit_generator(kind: Any) -> None:
    def fun(rng: np.random.Generator) -> Any:
        return rng.integers(0, 7, 5), rng.random(dtype=np.float32), rng.integers(9), rng.standard_normal(4)

    theirs, mine = np.random.Generator(kind(2)), np.random.Generator(kind(2))
    expected = fun(theirs)
    for backend in BACKENDS:
        mine = np.random.Generator(kind(2))
        for left, right in zip(adgen.jit(fun, backend=backend)(mine), expected, strict=True):
            np.testing.assert_array_equal(left, right)
        assert str(mine.bit_generator.state) == str(theirs.bit_generator.state)


def test_lognormal_up_to_the_last_bit() -> None:
    fun = function_of("rng.lognormal(0.1, 0.3, 50)")
    found = adgen.jit(fun)(np.ones(1), np.ones((1, 1)), np.random.default_rng(1))
    np.testing.assert_allclose(
        found, fun(np.ones(1), np.ones((1, 1)), np.random.default_rng(1)), rtol=4 * np.finfo(float).eps
    )


# -- every transform draws once ---------------------------------------------------------------------------
def noisy(x: Any, rng: Any) -> Any:
    total = 0.0
    for _ in range(3):
        total += np.sum(np.sin(rng.normal(x, 0.5)) * x) * rng.random()
    return total


X = np.array([0.3, -0.4])


def after_one_run() -> Any:
    rng = np.random.default_rng(5)
    noisy(X, rng)
    return rng.bit_generator.state


def gradient_at_fixed_draws() -> Any:
    return adgen.grad(noisy, backend="numpy")(X, np.random.default_rng(5))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("transform", [adgen.jacobian, adgen.jacfwd, adgen.jacrev, adgen.grad])
def test_a_call_advances_the_generator_once(transform: Any, backend: str) -> None:
    rng = np.random.default_rng(5)
    found = transform(noisy, backend=backend)(X, rng)
    np.testing.assert_allclose(found, gradient_at_fixed_draws(), rtol=1e-12)
    assert rng.bit_generator.state == after_one_run()


@pytest.mark.parametrize("backend", BACKENDS)
def test_second_order_and_products(backend: str) -> None:
    rng = np.random.default_rng(5)
    hessian = adgen.hessian(noisy, backend=backend)(X, rng)
    assert rng.bit_generator.state == after_one_run()
    rng = np.random.default_rng(5)
    product = adgen.hvp(noisy, (X, rng), (np.ones(2), None), backend=backend)[0]
    np.testing.assert_allclose(product, hessian @ np.ones(2), rtol=1e-10)
    assert rng.bit_generator.state == after_one_run()
    rng = np.random.default_rng(5)
    _, pullback = adgen.vjp(noisy, X, rng, backend=backend)
    assert rng.bit_generator.state == after_one_run()
    assert pullback(1.0)[1] is None
    np.testing.assert_array_equal(pullback(2.0)[0], 2.0 * pullback(1.0)[0])
    assert rng.bit_generator.state == after_one_run()


def test_check_grad_leaves_the_generator_alone() -> None:
    rng = np.random.default_rng(5)
    state = rng.bit_generator.state
    assert adgen.check_grad(noisy, X, rng, order=2).ok
    assert rng.bit_generator.state == state


def test_jacobians_by_columns_write_arguments_once() -> None:
    def scaled(x: Any, w: Any) -> Any:
        x *= 2.0
        return x * w

    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(adgen.jacfwd(scaled, wrt=1)(x, np.ones(2)), np.diag([2.0, 4.0]))
    np.testing.assert_array_equal(x, [2.0, 4.0])


# -- where generators come from ---------------------------------------------------------------------------
GENERATOR = np.random.default_rng(9)


def captured(x: Any) -> Any:
    return x * GENERATOR.random()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_captured_generator_is_the_one_of_now(backend: str) -> None:
    gradient = adgen.grad(captured, backend=backend)
    other = np.random.default_rng()
    other.bit_generator.state = GENERATOR.bit_generator.state
    assert [gradient(1.0), gradient(1.0)] == list(other.random(2))


@pytest.mark.parametrize("backend", BACKENDS)
def test_generators_in_containers(backend: str) -> None:
    def fun(state: Any) -> Any:
        return state["w"] * state["rng"].normal(state["w"], 0.1)

    found = adgen.grad(fun, backend=backend)({"w": 2.0, "rng": np.random.default_rng(0)})
    z = np.random.default_rng(0).standard_normal()
    assert found["rng"] is None
    assert found["w"] == pytest.approx(4.0 + 0.1 * z, rel=1e-14)


@pytest.mark.parametrize("backend", BACKENDS)
def test_seeded_inside(backend: str) -> None:
    def fun(x: float, seed: int) -> Any:
        total = 0.0
        for k in range(3):
            rng = np.random.default_rng(seed + k)
            total += x * rng.random()
        return total

    gradient = adgen.grad(fun, backend=backend)
    for _ in range(3):
        assert gradient(1.0, 3) == pytest.approx(fun(1.0, 3), rel=1e-15)
    with pytest.raises(ValueError, match="non-negative"):
        gradient(1.0, -3)
    fresh = adgen.grad(lambda x: x * np.random.default_rng().random(), backend=backend)
    assert fresh(1.0) != fresh(1.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_generator_under_two_names(backend: str) -> None:
    def fun(x: Any, first: Any, second: Any) -> Any:
        return x * first.random() + x * second.choice(5, p=np.full(5, 0.2)) + x * first.random()

    rng, other = np.random.default_rng(4), np.random.default_rng(4)
    assert adgen.grad(fun, backend=backend)(1.0, rng, rng) == pytest.approx(fun(1.0, other, other), rel=1e-15)
    assert rng.bit_generator.state == other.bit_generator.state


def test_two_draws_of_one_expression_are_two_numbers() -> None:
    found = adgen.grad(lambda x, rng: x * rng.random() + x * rng.random())(1.0, np.random.default_rng(2))
    assert found == np.random.default_rng(2).random(2).sum()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("x", [0.3, 0.9])
def test_generators_change_names(x: float, backend: str) -> None:
    def fun(x: float, first: Any, second: Any, n: int) -> Any:
        total = 0.0
        for i in range(n):
            total += x * first.random() * (i + 1)
            first, second = second, first
        chosen = first if x > 0.5 else second
        return total * chosen.random() * x

    theirs, mine = ([np.random.default_rng(1), np.random.default_rng(2)] for _ in range(2))
    expected = fun(x, *theirs, 3)
    value, slope = adgen.value_and_grad(fun, backend=backend)(x, *mine, 3)
    assert (value, slope) == (
        pytest.approx(expected, rel=1e-14),
        pytest.approx(2.0 * expected / x, rel=1e-12),
    )
    assert [g.bit_generator.state for g in mine] == [g.bit_generator.state for g in theirs]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_mean_of_normal_vectors_has_a_derivative(backend: str) -> None:
    def fun(mean: Any, rng: Any) -> Any:
        return np.sum(rng.multivariate_normal(mean, np.eye(2), 4) ** 2)

    mean = np.array([1.0, 2.0])
    drawn = np.random.default_rng(1).multivariate_normal(mean, np.eye(2), 4)
    found = adgen.grad(fun, backend=backend)(mean, np.random.default_rng(1))
    np.testing.assert_allclose(found, 2.0 * drawn.sum(axis=0), rtol=1e-13)


# -- refusals ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fun", "code"),
    [
        (lambda x, rng: x * rng.poisson(x), "AG305"),
        (lambda x, rng: x * rng.gamma(x), "AG305"),
        (lambda x, rng: x * rng.choice(2, p=np.array([x, 1.0 - x])), "AG305"),
        (lambda x, rng: x * rng.dirichlet(np.array([x, 1.0]))[0], "AG305"),
        (lambda x, rng: x * np.random.normal(), "AG125"),
        (lambda x, rng: x * rng.spawn(2), "AG203"),
        (lambda x, rng: x * rng, "AG234"),
        (lambda x, rng: (x, rng), "AG234"),
        (lambda x, rng: x * np.sum(rng.normal(np.array([x, x]), 1.0, 3)), "AG230"),
    ],
)
def test_refused(fun: Any, code: str) -> None:
    for transform in (adgen.grad, lambda f: lambda *a: adgen.jvp(f, a, (1.0, None))):
        with pytest.raises(UserError, match=code):
            transform(fun)(0.5, np.random.default_rng(0))


def test_a_random_state_is_refused_with_the_fix() -> None:
    with pytest.raises(UserError, match="default_rng"):
        adgen.grad(lambda x, rng: x * rng.rand())(1.0, np.random.RandomState(0))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("fun", "message"),
    [
        (lambda x, rng: x * rng.normal(0.0, -x), "scale < 0"),
        (lambda x, rng: x * rng.uniform(x, -x), "high - low < 0"),
        (lambda x, rng: x * rng.integers(int(x), 0), "low >= high"),
        (lambda x, rng: x * rng.choice(2, p=np.array([0.2, 0.2])), "sum to 1"),
        (lambda x, rng: x * rng.choice(2, 3, replace=False)[0], "larger sample"),
    ],
)
def test_parameters_are_checked_when_the_function_runs(fun: Any, message: str, backend: str) -> None:
    with pytest.raises(ValueError, match=message):
        adgen.grad(fun, backend=backend)(1.0, np.random.default_rng(0))
