"""Guards on entry, and what a program takes from its surroundings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.diagnostics import RunError
from adgen.ir.core import Assumption
from adgen.ir.dims import Dim
from adgen.ir.types import array, py
from adgen.runtime.captures import Fixed, Hidden, bind, getter
from adgen.runtime.guards import Guard, assumption_error
from adgen.runtime.keys import key_of
from adgen.runtime.trees import leaf_spec

SCALE = 2.0


def helper(x: float) -> float:
    return x * SCALE


def uses_helper(x: float) -> float:
    return helper(x)


def guard(*assumptions: Assumption) -> Guard:
    types = (array("f64", "n", "m"), array("f64", "m"), array("f64", "2*n"), py("i64"))
    return Guard(types, ("w", "b", "p[0]", "k"), assumptions, {3: 5})


def leaves(
    n: int = 3, m: int = 2, other: int | None = None, double: int | None = None, k: int = 5
) -> list[Any]:
    shapes = ((n, m), (m if other is None else other,), (2 * n if double is None else double,))
    return [*(np.zeros(shape) for shape in shapes), k]


def test_guard_admits_what_fits() -> None:
    check = guard(Assumption(Dim.parse("n-2")), Assumption(Dim.parse("m-2"), exact=True)).compile()
    assert check(leaves())
    assert not check(leaves(n=1))
    assert not check(leaves(m=3))
    assert not check(leaves(other=7))
    assert not check(leaves(double=5))
    assert not check(leaves(k=6))


def test_shape_error_names_both_arguments() -> None:
    error = guard().shape_error(leaves(other=7))
    assert isinstance(error, ValueError)
    assert isinstance(error, RunError)
    assert "dimension `m` is 7 in `b` but 2 in `w`" in str(error)
    assert guard().shape_error(leaves()) is None


def test_broken_assumptions() -> None:
    lower, equal = Assumption(Dim.parse("n-4")), Assumption(Dim.parse("n-m"), exact=True)
    found = guard(lower, equal)
    assert found.broken(leaves()) == [lower, equal]
    assert found.broken(leaves(n=4, m=4)) == []
    error = assumption_error(equal, {"n": 3, "m": 2})
    assert isinstance(error, ValueError)
    assert "n = 3" in str(error)
    assert "m = 2" in str(error)


def test_a_captured_number_is_fetched_at_every_call() -> None:
    hidden = Hidden((("name", "SCALE"),), None, key_of(2.0), leaf_spec(), py("f64"))
    found = bind(helper, [hidden], [])
    assert found is not None
    taken: list[Any] = [1.0]
    assert found.fetch(taken)
    assert taken == [1.0, 2.0]
    globals()["SCALE"] = np.ones(3)
    try:
        assert not found.fetch([])
        assert bind(helper, [hidden], []) is None
    finally:
        globals()["SCALE"] = 2.0


def test_a_captured_number_of_a_helper() -> None:
    path = (("name", "helper"), ("name", "SCALE"))
    assert getter(uses_helper, path)() == 2.0
    hidden = Hidden(path, None, key_of(2.0), leaf_spec(), py("f64"))
    found = bind(uses_helper, [hidden], [Fixed(path[:1], None, helper)])
    assert found is not None
    assert found.fetch([])


def test_a_helper_defined_again_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = Fixed((("name", "helper"),), None, helper)
    found = bind(uses_helper, [], [fixed])
    assert found is not None
    assert found.fetch([])
    monkeypatch.setitem(globals(), "helper", lambda x: x * 3.0)
    assert not found.fetch([])
    assert bind(uses_helper, [], [fixed]) is None


def test_closures_made_by_the_same_line_share() -> None:
    def make(scale: float) -> Any:
        def inner(x: float) -> float:
            return x * scale

        return lambda x: inner(x)

    first, second = make(1.0), make(2.0)
    inner = getter(first, (("name", "inner"),))()
    fixed = Fixed((("name", "inner"),), None, inner)
    hidden = Hidden((("name", "inner"), ("name", "scale")), None, key_of(1.0), leaf_spec(), py("f64"))
    found = bind(second, [hidden], [fixed])
    assert found is not None
    taken: list[Any] = []
    assert found.fetch(taken)
    assert taken == [2.0]
