"""Records as parameters of generated modules; products with primals held fixed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import adgen


class Layer(NamedTuple):
    """Parameters of a layer."""

    w: np.ndarray
    b: float


def response(p: Layer, x: np.ndarray) -> float:
    return np.sum(np.sin(p.w * x)) * p.b**2


def test_backward_gives_the_gradient_as_a_record() -> None:
    p, x = Layer(np.arange(3.0), 2.0), np.ones(3)
    source = adgen.value_and_grad(response, backend="numpy").lower(p, x).source
    module: dict[str, object] = {}
    exec(compile(source, "module", "exec"), module)
    out, residuals = module["forward"](p, x)  # type: ignore[operator]
    found = module["backward"](residuals, 1.0)  # type: ignore[operator]
    value, expected = adgen.value_and_grad(response)(p, x)
    assert isinstance(found, Layer)
    np.testing.assert_allclose(out, value)
    np.testing.assert_allclose(found.w, expected.w)
    np.testing.assert_allclose(found.b, expected.b)


def repeated(x: np.ndarray, n: int) -> float:
    for _ in range(n):
        x = x * x
    return np.sum(x)


def test_hvp_leaves_out_primals_without_a_tangent() -> None:
    found = adgen.hvp(repeated, (np.arange(3.0), 2), (np.ones(3), None))
    np.testing.assert_allclose(found[0], [0.0, 12.0, 48.0])
    assert found[1] is None
