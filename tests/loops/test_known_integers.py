"""Sizes that checks found equal are one size: what is computed between slices takes no memory."""

from __future__ import annotations

from typing import Any

import numpy as np

import adgen


def triangle(rows: Any, start: Any) -> Any:
    out = start.copy()
    for i in range(rows.shape[0]):
        out[: i + 1] += rows[i, 0] * rows[i, : i + 1]
    return np.sum(out * out)


def test_slices_of_equal_length_are_one_domain() -> None:
    rows, start = np.arange(9.0).reshape(3, 3), np.ones(3)
    transform = adgen.value_and_grad(triangle, (0, 1), backend="llvm")
    value, gradients = transform(rows, start)
    assert value == triangle(rows, start)
    for found, wanted in zip(
        gradients, adgen.grad(triangle, (0, 1), backend="numpy")(rows, start), strict=True
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-14)
    assert "on the heap" not in transform.loops
    assert "reserve" not in transform.loops
