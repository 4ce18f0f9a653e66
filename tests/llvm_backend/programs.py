"""Small programs for kernels, and their comparison with the interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Func, Region, Value
from adgen.ir.interpret import coerce, interpret
from adgen.ir.parse import parse, parse_type
from adgen.ir.types import Type
from adgen.llvm_backend.compile import CompileOptions
from adgen.llvm_backend.kernel import LlvmKernel
from adgen.primitives.define import Primitive, Sample
from adgen.primitives.registry import primitive
from adgen.runtime.stages import taken_apart
from adgen.transform.copies import insert_copies


def of_text(text: str) -> Func:
    """A program from its text, copies made explicit."""
    return insert_copies(parse(text, primitive))


def of_sample(prim: Primitive, sample: Sample) -> Func:
    """The program that applies a primitive once."""
    b = Builder()
    params = tuple(Value(parse_type(t), f"x{k}") for k, t in enumerate(sample.types))
    results = b.emit(prim, params, dict(sample.attrs))
    return insert_copies(taken_apart(Func(prim.name, Region(params, tuple(b.nodes), results))))


def sample_arguments(sample: Sample, seed: int = 0) -> list[Any]:
    """Arguments of a sample: the given ones, the others drawn from its domain."""
    rng = np.random.default_rng(seed)
    values = sample.values or (None,) * len(sample.types)
    found = []
    for text, value in zip(sample.types, values, strict=True):
        type_ = parse_type(text)
        assert isinstance(type_, Type)
        if value is None:
            shape = tuple(d.evaluate({}) for d in type_.dims)
            value = rng.uniform(sample.low, sample.high, shape)
            if type_.is_complex:
                value = value + 1j * rng.uniform(sample.low, sample.high, shape)
        found.append(coerce(value, type_))
    return found


def kernel_of(func: Func, fast: bool = False) -> LlvmKernel:
    """The kernel of a program."""
    return LlvmKernel.build(func, CompileOptions(fast=fast))


def agree(func: Func, args: Sequence[Any], rtol: float = 1e-12, fast: bool = False) -> tuple[Any, ...]:
    """Run a program both ways and compare values, dtypes, shapes and kinds; arguments stay as they were."""
    before = [np.array(a) for a in args]
    expected = interpret(func, args)
    found = kernel_of(func, fast)(args)
    for e, f in zip(expected, found, strict=True):
        assert type(e) is type(f), (type(e), type(f))
        assert np.shape(e) == np.shape(f)
        tolerance = 2e-6 if np.asarray(e).dtype in (np.float32, np.complex64) else rtol
        np.testing.assert_allclose(f, e, rtol=tolerance, atol=tolerance)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b)
    return found
