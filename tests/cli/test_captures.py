"""What a built module does with values that the function found around it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adgen.cli import main

MODEL = """\
import numpy as np

RATE = 0.5
TABLE = np.array([1.0, 2.0, 3.0])
LARGE = np.ones(1000)


def loss(x):
    return RATE * np.sum(x * TABLE)


def big(x):
    return np.sum(LARGE) * x
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model_of_captures.py"
    path.write_text(MODEL)
    return path


@pytest.mark.parametrize("given", [["--signature", "f64[3]"], ["--example", "np.ones(3)"]])
def test_small_values_are_written_into_the_module(model: Path, tmp_path: Path, given: list[str]) -> None:
    out = tmp_path / "loss_grad.py"
    assert main(["build", f"{model}:loss", *given, "-o", str(out)]) == 0
    space: dict[str, object] = {}
    exec(out.read_text(), space)
    value, gradient = space["value_and_grad"](np.ones(3))  # type: ignore[operator]
    assert value == 3.0
    np.testing.assert_array_equal(gradient, [0.5, 1.0, 1.5])


def test_captured_values_can_be_given_by_keyword(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "loss_grad.py"
    assert main(["build", f"{model}:loss", "--signature", "f64[3]", "-o", str(out)]) == 0
    space: dict[str, object] = {}
    exec(out.read_text(), space)
    gradient = space["grad"](np.ones(3), RATE=1.0, TABLE=np.zeros(3))  # type: ignore[operator]
    np.testing.assert_array_equal(gradient, np.zeros(3))


def test_large_arrays_are_refused(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", f"{model}:big", "--example", "1.5", "-o", "-"]) == 1
    err = capsys.readouterr().err
    assert "error[AG502]: captured `LARGE` cannot be part of a module of its own" in err
