"""Functions with derivatives of their own: whatever the function computes, the rule is what counts."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from scipy import special

import adgen
from adgen.ir.calls import is_ruled
from adgen.ir.core import Op, walk
from adgen.runtime.stages import in_place

BACKENDS = ("numpy", "llvm")
every_backend = pytest.mark.parametrize("backend", BACKENDS)
X = np.array([0.4, 1.7, -0.2])


# -- rules that are not the derivative ----------------------------------------------------------------------
@adgen.custom_vjp
def reversal(x: Any, strength: Any) -> Any:
    return x


reversal.defvjp(lambda x, strength: (x, strength), lambda strength, g: (-strength * g, None))


@adgen.custom_jvp
def doubled(x: Any) -> Any:
    return np.round(x)


@doubled.defjvp
def doubled_rule(primals: Any, tangents: Any) -> Any:
    return doubled(primals[0]), 2.0 * tangents[0]


@adgen.custom_vjp
def clipped(x: Any) -> Any:
    return x


clipped.defvjp(lambda x: (x, None), lambda saved, g: np.clip(g, -1.0, 1.0))


@every_backend
def test_gradient_reversal_in_both_modes(backend: str) -> None:
    def f(x: Any) -> Any:
        return np.sum(reversal(x, 0.5) ** 2)

    np.testing.assert_array_equal(adgen.grad(f, backend=backend)(X), -X)
    value, slope = adgen.jvp(f, (X,), (np.ones(3),), backend=backend)
    assert value == f(X)
    assert slope == pytest.approx(-np.sum(X))


@every_backend
def test_the_body_is_not_differentiated(backend: str) -> None:
    def f(x: Any) -> Any:
        return np.sum(doubled(x) * x)

    expected = np.round(X) + 2.0 * X
    np.testing.assert_allclose(adgen.grad(f, backend=backend)(X), expected, rtol=1e-15)
    np.testing.assert_allclose(adgen.jacobian(f, mode="forward", backend=backend)(X), expected, rtol=1e-15)
    np.testing.assert_allclose(adgen.hessian(f, backend=backend)(X), 4.0 * np.eye(3), rtol=1e-15)


@every_backend
def test_clipping_on_the_way_back(backend: str) -> None:
    f: Any = lambda x: np.sum(clipped(x) ** 2)  # noqa: E731
    np.testing.assert_array_equal(adgen.grad(f, backend=backend)(X), np.clip(2.0 * X, -1.0, 1.0))


@every_backend
def test_straight_through(backend: str) -> None:
    def f(x: Any) -> Any:
        return np.sum(adgen.straight_through(np.round, x) ** 2)

    value, gradient = adgen.value_and_grad(f, backend=backend)(X)
    assert value == f(X)
    np.testing.assert_array_equal(gradient, 2.0 * np.round(X))


@every_backend
def test_surgery_on_a_cotangent(backend: str) -> None:
    def f(x: Any, limit: Any) -> Any:
        h = adgen.cotangent(np.sin(x), lambda g: np.clip(g, -limit, limit))
        h = adgen.cotangent(h, lambda g: g * 3.0)
        return np.sum(h * h)

    expected = np.clip(6.0 * np.sin(X), -0.5, 0.5) * np.cos(X)
    np.testing.assert_allclose(adgen.grad(f, backend=backend)(X, 0.5), expected, rtol=1e-15)


def test_surgery_is_visible() -> None:
    def f(x: Any) -> Any:
        h = adgen.cotangent(x * x, lambda g: np.clip(g, -1.0, 1.0))
        return np.sum(h * h)

    source = adgen.grad(f, backend="numpy").lower("f64[n]").source
    assert "np.clip(h_bar, -1.0, 1.0)" in source or "np.clip(2.0 * h, -1.0, 1.0)" in source


def test_a_rule_that_is_not_linear_has_one_mode() -> None:
    with pytest.raises(adgen.UserError) as caught:
        adgen.jvp(lambda x: np.sum(clipped(x)), (X,), (X,))
    assert caught.value.diagnostic.code == "AG313"


def test_pickled_by_name() -> None:
    assert pickle.loads(pickle.dumps(adgen.grad(cube)))(2.0) == 12.0


# -- second order -------------------------------------------------------------------------------------------
@adgen.custom_vjp
def cube(x: Any) -> Any:
    return x**3


cube.defvjp(lambda x: (cube(x), (x, cube(x))), lambda saved, g: (3.0 * saved[1] / saved[0] * g,))


@every_backend
def test_second_derivatives_go_through_the_rule(backend: str) -> None:
    f: Any = lambda x: np.sum(cube(x))  # noqa: E731
    expected = np.diag(6.0 * X)
    np.testing.assert_allclose(adgen.hessian(f, backend=backend)(X), expected, atol=1e-12)
    twice = adgen.jacobian(adgen.grad(f, backend=backend), mode="reverse", backend=backend)
    np.testing.assert_allclose(twice(X), expected, atol=1e-12)
    third = adgen.grad(adgen.grad(adgen.grad(cube, backend=backend), backend=backend), backend=backend)
    assert third(1.3) == pytest.approx(6.0)


# -- what a rule may look like ------------------------------------------------------------------------------
def test_transforms_of_the_function_itself() -> None:
    assert adgen.grad(cube)(2.0) == 12.0
    assert adgen.jit(cube)(2.0) == 8.0
    assert cube(2.0) == 8.0
    np.testing.assert_array_equal(adgen.vjp(reversal, X, 2.0)[1](np.ones(3))[0], np.full(3, -2.0))


def test_equal_code_with_another_rule() -> None:
    def made(factor: float) -> Any:
        f = adgen.custom_vjp(lambda x: x * factor)
        f.defvjp(lambda x: (f(x), None), lambda saved, g: 10.0 * factor * g)
        return f

    assert [adgen.grad(made(k))(1.0) for k in (1.0, 2.0)] == [10.0, 20.0]
    again = adgen.custom_vjp(lambda x: x * x)
    again.defvjp(lambda x: (x * x, x), lambda x, g: x * g)
    f: Any = lambda x: again(x)  # noqa: E731
    gradient = adgen.grad(f)
    assert gradient(3.0) == 3.0
    again.defvjp(lambda x: (x * x, x), lambda x, g: -x * g)
    assert gradient(3.0) == -3.0


def test_the_plain_function_has_its_own_programs() -> None:
    def square(x: Any) -> Any:
        return x * x

    ruled = adgen.custom_vjp(square)
    ruled.defvjp(lambda x: (square(x), None), lambda saved, g: g)
    assert (adgen.grad(square)(3.0), adgen.grad(ruled)(3.0), adgen.grad(square)(3.0)) == (6.0, 1.0, 6.0)


def test_results_that_are_arguments_are_not_written_into_by_accident() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        z = reversal(y, 1.0)
        z += 1.0
        return np.sum(y * z)

    with pytest.raises(adgen.UserError):
        adgen.grad(f)(X)


def test_rules_are_gone_before_any_backend() -> None:
    lowered = adgen.grad(lambda x: np.sum(cube(x))).lower("f64[n]")
    final = in_place(lowered.artifacts.program.func)
    assert not any(is_ruled(n) for n in walk(final.body) if isinstance(n, Op))
    assert "ruled" in lowered.primal_ir


# -- verification -------------------------------------------------------------------------------------------
def test_a_rule_is_compared_on_request() -> None:
    f = adgen.custom_vjp(lambda x: np.sin(x))
    f.defvjp(lambda x: (np.sin(x), x), lambda x, g: np.cos(x) * g, check=(X,))
    with pytest.raises(adgen.GradientMismatch, match="DIFFERS"):
        f.defvjp(lambda x: (np.sin(x), x), lambda x, g: np.sin(x) * g, check=(X,))
    g = adgen.custom_jvp(lambda x: np.sin(x))
    with pytest.raises(adgen.GradientMismatch, match="DIFFERS"):
        g.defjvp(lambda p, t: (np.sin(p[0]), p[0] * t[0]), check=(X,))


# -- misuse -------------------------------------------------------------------------------------------------
WRONG: dict[str, tuple[Any, Any]] = {
    "not the result and what": (lambda x: x * x, lambda saved, g: g),
    "2 cotangents, not one for each of 1": (lambda x: (x * x, x), lambda x, g: (g, g)),
    "the cotangent of `x` is `np.f64`": (lambda x: (x * x, x), lambda x, g: np.sum(g)),
    "the cotangent of `x` is `f64.x_0-1.`": (lambda x: (x * x, x), lambda x, g: g[1:]),
    "the cotangent of `x` is `bool": (lambda x: (x * x, x), lambda x, g: g > 0.0),
    "the result of fwd is `np.f64`": (lambda x: (np.sum(x), x), lambda x, g: g),
    "the result of fwd has 2 arrays": (lambda x: ((x, x), x), lambda x, g: g),
    "bwd gives a dict of 1": (lambda x: (x * x, x), lambda x, g: {"x": g}),
}


@pytest.mark.parametrize("reason", WRONG)
def test_a_rule_that_does_not_fit(reason: str) -> None:
    f = adgen.custom_vjp(lambda x: x * x)
    f.defvjp(*WRONG[reason])
    with pytest.raises(adgen.UserError, match=reason) as caught:
        adgen.grad(lambda x: np.sum(f(x)))(X)
    assert caught.value.diagnostic.code == "AG311"


def test_a_rule_that_writes_into_its_argument() -> None:
    def forward(x: Any) -> Any:
        x[0] = 1.0
        return x * x, None

    f = adgen.custom_vjp(lambda x: x * x)
    f.defvjp(forward, lambda saved, g: g)
    with pytest.raises(adgen.UserError, match="writes into") as caught:
        adgen.grad(lambda x: np.sum(f(x)))(X)
    assert caught.value.diagnostic.code == "AG311"


def test_nested_decorators_of_adgen_count() -> None:
    def f(x: Any) -> Any:
        @adgen.grad
        def inner(y: Any) -> Any:
            return y**3 * x

        return inner(x)

    assert adgen.grad(f)(2.0) == 36.0


# -- functions that cannot be read --------------------------------------------------------------------------
log_gamma = adgen.custom_vjp(math.lgamma, result=lambda x: 1.0 * x)
log_gamma.defvjp(lambda x: (log_gamma(x), x), lambda x, g: (g * special.digamma(x),))


@adgen.custom_vjp(result=lambda x, n: x)
def hidden(x: Any, n: Any) -> Any:
    return eval("x**n")  # what adgen does not read


hidden.defvjp(
    lambda x, n: (hidden(x, n), (x, n)), lambda saved, g: (saved[1] * saved[0] ** (saved[1] - 1) * g, None)
)


@adgen.custom_vjp(result=lambda x: x)
def shorter(x: Any) -> Any:
    return x[1:]


shorter.defvjp(lambda x: (shorter(x), None), lambda saved, g: g)


def with_opaque(x: Any) -> Any:
    return np.sum(hidden(x, 3) * x) + log_gamma(1.0 + x[0] * x[0])


def test_opaque_functions_are_called_where_they_stand() -> None:
    assert adgen.jit(with_opaque, backend="numpy")(X) == with_opaque(X)
    adgen.check_grad(with_opaque, X, order=2, backend="numpy")
    source = adgen.grad(with_opaque, backend="numpy").lower("f64[n]").source
    assert "from math import lgamma" in source
    with pytest.raises(adgen.UserError) as caught:
        adgen.grad(with_opaque, backend="llvm")(X)
    assert caught.value.diagnostic.code == "AG602"


def test_opaque_functions_give_what_they_say() -> None:
    with pytest.raises(ValueError, match="expected"):
        adgen.value_and_grad(lambda x: np.sum(shorter(x)))(X)


def test_opaque_functions_have_a_name() -> None:
    nameless = adgen.custom_vjp(lambda x: eval("x"), result=lambda x: x)
    nameless.defvjp(lambda x: (nameless(x), None), lambda saved, g: g)
    with pytest.raises(adgen.UserError) as caught:
        adgen.grad(lambda x: np.sum(nameless(x)))(X)
    assert caught.value.diagnostic.code == "AG207"


@adgen.custom_vjp
def power_of(x: Any, k: int) -> Any:
    return x * power_of(x, k - 1) if k > 0 else 1.0 * np.ones_like(x)


power_of.defvjp(
    lambda x, k: (power_of(x, k), (x, k)),
    lambda saved, g: (g * saved[1] * power_of(saved[0], saved[1] - 1) if saved[1] > 0 else 0.0 * g, None),
)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_a_rule_may_call_its_function_with_other_integers(backend: str) -> None:
    """The same floats, but another power: what the function gave before is not it."""

    def cubed(x: Any) -> Any:
        return np.sum(power_of(x, 3))

    assert adgen.grad(cubed, backend=backend)(np.array([1.0, 2.0])).tolist() == [3.0, 12.0]
    found = adgen.hvp(cubed, (np.array([1.0, 2.0]),), (np.ones(2),), backend=backend)
    assert found.tolist() == [6.0, 12.0]
