"""Names that a loop or branch may leave without a value: checked when the function runs, on both backends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen


def left_early(x: Any, limit: float) -> Any:
    total = 0.0
    for i, v in enumerate(x):  # noqa: B007
        total += v
        if total > limit:
            break
    return total * v * (i + 1)


def to_the_end(x: Any, limit: float) -> Any:
    total = limit
    for v in x:
        total += v
    return total * v


def some_rounds(x: Any, limit: float) -> Any:
    for v in x:
        if v > limit:
            found = v * v
    return found


def one_branch(x: Any, limit: float) -> Any:
    if len(x) > limit:
        y = x * 2.0
    return np.sum(y)


@pytest.mark.parametrize("fun", [left_early, to_the_end, some_rounds, one_branch])
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("full_first", [True, False])
def test_no_rounds(fun: Callable[..., Any], backend: str, full_first: bool) -> None:
    gradient = adgen.grad(fun, backend=backend)
    if full_first:
        gradient(np.ones(3), 0.5)
    with pytest.raises(UnboundLocalError) as caught:
        gradient(np.zeros(0), 0.5)
    assert isinstance(caught.value, adgen.RunError)
    np.testing.assert_allclose(gradient(np.ones(3), 0.5).shape, (3,))
