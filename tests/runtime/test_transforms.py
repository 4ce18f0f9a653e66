"""The transforms as users call them."""

from __future__ import annotations

import inspect
import pickle
import threading
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import adgen
from adgen.diagnostics import InternalError, RunError, UserError
from tests.oracle.compare import assert_same_kind

X = np.array([0.5, -1.0, 2.0])


def energy(x: Any, k: Any = 2.0) -> Any:
    return k * np.sum(x * x)


def vector(x: Any) -> Any:
    return np.sin(x) * x[0]


def with_aux(x: Any) -> Any:
    y = x * x
    return np.sum(y), (y, 3)


@adgen.grad
def slope(x: Any) -> Any:
    """The slope."""
    return x * x * x


@adgen.value_and_grad(wrt=("k", 0), backend="numpy")
def decorated(x: Any, k: Any) -> Any:
    return k * np.sum(x * x)


class Pair(NamedTuple):
    w: Any
    b: Any


@dataclass
class Params:
    w: Any
    rest: Any


# -- forms ----------------------------------------------------------------------------------------------
def test_decorator_and_options() -> None:
    assert slope(2.0) == 12.0
    value, (k_bar, x_bar) = decorated(X, 3.0)
    assert value == 3.0 * np.sum(X * X)
    assert type(k_bar) is float
    np.testing.assert_allclose(x_bar, 6.0 * X)


def test_it_looks_like_the_function() -> None:
    transform = adgen.grad(energy)
    assert inspect.signature(transform) == inspect.signature(energy)
    assert transform.__name__ == "energy"
    assert slope.__doc__ == "The slope."
    assert "energy" in repr(transform)
    np.testing.assert_allclose(transform(k=3.0, x=X), 6.0 * X)
    np.testing.assert_allclose(transform(X), 4.0 * X)


@pytest.mark.parametrize("wrt", [0, "x", -2])
def test_one_parameter_gives_a_bare_gradient(wrt: Any) -> None:
    np.testing.assert_allclose(adgen.grad(energy, wrt)(X, 2.0), 4.0 * X)


@pytest.mark.parametrize("wrt", [(0, 1), ["x", "k"], ("x", 1)])
def test_several_give_a_tuple(wrt: Any) -> None:
    x_bar, k_bar = adgen.grad(energy, wrt)(X, 2.0)
    np.testing.assert_allclose(x_bar, 4.0 * X)
    assert k_bar == np.sum(X * X)


def test_aux() -> None:
    gradient, (y, n) = adgen.grad(with_aux, has_aux=True)(X)
    np.testing.assert_allclose(gradient, 2.0 * X)
    np.testing.assert_array_equal(y, X * X)
    assert n == 3
    (value, aux), again = adgen.value_and_grad(with_aux, has_aux=True)(X)
    assert value == np.sum(X * X)
    np.testing.assert_array_equal(aux[0], y)
    np.testing.assert_array_equal(again, gradient)


def test_containers_keep_their_structure() -> None:
    def loss(p: Any) -> Any:
        return np.sum(p["a"] * p["b"][0]) + p["b"][1]

    found = adgen.grad(loss)({"a": X, "b": (X, 2.0)})
    assert list(found) == ["a", "b"]
    assert isinstance(found["b"], tuple)
    np.testing.assert_array_equal(found["a"], X)
    assert found["b"][1] == 1.0
    assert type(found["b"][1]) is float


def test_named_tuples_and_dataclasses() -> None:
    def loss(p: Any, q: Any) -> Any:
        return np.sum(p.w * q.w) + p.b * q.rest[0]

    p_bar, q_bar = adgen.grad(loss, (0, 1))(Pair(X, 2.0), Params(X, [3.0]))
    assert type(p_bar) is Pair
    assert type(q_bar) is Params
    assert p_bar.b == 3.0
    assert q_bar.rest == [2.0]


# -- kinds ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "x",
    [
        1.5,
        np.float64(1.5),
        np.float32(1.5),
        np.array(1.5),
        np.array([1.5, 2.0], np.float32),
        np.zeros((0, 2)),
    ],
    ids=["py", "f64", "f32", "0-d", "array", "empty"],
)
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_a_gradient_has_the_kind_of_its_argument(x: Any, backend: str) -> None:
    def square(x: Any) -> Any:
        return np.sum(x * x)

    value, gradient = adgen.value_and_grad(square, backend=backend)(x)
    assert_same_kind(gradient, x)
    np.testing.assert_allclose(gradient, 2 * x)
    assert_same_kind(value, square(x))


def test_unused_arguments_give_zeros() -> None:
    gradient, number = adgen.grad(lambda x, y, z: np.sum(x), (1, 2))(X, np.ones((2, 3), np.float32), 2.0)
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))
    assert gradient.dtype == np.float32
    assert type(number) is float
    assert number == 0.0


def test_results_share_no_memory() -> None:
    x = X.copy()
    same, both = adgen.jit(lambda x: (x, (x, x[:2])), backend="numpy")(x)
    arrays = [x, same, *both]
    for i, left in enumerate(arrays):
        assert not any(np.shares_memory(left, right) for right in arrays[i + 1 :])
    value, pullback = adgen.vjp(lambda x: x, x)
    first, second = pullback(x), pullback(x)
    assert not np.shares_memory(first[0], x)
    assert not np.shares_memory(first[0], second[0])
    assert not np.shares_memory(value, x)


def test_other_layouts_are_copied() -> None:
    x = np.arange(12.0).reshape(3, 4)
    for view in (x.T, x[::-1], x[:, ::2]):
        np.testing.assert_allclose(adgen.grad(energy)(view), 4.0 * view)


# -- products -------------------------------------------------------------------------------------------
def test_a_pullback_can_be_called_many_times() -> None:
    x = X.copy()
    out, pullback = adgen.vjp(vector, x)
    np.testing.assert_array_equal(out, vector(X))
    seed = np.array([1.0, 2.0, 3.0])
    first = pullback(seed)[0].copy()
    x[:] = 0.0
    np.testing.assert_array_equal(pullback(2 * seed)[0], 2 * first)
    np.testing.assert_array_equal(pullback(seed)[0], first)


def test_a_pullback_through_a_tape() -> None:
    def newton(x: Any) -> Any:
        r = x
        while abs(r * r - x) > 1e-12:
            r = 0.5 * (r + x / r)
        return r

    for backend in ("numpy", "auto"):
        out, pullback = adgen.vjp(newton, 2.0, backend=backend)
        assert out == newton(2.0)
        assert pullback(1.0) == pullback(1.0)
        assert pullback(2.0)[0] == 2 * pullback(1.0)[0]
        assert pullback(1.0)[0] == pytest.approx(0.5 / np.sqrt(2.0))


def test_integers_get_none() -> None:
    _, pullback = adgen.vjp(lambda x, n, s: x * n, 2.0, 3, "static")
    assert pullback(1.0) == (3.0, None, None)
    assert adgen.jvp(lambda x, n: x * n, (2.0, 3), (1.0, None)) == (6.0, 3.0)


def test_forward_and_reverse_agree() -> None:
    x_dot, y_bar = np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.1, -1.0])
    _, y_dot = adgen.jvp(vector, (X,), (x_dot,))
    (x_bar,) = adgen.vjp(vector, X)[1](y_bar)
    assert np.dot(y_bar, y_dot) == pytest.approx(np.dot(x_bar, x_dot))


def test_jacobians_and_hessians() -> None:
    expected = np.diag(np.cos(X) * X[0])
    expected[:, 0] += np.sin(X)
    for made in (adgen.jacobian, adgen.jacrev, adgen.jacfwd):
        np.testing.assert_allclose(made(vector)(X), expected)
    w = np.ones((2, 3))
    assert adgen.jacobian(lambda w: w @ X)(w).shape == (2, 2, 3)
    np.testing.assert_allclose(adgen.hessian(energy)(X), 4.0 * np.eye(3))
    np.testing.assert_allclose(adgen.hvp(energy, (X,), (np.ones(3),)), 4.0 * np.ones(3))
    both = adgen.hvp(energy, (X, 2.0), (np.zeros(3), 1.0))
    np.testing.assert_allclose(both[0], 2.0 * X)
    assert both[1] == 0.0


def test_transforms_nest() -> None:
    def cube(x: Any) -> Any:
        return x * x * x

    assert adgen.grad(adgen.grad(cube))(2.0) == 12.0
    assert adgen.grad(adgen.grad(adgen.grad(cube)))(2.0) == 6.0
    assert adgen.jvp(adgen.grad(cube), (2.0,), (1.0,)) == (12.0, 12.0)
    assert adgen.grad(adgen.jit(cube))(2.0) == 12.0
    assert adgen.grad(slope)(2.0) == 12.0
    assert adgen.value_and_grad(adgen.value_and_grad(cube), has_aux=True)(2.0) == ((8.0, 12.0), 12.0)


# -- ways to hold it ------------------------------------------------------------------------------------
def test_pickling() -> None:
    for transform in (slope, adgen.grad(energy, "k", backend="numpy"), adgen.jit(energy)):
        again = pickle.loads(pickle.dumps(transform))
        arguments = (2.0,) if transform is slope else (X, 2.0)
        np.testing.assert_array_equal(again(*arguments), transform(*arguments))
    assert pickle.loads(pickle.dumps(slope)) is slope


def test_threads() -> None:
    transform = adgen.grad(lambda x, n: np.sum(x**n), backend="numpy")
    failures: list[BaseException] = []

    def work(rank: int) -> None:
        try:
            for n in range(4):
                x = np.full((2,) * (1 + (rank + n) % 3), 1.5)
                np.testing.assert_allclose(transform(x, 2), 2 * x)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_into() -> None:
    fast = adgen.value_and_grad(energy, (0, 1))
    x_bar, k_bar = np.ones(3), np.ones(())
    assert fast.into((x_bar, k_bar))(X, 2.0) == energy(X)
    np.testing.assert_allclose(x_bar, 4.0 * X)
    fast.into((x_bar, k_bar), accumulate=True)(X, 2.0)
    np.testing.assert_allclose(x_bar, 8.0 * X)
    with pytest.raises(UserError, match="AG307"):
        fast.into((np.ones(4), k_bar))(X, 2.0)


def weighted(x: Any, rows: Any) -> Any:
    return np.sum((rows @ x) ** 2)


@pytest.mark.parametrize("backend", ["llvm", "numpy"])
@pytest.mark.parametrize("accumulate", [False, True])
def test_into_again_and_again(backend: str, accumulate: bool) -> None:
    rows = np.arange(12.0).reshape(4, 3)
    transform = adgen.value_and_grad(weighted, (0, 1), backend=backend)
    value, gradients = transform(X, rows)
    outputs = [np.zeros(3), np.zeros((4, 3))]
    fast = transform.into(tuple(outputs), transform.workspace(X, rows), accumulate)
    for k in range(5):
        assert fast(X, rows=rows) == value
        for found, wanted in zip(outputs, gradients, strict=True):
            np.testing.assert_allclose(found, (k + 1) * wanted if accumulate else wanted)
    assert type(transform(X, rows)[0]) is type(fast(rows=rows, x=X))
    with pytest.raises(UserError, match="AG307"):
        fast(X[:2], rows[:, :2])
    # where an output is an argument, the argument is read before anything is written
    again = transform(X, outputs[1].copy())
    start = outputs[1].copy() if accumulate else 0.0
    assert fast(X, outputs[1]) == again[0]
    np.testing.assert_allclose(outputs[1], start + again[1][1])


def test_into_needs_a_workspace_of_its_own_kind() -> None:
    with pytest.raises(UserError, match="AG274"):
        adgen.grad(energy).into(np.zeros(3), workspace=np.zeros(8))


# -- refusals -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: adgen.grad(np.sin), "AG213"),
        (lambda: adgen.grad(energy, 5), "AG271"),
        (lambda: adgen.grad(energy, ()), "AG275"),
        (lambda: adgen.grad(energy, speed=9), "AG273"),
        (lambda: adgen.grad(energy, strict="yes"), "AG274"),
        (lambda: adgen.grad(energy, threads=0), "AG274"),
        (lambda: adgen.jacobian(vector, mode="sideways"), "AG274"),
        (lambda: adgen.grad(energy)(X, 2.0, 3.0), "AG265"),
        (lambda: adgen.grad(energy)(X.astype(np.longdouble)), "AG264"),
        (lambda: adgen.grad(energy)(X.astype(">f8")), "AG264"),
        (lambda: adgen.grad(energy)(3), "AG302"),
        (lambda: adgen.grad(vector)(X), "AG303"),
        (lambda: adgen.grad(energy).source, "AG260"),
        (lambda: adgen.jvp(energy, (X,), (np.ones(2),)), "AG307"),
        (lambda: adgen.vjp(vector, X)[1](np.ones(2)), "AG307"),
        (lambda: adgen.jacfwd(vector)(np.arange(3)), "AG302"),
    ],
)
def test_refused_with_a_code(call: Any, code: str) -> None:
    with pytest.raises(UserError) as caught:
        call()
    assert [d.code for d in caught.value.diagnostics] == [code]


def test_errors_of_the_program_itself() -> None:
    def pick(x: Any, i: Any) -> Any:
        y = x * 2.0
        return y[i]

    for backend in ("numpy", "llvm"):
        with pytest.raises(IndexError) as caught:
            adgen.grad(pick, backend=backend)(X, 7)
        assert isinstance(caught.value, RunError)
        assert caught.value.line == inspect.getsourcelines(pick)[1] + 2

    def ratio(x: Any, y: Any) -> Any:
        return x / y

    for backend in ("numpy", "llvm"):
        with pytest.raises(ZeroDivisionError) as failed:
            adgen.grad(ratio, backend=backend)(1.0, 0.0)
        assert isinstance(failed.value, RunError)


def test_our_own_faults_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from adgen.runtime import derive

    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("lost")

    monkeypatch.setattr(derive, "joint", broken)
    with pytest.raises(InternalError, match="KeyError"):
        adgen.grad(lambda x: x * 1.25)(2.0)


def test_exceptions_of_the_user_are_his_own() -> None:
    def root(x: Any) -> Any:
        assert x > -5.0, "far too small"
        if x < 0.0:
            raise ValueError("too small")
        return np.sqrt(x)

    for backend in ("numpy", "llvm"):
        transform = adgen.grad(root, backend=backend)
        for _ in range(4):
            assert transform(4.0) == 0.25
        for x, error in ((-1.0, ValueError("too small")), (-6.0, AssertionError("far too small"))):
            with pytest.raises(type(error)) as found:
                transform(x)
            assert type(found.value) is type(error)
            assert found.value.args == error.args
