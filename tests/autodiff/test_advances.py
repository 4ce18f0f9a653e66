"""Steps that run again, counted in executed programs of both backends, against the closed forms.

A run without options takes a fixed selection, `--all-programs` all T <= 300 with s <= 20 and a million steps.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.cost import cost_of

SELECTED = {
    1: (1, 2, 17),
    2: (6, 7, 60),
    3: (100,),
    5: (55, 56, 57, 128),
    10: (100, 300),
    20: (20, 21, 231, 300),
}


def least(steps: int, slots: int) -> int:
    """r T - C(s + r, r - 1), with the least r for which T <= C(s + r, s)."""
    if steps <= 1:
        return 0
    runs = next(r for r in range(steps + 1) if comb(slots + r, slots) >= steps)
    return runs * steps - comb(slots + runs, runs - 1)


def known(slots: int) -> Callable[..., Any]:
    def function(h, n):
        for _ in adgen.checkpointed(range(n), schedule="revolve", slots=slots):
            h = np.tanh(h * 1.5)
        return h

    return function


def unknown(slots: int) -> Callable[..., Any]:
    def function(h, n):
        k = 0
        while adgen.checkpointed(k < n, schedule="online", slots=slots):
            h = np.tanh(h * 1.5)
            k += 1
        return h

    return function


class Counter:
    """Counts steps of a transform: calls of np.tanh in generated source, of `tanh` in what kernels run."""

    def __init__(self, function: Callable[..., Any], backend: str) -> None:
        self._transform = adgen.grad(function, backend=backend)
        self._transform(np.float64(0.3), 1)
        program = self._transform.lower(np.float64(0.3), 1).artifacts.program
        self._final = program.final if backend == "llvm" else None

    def again(self, steps: int, patch: pytest.MonkeyPatch) -> int:
        """How many steps run beside those that are taped."""
        if self._final is not None:
            return cost_of(self._final, (np.float64(0.3), steps)).calls - steps
        calls, tanh = [0], np.tanh

        def counting(x: Any) -> Any:
            calls[0] += 1
            return tanh(x)

        with patch.context() as inner:
            inner.setattr(np, "tanh", counting)
            self._transform(np.float64(0.3), steps)
        return calls[0] - steps


def check(slots: int, steps: int, again: int, online: int) -> None:
    """Both drivers for one number of slots and steps."""
    assert again == least(steps, slots), (slots, steps)
    if steps <= (slots + 1) * (slots + 2) // 2:
        assert online == least(steps + 1, slots), (slots, steps)
    assert online <= steps + least(steps, slots), (slots, steps)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("slots", sorted(SELECTED))
def test_selected(slots: int, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Counter(known(slots), backend), Counter(unknown(slots), backend)
    for steps in SELECTED[slots]:
        check(slots, steps, first.again(steps, monkeypatch), second.again(steps, monkeypatch))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("slots", sorted(SELECTED))
def test_no_more_states_than_slots(slots: int, backend: str) -> None:
    """There is room for so many states, and stores elsewhere would fail."""
    for made in (known(slots), unknown(slots)):
        plan = adgen.grad(made, backend=backend).lower(np.float64(0.3), 300).storage
        rooms = [e for e in plan.entries if e.name == "h_kept"]
        assert [(e.type, e.bytes) for e in rooms] == [(f"f64[{slots}]", 8 * slots)]


@pytest.mark.parametrize(("steps", "slots", "expected"), [(1000, 10, 3636), (10**4, 25, 36346)])
def test_many_steps(steps: int, slots: int, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Counter(known(slots), "numpy").again(steps, monkeypatch) == expected == least(steps, slots)


@pytest.mark.parametrize("slots", range(1, 21))
def test_all(slots: int, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--all-programs"):
        pytest.skip("counted with --all-programs")
    first, second = Counter(known(slots), "numpy"), Counter(unknown(slots), "numpy")
    for steps in range(1, 301):
        check(slots, steps, first.again(steps, monkeypatch), second.again(steps, monkeypatch))


def test_a_million_steps(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    assert least(10**6, 20) == 6815960
    if not request.config.getoption("--all-programs"):
        pytest.skip("counted with --all-programs")
    assert Counter(known(20), "numpy").again(10**6, monkeypatch) == 6815960
