"""Random programs with aliases mean what Python means by them, or are refused: never anything else."""

from __future__ import annotations

import linecache
from collections import Counter
from typing import Any

import numpy as np

from adgen.diagnostics import UserError
from adgen.frontend.arguments import Leaf
from adgen.frontend.lowering import lower_live
from adgen.ir.interpret import interpret
from adgen.ir.types import array, py
from adgen.ir.verify import verify
from tests.frontend.random_programs import program

COUNT = 80
REFUSALS = {"AG206", "AG245"}


def arguments(seed: int) -> dict[str, Any]:
    return {
        "x": np.array([0.5, -1.0, 2.0, 0.3]),
        "w": np.array([1.0, 0.2, -0.4, 0.9]),
        "k": seed % 4,
    }


def outcome(seed: int) -> str:
    text, name = program(seed), f"<random program {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space: dict[str, Any] = {}
    exec(compile(text, name, "exec"), space)
    given, seen = arguments(seed), arguments(seed)
    wanted = space["f"](**seen)
    specs = {
        "x": Leaf(array("f64", 4)),
        "w": Leaf(array("f64", 4)),
        "k": Leaf(py("i64"), given["k"]),
    }
    try:
        found = lower_live(space["f"], specs)
    except UserError as error:
        return error.diagnostic.code
    verify(found.func)
    values = [given[p.path[0]] for p in found.parameters if not p.demanded]
    result, *written = interpret(found.func, values)
    np.testing.assert_allclose(result, wanted, rtol=1e-12, err_msg=text)
    for path, contents in zip(found.mutated, written, strict=True):
        np.testing.assert_allclose(contents, seen[path[0]], rtol=1e-12, err_msg=text)
    return "same"


def test_random_programs_with_aliases() -> None:
    with np.errstate(all="ignore"):
        outcomes = Counter(outcome(seed) for seed in range(COUNT))
    assert outcomes["same"] > COUNT / 2
    assert set(outcomes) <= REFUSALS | {"same"}
