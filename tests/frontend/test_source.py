"""Finding the source of a function: lambdas, decorators, notebook cells, files that changed."""

from __future__ import annotations

import importlib.util
import linecache
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import libcst as cst
import pytest

from adgen.diagnostics import UserError
from adgen.frontend.live_source import live_source
from tests.frontend import harness

pair = (lambda x: x + 1.0, lambda x: x * 3.0)
wrapped = [lambda x, k=2.0: (x +
    k), lambda x: [x, 2.0]]  # fmt: skip


def same(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


@same
def decorated(x):
    # inside
    return x * 2.0


def shown(function: Callable[..., Any]) -> str:
    node = live_source(function).node  # type: ignore[arg-type]
    return cst.Module(()).code_for_node(node.with_changes(lpar=(), rpar=()))


def test_two_lambdas_on_one_line_are_told_apart() -> None:
    assert [shown(f) for f in pair] == ["lambda x: x + 1.0", "lambda x: x * 3.0"]
    assert harness.run(harness.lowered(pair[1], 2.0), pair[1], 2.0) == [6.0]


def test_equal_lambdas_on_one_line_are_told_apart_by_place() -> None:
    first, second = (lambda x: x), (lambda x: x)
    assert live_source(first).name_span.col < live_source(second).name_span.col  # type: ignore[arg-type]


def test_a_lambda_over_two_lines() -> None:
    assert shown(wrapped[0]).startswith("lambda x, k=2.0: (x +\n")
    assert shown(wrapped[1]) == "lambda x: [x, 2.0]"
    assert live_source(wrapped[1]).name_span.line == live_source(wrapped[0]).name_span.line + 1  # type: ignore[arg-type]


def test_lambdas_in_calls_and_comprehensions() -> None:
    many = [lambda x: x * 2.0 for _ in range(1)]
    kept = dict(f=lambda x, y=1.0: x - y, g=2)
    assert shown(many[0]) == "lambda x: x * 2.0"
    assert shown(kept["f"]) == "lambda x, y=1.0: x - y"  # type: ignore[arg-type]


def test_decorators_belong_to_the_definition() -> None:
    source = live_source(decorated)
    assert source.comments == ((source.name_span.line + 1, "inside"),)
    assert source.name_span.col == 5


def test_a_nested_function_with_free_names() -> None:
    k = 3.0

    def inner(x):
        return x * k

    assert live_source(inner).name == "inner"
    assert harness.run(harness.lowered(inner, 2.0), inner, 2.0) == [6.0]


def load(path: Path, text: str) -> ModuleType:
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def code_of(function: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(UserError) as caught:
        harness.lowered(function, *args)
    return caught.value.diagnostic.code


@pytest.mark.parametrize(
    "edited",
    [
        "def f(x):\n    return x * 3.0\n",
        "import math\n\ndef f(x):\n    return x * 2.0\n",
        "def g(x):\n    return x * 2.0\n",
        "",
        "def f(x:\n",
    ],
)
def test_a_file_edited_after_import_is_refused(tmp_path: Path, edited: str) -> None:
    module = load(tmp_path / "edited_module.py", "def f(x):\n    return x * 2.0\n")
    assert harness.run(harness.lowered(module.f, 1.0), module.f, 1.0) == [2.0]
    path = tmp_path / "edited_module.py"
    path.write_text(edited)
    os.utime(path, (1, 1))
    assert code_of(module.f, 1.0) in ("AG210", "AG211")


def test_code_without_a_file_is_refused() -> None:
    space: dict[str, Any] = {}
    exec("def f(x):\n    return x * x", space)
    assert code_of(space["f"], 1.0) == "AG211"


def cell(number: int, text: str, space: dict[str, Any]) -> None:
    """Run a notebook cell as IPython does: its text is known to linecache under a made-up name."""
    name = f"/tmp/ipykernel_1/{number}.py"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), space)


def test_notebook_cells_and_a_helper_defined_again() -> None:
    from adgen.frontend.live_scope import fetch

    space: dict[str, Any] = {}
    cell(1, "def helper(x):\n    return x * 2.0\n", space)
    cell(2, "def f(x):\n    return helper(x) + 1.0\n", space)
    found = harness.check(space["f"], 3.0)
    baked = dict(found.baked)
    assert all(fetch(space["f"], path) is value for path, value in baked.items() if path)
    cell(3, "def helper(x):\n    return x * 5.0\n", space)
    assert any(fetch(space["f"], path) is not value for path, value in baked.items() if path)
    assert harness.run(harness.check(space["f"], 3.0), space["f"], 3.0) == [16.0]
