"""The shape of the code base: sizes, documentation, layers, weight of the import."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import adgen

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "adgen").rglob("*.py"))
HARD_LINES, HARD_FUNCTION, P90_FUNCTION = 600, 70, 25
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function)]


def length(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_file_stays_within_the_budget(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= HARD_LINES
    assert path.stem not in FORBIDDEN_NAMES
    too_long = {f.name: length(f) for f in functions(path) if length(f) > HARD_FUNCTION}
    assert not too_long


def test_functions_are_small_as_a_rule() -> None:
    lengths = sorted(length(f) for path in MODULES for f in functions(path))
    assert lengths[int(0.9 * (len(lengths) - 1))] <= P90_FUNCTION


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_and_public_names_are_documented(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), "module without docstring"
    public = [node for node in tree.body if isinstance(node, Definition) and not node.name.startswith("_")]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


def test_no_name_is_defined_twice() -> None:
    twice = []
    for path in [*MODULES, *(ROOT / "tests").rglob("test_*.py")]:
        names = [n for n in ast.parse(path.read_text()).body if isinstance(n, Definition)]
        ordered = sorted(names, key=lambda n: n.name)
        twice += [f"{name_of(path)}: {a.name}" for a, b in pairwise(ordered) if a.name == b.name]
    assert twice == []


def test_layers_hold() -> None:
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which(
        "lint-imports"
    )
    assert command, "import-linter is part of the test extra"
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


IMPORT_COST = """
import sys, time
import numpy
began = time.perf_counter()
import adgen
took = time.perf_counter() - began
heavy = {"libcst", "llvmlite", "scipy", "rich", "typer", "matplotlib"} & set(sys.modules)
print(took, *sorted(heavy))
"""


def test_import_is_light() -> None:
    took, heavy = min(_import_cost() for _ in range(3))
    assert heavy == []
    assert took < 0.2


def _import_cost() -> tuple[float, list[str]]:
    done = subprocess.run([sys.executable, "-c", IMPORT_COST], capture_output=True, text=True, check=True)
    took, *heavy = done.stdout.split()
    return float(took), heavy


def test_version_is_written_once_more_only() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == adgen.__version__
