"""Lists in lists of run-time length: what would show that a row is a copy is refused."""

from dataclasses import dataclass

import numpy as np
import pytest

import adgen


def one_list_each_round(x):
    row = [0.0, 0.0]
    rows = []
    for v in x:
        row[0] = v
        rows.append(row)
    return rows[0][0]


def row_of_an_earlier_round(x):
    rows = []
    row = [0.0, 1.0]
    for v in x:
        row[0] = 5.0
        row = [v, v]
        rows.append(row)
    return rows[0][0] + rows[1][0]


def changed_behind_the_loop(x):
    rows = []
    for v in x:
        row = [v, v]
        rows.append(row)
    row[0] = 7.0
    return rows[-1][0] * x[0]


def grown_afterwards(x):
    rows = []
    for v in x:
        row = []
        for w in x:
            row.append(v * w)  # noqa: PERF401
        rows.append(row)
        row.append(1.0)
    return rows[0][0]


def stored_beside_a_name(x):
    rows = []
    for v in x:
        row = [v, 0.0]
        rows.append(row)
        rows[-1][1] = v * v
    return rows[0][1] + row[1]


def stored_after_a_copy(x):
    table = [[0.0] * len(x) for _ in range(len(x))]
    kept = []
    for i in range(len(x)):
        kept.append(table[0])
        table[0][0] = x[i]
    return kept[0][0]


def stored_before_a_copy_of_the_round_before(x):
    table = [[0.0] * len(x) for _ in range(len(x))]
    kept = []
    for i in range(len(x)):
        table[0][0] = x[i]
        kept.append(table[0])
    return kept[0][0]


def one_row_many_times(x):
    table = [[0.0] * len(x)] * len(x)
    table[0][0] = x[0]
    return table[1][0]


def stored_beside_a_longer_table(x):
    table = [[0.0] * len(x) for _ in range(len(x))]
    longer = table + [[1.0] * len(x)]  # noqa: RUF005
    table[0][0] = x[0]
    return longer[0][0] + x[1]


def replaced_row(x):
    table = [[0.0] * len(x) for _ in range(len(x))]
    row = table[0]
    table[0] = [v * 2.0 for v in x]
    row[1] = 3.0
    return table[0][1]


REFUSED = [
    one_list_each_round,
    row_of_an_earlier_round,
    changed_behind_the_loop,
    grown_afterwards,
    stored_beside_a_name,
    stored_after_a_copy,
    stored_before_a_copy_of_the_round_before,
    one_row_many_times,
    stored_beside_a_longer_table,
    replaced_row,
]


@pytest.mark.parametrize("fun", REFUSED, ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_shared_rows_are_refused(fun, backend):
    with pytest.raises(adgen.UserError) as caught:
        adgen.grad(fun, backend=backend)(np.array([0.3, 0.5, -0.2]))
    assert caught.value.diagnostic.code == "AG115"


def kept_slices(x):
    table = [[0.0] * len(x) for _ in range(len(x))]
    for i in range(len(x)):
        for j in range(len(x)):
            table[i][j] = x[i] * x[j]
    kept, whole, again, same = table[0][:], list(table[0]), tuple(table[0]), table[1:]
    table[0][1] = 10.0
    table[1][1] *= 3.0
    return kept[1] + whole[1] + again[1] + table[0][1] + same[0][1] + np.array(table)[2, 2] + sum(table[0])


def integers(x):
    count = [[0] * len(x) for _ in range(2)]
    for i, v in enumerate(x):
        count[1][i] += i
        count[0][i] = 2 * i + (v > 0.0)
    return count[1][1] * x[0], count[0][2] / 2


@pytest.mark.parametrize("fun", [kept_slices, integers], ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_rows_and_copies(fun, backend):
    x = np.array([0.3, 0.5, -0.2])
    found, expected = adgen.jit(fun, backend=backend)(x), fun(x)
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    assert np.shape(found) == np.shape(expected)


@dataclass
class Point:
    x: float
    y: float


def changed_dict(x):
    rows = []
    for v in x:
        if v > 0.0:
            row = {"a": v}
            rows.append(row)
            row["a"] = v * 5.0
    return rows[0]["a"]


def one_dict_each_round(x):
    rows, row = [], {"a": 0.0}
    for v in x:
        if v > 0.0:
            row["a"] = v * 5.0
            rows.append(row)
    return rows[0]["a"]


def dict_in_a_list(x):
    rows = []
    for v in x:
        row = [v, {"k": v}]
        rows.append(row)
        row[1]["k"] = 9.0 * v
    return rows[0][1]["k"]


def changed_record(x):
    rows = []
    for v in x:
        if v > 0.0:
            point = Point(v, 1.0)
            rows.append(point)
            point.y = 2.0 * v
    return rows[0].y


def changed_behind_a_branch(x):
    rows = []
    for v in x:
        if v > 0.0:
            row = {"a": v}
            rows.append(row)
        else:
            row = {"a": 2.0 * v}
        row["a"] = v * 5.0
    return rows[0]["a"]


CONTAINERS = [changed_dict, one_dict_each_round, dict_in_a_list, changed_record, changed_behind_a_branch]


@pytest.mark.parametrize("fun", CONTAINERS, ids=lambda f: f.__name__)
def test_containers_that_change_behind_a_list_are_refused(fun):
    with pytest.raises(adgen.UserError) as caught:
        adgen.grad(fun)(np.array([0.3, 0.5, -0.2]))
    assert caught.value.diagnostic.code == "AG115"


def containers(x):
    rows, points = [], []
    for v in x:
        if v > 0.0:
            rows.append({"a": v, "b": v * v})
            points.append(Point(v, 2.0))
            points.append(Point(points[-1].x * v, 1.0))
    state = {"s": 1.0}
    for v in x:
        state["s"] = state["s"] * v
    rows.append({"a": state["s"], "b": 1.0})
    return rows[0]["b"] + rows[-1]["a"] + sum(p.x * p.y for p in points)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_containers_in_lists(backend):
    x = np.array([0.3, 0.5, -0.2])
    value, gradient = adgen.value_and_grad(containers, backend=backend)(x)
    np.testing.assert_allclose(value, containers(x), rtol=1e-15)
    steps = 1e-6 * np.eye(3)
    slopes = [(containers(x + step) - containers(x - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-7)
