"""Modules of corpus programs: accepted by linters and type checkers, the same in every run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import adgen
from adgen.runtime.modules import module_text
from adgen.runtime.plans import Plan
from tests import corpus
from tests.numpy_backend.test_module import run

#: one of each kind: products, loops, branches, tapes, tuples, stores through views, indices, early exits
NAMES = [
    "mlp",
    "rnn_states",
    "attention",
    "lstm",
    "newton_while",
    "early_return",
    "break_continue",
    "view_stores",
    "elimination",
    "tuple_argument",
    "closure_arrays",
    "ternary_chain",
    "soft_alignment",
    "stencil_2d",
    "float32_loop",
]
ROOT = Path(__file__).resolve().parents[2]


def texts(name: str) -> dict[str, str]:
    """The modules of a program: gradient, directional derivative, the function alone."""
    program = corpus.load(name)
    lowered = adgen.value_and_grad(program.fun, wrt=program.wrt, backend="numpy").lower(program.signature)
    artifacts = lowered.artifacts
    leaves = tuple(k for k, t in enumerate(artifacts.traced.leaf_types) if t.is_float)
    mode = "split" if "vector" in program.tags else "value_and_grad"
    plans = {
        "grad": Plan(mode, program.wrt),
        "jvp": Plan("tangent", leaves=leaves),
        "primal": Plan("primal"),
    }
    return {k: module_text(artifacts.traced, plan, artifacts.options) for k, plan in plans.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("modules")
    for name in NAMES:
        for kind, text in texts(name).items():
            (path / f"{name}_{kind}.py").write_text(text)
    return path


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "--isolated"), ("ruff", "format", "--isolated", "--diff"), ("mypy", "--strict")],
    ids=" ".join,
)
def test_tools_accept_the_modules(folder: Path, command: tuple[str, ...]) -> None:
    run(folder, *command)


def test_text_does_not_depend_on_the_hash_seed(folder: Path) -> None:
    """Other processes, with other hash seeds, write the same bytes."""
    program = (
        "from tests.numpy_backend.test_corpus_modules import NAMES, texts\n"
        "for name in NAMES[:6]:\n    print(*texts(name).values(), sep='')"
    )
    wanted = "".join(
        (folder / f"{n}_{k}.py").read_text() for n in NAMES[:6] for k in ("grad", "jvp", "primal")
    )
    environment = {**os.environ, "PYTHONHASHSEED": "17", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace("\n", "") == wanted.replace("\n", "")
