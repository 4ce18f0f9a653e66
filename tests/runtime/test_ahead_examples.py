"""Programs ahead of time for example arguments: made as a call with them is answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.ir.dims import Dim


def stretched(x: Any, w: Any) -> Any:
    return np.sum(np.sin(x * w) + x)


def inner(x: Any) -> Any:
    return np.sum(x[1:-1] ** 2)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_lengths_of_one_are_stretched(backend: str) -> None:
    x, w = np.linspace(0.1, 0.9, 3).reshape(1, 3), np.ones((4, 3))
    lowered = adgen.grad(stretched, backend=backend).lower(x, w)
    assert lowered.artifacts.derived.func.params[0].type.dims[0] == Dim.const(1)
    (found,) = lowered.artifacts.program([x, w])
    np.testing.assert_array_equal(found, adgen.grad(stretched, backend=backend)(x, w))


def test_what_lengths_refute_is_not_taken_for_granted() -> None:
    lowered = adgen.grad(inner, backend="numpy").lower(np.ones(1))
    np.testing.assert_array_equal(lowered.artifacts.program([np.ones(1)])[0], np.zeros(1))


def test_lengths_that_differ_are_an_error_as_in_a_call() -> None:
    for transform in (adgen.grad(stretched), adgen.grad(stretched).lower):
        with pytest.raises(adgen.AdgenError, match="AG702"):
            transform(np.ones((2, 3)), np.ones((4, 3)))
