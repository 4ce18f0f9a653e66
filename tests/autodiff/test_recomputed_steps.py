"""Steps of recurrences given to `adgen.recompute` have the bits of the plain loop.

Kernels shorten reversed recurrences of numbers, and fuse products and sums in them; a segment is shortened as
a whole of its own, so that there the last bits may differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen


def saturated(h: Any, w: Any) -> Any:
    return np.tanh(w * h + 0.1)


def rational(h: Any, w: Any) -> Any:
    return h / (1.0 + w * h * h)


def damped(h: Any, w: Any) -> Any:
    return h + 0.1 * (w - h * h * h)


def swirled(h: Any, w: Any) -> Any:
    return np.sin(h) * w + np.cos(h) / (2.0 + w)


def gated(h: Any, w: Any) -> Any:
    gate = 1.0 / (1.0 + np.exp(-w * h))
    return gate * h + (1.0 - gate) * w


def rooted(h: Any, w: Any) -> Any:
    return np.sqrt(h * h + w) * 0.7


def cut(h: Any, w: Any) -> Any:
    return np.maximum(h * w, 0.2 * h) + 0.3


STEPS = (saturated, rational, damped, swirled, gated, rooted, cut)


def unrolled(step: Callable[[Any, Any], Any]) -> Callable[[Any, Any, int], Any]:
    def function(h: Any, w: Any, steps: int) -> Any:
        for _ in range(steps):
            h = step(h, w)
        return np.sum(h * h)

    return function


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("state", [0.4, np.array([0.4, -0.3, 1.1])], ids=["number", "array"])
@pytest.mark.parametrize("step", STEPS, ids=lambda f: f.__name__)
def test_the_bits_of_the_plain_loop(step: Callable[[Any, Any], Any], state: Any, backend: str) -> None:
    args = (state, 0.8, 9)
    plain = adgen.value_and_grad(unrolled(step), wrt=(0, 1), backend=backend)(*args)
    again = adgen.value_and_grad(unrolled(adgen.recompute(step)), wrt=(0, 1), backend=backend)(*args)
    np.testing.assert_array_equal(plain[0], again[0])
    fused = backend == "llvm" and not np.ndim(state)
    for one, other in zip(plain[1], again[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14 if fused else 0.0, atol=0.0)
