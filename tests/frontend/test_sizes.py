"""Sizes: assumptions on entry, equal dims, indices proved within bounds."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from adgen.frontend.arguments import Leaf
from adgen.frontend.lowering import lower_live
from adgen.ir.core import Op, walk
from adgen.ir.interpret import interpret
from adgen.ir.types import array
from adgen.ir.verify import verify
from tests.frontend import harness


def interior(x):
    return np.sum(x[1:-1] * 2.0)


def operations(found: harness.Lowered, name: str) -> int:
    return sum(isinstance(n, Op) and n.prim.name == name for n in walk(found.func.body))


def test_a_slice_assumes_that_it_fits() -> None:
    found = harness.check(interior, np.ones(5))
    assert [str(a.dim) for a in found.func.assumptions] == ["x_0-2"]


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_where_the_assumption_breaks_the_slice_is_clamped(size: int) -> None:
    x = np.arange(float(size))
    leaf = Leaf(array("f64", "n"))
    refuted: frozenset[object] = frozenset()
    for _ in range(5):
        found = lower_live(interior, {"x": leaf}, refuted=refuted)
        broken = {a.dim for a in found.func.assumptions if a.dim.evaluate({"n": size}) < 0}
        if not broken:
            break
        refuted |= broken
    verify(found.func)
    assert interpret(found.func, [x]) == (interior(x),)


def test_dims_that_meet_become_one() -> None:
    def f(w, x, b):
        return w @ x + b

    found = harness.check(f, np.ones((2, 3)), np.ones(3), np.ones(2))
    assert [str(p.any_type) for p in found.func.params] == ["f64[w_0,w_1]", "f64[w_1]", "f64[w_0]"]
    assert [(e.symbol, str(e.dim)) for e in found.equalities] == [("x_0", "w_1"), ("b_0", "w_0")]


def test_dims_that_meet_on_one_path_only_stay_apart() -> None:
    def f(x, y, c):
        if c > 0.0:  # noqa: SIM108
            z = np.sum(x + y)
        else:
            z = np.sum(x) * np.sum(y)
        return z

    assert not harness.check(f, np.ones(3), np.ones(3), 1.0).equalities


def test_indices_within_bounds_are_not_checked() -> None:
    def inside(x):
        s = 0.0
        for i in range(1, len(x) - 1):
            s += x[i - 1] * x[i + 1] - x[-i]
        for i in range(len(x)):
            for j in range(i):
                s += x[j] * x[i - j - 1]
        return s

    def outside(x, k):
        s = 0.0
        for i in range(len(x)):
            s += x[i - 1]
        return s + x[k]

    assert operations(harness.check(inside, np.arange(6.0)), "wrap") == 0
    assert operations(harness.check(outside, np.arange(6.0), 2), "wrap") == 2


def test_a_size_that_is_a_value_has_one_name() -> None:
    def f(x, k):
        y = np.zeros(k)
        z = np.ones(k)
        return np.sum(y + z) * x

    found = harness.check(f, 2.0, 3)
    assert operations(found, "bind_dim") == 1
    assert operations(found, "reshape") == 0


def length_of_a_range(v):
    return np.sum(v) * len(np.arange(len(v) - 3)) + np.sum(np.arange(len(v) - 4) * 1.0)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_ranges_that_end_before_they_begin_are_empty(backend):
    for n in (2, 3, 6):
        v = np.ones(n)
        assert adgen.value_and_grad(length_of_a_range, backend=backend)(v)[0] == length_of_a_range(v)
