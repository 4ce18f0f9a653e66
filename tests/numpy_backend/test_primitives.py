"""Every primitive on every sample: the printed text computes what the interpreter computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.ir.builder import Builder
from adgen.ir.core import Func, Value
from adgen.ir.dims import Dim
from adgen.ir.interpret import interpret
from adgen.ir.parse import parse_type
from adgen.ir.types import Kind, Type
from adgen.numpy_backend.execute import compile_function
from adgen.numpy_backend.function import print_function
from adgen.primitives.define import Primitive, Sample
from adgen.primitives.registry import REGISTRY

CASES = [
    pytest.param(prim, sample, id=f"{name}-{k}")
    for name, prim in REGISTRY.table.items()
    if isinstance(prim.samples, tuple) and name != "empty"
    for k, sample in enumerate(prim.samples)
]


def sample_arguments(sample: Sample) -> list[Any]:
    """Arguments drawn from the sample's domain."""
    rng = np.random.default_rng(7)
    values = sample.values or (None,) * len(sample.types)
    arguments = []
    for text, value in zip(sample.types, values, strict=True):
        type_ = parse_type(text)
        assert isinstance(type_, Type)
        shape = tuple(int(str(d)) for d in type_.dims)
        found = rng.uniform(sample.low, sample.high, shape) if value is None else np.array(value)
        cast = found.astype(type_.dtype.numpy)
        arguments.append(
            cast.item() if type_.kind is Kind.py else cast[()] if type_.kind is Kind.np else cast
        )
    return arguments


def sample_func(prim: Primitive, sample: Sample) -> Func:
    """A function that is just the primitive; what it would change in place is copied first."""
    b = Builder()
    params = tuple(Value(parse_type(t), f"x{k}") for k, t in enumerate(sample.types))

    def body() -> tuple[Value, ...]:
        operands = list(params)
        for slot in prim.consumes:
            (operands[slot],) = b.emit(REGISTRY.table["copy"], [operands[slot]])
        return b.emit(prim, operands, dict(sample.attrs))

    return Func(f"sample_{prim.name}", b.region(params, body))


@pytest.mark.parametrize(("prim", "sample"), CASES)
def test_text_computes_what_the_interpreter_computes(prim: Primitive, sample: Sample) -> None:
    func = sample_func(prim, sample)
    arguments = sample_arguments(sample)
    wanted = interpret(func, arguments)
    text = print_function(func)
    with np.errstate(all="ignore"):
        found = compile_function(func)(*arguments)
    found = found if isinstance(found, tuple) else (found,)
    for got, expected, result in zip(found, wanted, func.results, strict=True):
        np.testing.assert_allclose(
            got, expected, rtol=1e-6 if "f32" in str(result.type) else 1e-14, err_msg=text
        )
        assert np.asarray(got).dtype == result.type.dtype.numpy, text
        assert np.shape(got) == tuple(d.evaluate({}) for d in result.type.dims), text
        assert isinstance(got, np.generic | np.ndarray) != result.type.is_py, text


def test_sizes_are_named_once() -> None:
    b = Builder()
    x = Value(Type(parse_type("f64").dtype, (Dim.symbol("n"), Dim.symbol("m"))), "x")
    func = Func("f", b.region((x,), lambda: [REGISTRY.table["dim"](b, dim=Dim.parse("n*m-1"))]))
    assert "n, m = x.shape" in print_function(func)
