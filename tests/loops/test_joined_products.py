"""Products that share a matrix and a place are one product with a sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen


def gram(x: Any, w: Any) -> Any:
    return np.sum((x.T @ x) * w)


def loops(x: Any, w: Any) -> Any:
    c = np.zeros((x.shape[1], x.shape[1]))
    for i in range(x.shape[1]):
        for j in range(i, x.shape[1]):
            s = 0.0
            for k in range(x.shape[0]):
                s += x[k, i] * x[k, j]
            c[i, j] = s
            c[j, i] = s
    return np.sum(c * w)


def two_sides(x: Any, w: Any) -> Any:
    y = np.zeros((x.shape[0], w.shape[1]))
    y += x @ w
    y += np.sin(x) @ w
    return np.sum(y * y)


@pytest.mark.parametrize("fun", [gram, loops, two_sides], ids=lambda f: f.__name__)
@pytest.mark.parametrize(("n", "m"), [(40, 30), (3, 2), (1, 4), (5, 1), (0, 3), (4, 0)])
def test_gradients(fun: Any, n: int, m: int) -> None:
    rng = np.random.default_rng(n + m)
    x, w = rng.normal(size=(n, m)), rng.normal(size=(m, m))
    found, wanted = (adgen.value_and_grad(fun, (0, 1), backend=b)(x, w) for b in ("llvm", "numpy"))
    assert found[0] == pytest.approx(wanted[0], rel=1e-12, abs=1e-12)
    for one, other in zip(found[1], wanted[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-11)


def test_the_adjoint_of_a_gram_matrix_is_one_product() -> None:
    lowered = adgen.grad(loops, backend="llvm").lower("f64[n, m], f64[m, m]")
    assert lowered.loops.count("product ") == 1
