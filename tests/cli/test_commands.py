"""``adgen show``, ``check``, ``explain FILE.py:FUNC`` and ``bench``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adgen.cli import main

MODEL = """\
import numpy as np
import adgen

RATE = 0.5


def loss(w: adgen.f64["n"], x: adgen.f64["n"]):
    s = 0.0
    for i in range(w.shape[0]):
        s += RATE * np.sin(w[i]) * x[i]  # one term
    return s


def wrong(x):
    return adgen.stop_gradient(x) * x


def steps(x, y):
    return np.floor(x) + y
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model_of_commands.py"
    path.write_text(MODEL)
    return path


Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("stage", "part"),
    [
        ("source", "s += RATE * np.sin(w[i]) * x[i]  # one term"),
        ("ir", "func @loss(%w: f64[n], %x: f64[n]"),
        ("adjoint", "cos("),
        ("numpy", "def value_and_grad("),
        ("loops", "kernel loss("),
        ("llvm", "define "),
        ("asm", ".text"),
        ("graph", "digraph"),
        ("memory", "tapes: 0 bytes"),
        ("schedule", "loop"),
    ],
)
def test_show_prints_the_stage(model: Path, stage: str, part: str, capsys: Capture) -> None:
    assert main(["show", f"{model}:loss", "--stage", stage]) == 0
    captured = capsys.readouterr()
    assert part in captured.out
    assert captured.err == ""


def test_memory_as_data(model: Path, capsys: Capture) -> None:
    assert main(["show", f"{model}:loss", "--stage", "memory", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["total"] == "0"
    assert {entry["name"] for entry in found["entries"]} >= {"w", "x"}


def test_stages_that_are_not_there_say_so(model: Path, capsys: Capture) -> None:
    assert main(["show", f"{model}:loss", "--stage", "trace"]) == 1
    assert "error[AG807]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [["build", "--backend", "c"], ["build", "--backend", "llvm"]],
    ids=lambda argv: "-".join(argv[1:]).strip("-"),
)
def test_options_that_are_not_there_say_so(model: Path, argv: list[str], capsys: Capture) -> None:
    assert main([argv[0], f"{model}:loss", *argv[1:], "-o", "-"]) == 1
    assert "error[AG807]" in capsys.readouterr().err


@pytest.mark.parametrize("mode", ["forward", "jvp", "vjp", "reverse", "hvp"])
def test_build_knows_the_modes(model: Path, mode: str, capsys: Capture) -> None:
    assert main(["build", f"{model}:loss", "--mode", mode, "-o", "-"]) == 0
    text = capsys.readouterr().out
    compile(text, "module", "exec")
    expected = {"forward": "def jvp(", "jvp": "def jvp(", "vjp": "def backward(", "hvp": "def hvp("}.get(
        mode, "def grad("
    )
    assert expected in text


def test_show_writes_a_page(model: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "page.html"
    assert main(["show", f"{model}:loss", "--stage", "ir", "--html", str(out)]) == 0
    assert "func @loss(%w: f64[n]" in out.read_text()
    assert "-&gt;" in out.read_text()


def test_show_in_json(model: Path, capsys: Capture) -> None:
    assert main(["show", f"{model}:loss", "--stage", "ir", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["stage"] == "ir"
    assert report["text"].startswith("func @loss")


def test_build_remarks_on_a_cut(model: Path, capsys: Capture) -> None:
    assert main(["build", f"{model}:steps", "--signature", "f64, f64", "--wrt", "x,y", "-o", "-"]) == 0
    err = capsys.readouterr().err
    assert "remark[AG320]: the derivative of `floor` is zero here" in err
    assert "remark[AG321]: the gradient with respect to `x` is zero" in err


def test_quiet_says_nothing(model: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["build", f"{model}:loss", "-o", str(tmp_path / "out.py"), "-q"]) == 0
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_verbose_says_how_long_it_took(model: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["build", f"{model}:loss", "-o", str(tmp_path / "out.py"), "-v"]) == 0
    assert "compiling: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "given", [["--signature", "f64[n], f64[n]"], ["--example", "np.ones(3), x=np.ones(3)"]]
)
def test_check_of_a_right_gradient(model: Path, given: list[str], capsys: Capture) -> None:
    assert main(["check", f"{model}:loss", "--wrt", "w,x", *given]) == 0
    assert "agrees" in capsys.readouterr().out


def test_check_of_a_wrong_gradient(model: Path, capsys: Capture) -> None:
    assert main(["check", f"{model}:wrong", "--example", "1.5"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "wrong" in captured.err


def test_check_in_json(model: Path, capsys: Capture) -> None:
    assert main(["check", f"{model}:wrong", "--example", "1.5", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert report["report"]


@pytest.mark.parametrize(
    ("example", "code"), [("np.ones(", "AG808"), ("undefined", "AG808"), ("1.0, z=2.0", "AG265")]
)
def test_examples_that_fail(model: Path, example: str, code: str, capsys: Capture) -> None:
    assert main(["check", f"{model}:loss", "--example", example]) == 1
    assert f"error[{code}]" in capsys.readouterr().err


def test_module_that_fails_on_import(model: Path, capsys: Capture) -> None:
    model.write_text("raise RuntimeError('no')\n")
    assert main(["check", f"{model}:loss", "--example", "1.0"]) == 1
    assert "error[AG809]" in capsys.readouterr().err


def test_explain_of_a_function(model: Path, capsys: Capture) -> None:
    assert main(["explain", f"{model}:loss"]) == 0
    assert "copies of arrays" in capsys.readouterr().out


def test_bench_times_both_backends(model: Path, capsys: Capture) -> None:
    given = ["--signature", "f64[n], f64[n]", "--sizes", "n=4"]
    assert main(["bench", f"{model}:loss", *given, "--json"]) == 0
    timings = json.loads(capsys.readouterr().out)["timings"]
    assert [t["what"] for t in timings] == [
        "function, Python",
        "function, llvm",
        "value and gradient, numpy",
        "value and gradient, llvm",
    ]
    assert all(t["seconds"] > 0 for t in timings)


def test_sizes_have_to_be_numbers(model: Path, capsys: Capture) -> None:
    assert main(["bench", f"{model}:loss", "--signature", "f64[n], f64[n]", "--sizes", "n"]) == 1
    assert "error[AG810]" in capsys.readouterr().err
