"""Dims: polynomials in one canonical form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adgen.ir.dims import Dim, solve

SIZES = {"n": 5, "m": 3, "k": 2}
LEAVES = st.one_of(st.integers(-4, 4).map(Dim.const), st.sampled_from(sorted(SIZES)).map(Dim.symbol))
DIMS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] - p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
    ),
    max_leaves=6,
)


@given(DIMS, DIMS)
def test_arithmetic_is_that_of_the_numbers(a: Dim, b: Dim) -> None:
    x, y = a.evaluate(SIZES), b.evaluate(SIZES)
    assert (a + b).evaluate(SIZES) == x + y
    assert (a - b).evaluate(SIZES) == x - y
    assert (a * b).evaluate(SIZES) == x * y


@given(DIMS)
def test_text_reads_back(a: Dim) -> None:
    assert Dim.parse(str(a)) == a


@given(DIMS, DIMS)
def test_equal_polynomials_are_equal_values(a: Dim, b: Dim) -> None:
    assert (a + b) * (a - b) == a * a - b * b
    assert a + b - b == a


@given(DIMS)
def test_a_lower_bound_holds(a: Dim) -> None:
    bound = a.lower_bound()
    assert bound is None or a.evaluate(SIZES) >= bound


@pytest.mark.parametrize("text", ["", "n +", "2 2", "n/2", "(n", "n)", "-"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="dimension"):
        Dim.parse(text)


def test_sizes_follow_from_linear_dims() -> None:
    assert solve([(Dim.parse("n+m"), 7), (Dim.parse("m+1"), 4)]) == {"m": 3, "n": 4}
    assert solve([(Dim.parse("n*n"), 9)]) == {}
    assert solve([(Dim.parse("2*t+1"), 7)]) == {"t": 3}
    with pytest.raises(ValueError, match="is not 2"):
        solve([(Dim.parse("2*t"), 7)])
