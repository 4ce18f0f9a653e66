"""Functions that call themselves: what the corpus does not show of their derivatives and failures."""

import numpy as np
import pytest

import adgen


def fibonacci(n, a, b):
    return a if n == 0 else fibonacci(n - 1, b, a + b)


def sequence(x, n):
    return fibonacci(n, x, x * x)


def iterated(f, x, n):
    return x if n == 0 else iterated(f, f(x), n - 1)


def functional(x, n):
    return iterated(np.sin, x, n) + iterated(lambda t: t * x, x, n)


def determinant(a):
    if a.shape[0] == 1:
        return a[0, 0]
    total = 0.0
    for j in range(a.shape[0]):
        minor = np.concatenate((a[1:, :j], a[1:, j + 1 :]), axis=1)
        total = total + (-1.0) ** j * a[0, j] * determinant(minor)
    return total


def transformed(re, im):
    n = len(re)
    if n == 1:
        return re, im
    er, ei = transformed(re[::2], im[::2])
    odd_r, odd_i = transformed(re[1::2], im[1::2])
    angle = -2.0 * np.pi * np.arange(n // 2) / n
    c, s = np.cos(angle), np.sin(angle)
    tr, ti = c * odd_r - s * odd_i, c * odd_i + s * odd_r
    return np.concatenate((er + tr, er - tr)), np.concatenate((ei + ti, ei - ti))


def spectrum(x):
    re, im = transformed(x, np.zeros(len(x)))
    return np.sum((re * re + im * im) * np.arange(len(x)))


def sorted_in_place(a, lo, hi):
    if lo < hi:
        i = lo
        for j in range(lo, hi):
            if a[j] < a[hi]:
                a[i], a[j] = a[j], a[i]
                i = i + 1
        a[i], a[hi] = a[hi], a[i]
        sorted_in_place(a, lo, i - 1)
        sorted_in_place(a, i + 1, hi)


def weighted(x):
    a = x.copy()
    sorted_in_place(a, 0, len(a) - 1)
    return np.sum(a * np.arange(len(a)) ** 2)


def power(y, n):
    return 1.0 if n == 0 else y * power(y, n - 1)


def nested(x, w, n):
    return w * power(x, n + 1) if n == 0 else nested(x, w * w, n - 1)


def axes(x, n, axis):
    return np.sum(np.sum(x, axis=axis) ** 2) if n == 0 else axes(x * 1.5, n - 1, axis)


RNG = np.random.default_rng(0)
CASES = [
    (sequence, (0.5, 6)),
    (functional, (0.7, 4)),
    (determinant, (RNG.normal(size=(4, 4)),)),
    (spectrum, (RNG.normal(size=4),)),
    (weighted, (np.array([3.0, 1.0, 2.0, 0.5, 7.0]),)),
    (axes, (RNG.normal(size=(2, 3)), 3, 1)),
]


def slope(function, args, direction, step=1e-6):
    x, *rest = args
    ahead, behind = (function(x + sign * step * direction, *rest) for sign in (1.0, -1.0))
    return (ahead - behind) / (2 * step)


@pytest.mark.parametrize(("function", "args"), CASES, ids=[f.__name__ for f, _ in CASES])
def test_derivatives_of_both_orders(function, args):
    """Gradient and second derivatives in both modes, against differences."""
    value, gradient = adgen.value_and_grad(function)(*args)
    assert type(value) is type(function(*args))
    np.testing.assert_allclose(value, function(*args), rtol=1e-12)
    direction = np.cos(np.arange(np.size(args[0]))).reshape(np.shape(args[0]))
    direction = direction if np.ndim(args[0]) else 1.0
    np.testing.assert_allclose(np.sum(gradient * direction), slope(function, args, direction), rtol=1e-5)
    derived = adgen.grad(function)
    wanted = slope(derived, args, direction)
    hessian = adgen.jacfwd(derived)(*args)
    forward = np.tensordot(hessian, direction, axes=np.ndim(direction))
    np.testing.assert_allclose(forward, wanted, rtol=1e-5, atol=1e-7)
    back = adgen.vjp(derived, *args)[1](direction)[0]
    np.testing.assert_allclose(back, wanted, rtol=1e-5, atol=1e-7)


def test_second_derivatives_by_arguments_of_different_functions():
    """Tapes of an inner function fit, whatever of their arguments varies."""
    hessian = adgen.hessian(nested, wrt=(0, 1))(1.5, 0.5, 2)
    np.testing.assert_allclose(np.array(hessian, float), [[0.0, 0.5], [0.5, 4.5]])


def test_a_pullback_keeps_what_the_arguments_were():
    x = np.linspace(0.1, 1.0, 4)
    pullback = adgen.vjp(spectrum, x)[1]
    first = pullback(1.0)[0]
    x[:] = 5.0
    np.testing.assert_array_equal(pullback(1.0)[0], first)


def test_too_deep_is_an_error_of_python():
    with pytest.raises(RecursionError) as raised:
        adgen.grad(power)(1.0, 100_000)
    assert isinstance(raised.value, adgen.RunError)


def guarded(x, n):
    assert n >= 0, "a negative number of calls"
    return x if n == 0 else guarded(x * x, n - 1)


def unused(x, n):
    guarded(x, n)
    return 2.0 * x


@pytest.mark.parametrize("function", [guarded, unused])
def test_assertions_hold_in_calls_whose_result_is_not_used_too(function):
    adgen.grad(function)(1.5, 2)
    with pytest.raises(AssertionError, match="a negative number of calls"):
        adgen.grad(function)(1.5, -1)


def test_the_other_backend_falls_back_with_a_remark():
    lowered = adgen.grad(power).lower("f64, i64")
    assert "AG601" in {remark.code for remark in lowered.remarks}
    assert "def _power_forward(" in lowered.source
    assert "def _power_backward(" in lowered.source
