"""Whole modules: they run alone, linters and type checkers accept them, checks refuse wrong arguments."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.autodiff.reverse import joint, split
from adgen.ir.parse import parse
from adgen.numpy_backend.entry import Argument, Entry
from adgen.numpy_backend.execute import load_module
from adgen.numpy_backend.module import Delegate, Origin, print_module
from adgen.numpy_backend.residuals import field_names
from adgen.primitives.registry import primitive
from adgen.runtime.stages import in_place, optimised
from adgen.runtime.trees import DICT, TUPLE, TreeSpec, leaf_spec
from tests.numpy_backend.programs import PROGRAMS

LEAF = leaf_spec()


def module_text(name: str) -> str:
    """The module with all four functions of a program of one scalar result."""
    ir, wrt, _ = PROGRAMS[name]
    func = optimised(parse(ir.strip(), primitive))
    both = in_place(optimised(joint(func, wrt)))
    halves = split(joint(func, wrt, (0,), seeded=True), 1)
    arguments = tuple(Argument(str(p.hint), LEAF) for p in func.params)
    gradients = TreeSpec(TUPLE, (LEAF,) * len(wrt))
    first = Entry(
        "value_and_grad", both, arguments, TreeSpec(TUPLE, (LEAF, gradients)), "Value and gradient."
    )
    fields = field_names(halves.residuals, ["cotangent"])
    forward = Entry(
        "forward", in_place(halves.forward), arguments, LEAF, "Forward sweep.", residuals_out=fields
    )
    backward = Entry(
        "backward",
        in_place(halves.backward),
        (Argument("cotangent", LEAF),),
        gradients,
        "Reverse sweep.",
        residuals_in=fields,
    )
    grad = Delegate("grad", first, 1, "The gradient.")
    return print_module(Origin(func.name), f"Gradient of {func.name}.", [first, grad, forward, backward])


def load(name: str) -> ModuleType:
    return load_module(module_text(name), name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_functions_agree(name: str) -> None:
    arguments = PROGRAMS[name][2]
    module = load(name)
    kept = [np.copy(a) for a in arguments]
    value, gradients = module.value_and_grad(*arguments)
    alone = module.grad(*arguments)
    out, residuals = module.forward(*arguments)
    for cotangent in (1.0, 2.0, 1.0):
        found = module.backward(residuals, cotangent)
        for got, wanted, again in zip(found, gradients, alone, strict=True):
            np.testing.assert_allclose(got, np.multiply(cotangent, wanted), rtol=1e-13)
            np.testing.assert_array_equal(wanted, again)
    assert out == value
    for before, after in zip(kept, arguments, strict=True):
        np.testing.assert_array_equal(before, after)


def test_linters_and_type_checkers_accept_the_modules(tmp_path: Path) -> None:
    for name in PROGRAMS:
        (tmp_path / f"{name}_grad.py").write_text(module_text(name))
    run(tmp_path, "ruff", "check", "--isolated")
    run(tmp_path, "ruff", "format", "--isolated", "--diff")
    run(tmp_path, "mypy", "--strict")


def run(folder: Path, *command: str) -> None:
    files = sorted(str(p) for p in folder.glob("*.py"))
    done = subprocess.run(
        [sys.executable, "-m", *command, *files], capture_output=True, text=True, cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr


WRONG: list[tuple[Callable[[list[Any]], Any], str]] = [
    (lambda a: a[0].tolist(), "w is a list, expected an array"),
    (lambda a: a[0][0], "w has 1 dims, expected 2"),
    (lambda a: a[0].astype(np.float32), "w has dtype float32, expected float64"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_wrong_arguments_are_refused(change: Callable[[list[Any]], Any], message: str) -> None:
    arguments = list(PROGRAMS["recurrence"][2])
    arguments[0] = change(arguments)
    with pytest.raises(ValueError, match=message):
        load("recurrence").value_and_grad(*arguments)


def test_dimensions_that_disagree_are_refused() -> None:
    arguments = list(PROGRAMS["recurrence"][2])
    arguments[2] = np.zeros(7)
    with pytest.raises(ValueError, match=r"b has shape \(7,\), expected \(3,\)"):
        load("recurrence").value_and_grad(*arguments)


def test_containers_are_taken_apart_and_put_together() -> None:
    ir, _, arguments = PROGRAMS["recurrence"]
    func = optimised(parse(ir.strip(), primitive))
    both = in_place(optimised(joint(func, (0, 1, 2))))
    tree = TreeSpec(DICT, (LEAF, LEAF, LEAF), ("w", "u", "b"))
    entry = Entry(
        "value_and_grad",
        both,
        (Argument("params", tree), Argument("xs", LEAF), Argument("h0", LEAF)),
        TreeSpec(TUPLE, (LEAF, tree)),
        "Value and gradient.",
    )
    text = print_module(Origin("f"), "Gradient.", [entry])
    module = load_module(text, "containers")
    names = dict(zip(("w", "u", "b"), arguments, strict=False))
    _, gradient = module.value_and_grad(names, *arguments[3:])
    assert list(gradient) == ["w", "u", "b"]
    assert 'w = params["w"]' in text
    for key, value in names.items():
        assert gradient[key].shape == value.shape


def shifted_product(x, y, w):
    for i in range(1, len(x)):
        x[i] *= y[i - 1] * w
        y[i] += 1.0
    return np.sum(x * y)


def test_written_arguments_are_apart_from_the_others():
    source = adgen.grad(shifted_product, backend="numpy").lower("f64[n], f64[n], f64").source
    module = load_module(source, "shifted_product")
    assert '_apart(x, "x", y=y)' in source
    assert "_apart(y" not in source  # each pair once
    z = np.arange(1.0, 6.0)
    expected = adgen.grad(shifted_product)(z[:2].copy(), z[2:4].copy(), 0.5)
    np.testing.assert_array_equal(module.grad(z[:2].copy(), z[2:4].copy(), 0.5), expected)
    for function in (module.grad, module.forward):
        with pytest.raises(ValueError, match="x is written and overlaps with y: pass a copy"):
            function(z[:3], z[2:], 0.5)
    np.testing.assert_array_equal(z, np.arange(1.0, 6.0))
