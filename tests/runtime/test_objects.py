"""Records, objects, methods and starred parameters: structures of gradients, and what a call looks up."""

from __future__ import annotations

import enum
import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import adgen

BACKENDS = ("numpy", "llvm")
every_backend = pytest.mark.parametrize("backend", BACKENDS)
X = np.array([0.5, -0.3, 0.8])


@dataclass
class Layer:
    w: np.ndarray
    b: np.ndarray
    activation: str = "tanh"

    def __call__(self, x: Any) -> Any:
        z = self.w @ x + self.b
        return np.tanh(z) if self.activation == "tanh" else z

    def loss(self, x: Any) -> Any:
        return np.sum(self(x) ** 2)


@dataclass
class Network:
    layers: list[Layer]
    scale: float = 2.0

    def __post_init__(self) -> None:
        self.scale = self.scale * 1.0
        self.count = len(self.layers)

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return self.scale * x


class Point(NamedTuple):
    x: Any
    y: float = 1.0


class Mode(enum.Enum):
    SUM = "sum"
    SQUARE = 2


class Model:
    gain = 2.0

    def __init__(self, w: Any) -> None:
        self.w = w
        self.options = {"power": 2, "shift": 0.5}

    def loss(self, x: Any, offset: float = 1.0) -> Any:
        y = self.gain * self.w * x + self.options["shift"] - offset
        return np.sum(y ** self.options["power"])

    def __call__(self, x: Any) -> Any:
        return self.loss(x)


class Cubic(Model):
    def loss(self, x: Any, offset: float = 1.0) -> Any:
        return super().loss(x, offset) + np.sum(x**3)


def network_loss(network: Network, x: Any) -> Any:
    return np.sum(network(x))


def layer(seed: int, activation: str = "tanh") -> Layer:
    rng = np.random.default_rng(seed)
    return Layer(0.5 * rng.standard_normal((3, 3)), rng.standard_normal(3), activation)


@every_backend
def test_gradient_of_nested_dataclasses(backend: str) -> None:
    """It is one of the same classes, with None where nothing varies."""
    network = Network([layer(0), layer(1, "linear")])
    found = adgen.grad(network_loss, backend=backend)(network, X)
    assert type(found) is Network
    assert [type(item) for item in found.layers] == [Layer, Layer]
    assert found.layers[0].activation is None
    step = 1e-6
    moved = [
        Network([Layer(item.w, item.b + s * X, item.activation) for item in network.layers])
        for s in (step, -step)
    ]
    slope = (network_loss(moved[0], X) - network_loss(moved[1], X)) / (2 * step)
    assert np.isclose(sum(item.b @ X for item in found.layers), slope)
    assert np.isclose(found.scale, np.sum(network(X)) / network.scale)


@every_backend
def test_static_fields_select_programs(backend: str) -> None:
    """A string in a field is part of the specialisation."""
    gradient = adgen.grad(Layer.loss, wrt="x", backend=backend)
    for name in ("tanh", "linear", "tanh"):
        item = layer(0, name)
        expected = adgen.grad(lambda x, item=item: item.loss(x), backend="numpy")(X)
        np.testing.assert_allclose(gradient(item, X), expected)


@every_backend
def test_bound_methods_and_callable_objects(backend: str) -> None:
    """The object is looked into at every call."""
    for model in (Model(np.array([1.0, 2.0, 3.0])), Cubic(np.array([0.1, 0.2, 0.3]))):
        for function in (model.loss, model):
            gradient = adgen.grad(function, backend=backend)
            for w in (model.w, 2.0 * model.w):
                model.w = w
                model.options["shift"] += 0.25
                y = 2.0 * w * X + model.options["shift"] - 1.0
                expected = 4.0 * w * y + (3.0 * X**2 if isinstance(model, Cubic) else 0.0)
                np.testing.assert_allclose(gradient(X), expected)
    model = Model(np.ones(3))
    gradient = adgen.grad(model.loss, backend=backend)
    gradient(X)
    model.options["power"] = 3
    np.testing.assert_allclose(gradient(X), 6.0 * (2.0 * X - 0.5) ** 2)


@every_backend
def test_objects_of_one_class_do_not_share_their_values(backend: str) -> None:
    """Two methods of equal code find their own objects."""
    first, second = Model(np.ones(3)), Model(2.0 * np.ones(3))
    one, two = (adgen.grad(m.loss, backend=backend) for m in (first, second))
    for _ in range(4):
        np.testing.assert_allclose(one(X), 4.0 * (2.0 * X - 0.5))
        np.testing.assert_allclose(two(X), 8.0 * (4.0 * X - 0.5))


def product(x: Any, *rest: Any, scale: float = 1.0, **options: Any) -> Any:
    total = scale * x
    for item in rest:
        total = total * item
    return total + options.get("shift", 0.0) ** 2


@every_backend
def test_starred_parameters(backend: str) -> None:
    """Positions count arguments of the call, names those of keywords; a starred name gives all of it."""
    gradient = adgen.grad(product, wrt=(0, 2, "shift"), backend=backend)
    assert gradient(2.0, 3.0, 5.0, shift=4.0) == (15.0, 6.0, 8.0)
    assert adgen.grad(product, wrt="rest", backend=backend)(2.0, 3.0, 5.0) == (10.0, 6.0)
    with pytest.raises(adgen.UserError, match="AG272"):
        adgen.grad(product, wrt=(2, "rest"))
    assert adgen.grad(product, wrt=3, backend=backend)(2.0, 3.0, 5.0, 7.0, scale=2.0) == 60.0
    assert adgen.grad(product, backend=backend)(2.0) == 1.0
    _, pullback = adgen.vjp(product, 2.0, 3.0, 5.0, backend=backend)
    assert pullback(1.0) == (15.0, 10.0, 6.0)
    assert adgen.jvp(product, (2.0, 3.0, 5.0), (1.0, 0.0, 2.0), backend=backend) == (30.0, 27.0)
    np.testing.assert_allclose(adgen.jacobian(product, wrt=1, backend=backend)(2.0, X), 2.0 * np.eye(3))
    with pytest.raises(adgen.UserError, match="AG271"):
        gradient(2.0, 3.0, shift=4.0)
    adgen.check_grad(product, 2.0, 3.0, 5.0, wrt=(0, 1, 2), backend=backend)


@every_backend
def test_partial_functions(backend: str) -> None:
    """Arguments given in advance are captured; those given by keyword may be given again."""
    w = np.array([1.0, 2.0, 3.0])
    half = functools.partial(product, 0.5, scale=2.0)
    assert adgen.grad(half, backend=backend)(3.0) == 1.0
    assert adgen.grad(half, backend=backend)(3.0, scale=4.0) == 2.0
    loss = functools.partial(Model.loss, Model(w), offset=0.0)
    np.testing.assert_allclose(adgen.grad(loss, backend=backend)(X), 4.0 * w * (2.0 * w * X + 0.5))


@every_backend
def test_enumerations_are_static(backend: str) -> None:
    """A member of an enumeration selects the program."""

    def reduced(x: Any, mode: Mode) -> Any:
        return np.sum(x) if mode is Mode.SUM else np.sum(x**mode.value)

    gradient = adgen.grad(reduced, backend=backend)
    np.testing.assert_allclose(gradient(X, Mode.SUM), np.ones(3))
    np.testing.assert_allclose(gradient(X, Mode.SQUARE), 2.0 * X)


@every_backend
def test_records_as_results(backend: str) -> None:
    """A result has the classes of the user's function, through every transform."""

    def split(x: Any) -> Any:
        return {"point": Point(x * x, y=np.sum(x)), "name": "a"}

    found = adgen.jit(split, backend=backend)(X)
    assert type(found["point"]) is Point
    assert type(found["point"].y) is np.float64
    _, pullback = adgen.vjp(split, X, backend=backend)
    np.testing.assert_allclose(pullback({"point": Point(np.ones(3), 1.0), "name": None})[0], 2.0 * X + 1.0)

    def with_aux(x: Any) -> Any:
        return np.sum(x * x), Layer(x, 2.0 * x)

    (_, aux), _ = adgen.value_and_grad(with_aux, has_aux=True, backend=backend)(X)
    assert type(aux) is Layer
    np.testing.assert_array_equal(aux.b, 2.0 * X)


def test_module_of_a_record() -> None:
    """A generated module defines what it returns."""

    def split(x: Any) -> Any:
        return Point(x * x, 2.0)

    space: dict[str, Any] = {}
    exec(adgen.jit(split, backend="numpy").lower("f64[n]").source, space)
    found = space["split"](X)
    assert found._fields == Point._fields
    np.testing.assert_array_equal(found.x, X * X)


@every_backend
def test_no_layers(backend: str) -> None:
    """An empty list of parameters has an empty gradient."""

    def apply(layers: list[Any], x: Any) -> Any:
        for w in layers:
            x = w * x
        return np.sum(x)

    gradient = adgen.grad(apply, wrt=(0, 1), backend=backend)
    assert gradient([], X)[0] == []
    assert len(gradient([X, X], X)[0]) == 2


PARTS = [np.ones(3), np.ones(3)]


@every_backend
def test_captured_lists_may_get_longer(backend: str) -> None:
    """A captured container with other items makes another program."""

    def total(x: Any) -> Any:
        return sum(np.sum(x * part) for part in PARTS)

    gradient = adgen.grad(total, backend=backend)
    np.testing.assert_allclose(gradient(X), 2.0)
    PARTS.append(np.ones(3))
    try:
        np.testing.assert_allclose(gradient(X), 3.0)
    finally:
        PARTS.pop()
    np.testing.assert_allclose(gradient(X), 2.0)


@every_backend
def test_builtins_shadowed_later(backend: str) -> None:
    """A name that the module defines after the first calls is noticed, by the native entry too."""
    gradient = adgen.grad(_shadowed, backend=backend)
    for _ in range(5):
        assert gradient(-2.0) == -1.0
    globals()["abs"] = lambda x: 3.0 * x
    try:
        assert gradient(-2.0) == 3.0
    finally:
        del globals()["abs"]
    assert gradient(-2.0) == -1.0


def _shadowed(x: Any) -> Any:
    return abs(x)
