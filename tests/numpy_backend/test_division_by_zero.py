"""What the user's NumPy numbers divide by zero is not an error of Python in the derivative."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from tests.corpus.mean_of_nothing import average


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_sizes_and_integers_that_are_zero(backend: str) -> None:
    transform = adgen.value_and_grad(average, backend=backend)
    for x, k, slope in ((np.zeros(0), 2, np.zeros(0)), (np.ones(2), 0, np.full(2, np.inf))):
        value, gradient = transform(x, k)
        np.testing.assert_array_equal(value, average(x, k))
        np.testing.assert_array_equal(gradient, slope)
