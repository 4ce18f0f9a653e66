"""Names from around a function: what is fetched at every call, what is baked in, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse.linalg

import adgen
from adgen.diagnostics import UserError
from adgen.frontend.arguments import Leaf
from adgen.frontend.live_scope import fetch
from adgen.frontend.lowering import lower_file
from adgen.ir.types import array, py
from tests.frontend import harness

weights = np.array([1.0, 2.0])
steps = 3
scale = 2.0
settings = {"rate": 0.5, "bias": np.ones(2)}
table = {1, 2}
label = "mean"


def scaled(x):
    return np.sum(weights * x) * scale


def test_a_captured_array_that_is_bound_anew_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = harness.check(scaled, np.ones(2))
    assert [c.name for c in found.captures] == ["weights", "scale"]
    assert harness.run(found, scaled, np.ones(2)) == [6.0]
    monkeypatch.setitem(globals(), "weights", np.array([5.0, 5.0]))
    monkeypatch.setitem(globals(), "scale", 1.0)
    assert harness.run(found, scaled, np.ones(2)) == [10.0]


def test_a_captured_integer_is_baked_in_only_where_it_has_to_be() -> None:
    def rolled(x):
        for _ in range(steps):
            x = x * scale
        return x

    def reduced(x):
        return np.sum(x, axis=steps - 2)

    assert [c.name for c in harness.check(rolled, 1.0).captures] == ["steps", "scale"]
    found = harness.check(reduced, np.ones((2, 2)))
    assert not found.captures
    assert [(path[-1], value) for path, value in found.baked] == [
        (("name", "np"), np),
        (("name", "steps"), 3),
    ]


def test_closures_over_arrays_and_containers() -> None:
    bias = np.ones(2)

    def f(x):
        return settings["rate"] * x + bias + settings["bias"]

    found = harness.check(f, np.ones(2))
    assert [c.path[-1] for c in found.captures] == [("item", "rate"), ("item", "bias"), ("name", "bias")]
    for capture in found.captures:
        np.testing.assert_array_equal(fetch(f, capture.path), capture.example)


def test_demanded_arguments_are_recorded() -> None:
    def f(x, axis, n):
        return np.sum(x, axis=axis) * n

    found = harness.check(f, np.ones((2, 3)), 1, 2)
    assert [(p.path, p.value) for p in found.demands] == [(("axis",), 1)]


def refused(function: Any, *args: Any) -> str:
    with pytest.raises(UserError) as caught:
        harness.lowered(function, *args)
    return caught.value.diagnostic.code


def test_what_cannot_be_captured() -> None:
    assert refused(lambda x: x * len(table), 1.0) == "AG207"
    assert refused(lambda x: weights.__setitem__(0, x), 1.0) == "AG203"

    def store(x):
        weights[0] = x
        return x

    assert refused(store, 1.0) == "AG244"


FILE = """
import numpy as np
from numpy import sin as s
import math
from mymath import double, HALF

A = np.array([1.0, 2.0]) * 3
N = 2 + 1
B = np.random.rand(2)
if N > 2:
    C = 1.0
else:
    C = 2.0

def f(x):
    return double(s(x) * A + math.pi) * HALF

def g(x):
    return x * B

def h(x):
    return x * C
"""
NEIGHBOUR = "HALF = 0.5\n\ndef double(v):\n    return v + v\n"


@pytest.fixture
def program(tmp_path: Path) -> str:
    (tmp_path / "mymath.py").write_text(NEIGHBOUR)
    path = tmp_path / "program.py"
    path.write_text(FILE)
    return str(path)


def test_a_file_shows_constants_imports_and_neighbours(program: str) -> None:
    found = lower_file(program, "f", {"x": Leaf(array("f64", "n"))})
    assert {c.name: np.asarray(c.example).tolist() for c in found.captures} == {"A": [3.0, 6.0], "HALF": 0.5}


@pytest.mark.parametrize("name", ["g", "h"])
def test_what_a_file_does_not_show_is_refused(program: str, name: str) -> None:
    with pytest.raises(UserError) as caught:
        lower_file(program, name, {"x": Leaf(py("f64"))})
    assert caught.value.diagnostic.code == "AG215"


def test_reading_a_file_does_not_run_it(tmp_path: Path) -> None:
    path = tmp_path / "loud.py"
    path.write_text("raise SystemExit('ran')\n\ndef f(x):\n    return x * x\n")
    assert lower_file(str(path), "f", {"x": Leaf(py("f64"))}).func.name == "f"


class MakesUp:
    """Has whatever it is asked for, but nothing that is written down."""

    def __getattr__(self, name):
        return np.ones(3)

    def loss(self, x):
        return np.sum(self.weight * x)


MADE_UP = MakesUp()


def uses_made_up(x):
    return np.sum(MADE_UP.weight * x)


@pytest.mark.parametrize("fun", [MADE_UP.loss, uses_made_up])
def test_attributes_that_are_made_up_are_refused(fun: Any) -> None:
    with pytest.raises(UserError, match="AG203"):
        adgen.grad(fun)(np.ones(3))


tolerance = 1e-8


def solved(a: Any, b: Any) -> Any:
    return np.sum(scipy.sparse.linalg.cg(a, b, rtol=tolerance)[0] ** 2)


def test_a_captured_float_is_baked_in_where_it_has_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient, given = adgen.grad(solved), (np.array([[4.0, 1.0], [1.0, 3.0]]), np.ones(2))
    exact = gradient(*given)
    monkeypatch.setitem(globals(), "tolerance", 0.9)
    assert not np.allclose(gradient(*given), exact, rtol=1e-6)
    monkeypatch.setitem(globals(), "tolerance", 1e-8)
    np.testing.assert_array_equal(gradient(*given), exact)
