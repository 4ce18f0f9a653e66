"""Types of names across branches and loops, and the text of small programs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.diagnostics import UserError
from adgen.ir.text import to_text
from tests.frontend import harness


def code(function: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        harness.lowered(function, *args, **options)
    return caught.value.diagnostic.code


def result_types(function: Any, *args: Any) -> list[str]:
    return [str(v.any_type) for v in harness.check(function, *args).func.results]


def test_an_integer_that_becomes_a_float_in_a_loop() -> None:
    def f(x, n):
        s = 0
        for _ in range(n):
            s = s + x
        return s

    found = harness.lowered(f, 1.5, 2)
    assert [str(v.any_type) for v in found.func.results] == ["f64"]
    assert harness.run(found, f, 1.5, 2) == [3.0]
    assert harness.run(found, f, 1.5, 0) == [0.0]


def test_a_python_number_that_becomes_a_numpy_number() -> None:
    def f(x):
        s = 0.0
        for v in x:
            s += v
        return s

    assert result_types(f, np.ones(3)) == ["np.f64"]
    assert result_types(f, np.ones(3, np.float32)) == ["np.f32"]


def test_a_number_that_becomes_an_array_takes_its_first_round_apart() -> None:
    def f(a):
        s = 0
        for row in a:
            s = s + row
        return s

    found = harness.check(f, np.ones((3, 2)))
    assert [str(a.dim) for a in found.func.assumptions] == ["a_0-1"]


def test_a_change_of_rank_without_a_known_round_is_refused() -> None:
    def f(x, n):
        s = 0
        for _ in range(n):
            s = s + x
        return s

    assert code(f, np.ones(2), 2) == "AG233"


def test_one_path_only() -> None:
    def f(x):
        if x > 0.0:
            y = x
        return y

    def never(x):
        if x > 0.0:
            return y  # noqa: F821
        y = x
        return y

    def dead(x):
        if x > 0.0:  # noqa: SIM108
            y = x
        else:
            y = (1, 2)
        y = 3.0
        return x * y

    assert code(never, 1.0) == "AG206"
    harness.check(f, 1.0)
    with pytest.raises(UnboundLocalError):
        harness.run(harness.lowered(f, 1.0), f, -1.0)
    harness.check(dead, 1.0)


def test_nep_50() -> None:
    def f(a, n):
        return a * 2.5, a + n, a / 3, a**2, -a, a > 1

    assert result_types(f, np.ones(2, np.float32), 3)[:4] == ["f32[a_0]"] * 4
    assert result_types(f, np.arange(2), 3)[:3] == ["f64[a_0]", "i64[a_0]", "f64[a_0]"]
    assert result_types(f, np.float32(1.0), 3)[:2] == ["np.f32", "np.f32"]
    assert result_types(f, 2, 3)[:3] == ["f64", "i64", "f64"]


def test_aliases_that_cannot_be_followed_are_refused() -> None:
    def written(x):
        a, b = np.zeros(3), np.ones(3, dtype=np.float32)
        c = a if x > 0.0 else b
        c[0] = x
        return a[0] + b[0]

    def read(x):
        a, b = np.zeros(3), np.ones(3, dtype=np.float32)
        if x > 0.0:  # noqa: SIM108
            c = a
        else:
            c = b
        a[0] = x
        return c[0] + b[0]

    def carried(x):
        a = np.zeros(3)
        b = a
        for _ in range(3):
            b = b + x
        a[0] = x
        return b[0] + a[0]

    assert code(written, 1.0) == "AG245"
    assert code(read, 1.0) == "AG245"
    harness.lowered(carried, 1.0)


def test_unrolled_loops_are_limited() -> None:
    import adgen

    def f(x):
        for _ in adgen.unroll(range(100)):
            x = x * x + 1.0
        return x

    assert code(f, 1.0, max_ops=50) == "AG131"
    harness.lowered(f, 1.0)


TEXT = """\
func @shifted(%x: f64[x_0], %k: i64) -> (np.f64) {
  assume x_0-1 >= 0
  %0 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %y = read(%x, %0) {index = ix(range(x_0-1;1))} : f64[x_0-1]
  %1 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %2 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %3 = const() {dtype = !f64, kind = @np, value = 0.0} : np.f64
  %s.2 = for %i in (%1, %k, %2) carry (%s = %3) : np.f64 {
    %4 = wrap(%i) {dim = <x_0-1>} : i64
    %5 = read(%y, %4) {index = ix(point)} : np.f64
    %s.1 = add(%s, %5) : np.f64
    yield %s.1
  }
  return %s.2
}
"""


def test_the_text_of_a_small_program() -> None:
    def shifted(x, k):
        y = x[1:]
        s = 0
        for i in range(k):
            s += y[i]
        return s

    assert to_text(harness.check(shifted, np.ones(3), 2).func) == TEXT
