"""Names that some paths leave unbound: a run raises what Python raises, where it reads them."""

from __future__ import annotations

import numpy as np
import pytest

import adgen


def one_branch(x, s):
    if s > 0.0:
        y = x * s
    return np.sum(y)


def in_loop(x, s):
    for value in x:
        if value > 100.0:
            y = value
    return y * s


def not_read(x, s):
    for value in x:
        if value > 100.0:
            y = value
    return y if s > 10.0 else np.sum(x) * s


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", [one_branch, in_loop])
def test_reading_an_unbound_name(backend: str, function: object) -> None:
    assert callable(function)
    call = adgen.value_and_grad(function, backend=backend)
    with pytest.raises(UnboundLocalError, match="'y' where it is not associated with a value") as caught:
        call(np.ones(3), -1.0)
    assert isinstance(caught.value, adgen.RunError)
    call(np.full(3, 200.0), 1.0)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_an_unbound_name_that_is_not_read(backend: str) -> None:
    value, gradient = adgen.value_and_grad(not_read, backend=backend)(np.ones(3), 2.0)
    assert value == 6.0
    assert gradient.tolist() == [2.0, 2.0, 2.0]
