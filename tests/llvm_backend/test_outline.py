"""Domains that do the same are one function of the module."""

from __future__ import annotations

from typing import Any

import numpy as np

import adgen


def borders(u: Any, v: Any, steps: Any) -> Any:
    u, v = u.copy(), v.copy()
    for _ in range(steps):
        u[0, :] = v[1, :]
        v[0, :] = u[1, :]
        u[:, 0] = 0.5 * v[:, 1]
        v[:, 0] = 0.5 * u[:, 1]
        u[1:, 1:] = np.tanh(v[1:, 1:] + u[:-1, :-1])
        v[1:, 1:] = np.tanh(u[1:, 1:] + v[:-1, :-1])
    return np.sum(u * v)


def test_domains_that_do_the_same_are_one_function() -> None:
    lowered = adgen.value_and_grad(borders, (0, 1), backend="llvm").lower("f64[n, m], f64[n, m], i64")
    text = lowered.llvm_ir
    functions = text.count("define internal void @domain")
    calls = text.count("call void @domain")
    assert 0 < functions < calls
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(5, 6)), rng.normal(size=(5, 6))
    found, wanted = (
        adgen.value_and_grad(borders, (0, 1), backend=backend)(u, v, 3) for backend in ("llvm", "numpy")
    )
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-13)
    for one, other in zip(found[1], wanted[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-14)
