"""Modules made ahead of time ask nothing of arguments for the sake of a branch that is not taken."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.cli import main

SOURCE = """
import numpy as np


def first(x, k):
    if k > 0:
        return x[0] * 2.0
    return np.sum(x)


def inner(x, k):
    s = 0.0
    if k > 0:
        s += np.sum(x[1:-1] ** 2)
    return s + np.sum(x)


def chosen(x, k):
    return x[-1] ** 2 if k > 0 else np.sum(x)


def asked(x, k):
    if k > 0 and x[3] > 0.0:
        return x[3] ** 2
    return np.sum(x)


def early(x, k):
    if len(x) < 3:
        return np.sum(x) * k
    return x[1] * x[2] + np.sum(x[2:] ** k)


def long_enough(x, k):
    if x.shape[0] > 2:
        return np.sum((x[2:] - x[:-2]) ** 2) * k
    return np.sum(x)


def asked_of_the_length(x, k):
    if len(x) > 3 and x[3] > 0.0:
        return x[3] * x[2] * k
    return np.sum(x)


def chosen_by_length(x, k):
    return x[1] * x[0] * k if len(x) >= 2 else np.sum(x)
"""
CASES = {
    "first": [(0, 0), (3, 0), (3, 1)],
    "inner": [(0, 0), (1, 0), (2, 1), (5, 1)],
    "chosen": [(0, 0), (2, 0), (2, 1)],
    "asked": [(0, 0), (3, 0), (4, 1), (5, 0)],
    "early": [(0, 2), (2, 2), (3, 2), (5, 3)],
    "long_enough": [(0, 2), (1, 2), (2, 2), (3, 2), (5, 3)],
    "asked_of_the_length": [(0, 2), (3, 2), (4, 2), (6, 3)],
    "chosen_by_length": [(0, 2), (1, 2), (2, 2), (6, 3)],
}


def module_of(path: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("branches") / "branching.py"
    path.write_text(SOURCE)
    return path


@pytest.mark.parametrize("name", CASES)
def test_a_branch_that_is_not_taken_asks_nothing(name: str, source: Path, tmp_path: Path) -> None:
    out = tmp_path / f"{name}_grad.py"
    arguments = ["--signature", "f64[n], i64", "--wrt", "x", "-o", str(out)]
    assert main(["build", f"{source}:{name}", *arguments]) == 0
    built, function = module_of(out, f"{name}_grad"), getattr(module_of(source, "branching"), name)
    for size, k in CASES[name]:
        x = np.arange(1.0, size + 1.0)
        value, gradient = built.value_and_grad(x.copy(), k)
        np.testing.assert_allclose(value, function(x.copy(), k), rtol=1e-14)
        for backend in ("numpy", "llvm"):
            wanted = adgen.grad(function, backend=backend)(x.copy(), k)
            np.testing.assert_allclose(gradient, wanted, rtol=1e-14)


def test_a_branch_that_is_taken_says_what_it_needs(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "inner_grad.py"
    main(["build", f"{source}:inner", "--signature", "f64[n], i64", "--wrt", "x", "-o", str(out)])
    built = module_of(out, "inner_grad")
    with pytest.raises(ValueError, match="n >= 2 is required"):
        built.grad(np.ones(1), 1)
    out = tmp_path / "first_grad.py"
    main(["build", f"{source}:first", "--signature", "f64[n], i64", "--wrt", "x", "-o", str(out)])
    with pytest.raises(IndexError):
        module_of(out, "first_grad").grad(np.ones(0), 1)
