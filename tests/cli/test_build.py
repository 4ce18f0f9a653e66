"""``adgen build``: a module of its own, made without importing the user's module."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.cli import main

MODEL = '''\
"""A model."""

import numpy as np

SLOPE = 0.25


def layer(x, w, b):
    return np.tanh(x @ w + b)  # one layer


def loss(w1, b1, w2, b2, x, y):
    hidden = layer(x, w1, b1)
    error = layer(hidden, w2, b2) - y  # against the target
    total = SLOPE * np.sum(error**2)
    for i in range(b1.shape[0]):
        total += b1[i] * b1[i]
    return total
'''
SIGNATURE = "f64[n,h], f64[h], f64[h,m], f64[m], f64[B,n], f64[B,m]"
WRT = "w1,b1,w2,b2"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def build(model: Path, out: Path, *more: str) -> int:
    target = f"{model}:loss"
    return main(["build", target, "--signature", SIGNATURE, "--wrt", WRT, "-o", str(out), *more])


def arguments() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    shapes = [(3, 4), (4,), (4, 2), (2,), (5, 3), (5, 2)]
    return [rng.normal(size=shape) for shape in shapes]


def test_module_imports_numpy_alone(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "loss_grad.py"
    assert build(model, out) == 0
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(out.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {str(name).partition(".")[0] for name in imported} <= {"numpy", "math", "__future__", "typing"}
    assert "numpy" in imported


RUN = """
import sys, json
sys.modules["adgen"] = None
sys.path.insert(0, {folder!r})
import numpy as np
from loss_grad import value_and_grad, grad, forward, backward
rng = np.random.default_rng(0)
args = [rng.normal(size=s) for s in [(3, 4), (4,), (4, 2), (2,), (5, 3), (5, 2)]]
value, grads = value_and_grad(*args)
out, residuals = forward(*args)
again = backward(residuals, 1.0)
print(json.dumps([float(value), float(out)]
    + [[g.tolist() for g in gs] for gs in (grads, grad(*args), again)]))
"""


def test_module_gives_the_same_numbers_without_adgen(model: Path, tmp_path: Path) -> None:
    assert build(model, tmp_path / "loss_grad.py") == 0
    command = [sys.executable, "-c", RUN.format(folder=str(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    value, out, grads, grads_alone, split = json.loads(done.stdout)
    space: dict[str, object] = {}
    exec(compile(MODEL, str(model), "exec"), space)
    expected = space["loss"](*arguments())  # type: ignore[operator]
    assert value == expected
    assert out == expected
    assert grads_alone == grads
    for one, other in zip(grads, split, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)
    eps = 1e-6
    args = arguments()
    args[1][2] += eps
    up = space["loss"](*args)  # type: ignore[operator]
    args[1][2] -= 2 * eps
    down = space["loss"](*args)  # type: ignore[operator]
    assert grads[1][2] == pytest.approx((up - down) / (2 * eps), rel=1e-7)


def test_module_checks_its_arguments(model: Path, tmp_path: Path) -> None:
    assert build(model, tmp_path / "loss_grad.py") == 0
    space: dict[str, object] = {}
    exec((tmp_path / "loss_grad.py").read_text(), space)
    wrong = arguments()
    wrong[3] = np.zeros(7)
    with pytest.raises(ValueError, match="b2"):
        space["grad"](*wrong)  # type: ignore[operator]


@pytest.mark.parametrize("tool", [["ruff", "check", "--isolated"], ["mypy"]])
def test_module_passes_the_tools(model: Path, tmp_path: Path, tool: list[str]) -> None:
    assert build(model, tmp_path / "loss_grad.py") == 0
    command = [sys.executable, "-m", *tool, "loss_grad.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_module_keeps_names_and_comments(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "loss_grad.py"
    assert build(model, out) == 0
    text = out.read_text()
    assert "against the target" in text
    assert "hidden" in text
    assert "w1_bar" in text
    assert "model.py:" in text


def test_output_does_not_depend_on_the_hash_seed(model: Path, tmp_path: Path) -> None:
    texts = []
    for seed in ("1", "2"):
        target = [f"{model}:loss", "--signature", SIGNATURE, "--wrt", WRT, "-o", "-"]
        done = subprocess.run(
            [sys.executable, "-m", "adgen", "build", *target],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        texts.append(done.stdout)
    assert texts[0] == texts[1]


def test_building_never_runs_the_module(model: Path, tmp_path: Path) -> None:
    model.write_text(MODEL + '\nraise SystemExit("the module was run")\n')
    assert build(model, tmp_path / "loss_grad.py") == 0


def test_build_from_an_example(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = "np.ones((3, 4)), np.ones(4), np.ones((4, 2)), np.ones(2), np.ones((5, 3)), np.ones((5, 2))"
    out = tmp_path / "out.py"
    assert main(["build", f"{model}:loss", "--example", example, "-o", str(out)]) == 0
    assert "importing" in capsys.readouterr().err
    assert "def value_and_grad" in out.read_text()


def test_json_report(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "loss_grad.py"
    assert build(model, out, "--json") == 0
    assert json.loads(capsys.readouterr().out)["outputs"] == [str(out)]


def test_output_in_a_folder_is_named_after_the_function(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    assert build(model, folder) == 0
    assert [p.name for p in folder.iterdir()] == ["loss_grad.py"]


@pytest.mark.parametrize(
    ("target", "more", "code"),
    [
        ("nowhere.py:loss", [], "AG801"),
        ("{model}:nothing", [], "AG802"),
        ("{model}", [], "AG804"),
        ("{model}:loss", ["--wrt", "w9"], "AG270"),
        ("{model}:loss", ["--signature", "f64["], "AG261"),
        ("{model}:loss", ["--signature", "f64"], "AG263"),
    ],
)
def test_refusals(
    model: Path, target: str, more: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--signature", SIGNATURE] if "--signature" not in more else []
    assert main(["build", target.format(model=model), *given, *more, "-o", "-"]) == 1
    captured = capsys.readouterr()
    assert f"error[{code}]" in captured.err
    assert captured.out == ""


def test_without_a_signature_the_diagnostic_says_what_to_give(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", f"{model}:loss", "-o", "-"]) == 1
    err = capsys.readouterr().err
    assert "error[AG260]" in err
    assert "--signature" in err


def made(model: Path, tmp_path: Path, target: str, mode: str, signature: str, wrt: str) -> dict[str, Any]:
    """What a module made for a mode defines."""
    out = tmp_path / f"{mode}.py"
    options = ["--signature", signature, "--wrt", wrt, "--mode", mode, "-o", str(out)]
    assert main(["build", f"{model}:{target}", *options]) == 0
    found: dict[str, Any] = {}
    exec(out.read_text(), found)
    return found


def test_products_with_the_hessian(model: Path, tmp_path: Path) -> None:
    found = made(model, tmp_path, "loss", "hvp", SIGNATURE, "w1,b1")
    sys.path.insert(0, str(model.parent))
    try:
        loss = __import__("model").loss
    finally:
        sys.path.remove(str(model.parent))
        sys.modules.pop("model", None)
    args = arguments()
    dots = [np.ones_like(args[0]), np.linspace(0.0, 1.0, 4)]
    expected = adgen.hvp(loss, tuple(args), (*dots, None, None, None, None))
    for one, other in zip(found["hvp"](*args, *dots), expected[:2], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_whole_jacobians(model: Path, tmp_path: Path) -> None:
    found = made(model, tmp_path, "layer", "jacobian", "f64[B,n], f64[n,m], f64[m]", "x,b")
    x, w, b = arguments()[4], *arguments()[:2]
    by_x, by_b = found["jacobian"](x, w, b)
    slope = 1.0 - np.tanh(x @ w + b) ** 2
    np.testing.assert_allclose(by_b, slope[:, :, None] * np.eye(4), rtol=1e-12)
    expected = np.einsum("bm,nm,bc->bmcn", slope, w, np.eye(5))
    np.testing.assert_allclose(by_x, expected, rtol=1e-12)
