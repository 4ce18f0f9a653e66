"""Trees: structure, order of leaves, names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from adgen.runtime.keys import NotTaken, abstract_example, key_of
from adgen.runtime.trees import flatten


class Layer(NamedTuple):
    w: Any
    b: Any


@dataclass
class State:
    mean: Any
    rest: Any


TREES = [
    1.0,
    (1.0, 2.0),
    [1.0, (2.0, 3.0)],
    {"b": 1.0, "a": [2.0]},
    Layer(1.0, (2.0,)),
    State({"x": 1.0}, [2.0, None]),
    ("same", None, 1.0),
    (),
]


@pytest.mark.parametrize("tree", TREES, ids=str)
def test_round_trip(tree: Any) -> None:
    spec, leaves = flatten(tree)
    assert spec.unflatten(leaves) == tree
    assert spec.leaf_count == len(leaves) == len(spec.names("p")) == len(spec.paths("p"))
    assert hash(spec) == hash(flatten(tree)[0])


def test_order_names_and_paths() -> None:
    spec, leaves = flatten({"z": (1.0, 2.0), "a": Layer(3.0, 4.0)})
    assert leaves == [1.0, 2.0, 3.0, 4.0]
    assert spec.names("p") == ["p_z_0", "p_z_1", "p_a_w", "p_a_b"]
    assert spec.paths("p") == ["p['z'][0]", "p['z'][1]", "p['a'].w", "p['a'].b"]


def test_wrong_number_of_leaves() -> None:
    spec, _ = flatten((1.0, 2.0))
    for leaves in ([1.0], [1.0, 2.0, 3.0]):
        with pytest.raises(ValueError, match="needs 2 leaves"):
            spec.unflatten(leaves)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (np.ones(3), np.ones(5), True),
        (np.ones(3), np.ones(1), True),
        (np.ones(3), np.ones((3, 1)), False),
        (np.ones(3), np.ones(3, np.float32), False),
        (1.0, np.float64(1.0), False),
        (1.0, 1, False),
        (1, True, False),
        ((1.0, 2.0), [1.0, 2.0], False),
        ((1.0, 2.0), (1.0,), False),
        ({"a": 1.0}, {"b": 1.0}, False),
        ("same", "valid", False),
        (None, None, True),
        (3, 4, True),
    ],
)
def test_key_of_a_call(left: Any, right: Any, same: bool) -> None:
    assert (key_of(left) == key_of(right)) is same


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (np.ma.masked_array([1.0]), "a masked array"),
        (np.ones(2, ">f8"), "an array of foreign byte order"),
        (np.ones(2, np.longdouble), "an array of dtype float128"),
        (object(), "an object"),
        (np.array(["a"]), "an array of dtype <U1"),
        ({1.0}, "a set"),
    ],
)
def test_kinds_that_are_refused(value: Any, what: str) -> None:
    with pytest.raises(NotTaken) as caught:
        abstract_example(value, "x")
    assert caught.value.what == what


def test_symbols_are_named_after_the_leaf() -> None:
    assert str(abstract_example({"w": np.ones((2, 3)), "n": 4}, "p")) == "{w: f64[p_w_0,p_w_1], n: i64}"
