"""The tables of docs/conventions.md, row by row: every convention on both backends and in both modes."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from tests.docs.pages import ROOT

ROW = re.compile(r"^\| `(?P<f>[^`]+)` \| `(?P<x>[^`]+)` \| (`(?P<y>[^`]+)`)? ?\| `(?P<wanted>[^`]+)` \|")
TEXT = (ROOT / "docs" / "conventions.md").read_text()
ROWS = [match for line in TEXT.splitlines() if (match := ROW.match(line))]
HEADER = "import numpy as np\nimport adgen\n\n\n"


def _number(text: str) -> Any:
    value = eval(text, {"np": np})
    return np.array(value) if isinstance(value, list) else value


def _function(expression: str, count: int, folder: Path) -> Callable[..., Any]:
    path = folder / "convention.py"
    path.write_text(f"{HEADER}def f({'x, y' if count == 2 else 'x'}):\n    return {expression}\n")
    spec = importlib.util.spec_from_file_location("convention", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[..., Any] = module.f
    return function


@pytest.mark.parametrize("backend", ["numpy", "llvm", "forward"])
@pytest.mark.parametrize("row", ROWS, ids=[f"{row['f']} at {row['x']}" for row in ROWS])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_row(row: re.Match[str], backend: str, tmp_path: Path) -> None:
    args = tuple(_number(row[name]) for name in ("x", "y") if row[name])
    wanted = eval(f"({row['wanted']},)", {"np": np})
    fun = _function(row["f"], len(args), tmp_path)
    if backend == "forward":
        found = tuple(_slopes(fun, args, k) for k in range(len(args)))
    else:
        found = adgen.grad(fun, wrt=tuple(range(len(args))), backend=backend)(*args)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def _slopes(fun: Callable[..., Any], args: tuple[Any, ...], k: int) -> np.ndarray:
    """The derivative by one argument, an element at a time, in forward mode."""
    found = []
    for cell in np.ndindex(np.shape(args[k])):
        tangents: list[Any] = [None] * len(args)
        tangent = np.zeros(np.shape(args[k]))
        tangent[cell] = 1.0
        tangents[k] = tangent if np.ndim(args[k]) else 1.0
        found.append(adgen.jvp(fun, args, tuple(tangents))[1])
    return np.reshape(found, np.shape(args[k]))


def test_there_are_rows() -> None:
    assert len(ROWS) >= 25
