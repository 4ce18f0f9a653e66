"""Checks of implicit differentiation can fail: every seeded wrong rule of a solution is caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.runtime.implicit import _flat, _inner, _iterated, _polished, _pulled_back, _shaped, _solution_bars
from adgen.runtime.transforms import grad, jacobian, jvp, vjp

W = np.array([[0.3, 0.2, 0.0], [-0.1, 0.1, 0.4], [0.0, 0.3, -0.2]])
A = np.array([0.5, -0.3, 0.8])


# -- fixed points ---------------------------------------------------------------------------------------
def _fixed_point(backward: Callable[..., Any]) -> Callable[..., Any]:
    @adgen.custom_vjp
    def solved(f: Any, x0: Any, *args: Any) -> Any:
        return _iterated(lambda x: f(x, *args), x0, 1e-13, 1000)

    def forward(f: Any, x0: Any, *args: Any) -> Any:
        x = solved(f, x0, *args)
        return x, (f, x0, x, args)

    solved.defvjp(forward, backward)
    step = lambda x, a: np.tanh(W @ x + a)  # noqa: E731
    return lambda a: np.sum(solved(step, np.zeros(3), a) ** 3)


def _to_arguments(f: Any, x: Any, args: Any, v: Any) -> Any:
    return vjp(lambda *given: f(x, *given), *args)[1](v)


def _at_fixed_point(saved: Any, g: Any) -> Any:
    f, _, x, args = saved
    return (None, None, *_to_arguments(f, x, args, _pulled_back(f, x, args, g, 1e-13, 1000)))


def _one_step_only(saved: Any, g: Any) -> Any:
    f, _, x, args = saved
    return (None, None, *_to_arguments(f, x, args, g))


def _two_steps_only(saved: Any, g: Any) -> Any:
    f, _, x, args = saved
    v = g + vjp(lambda y: f(y, *args), x)[1](g)[0]
    return (None, None, *_to_arguments(f, x, args, v))


def _pushed_instead(saved: Any, g: Any) -> Any:
    f, _, x, args = saved
    v = _polished(lambda w: g + jvp(lambda y: f(y, *args), (x,), (w,))[1], g, 1e-13, 1000)
    return (None, None, *_to_arguments(f, x, args, v))


def _at_the_start(saved: Any, g: Any) -> Any:
    f, x0, x, args = saved
    return (None, None, *_to_arguments(f, x, args, _pulled_back(f, x0, args, g, 1e-13, 1000)))


def _with_the_other_sign(saved: Any, g: Any) -> Any:
    f, _, x, args = saved
    v = _pulled_back(f, x, args, g, 1e-13, 1000)
    return (None, None, *_to_arguments(f, x, args, -v))


def _without_the_seed(saved: Any, g: Any) -> Any:
    f, _, x, args = saved
    v = _pulled_back(f, x, args, g, 1e-13, 1000) - g
    return (None, None, *_to_arguments(f, x, args, v))


# -- roots ----------------------------------------------------------------------------------------------
def _equation(x: Any, a: Any) -> Any:
    return 2.0 * x + W @ x + x**3 - a**2


def _root(backward: Callable[..., Any]) -> Callable[..., Any]:
    @adgen.custom_vjp
    def solved(g: Any, x0: Any, *args: Any) -> Any:
        x = x0 * 1.0
        for _ in range(30):
            x = x - np.linalg.solve(jacobian(lambda y: g(y, *args))(x), g(x, *args))
        return x

    def forward(g: Any, x0: Any, *args: Any) -> Any:
        x = solved(g, x0, *args)
        return x, (g, x, args)

    solved.defvjp(forward, backward)
    return lambda a: np.sum(solved(_equation, np.zeros(3), a) ** 3)


def _at_root(saved: Any, x_bar: Any) -> Any:
    g, x, args = saved
    return (None, None, *_solution_bars(g, x, args, x_bar))


def _not_turned(saved: Any, x_bar: Any) -> Any:
    g, x, args = saved
    slope = jacobian(lambda v: _flat(g(_shaped(v, x), *args)))(_flat(x))
    return (None, None, *_to_arguments(g, x, args, np.linalg.solve(slope, -_flat(x_bar))))


def _without_minus(saved: Any, x_bar: Any) -> Any:
    g, x, args = saved
    slope = jacobian(lambda v: _flat(g(_shaped(v, x), *args)))(_flat(x))
    return (None, None, *_to_arguments(g, x, args, np.linalg.solve(slope.T, _flat(x_bar))))


def _multiplied(saved: Any, x_bar: Any) -> Any:
    g, x, args = saved
    slope = jacobian(lambda v: _flat(g(_shaped(v, x), *args)))(_flat(x))
    return (None, None, *_to_arguments(g, x, args, -slope.T @ x_bar))


def _diagonal_only(saved: Any, x_bar: Any) -> Any:
    g, x, args = saved
    slope = jacobian(lambda v: _flat(g(_shaped(v, x), *args)))(_flat(x))
    return (None, None, *_to_arguments(g, x, args, -x_bar / np.diag(slope)))


# -- minima ---------------------------------------------------------------------------------------------
def _objective(x: Any, a: Any) -> Any:
    return np.sum(x**4) + np.sum(x**2) + 0.5 * np.sum((W @ x) ** 2) - np.sum(a**3 * x)


def _argmin(backward: Callable[..., Any]) -> Callable[..., Any]:
    @adgen.custom_vjp
    def solved(f: Any, x0: Any, *args: Any) -> Any:
        x = x0 * 1.0
        for _ in range(40):
            slope = grad(lambda y: f(y, *args))
            x = x - np.linalg.solve(jacobian(slope)(x), slope(x))
        return x

    def forward(f: Any, x0: Any, *args: Any) -> Any:
        x = solved(f, x0, *args)
        return x, (f, x, args)

    solved.defvjp(forward, backward)
    return lambda a: np.sum(solved(_objective, np.zeros(3), a) ** 3)


def _at_minimum(saved: Any, x_bar: Any) -> Any:
    f, x, args = saved
    return (None, None, *_solution_bars(lambda y, *given: grad(f)(y, *given), x, args, x_bar))


def _of_the_objective(saved: Any, x_bar: Any) -> Any:
    f, x, args = saved
    return (None, None, *vjp(lambda *given: f(x, *given) * _inner(x_bar, x_bar), *args)[1](1.0))


def _without_curvature(saved: Any, x_bar: Any) -> Any:
    f, x, args = saved
    return (None, None, *_to_arguments(lambda y, *given: grad(f)(y, *given), x, args, -x_bar))


RIGHT = {
    "fixed point": _fixed_point(_at_fixed_point),
    "root": _root(_at_root),
    "minimum": _argmin(_at_minimum),
}
WRONG = {
    "fixed point: one step only": _fixed_point(_one_step_only),
    "fixed point: two steps only": _fixed_point(_two_steps_only),
    "fixed point: pushed instead of pulled": _fixed_point(_pushed_instead),
    "fixed point: linearised at the start": _fixed_point(_at_the_start),
    "fixed point: flipped sign": _fixed_point(_with_the_other_sign),
    "fixed point: seed dropped": _fixed_point(_without_the_seed),
    "root: system not transposed": _root(_not_turned),
    "root: dropped minus": _root(_without_minus),
    "root: multiplied instead of solved": _root(_multiplied),
    "root: diagonal only": _root(_diagonal_only),
    "minimum: derivative of the objective": _argmin(_of_the_objective),
    "minimum: curvature dropped": _argmin(_without_curvature),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_rules_pass(name: str) -> None:
    assert adgen.check_grad(RIGHT[name], A, backend="numpy").ok


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rules_are_caught(name: str) -> None:
    with pytest.raises(adgen.GradientMismatch):
        adgen.check_grad(WRONG[name], A, modes=("rev",), backend="numpy")
