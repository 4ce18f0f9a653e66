"""The coverage page is current, and every entry of the library says what it does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adgen.frontend.entries import Entry
from adgen.frontend.library import TABLE
from adgen.frontend.library.coverage import coverage_page, group_of
from adgen.frontend.library.inventory import BOTH, differentiable
from adgen.ir.interpret import interpret
from tests.primitives.cases import Derivatives, directions, floats
from tests.primitives.expressions import EXPRESSIONS
from tests.primitives.test_library import call, lowered

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"


def test_the_page_is_current() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == coverage_page(), "run: python -m adgen.frontend.library.coverage > docs/coverage.md"


@pytest.mark.parametrize("name", sorted(n for n, e in TABLE.items() if isinstance(e, Entry)))
def test_every_entry_has_a_summary(name: str) -> None:
    found = TABLE[name]
    assert isinstance(found, Entry)
    assert (found.function.__doc__ or "").strip()


def test_every_numpy_name_exists() -> None:
    """No entry for a name that NumPy (or ``math``) does not have."""
    import importlib
    import math

    import numpy as np

    homes = {"numpy": np, "numpy.linalg": np.linalg, "numpy.ndarray": np.ndarray, "math": math}
    newer = {"numpy.pow", "numpy.concat", "numpy.permute_dims", "numpy.matrix_transpose", "numpy.astype"}
    for name in sorted(TABLE):
        group = group_of(name)
        if group in homes and name not in newer and name != group and name.count(".") <= group.count(".") + 1:
            missing = not hasattr(homes[group], name.removeprefix(f"{group}."))
            assert not missing or importlib.util.find_spec(name) is not None, name


#: one expression of every function of numpy itself that is said to have a derivative
SHOWN = [f for f in differentiable() if f.name.count(".") == 1 and f.name.startswith("numpy.")]


@pytest.mark.parametrize("name", [f.name for f in SHOWN if f.derivative == BOTH])
def test_what_is_counted_has_a_derivative(name: str) -> None:
    """Some expression with the function has a derivative that is not zero."""
    short = f"np.{name.removeprefix('numpy.')}"
    for k, text in enumerate(EXPRESSIONS):
        if f"{short}(" not in text and f"{short}[" not in text:
            continue
        found = lowered(k, concrete=True)
        outputs = tuple(floats([r.any_type for r in found.func.results]))
        derived = Derivatives(found.func, outputs)
        if outputs and derived.wrt:
            args, rng = call(found, k), np.random.default_rng(0)
            dots = directions(rng, [found.func.params[i] for i in derived.wrt])
            slopes = interpret(derived.forward(), [*args, *dots])[len(found.func.results) :]
            if any(np.any(np.asarray(slope) != 0) for slope in slopes):
                return
    raise AssertionError(f"no expression with {short} has a derivative")
