"""Transforms whose calls are answered by native entries: nothing but the time may change."""

from __future__ import annotations

import functools
import pickle
import sys
from collections import OrderedDict
from dataclasses import dataclass
from types import BuiltinFunctionType
from typing import Any, NamedTuple

import numpy as np
import pytest

import adgen
from adgen.diagnostics import RunError, UserError
from adgen.llvm_backend.native import layout_is_known
from adgen.runtime.transform import Transform
from tests.oracle.compare import assert_same_kind

pytestmark = pytest.mark.skipif(not layout_is_known(), reason="this Python has another layout of objects")
FACTOR = 2.0


def product(x: Any, y: Any) -> Any:
    return np.sum(x * y)


def scaled(x: Any) -> Any:
    return x * 2.0


def uses_helper(x: Any) -> Any:
    return scaled(x) * x


def warm(transform: Any, *args: Any, **kwargs: Any) -> Any:
    for _ in range(4):
        result = transform(*args, **kwargs)
    assert isinstance(type(transform).__call__, BuiltinFunctionType)
    return result


def test_results_are_those_of_the_first_call() -> None:
    x, y = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    transform = adgen.value_and_grad(product, (0, 1), backend="llvm")
    first = transform(x, y)
    again = warm(transform, x, y)
    assert_same_kind(again, first)
    for args in ((x, y), (x[::-1], y), (x.astype(np.float32), y.astype(np.float32)), (x[:2], y[1:])):
        value, (x_bar, y_bar) = transform(*args)
        assert value == product(*args)
        np.testing.assert_array_equal(x_bar, args[1])
        np.testing.assert_array_equal(y_bar, args[0])
        assert not np.shares_memory(x_bar, args[1])
    np.testing.assert_array_equal(transform(y=y, x=x)[1][0], y)
    np.testing.assert_array_equal(transform(np.ones(1), y)[1][0], [15.0])


def test_errors_are_those_of_the_first_call() -> None:
    transform = adgen.grad(product, backend="llvm")
    warm(transform, np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="AG702"):
        transform(np.ones(3), np.ones(4))
    with pytest.raises(UserError, match="AG265"):
        transform(np.ones(3))
    with pytest.raises(UserError, match="AG264"):
        transform(np.ones(3), object())

    ratio = adgen.grad(lambda x, y: x / y, backend="llvm")
    assert warm(ratio, 1.0, 2.0) == 0.5
    with pytest.raises(ZeroDivisionError) as caught:
        ratio(1.0, 0.0)
    assert isinstance(caught.value, RunError)
    assert ratio(1.0, 4.0) == 0.25


def test_numbers_keep_their_kind() -> None:
    gradient = adgen.grad(lambda x, y: x * y, wrt=(0, 1), backend="llvm")
    for _ in range(2):
        for kind in (float, np.float64, np.float32, float):
            for _ in range(3):
                found = gradient(kind(2.0), np.float64(3.0))
                assert [type(part) for part in found] == [kind, np.float64]


def test_surroundings_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    transform = adgen.grad(uses_helper, backend="llvm")
    assert warm(transform, 3.0) == 12.0
    monkeypatch.setitem(globals(), "scaled", lambda x: x * 5.0)
    assert transform(3.0) == 30.0
    assert warm(transform, 3.0) == 30.0
    monkeypatch.setitem(globals(), "scaled", lambda x: x * 7.0)
    assert transform(3.0) == 42.0


def test_captured_numbers_are_still_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    transform = adgen.grad(lambda x: x * x * FACTOR, backend="llvm")
    for _ in range(5):
        assert transform(1.0) == 4.0
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    assert transform(1.0) == 6.0


def test_demanded_values_are_pinned() -> None:
    transform = adgen.grad(lambda x, axis: np.sum(np.sum(x, axis=axis) ** 2), backend="llvm")
    x = np.arange(6.0).reshape(2, 3)
    for axis in (0, 0, 0, 0, 1, 0, 1, 1, 1, 1):
        expected = np.broadcast_to(2 * np.sum(x, axis=axis, keepdims=True), x.shape)
        np.testing.assert_allclose(transform(x, axis), expected)


def test_entry_assumptions_are_checked() -> None:
    transform = adgen.grad(lambda x: np.sum(x[1:-1]), backend="llvm")
    for n in (4, 4, 4, 4, 1, 0, 5, 2):
        expected = np.zeros(n)
        expected[1:-1] = 1.0
        np.testing.assert_array_equal(transform(np.ones(n)), expected)


def test_it_is_still_a_transform() -> None:
    transform = adgen.grad(product, backend="llvm")
    warm(transform, np.ones(2), np.ones(2))
    assert isinstance(transform, adgen.Transform)
    again = pickle.loads(pickle.dumps(transform))
    np.testing.assert_array_equal(again(np.ones(2), np.ones(2)), np.ones(2))
    assert adgen.jvp(transform, (np.ones(2), np.ones(2)), (None, np.ones(2)))[1].tolist() == [1.0, 1.0]
    assert "sum" in transform.primal_ir


def test_nothing_leaks() -> None:
    x, y = np.ones(3), np.ones(3)
    transform = adgen.value_and_grad(product, backend="llvm")
    warm(transform, x, y)
    before = sys.getrefcount(x)
    for _ in range(100):
        transform(x, y)
    assert sys.getrefcount(x) == before


def scale(x: Any, k: Any = 2.0, *, shift: Any = 0.0) -> Any:
    return np.sum(x * x) * k + shift


def test_arguments_by_name() -> None:
    x = np.arange(3.0)
    transform = adgen.value_and_grad(scale, backend="llvm")
    warm(transform, x, k=3.0, shift=1.0)
    for value, gradient in (
        transform(x, k=3.0, shift=1.0),
        transform(shift=1.0, x=x, k=3.0),
        transform(x, 3.0, shift=1.0),
        transform(x, **{"sh" + "ift": 1.0, "k": 3.0}),
    ):
        assert value == 16.0
        np.testing.assert_array_equal(gradient, 6.0 * x)
    assert transform(x)[0] == 10.0
    for args, kwargs in (((x, 3.0, 1.0), {}), ((x,), {"x": x}), ((x,), {"z": 1.0}), ((), {"k": 1.0})):
        with pytest.raises(UserError, match="AG265"):
            transform(*args, **kwargs)


WEIGHTS = np.array([1.0, 2.0, 3.0])


def against_weights(x: Any) -> Any:
    return np.sum(x * WEIGHTS)


def test_captured_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    x, inner = np.ones(3), np.array([2.0, 2.0, 2.0])

    def against_inner(x: Any) -> Any:
        return np.sum(x * inner)

    named, enclosed = adgen.grad(against_weights, backend="llvm"), adgen.grad(against_inner, backend="llvm")
    np.testing.assert_array_equal(warm(named, x), WEIGHTS)
    np.testing.assert_array_equal(warm(enclosed, x), inner)
    before = sys.getrefcount(WEIGHTS)
    monkeypatch.setattr(sys.modules[__name__], "WEIGHTS", np.array([5.0, 6.0, 7.0]))
    inner = np.array([3.0, 4.0, 5.0])
    np.testing.assert_array_equal(named(x), [5.0, 6.0, 7.0])
    np.testing.assert_array_equal(enclosed(x), inner)
    assert sys.getrefcount(WEIGHTS) <= before
    monkeypatch.setattr(sys.modules[__name__], "WEIGHTS", np.arange(4.0))
    with pytest.raises(UserError, match="AG702"):
        named(x)
    np.testing.assert_array_equal(named(np.ones(4)), np.arange(4.0))


def joined(x: Any, y: Any) -> Any:
    return np.sum(x + y) + np.sum(x[1:] * x[:-1])


def test_programs_with_conditions_on_their_sizes() -> None:
    transform = adgen.grad(joined, (0, 1), backend="llvm")
    warm(transform, np.ones(1), np.ones(1))  # made for lengths that leave nothing to pair
    for n, m in ((1, 1), (3, 3), (3, 1), (1, 3), (2, 2)):
        x, y = np.arange(1.0, n + 1), np.ones(m)
        wanted = adgen.grad(joined, (0, 1), backend="numpy")(x, y)
        for found, expected in zip(transform(x, y), wanted, strict=True):
            np.testing.assert_array_equal(found, expected)


class Pair(NamedTuple):
    w: Any
    b: Any


@dataclass
class Layer:
    w: Any
    b: Any


@dataclass(frozen=True, slots=True)
class Frozen:
    w: Any
    b: Any


class Doubled(Layer):
    @property
    def w(self) -> Any:
        return self._w * 2.0

    @w.setter
    def w(self, value: Any) -> None:
        self._w = value


def by_key(p: Any, x: Any) -> Any:
    return np.sum((p["w"] * x + p["b"]) ** 2)


def by_position(p: Any, x: Any) -> Any:
    return np.sum((p[0] * x + p[1]) ** 2)


def by_name(p: Any, x: Any) -> Any:
    return np.sum((p.w * x + p.b) ** 2)


def nested(p: Any, x: Any, mode: str) -> Any:
    total = 0.0
    for w, b in p["layers"]:
        total += np.sum((w * x + b) ** 2)
    return total if mode == "sum" else total / 2.0


W, B, X = np.arange(3.0), 2.0, np.ones(3)
CONTAINERS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "dict": (by_key, ({"w": W, "b": B}, X)),
    "tuple": (by_position, ((W, B), X)),
    "list": (by_position, ([W, B], X)),
    "named": (by_name, (Pair(W, B), X)),
    "dataclass": (by_name, (Layer(W, B), X)),
    "slots": (by_name, (Frozen(W, B), X)),
    "nested": (nested, ({"layers": [(W, B), (W + 1.0, B)], "unused": None}, X, "sum")),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_are_taken_apart_natively(name: str) -> None:
    function, args = CONTAINERS[name]
    transform = adgen.value_and_grad(function, backend="llvm")
    first = transform(*args)
    plain = Transform._python(transform, *args)
    found = warm(transform, *args)
    for value, gradients in (first, found):
        assert value == function(*args)
        assert type(gradients) is type(args[0])
        assert repr(gradients) == repr(plain[1])
    counts = [sys.getrefcount(item) for item in (args[0], W, X)]
    for _ in range(100):
        transform(*args)
    assert counts == [sys.getrefcount(item) for item in (args[0], W, X)]


def test_containers_of_another_structure_go_elsewhere() -> None:
    transform = adgen.value_and_grad(by_key, backend="llvm")
    warm(transform, {"w": W, "b": B}, X)
    assert list(transform({"b": B, "w": W}, X)[1]) == ["b", "w"]
    assert list(transform({"w": W, "b": B, "c": 1.0}, X)[1]) == ["w", "b", "c"]
    assert transform({"".join("w"): W, "b": 3.0}, X)[0] == by_key({"w": W, "b": 3.0}, X)
    with pytest.raises(UserError):
        transform({"w": W}, X)
    with pytest.raises(UserError, match="convert it with `dict`"):
        transform(OrderedDict({"w": W, "b": B}), X)
    named = adgen.value_and_grad(by_name, backend="llvm")
    warm(named, Pair(W, B), X)
    assert type(named(Layer(W, B), X)[1]) is Layer
    mode = adgen.grad(nested, backend="llvm")
    warm(mode, {"layers": [(W, B)]}, X, "sum")
    half = mode({"layers": [(W, B)]}, X, "mean")["layers"][0][1]
    assert half * 2.0 == mode({"layers": [(W, B)]}, X, "sum")["layers"][0][1]
    assert len(mode({"layers": [(W, B), (W, B)]}, X, "sum")["layers"]) == 2


def test_records_that_compute_their_fields_stay_with_python() -> None:
    transform = adgen.value_and_grad(by_name, backend="llvm")
    for _ in range(4):
        value, _ = transform(Doubled(W, B), X)
        assert value == by_name(Doubled(W, B), X)
    assert not isinstance(type(transform).__call__, BuiltinFunctionType)


def change(x: Any, y: Any) -> Any:
    y[:] = y * 2.0 + x
    return np.sum(y * x)


def test_arguments_are_changed_natively() -> None:
    transform = adgen.value_and_grad(change, (0, 1), backend="llvm")
    warm(transform, W, np.ones(3))
    y = np.ones(3)
    value, (x_bar, y_bar) = transform(W, y)
    np.testing.assert_array_equal(y, 2.0 + W)
    assert value == np.sum(y * W)
    np.testing.assert_array_equal(x_bar, y + W)
    np.testing.assert_array_equal(y_bar, 2.0 * W)
    strided = np.ones(6)
    transform(W, strided[::2])
    np.testing.assert_array_equal(strided[::2], 2.0 + W)
    with pytest.raises(ValueError, match="AG704"):
        transform(y, y)
    with pytest.raises(ValueError, match="AG704"):
        transform(strided[:3], strided[2:5])
    y.flags.writeable = False
    with pytest.raises(ValueError, match="AG708"):
        transform(W, y)


def raised(y: Any) -> Any:
    y[...] = y * 3.0
    return y * y


def test_arrays_without_axes_are_taken_and_changed() -> None:
    transform = adgen.value_and_grad(raised, backend="llvm")
    warm(transform, np.array(1.0))
    y = np.array(2.0)
    value, gradient = transform(y)
    assert (value, float(gradient), float(y)) == (36.0, 36.0, 6.0)
    assert gradient.shape == ()


def test_gradients_of_containers_go_into_the_callers_arrays() -> None:
    outputs = {"w": np.empty(3), "b": np.empty(())}
    into = adgen.value_and_grad(by_key, backend="llvm").into(outputs)
    for _ in range(3):
        value = into({"w": W, "b": B}, X)
    assert isinstance(type(into).__call__, BuiltinFunctionType)
    assert value == by_key({"w": W, "b": B}, X)
    np.testing.assert_array_equal(outputs["w"], 2.0 * (W + B))
    assert outputs["b"] == np.sum(2.0 * (W + B))


# -- objects that are not plain functions ------------------------------------------------------------------
@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> Any:
    """From now on the Python path is closed."""

    def close() -> None:
        def closed(*args: Any, **kwargs: Any) -> Any:
            raise AssertionError("the Python path was taken")

        monkeypatch.setattr(Transform, "_bound", closed)

    return close


def model() -> type:
    class Model:
        scale = 3.0
        rounds = 2

        def __init__(self, weight: Any) -> None:
            self.weight = weight

        @staticmethod
        def square(x: Any) -> Any:
            return x * x

        @property
        def doubled(self) -> Any:
            return 2.0 * self.weight

        def step(self, x: Any) -> Any:
            return self.scale * self.square(x)

        def __call__(self, x: Any) -> Any:
            for _ in range(self.rounds):
                x = self.step(x)
            return np.sum(self.weight * x)

        def loss(self, x: Any, factor: Any = 2.0) -> Any:
            return factor * self(x) + np.sum(self.doubled)

    return Model


def slope(call: Any, x: Any) -> Any:
    h = 1e-6 * np.eye(len(x))
    return [(call(x + e) - call(x - e)) / 2e-6 for e in h]


@pytest.mark.parametrize(
    "part", [lambda m: m, lambda m: m.loss, lambda m: functools.partial(m.loss, factor=3.0)]
)
def test_methods_objects_and_partial_functions(part: Any, native: Any) -> None:
    m = model()(np.array([1.0, 2.0, 3.0]))
    x, call = np.array([0.1, 0.2, 0.3]), part(m)
    transform = adgen.grad(call, backend="llvm")
    first = warm(transform, x)
    native()
    assert_same_kind(transform(x), first)
    m.weight = 2.0 * m.weight
    np.testing.assert_allclose(transform(x=x), 2.0 * first)


@pytest.mark.parametrize("name", ["weight", "scale", "rounds", "step", "square", "doubled", "class"])
def test_objects_that_change_are_looked_at_again(name: str) -> None:
    kind = model()
    m: Any = kind(np.array([1.0, 2.0, 3.0]))
    x = np.array([0.1, 0.2, 0.3])
    transform = adgen.grad(m.loss, backend="llvm")
    warm(transform, x)
    changed: dict[str, Any] = {
        "weight": np.array([1, 2, 5]),
        "scale": np.float32(2.0),
        "rounds": 1,
        "step": lambda self, x: np.sin(x),
        "square": staticmethod(lambda x: x * x * x),
        "doubled": property(lambda self: 3.0 * self.weight),
    }
    if name == "class":
        m.__class__ = type("Other", (kind,), {"step": lambda self, x: np.cos(x)})
    else:
        setattr(m if name == "weight" else kind, name, changed[name])
    for _ in range(3):
        np.testing.assert_allclose(transform(x), slope(m.loss, x), rtol=1e-4)


def test_attributes_that_nothing_keeps_are_not_held() -> None:
    class Fresh:
        def __getattr__(self, name: str) -> Any:
            if name != "weight":
                raise AttributeError(name)
            return np.full(3, 2.0)

        def loss(self, x: Any) -> Any:
            return np.sum(self.weight * x * x)

    fresh = Fresh()
    fresh.__dict__["weight"] = np.full(3, 2.0)
    transform = adgen.grad(fresh.loss, backend="llvm")
    x = np.ones(3)
    warm(transform, x)
    del fresh.__dict__["weight"]
    for _ in range(100):
        np.testing.assert_array_equal(transform(x), np.full(3, 4.0))


def test_defaults_need_no_python(native: Any) -> None:
    transform = adgen.grad(scale, backend="llvm")
    warm(transform, 3.0)
    native()
    assert transform(3.0) == transform(3.0, 2.0) == transform(x=3.0, shift=0.0) == 12.0
    assert transform(3.0, k=4.0) == 24.0
    assert transform(3.0, shift=1.0, k=4.0) == transform(k=4.0, x=3.0, shift=1.0)


def test_defaults_do_not_hide_mistakes() -> None:
    transform = adgen.grad(scale, backend="llvm")
    warm(transform, 3.0)
    for args, named in (
        ((), {}),
        ((), {"k": 1.0}),
        ((1.0, 2.0, 3.0), {}),
        ((1.0,), {"x": 1.0}),
        ((1.0,), {"z": 1.0}),
    ):
        with pytest.raises(UserError, match="AG265"):
            transform(*args, **named)
