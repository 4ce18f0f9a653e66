"""Stencil adjoints in gather form: the same numbers as pass by pass, for every size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen


def line(a: Any, steps: Any) -> Any:
    b = a.copy()
    for _ in range(steps):
        b[1:-1] = 0.25 * (a[:-2] + 2.0 * a[1:-1] + a[2:])
        a = b.copy()
    return np.sum(a * a)


def upwind(a: Any, steps: Any) -> Any:
    a = a.copy()
    for _ in range(steps):
        a[3:] = a[3:] - 0.5 * (a[3:] - a[:-3]) + 0.1 * a[1:-2]
    return np.sum(a * a)


def plane(a: Any, steps: Any) -> Any:
    a = a.copy()
    b = a.copy()
    for _ in range(steps):
        b[1:-1, 1:-1] = 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])
        a[1:-1, 1:-1] = b[1:-1, 1:-1] * b[:-2, 2:]
    return np.sum(a * b)


def space(a: Any, steps: Any) -> Any:
    a = a.copy()
    for _ in range(steps):
        a[1:-1, 1:-1, 1:-1] = a[1:-1, 1:-1, 1:-1] + 0.1 * (
            a[2:, 1:-1, 1:-1] + a[:-2, 1:-1, 1:-1] + a[1:-1, 2:, 1:-1] + a[1:-1, 1:-1, :-2]
        )
    return np.sum(a * a)


@pytest.mark.parametrize(
    ("function", "rank"),
    [(line, 1), (upwind, 1), (plane, 2), (space, 3)],
    ids=lambda x: getattr(x, "__name__", ""),
)
@pytest.mark.parametrize("pinned", [False, True])
def test_gathered_adjoints(function: Callable[..., Any], rank: int, pinned: bool) -> None:
    kernel = adgen.grad(function, backend="llvm", static_shapes=pinned)
    source = adgen.grad(function, backend="numpy")
    rng = np.random.default_rng(0)
    sizes = [2, 3, 4, 5, 6, 9, 33] if rank < 3 else [2, 3, 4, 6]
    for n in sizes if not pinned else (6,):
        if function is upwind and n < 3:
            continue
        shape = (n, n + 1, max(n - 1, 2))[:rank]
        a = rng.normal(size=shape)
        for found in (kernel(a, 2), kernel(a, 1)):
            assert found.shape == shape
        np.testing.assert_allclose(kernel(a, 3), source(a, 3), rtol=1e-13, atol=1e-13)
    assert "rim " in kernel.loops


def test_what_reads_the_array_it_adds_to_is_left_alone() -> None:
    def running(a: Any) -> Any:
        a = a.copy()
        for _ in range(2):
            a[1:] = a[1:] * a[:-1]
        return np.sum(a)

    a = np.linspace(0.5, 1.5, 7)
    found, wanted = (adgen.grad(running, backend=b)(a) for b in ("llvm", "numpy"))
    np.testing.assert_allclose(found, wanted, rtol=1e-14)
