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


def _two_names(x: Any) -> Any:
    ys: list[Any] = []
    zs = ys
    for i in range(3):
        ys.append(x[i])  # noqa: PERF401
    return np.sum(np.array(zs))


def _exchanged(x: Any) -> Any:
    ys, zs = [x[0]], [x[1]]
    for _ in range(3):
        ys, zs = zs, ys
    ys.append(x[2])
    return ys[0] + len(zs)


def _by_another_function(x: Any) -> Any:
    def push(ys: list[Any], y: Any) -> None:
        ys.append(y)

    found: list[Any] = []
    for i in range(3):
        push(found, x[i])
    return np.sum(np.array(found))


def _element_written(x: Any) -> Any:
    ys = []
    for i in range(3):
        ys.append(x * i)  # noqa: PERF401
    ys[0][1] = 2.0
    return np.sum(np.array(ys))


def _left_early(x: Any) -> Any:
    ys = []
    for i in range(3):
        if x[i] > 10.0:
            break
        ys.append(x[i])
    return np.sum(np.array(ys))


_REFUSED = (
    _changed_in_place,
    _changed_afterwards,
    _changed_next_round,
    _changed_behind_the_loop,
    _changed_behind_a_branch,
    _two_names,
    _exchanged,
    _by_another_function,
    _element_written,
    _left_early,
)


@pytest.mark.parametrize("function", _REFUSED)
def test_what_may_change_is_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises(adgen.UserError) as caught:
        adgen.grad(function).lower("f64[n]")
    assert caught.value.diagnostic.code == "AG115"
    assert caught.value.diagnostic.notes


def test_an_empty_list_cannot_be_stacked() -> None:
    weights = np.eye(2)
    assert np.isfinite(adgen.grad(_states)(weights, np.ones((1, 2)))).all()
    with pytest.raises(ValueError, match="at least one array"):
        adgen.grad(_states)(weights, np.ones((0, 2)))
