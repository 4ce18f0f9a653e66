"""Every sample runs as a script, in a folder of its own, and writes only where it is told to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import digits_mlp
import mlp_equations
import numpy as np
import pytest

import adgen

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path.stem for path in (ROOT / "samples").glob("*.py") if path.stem != "console")
BACKENDS = pytest.mark.parametrize("backend", ["numpy", "llvm"])


def _run(folder: Path, script: str, *options: str) -> str:
    command = [sys.executable, str(ROOT / "samples" / f"{script}.py"), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, "no progress bar outside a terminal"
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS)
def test_help(tmp_path: Path, script: str) -> None:
    text = _run(tmp_path, script, "--help")
    assert "--backend {numpy,llvm,auto}" in text
    assert "--small" in text


@BACKENDS
@pytest.mark.parametrize("script", SCRIPTS)
def test_small(tmp_path: Path, script: str, backend: str) -> None:
    assert _run(tmp_path, script, "--small", "--backend", backend)
    assert not list(tmp_path.iterdir())


def test_two_layer_scalar_prints_its_numbers(tmp_path: Path) -> None:
    assert _run(tmp_path, "two_layer_scalar").splitlines() == [
        "loss    0.0882",
        "d/dx   -0.168",
        "d/dy    0.420",
        "d/dw1  -0.672",
        "d/db1  -0.336",
        "d/dw2  -0.462",
        "d/db2  -0.420",
    ]


# -- digits ---------------------------------------------------------------------------------------------
@BACKENDS
def test_digits_are_learnt(backend: str) -> None:
    _, history = digits_mlp.train(digits_mlp.digits(), backend)
    assert history[-1].accuracy >= 0.97


def test_both_backends_train_alike() -> None:
    data = digits_mlp.digits()
    first, second = (digits_mlp.train(data, backend, epochs=2)[0] for backend in ("numpy", "llvm"))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)


def test_digits_writes_plot_and_module(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _run(tmp_path, "digits_mlp", "--small", "--output", str(out))
    assert sorted(path.name for path in out.iterdir()) == ["digits.png", "digits_grad.py"]
    check = tmp_path / "check.py"
    check.write_text(WITHOUT_ADGEN)
    rng = np.random.default_rng(3)
    parameters, x, labels = digits_mlp.start(rng, 7), rng.normal(size=(5, 64)), np.arange(5)
    np.savez(tmp_path / "arguments.npz", *parameters, x, labels)
    command = [sys.executable, "-I", str(check), str(out), str(tmp_path)]
    subprocess.run(command, check=True, cwd=tmp_path)
    found = np.load(tmp_path / "results.npz")
    value, gradients = adgen.value_and_grad(digits_mlp.loss, wrt=digits_mlp.PARAMETERS)(
        *parameters, x, labels
    )
    for name, wanted in zip(found.files, (value, *gradients), strict=True):
        np.testing.assert_allclose(found[name], wanted, rtol=1e-12, atol=1e-15)


WITHOUT_ADGEN = """
import sys
from pathlib import Path

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("adgen", "libcst", "llvmlite", "scipy"):
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, sys.argv[1])
import numpy as np
import digits_grad

folder = Path(sys.argv[2])
arguments = np.load(folder / "arguments.npz")
value, gradients = digits_grad.value_and_grad(*(arguments[name] for name in arguments.files))
np.savez(folder / "results.npz", value, *gradients)
"""


# -- the equations can be read --------------------------------------------------------------------------
def test_generated_module_passes_the_linters(tmp_path: Path) -> None:
    lowered = adgen.value_and_grad(mlp_equations.loss, backend="numpy").lower(mlp_equations.SIGNATURE)
    path = lowered.write(tmp_path / "mlp_grad.py")
    for tool in (
        ["ruff", "check", "--isolated"],
        ["ruff", "format", "--check", "--isolated"],
        ["mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path / "cache")],
    ):
        done = subprocess.run([sys.executable, "-m", *tool, str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_generated_module_shows_the_equations() -> None:
    """Each of the four equations is one line of the module, for every layer."""
    source = adgen.value_and_grad(mlp_equations.loss, backend="numpy").lower(mlp_equations.SIGNATURE).source
    lines = [line.split("  #")[0].strip() for line in source.splitlines()]
    for layer, before in ((2, "a_1"), (1, "a"), (0, "x")):
        assert f"layers_{layer}_b_bar = z_bar.sum(axis=1)" in lines
        assert f"layers_{layer}_W_bar = z_bar @ {before}.T" in lines
    assert "z_bar = a_bar * (a_2 * (1.0 - a_2))" in lines
    for layer, a in ((2, "a_1"), (1, "a")):
        assert f"z_bar = (layers_{layer}_W.T @ z_bar) * ({a} * (1.0 - {a}))" in lines
