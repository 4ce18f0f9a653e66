"""Products of stacks of matrices are printed so that NumPy calls BLAS, where it can."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.ir.interpret import interpret
from adgen.ir.parse import parse
from adgen.numpy_backend.execute import compile_function
from adgen.numpy_backend.function import print_function
from adgen.primitives.registry import primitive

SIZES = {"b": 2, "c": 3, "h": 2, "i": 3, "j": 4, "k": 5}

TEXTS = {
    "bij,bjk->bik": "x @ y",
    "bij,bkj->bik": "x @ np.swapaxes(y, -1, -2)",
    "bji,bjk->bik": "np.swapaxes(x, -1, -2) @ y",
    "bij,bki->bkj": "y @ x",
    "bhij,bhjk->bhik": "x @ y",
    "bij,jk->bik": "x @ y",
    "bij,kj->bik": "x @ y.T",
    "jk,bij->bik": "y @ x",
    "bij,j->bi": "x @ y",
    "bij,bik->jk": "np.tensordot(x, y, ((0, 1), (0, 1)))",
    "bij,bik->kj": "np.tensordot(y, x, ((0, 1), (0, 1)))",
    "cb,bij->cij": "np.tensordot(x, y, (1, 0))",
    "bij,bj->bi": 'np.einsum("bij,bj->bi", x, y)',
    "bij,bij->b": 'np.einsum("bij,bij->b", x, y)',
    "bij,bcj->bci": "y @ np.swapaxes(x, -1, -2)",
    "bij,cjk->bcik": 'np.einsum("bij,cjk->bcik", x, y)',
}


@pytest.mark.parametrize("spec", TEXTS)
def test_product(spec: str) -> None:
    operands, letters = spec.split("->")
    left, right, result = (
        "f64[" + ", ".join(str(SIZES[c]) for c in s) + "]" for s in (*operands.split(","), letters)
    )
    func = parse(
        f"func @product(%x: {left}, %y: {right}) -> ({result}) {{\n"
        f'  %z = contract(%x, %y) {{spec = "{spec}"}} : {result}\n  return %z\n}}',
        primitive,
    )
    assert f"z = {TEXTS[spec]}" in print_function(func)
    rng = np.random.default_rng(1)
    x, y = (rng.standard_normal([SIZES[c] for c in s]) for s in operands.split(","))
    found: Any = compile_function(func)(x, y)
    assert np.allclose(found, np.einsum(spec, x, y), rtol=1e-13)
    assert np.allclose(interpret(func, (x, y))[0], found, rtol=1e-13)
