"""The page of benchmarks from given numbers, and peers on functions as they stand."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np

from tests.benchmarks import functions, peers
from tests.benchmarks.page import GRADIENTS, interleaved, plot, table
from tests.benchmarks.programs import PROGRAMS

ROWS = {
    "one": {"best": 1e-5, "adgen": 1.5, "jax": 6.0, "jit": 0.5, "first": 0.2, "kept": 0.01},
    "two": {"best": 2e-3, "adgen": 6.0, "into": 5.0, "jit": 2.0, "first": 0.4, "kept": 0.02},
}


def test_the_table_has_a_row_for_each_program_and_the_geometric_mean() -> None:
    lines = table(ROWS).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| one | 10.0 µs | 1.50 |")
    assert lines[-1].startswith("| geometric mean | | 3.00 | 5.00 |")


def test_the_plot_has_a_point_for_each_time() -> None:
    root = ElementTree.fromstring(plot(ROWS))
    circles = [element for element in root if element.tag.endswith("circle")]
    assert len(circles) == len(GRADIENTS) + sum(c in row for row in ROWS.values() for c in GRADIENTS)


def test_times_are_those_of_the_calls() -> None:
    calls: list[str] = []
    times = interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")})
    assert set(times) == set(calls) == {"a", "b"}


def test_peers_that_are_not_installed_or_do_not_fit_are_left_out() -> None:
    program = PROGRAMS[0]
    for peer in (peers.primal_by_numba, peers.gradient_by_jax, peers.gradient_by_autograd):
        call = peer(program, program.make(5))
        assert call is None or np.isfinite(np.asarray(call(), dtype=object).size)
    assert all(" " in version for version in peers.versions())


def test_the_table_of_functions_has_times_and_how_many_times_faster_kernels_are() -> None:
    rows = {"exp": {"adgen": 0.5, "library": 1.0, "numba": 4.0}, "log": {"adgen": 1.0, "library": 8.0}}
    lines = functions.table(rows).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2] == "| exp | 0.50 ns | 1.00 ns | 4.00 ns | 2.0 | 8.0 |"
    assert lines[-1].endswith("| 4.0 | 8.0 |")


def test_functions_are_what_the_libraries_have() -> None:
    for function in functions.FUNCTIONS:
        x = np.linspace(function.low, function.high, 7)
        np.testing.assert_allclose(function.fun(x), function.library(x), rtol=1e-12)
        np.testing.assert_allclose([function.scalar(v) for v in x], function.library(x), rtol=1e-12)
