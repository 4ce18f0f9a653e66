"""What the report says of schedules: the numbers that executed programs count."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.cost import cost_of
from adgen.autodiff.counts import least_advances
from adgen.cli import main


def root(h, n):
    for _ in adgen.checkpointed(range(n)):
        h = np.tanh(h * 1.5)
    return h


def segments(h, n):
    for _ in adgen.checkpointed(range(n), every=7):
        h = np.tanh(h * 1.5)
    return h


def levels(h, n):
    for _ in adgen.checkpointed(range(n), every=7, slots=2):
        h = np.tanh(h * 1.5)
    return h


def binomial(h, n):
    for _ in adgen.checkpointed(range(3, n + 3), slots=4):
        h = np.tanh(h * 1.5)
    return h


def bytes_of_slots(h, n):
    for _ in adgen.checkpointed(range(n), memory=100):
        h = np.tanh(h * 1.5)
    return h


def unknown(h, n):
    k = 0
    while adgen.checkpointed(k < n, schedule="online", slots=3):
        h = np.tanh(h * 1.5)
        k += 1
    return h


def within(h, n):
    for _ in range(n):
        h = np.tanh(h * 1.5)
    return h


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", [root, segments, levels, binomial, bytes_of_slots])
def test_the_numbers_are_those_of_executed_programs(function: Callable[..., Any], backend: str) -> None:
    for steps in (0, 1, 2, 7, 8, 30, 100):
        args = (np.float64(0.3), steps)
        lowered = adgen.grad(function, backend=backend).lower(*args)
        (found,) = lowered.storage.schedules
        assert found.trips == steps
        assert found.again == cost_of(lowered.artifacts.program.final, args).calls - steps


def test_the_report_says_what_a_schedule_runs() -> None:
    lowered = adgen.grad(binomial, backend="numpy").lower(np.float64(0.3), 100)
    line = f"test_counts.py:{binomial.__code__.co_firstlineno + 1}"
    expected = [
        "schedules:",
        f"  loop of {line}, revolve: T = n = 100 steps",
        "    states kept: 4",
        f"    advances: p(T, 4) = {least_advances(100, 4)}",
        "    taped evaluations: T = 100, reversals: T = 100",
    ]
    assert lowered.storage.text().splitlines()[-5:] == expected
    assert "advances: p(T, 4) = 374" in lowered.explain()
    (entry,) = lowered.storage.to_json()["schedules"]
    assert (entry["schedule"], entry["trips"], entry["kept"], entry["again"]) == ("revolve", 100, 4, 374)


def test_numbers_that_only_a_run_shows_are_formulas() -> None:
    (online,) = adgen.grad(unknown, backend="numpy").lower(np.float64(0.3), 9).storage.schedules
    assert (online.steps, online.advances, online.again) == ("T", "at most T + p(T, 3)", None)
    chosen = adgen.grad(within, backend="numpy", memory=200).lower(np.float64(0.3), 9).storage.schedules
    assert [s.schedule for s in chosen] == ["within 200 bytes"]
    assert adgen.jit(root, backend="numpy").lower(np.float64(0.3), 9).storage.schedules == ()


def test_the_command_line_shows_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "model.py"
    file.write_text(
        "import numpy as np\nimport adgen\n\n\ndef f(h, n):\n"
        "    for _ in adgen.checkpointed(range(n), slots=3):\n        h = np.sin(h)\n    return h\n"
    )
    command = ["show", f"{file}:f", "--stage", "memory", "--signature", "f64, i64"]
    assert main(command) == 0
    assert "loop of model.py:6, revolve: T = n steps" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert '"advances": "p(T, 3)"' in json.dumps(json.loads(capsys.readouterr().out))
