"""Factorizations of matrices that are not square."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg

import adgen


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4)])
def test_lu_of_any_shape(shape: tuple[int, int]) -> None:
    def triangles(x: Any) -> Any:
        return scipy.linalg.lu(x, permute_l=True)

    def total(x: Any) -> Any:
        low, up = triangles(x)
        return np.sum(low**2) + np.sum(np.sin(up))

    x = np.random.default_rng(0).standard_normal(shape)
    for found, wanted in zip(adgen.jit(triangles, backend="numpy")(x), triangles(x), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-13)
    adgen.check_grad(total, x, backend="numpy")
