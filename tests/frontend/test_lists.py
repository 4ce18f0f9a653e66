"""Lists that grow: no copies in the loop, and no list whose elements may change behind its back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen


def _states(w: Any, xs: Any) -> Any:
    h = np.zeros(w.shape[0])
    states = []
    for x in xs:
        h = np.tanh(w @ h + x)
        states.append(h)
    return np.sum(np.stack(states) ** 2)


def test_an_append_writes_one_row() -> None:
    source = adgen.grad(_states, backend="numpy").lower("f64[m,m], f64[T,m]").source
    assert "states = np.empty((T, m))" in source
    assert "states[i] = h" in source
    assert ".copy()" not in source.partition("def forward")[0]


def _changed_in_place(x: Any) -> Any:
    y, ys = x.copy(), []
    for _ in range(3):
        y += x
        ys.append(y)
    return np.sum(np.stack(ys))


def _changed_afterwards(x: Any) -> Any:
    ys = []
    for i in range(3):
        y = x * i
        ys.append(y)
        y[0] = 5.0
    return np.sum(np.stack(ys))


def _changed_next_round(x: Any) -> Any:
    y, ys = x.copy(), []
    for i in range(3):
        y[0] = 3.0 * i
        y = y * 2.0
        ys.append(y)
    return np.sum(np.stack(ys))


def _changed_behind_the_loop(x: Any) -> Any:
    y, ys = x.copy(), []
    for _ in range(3):
        y = y * 2.0
        ys.append(y)
    y += 1.0
    return np.sum(np.stack(ys))


def _changed_behind_a_branch(x: Any) -> Any:
    ys = []
    for i in range(3):
        if x[i] > 0.0:
            y = x * 2.0
            ys.append(y)
        else:
            y = x * 3.0
            ys.append(y)
        y += 1.0
    return np.sum(np.stack(ys))


def _exchanged(x: Any) -> Any:
    ys, zs = [x[0]], [x[1]]
    for _ in range(3):
        ys, zs = zs, ys
    ys.append(x[2])
    return ys[0] + len(zs)


def _element_written(x: Any) -> Any:
    ys = []
    for i in range(3):
        ys.append(x * i)  # noqa: PERF401
    ys[0][1] = 2.0
    return np.sum(np.array(ys))


def _changed_while_it_is_run_over(x: Any) -> Any:
    ys: list[Any] = []
    for value in x:
        if value > 0.0:
            ys.append(value)  # noqa: PERF401
    for value in ys:
        if len(ys) < 5:
            ys.append(value * 2.0)
    return sum(ys)


_REFUSED = (
    _changed_while_it_is_run_over,
    _changed_in_place,
    _changed_afterwards,
    _changed_next_round,
    _changed_behind_the_loop,
    _changed_behind_a_branch,
    _exchanged,
    _element_written,
)


@pytest.mark.parametrize("function", _REFUSED)
def test_what_may_change_is_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises(adgen.UserError) as caught:
        adgen.grad(function).lower("f64[n]")
    assert caught.value.diagnostic.code == "AG115"
    assert caught.value.diagnostic.notes


def _two_names(x: Any) -> Any:
    ys: list[Any] = []
    zs = ys
    for i in range(3):
        ys.append(x[i])  # noqa: PERF401
    return np.sum(np.array(zs))


def _by_another_function(x: Any) -> Any:
    def push(ys: list[Any], y: Any) -> None:
        ys.append(y)

    found: list[Any] = []
    for i in range(3):
        push(found, x[i])
    return np.sum(np.array(found))


def _left_early(x: Any) -> Any:
    ys = []
    for i in range(3):
        if x[i] > 10.0:
            break
        ys.append(x[i])
    return np.sum(np.array(ys))


@pytest.mark.parametrize("function", [_two_names, _by_another_function, _left_early])
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_lists_have_an_identity(function: Callable[[Any], Any], backend: str) -> None:
    x = np.array([1.0, 2.0, 3.0])
    value, gradient = adgen.value_and_grad(function, backend=backend)(x)
    assert value == function(x)
    np.testing.assert_array_equal(gradient, np.ones(3))


def test_an_empty_list_cannot_be_stacked() -> None:
    weights = np.eye(2)
    assert np.isfinite(adgen.grad(_states)(weights, np.ones((1, 2)))).all()
    with pytest.raises(ValueError, match="at least one array"):
        adgen.grad(_states)(weights, np.ones((0, 2)))


def _appended(x: Any) -> Any:
    y = x[:1]
    while y[-1] < 50.0:
        y = np.append(y, 2.0 * y[-1] + x[1])
    return np.sum(y * y) * len(y)


def _pascal(x: Any) -> Any:
    y = x * 1.0
    while len(y) > 1:
        y = y[1:] * y[:-1]
    return y[0]


def _odd_halves(x: Any) -> Any:
    y = x
    while len(y) > 1:
        y = y[::2] + y[1::2]
    return y[0]


@pytest.mark.parametrize("function", [_appended, _pascal])
def test_arrays_change_their_size_from_round_to_round(function: Callable[[Any], Any]) -> None:
    for n in (2, 3, 5):
        x = np.linspace(0.5, 1.5, n)
        value, gradient = adgen.value_and_grad(function)(x)
        assert value == function(x)
        step = 1e-6 * np.eye(n)
        numeric = [(function(x + d) - function(x - d)) / 2e-6 for d in step]
        np.testing.assert_allclose(gradient, numeric, rtol=1e-5)


def test_halves_of_different_size_are_an_error_at_run_time() -> None:
    np.testing.assert_array_equal(adgen.grad(_odd_halves)(np.ones(4)), np.ones(4))
    with pytest.raises(adgen.RunError) as caught:
        adgen.grad(_odd_halves)(np.ones(6))
    assert isinstance(caught.value, ValueError)


def test_kernels_refuse_sizes_that_change() -> None:
    with pytest.raises(adgen.UserError, match="AG602"):
        adgen.grad(_pascal, backend="llvm")(np.ones(4))
    assert "AG" in str(adgen.grad(_pascal).lower("f64[n]").explain())


def _popped_too_often(x: Any) -> Any:
    ys = [x[0]]
    total = 0.0
    for i in range(len(x)):
        total += ys.pop() * i
    return total


def _read_outside(x: Any) -> Any:
    ys = [v for v in (x[0], x[1])]
    while len(ys) < 3:
        ys.append(x[0])
    return ys[int(x[1])]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", [_popped_too_often, _read_outside])
def test_places_outside_are_index_errors(function: Callable[[Any], Any], backend: str) -> None:
    x = np.array([1.0, 7.0])
    with pytest.raises(IndexError) as plain:
        function(x)
    with pytest.raises(adgen.RunError) as caught:
        adgen.grad(function, backend=backend)(x)
    assert isinstance(caught.value, IndexError)
    assert str(plain.value) in str(caught.value)


def test_an_update_costs_the_same_at_every_length() -> None:
    from adgen.analysis.cost import cost_of

    def swept(x: Any) -> Any:
        ys = [0.0] * len(x)
        for i in range(len(x)):
            ys[i] += x[i] * x[i - 1]
        return ys[0] * ys[-1]

    lowered = adgen.value_and_grad(swept, backend="numpy").lower("f64[n]")
    func = lowered.artifacts.program.final
    moves = [cost_of(func, (np.ones(n),)).moves for n in (10, 20, 40)]
    assert moves[2] - moves[1] == 2 * (moves[1] - moves[0])


def _read_first(x: Any) -> Any:
    rows = []
    for v in x:
        y = 2.0 * rows[-1]
        if v > 0.0:
            rows.append(y + v)
    return sum(rows)


def _popped_first(x: Any) -> Any:
    rows = []
    for v in x:
        if v > 1.0:
            rows.pop()
    return np.sum(x) + len(rows)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", [_read_first, _popped_first])
def test_reading_a_list_that_has_nothing_fails_as_python_does(function: Any, backend: str) -> None:
    with pytest.raises(IndexError):
        function(np.ones(3) * 2.0)
    with pytest.raises(adgen.RunError) as failed:
        adgen.grad(function, backend=backend)(np.ones(3) * 2.0)
    assert isinstance(failed.value, IndexError)


def test_a_fault_while_reading_is_a_refusal_with_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise IndexError("tuple index out of range")

    monkeypatch.setattr("adgen.frontend.cells.pop", broken)
    with pytest.raises(adgen.UserError) as refused:
        adgen.grad(_popped_first)(np.ones(3))
    assert refused.value.diagnostic.code == "AG902"
    assert "rows.pop()" in str(refused.value)
    assert isinstance(refused.value.__cause__, IndexError)


def test_arrays_of_a_list_that_change_under_another_name_are_not_missed() -> None:
    def carried(x, y):
        xs, k = [], 0
        a, b = x.copy(), y.copy()
        while k < 2:
            k += 1
            if k == 1:
                xs.append(a)
        for _ in range(3):
            a, b = b, a
            a[0] += 2.0
        return sum(np.sum(v) for v in xs)

    def joined(x, y):
        xs = []
        a, b = x.copy(), y.copy()
        for _ in range(2):
            xs.append(a)  # noqa: PERF401
        if x[0] > 1.0:
            a, b = b, a
        a[0] += y[0]
        b[0] += y[1]
        return sum(np.sum(v) for v in xs)

    def in_turn(x, y):
        xs, k = [], 0
        a, b = x.copy(), y.copy()
        while k < 3:
            xs.append(a)
            b[0] += a[1]
            a, b = b, a
            k += 1
        return sum(np.sum(v) for v in xs)

    for function in (carried, joined, in_turn):
        with pytest.raises(adgen.UserError) as caught:
            adgen.grad(function)(np.ones(3), np.ones(3))
        assert caught.value.diagnostic.code == "AG115"
