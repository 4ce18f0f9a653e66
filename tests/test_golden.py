"""Generated source, kept to be read: golden files that are also executed.

`pytest tests/test_golden.py --update-golden` rewrites them; the difference is then reviewed as code is.
Each folder of tests/golden is one program of the corpus: `ir.txt` is its primal, `gradient.py` the
module that `adgen build` writes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.runtime.modules import module_text
from adgen.runtime.plans import Plan
from tests import corpus
from tests.corpus import Program
from tests.oracle import dual_run
from tests.oracle.compare import assert_close, copy_of

GOLDEN = Path(__file__).parent / "golden"
NAMES = [
    "mlp",
    "softmax_cross_entropy",
    "rnn_states",
    "logistic_regression",
    "layer_norm",
    "attention",
    "polynomial_horner",
    "newton_while",
    "newton_for",
    "logistic_map",
    "power_by_squaring",
    "early_return",
    "ternary_chain",
    "tuple_swap",
    "helper_chain",
    "forward_substitution",
    "prefix_sum",
    "stencil_1d",
    "durbin",
    "path_table",
    "gather_scatter",
    "broadcasting",
    "choices",
    "safe_where",
    "powers",
    "float32_loop",
    "view_stores",
    "break_continue",
    "elimination",
    "kink_ties",
]


def _lowered(program: Program) -> Any:
    transform = adgen.value_and_grad(program.fun, wrt=program.wrt, backend="numpy")
    return transform.lower(program.signature)


def _compare(path: Path, text: str, update: bool) -> None:
    if update:
        if os.environ.get("CI"):
            pytest.fail("golden files are not rewritten in continuous integration")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path} is missing; run with --update-golden"
    assert text == path.read_text(), f"{path.name} differs; run with --update-golden and review the change"


@pytest.mark.parametrize("name", NAMES)
def test_generated_source(request: pytest.FixtureRequest, name: str) -> None:
    program = corpus.load(name)
    lowered = _lowered(program)
    update = request.config.getoption("--update-golden")
    _compare(GOLDEN / name / "ir.txt", str(lowered.primal_ir).rstrip() + "\n", update)
    _compare(GOLDEN / name / "gradient.py", _source(program, lowered), update)


def _source(program: Program, lowered: Any) -> str:
    if "vector" not in program.tags:
        return str(lowered.source)
    artifacts = lowered.artifacts
    return module_text(artifacts.traced, Plan("split", program.wrt), artifacts.options)


def _execute(name: str) -> ModuleType:
    path = GOLDEN / name / "gradient.py"
    module = ModuleType(f"golden_{name}")
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_golden_module_is_right(name: str) -> None:
    """The stored text itself gives the value of the user's function and its dual-number gradient."""
    program = corpus.load(name)
    args = program.arguments()
    module = _execute(name)
    if "vector" in program.tags:
        out, residuals = module.forward(*copy_of(args))
        cotangent = np.cos(np.arange(np.size(out))).reshape(np.shape(out))
        found = module.backward(residuals, cotangent)
        assert_close(out, program.fun(*copy_of(args)), 1e-12)
        direction = tuple(np.sin(1.0 + np.arange(np.size(a))).reshape(np.shape(a)) for a in args)
        slope = dual_run.jvp(program.fun, args, direction)[1]
        pairs = zip((direction[i] for i in program.wrt), found, strict=True)
        assert_close(sum(np.sum(d * g) for d, g in pairs), np.sum(slope * cotangent), 1e-10)
        return
    value, gradients = module.value_and_grad(*copy_of(args))
    gradients = gradients if len(program.wrt) > 1 or isinstance(gradients, tuple) else (gradients,)
    rtol = 1e-10 if program.eps < 1e-10 else 3e-4
    assert_close(value, program.fun(*copy_of(args)), rtol, "value")
    for i, gradient in zip(program.wrt, gradients, strict=True):
        assert_close(gradient, dual_run.gradient(program.fun, args, i), rtol, f"argument {i}")


def test_no_orphans() -> None:
    """Every golden folder belongs to a program in the list."""
    folders = {path.name for path in GOLDEN.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(NAMES)


DUMP = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.test_golden import _lowered
from tests import corpus
for name in sys.argv[2:]:
    lowered = _lowered(corpus.load(name))
    print(lowered.source, lowered.primal_ir, lowered.adjoint_ir)
"""


def _dump(seed: str) -> str:
    root = str(Path(__file__).parent.parent)
    chosen = ["mlp", "durbin", "ternary_chain", "view_stores", "softmax_cross_entropy"]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root}
    command = [sys.executable, "-c", DUMP, root, *chosen]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_same_bytes_under_different_hash_seeds() -> None:
    first = _dump("1")
    assert "def value_and_grad" in first
    assert first == _dump("4242")
