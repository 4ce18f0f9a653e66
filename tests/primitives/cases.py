"""Samples of primitives as small programs with arguments, tangents and cotangents."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.autodiff.forward import pushforward
from adgen.autodiff.reverse import joint
from adgen.ir.builder import Builder
from adgen.ir.core import Func, Value
from adgen.ir.interpret import coerce, interpret
from adgen.ir.parse import parse_type
from adgen.ir.types import DType, Type
from adgen.primitives.define import Primitive, Sample
from adgen.primitives.registry import REGISTRY
from tests.oracle import dot_product, finite


@dataclass(frozen=True)
class Case:
    """One primitive on one sample."""

    prim: Primitive
    sample: Sample
    number: int

    @property
    def id(self) -> str:
        return f"{self.prim.name}-{self.number}"

    @property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng(zlib.crc32(self.id.encode()))


def all_cases() -> list[Case]:
    """Every primitive on every one of its samples."""
    return [
        Case(prim, sample, k)
        for prim in REGISTRY.table.values()
        if isinstance(prim.samples, tuple)
        for k, sample in enumerate(prim.samples)
    ]


def program(prim: Primitive, types: Sequence[Type], sample: Sample) -> Func:
    """A function that is just the primitive."""
    b = Builder()
    params = tuple(Value(t, f"x{k}") for k, t in enumerate(types))
    body = b.region(params, lambda: b.emit(prim, params, dict(sample.attrs)))
    return Func(f"sample_{prim.name}", body)


def types_of(sample: Sample) -> tuple[Type, ...]:
    """The operand types of a sample."""
    types = tuple(parse_type(text) for text in sample.types)
    return tuple(t for t in types if isinstance(t, Type))


def wide(types: Sequence[Type]) -> tuple[Type, ...]:
    """The same types in double precision."""
    doubles = {DType.f32: DType.f64, DType.c64: DType.c128}
    return tuple(t.with_dtype(doubles.get(t.dtype, t.dtype)) for t in types)


def arguments(case: Case) -> list[Any]:
    """Arguments from the sample's domain."""
    sample, rng = case.sample, case.rng
    given = sample.values or (None,) * len(sample.types)
    return [
        coerce(np.array(v) if v is not None else _drawn(rng, sample, t), t)
        for t, v in zip(types_of(sample), given, strict=True)
    ]


def _drawn(rng: np.random.Generator, sample: Sample, type_: Type) -> Any:
    """Numbers from the domain of a sample, the parts of complex ones too."""
    found = rng.uniform(sample.low, sample.high, shape_of(type_))
    return found + 1j * rng.uniform(sample.low, sample.high, shape_of(type_)) if type_.is_complex else found


def shape_of(type_: Type) -> tuple[int, ...]:
    """Numbers for constant dims."""
    return tuple(d.evaluate({}) for d in type_.dims)


def floats(types: Sequence[Any]) -> list[int]:
    """Positions of the float types."""
    return [k for k, t in enumerate(types) if isinstance(t, Type) and t.is_float]


def directions(rng: np.random.Generator, values: Sequence[Value]) -> list[Any]:
    """A random tangent (or cotangent) for each value."""
    return [direction(rng, v.type) for v in values]


def direction(rng: np.random.Generator, type_: Type) -> Any:
    """A random tangent of a type."""
    found = rng.standard_normal(shape_of(type_))
    return coerce(found + 1j * rng.standard_normal(shape_of(type_)) if type_.is_complex else found, type_)


@dataclass(frozen=True)
class Derivatives:
    """A program, its forward-mode and its reverse-mode program, with respect to its float parameters."""

    func: Func
    outputs: tuple[int, ...]

    @property
    def wrt(self) -> list[int]:
        return floats([p.any_type for p in self.func.params])

    @property
    def ends(self) -> list[Value]:
        return [self.func.results[k] for k in self.outputs]

    def forward(self) -> Func:
        return pushforward(self.func, self.wrt, self.outputs)

    def reverse(self) -> Func:
        return joint(self.func, self.wrt, self.outputs, seeded=True)

    def gap(self, args: Sequence[Any], rng: np.random.Generator, eps: float) -> float:
        """How far forward and reverse mode are from being transposes, in units of the tolerance."""
        dots = directions(rng, [self.func.params[k] for k in self.wrt])
        bars = directions(rng, self.ends)
        y_dot = interpret(self.forward(), [*args, *dots])[len(self.func.results) :]
        x_bar = interpret(self.reverse(), [*args, *bars])[len(self.func.results) :]
        return dot_product.defect(dots, list(y_dot), bars, list(x_bar), eps)

    def numeric_error(self, args: Sequence[Any], rng: np.random.Generator, rtol: float) -> float:
        """How far the forward mode is from finite differences, relative to the derivative's size."""
        dots = directions(rng, [self.func.params[k] for k in self.wrt])
        tangents: list[Any] = [None] * len(args)
        for k, dot in zip(self.wrt, dots, strict=True):
            tangents[k] = dot
        wanted = finite.jvp(self.evaluate, args, tangents, rtol=rtol)
        found = finite.flatten(interpret(self.forward(), [*args, *dots])[len(self.func.results) :])
        return float(np.max(np.abs(found - wanted), initial=0.0)) / (
            1.0 + float(np.max(np.abs(wanted), initial=0.0))
        )

    def evaluate(self, *args: Any) -> tuple[Any, ...]:
        results = interpret(self.func, args)
        return tuple(results[k] for k in self.outputs)


def derivatives(prim: Primitive, types: Sequence[Type], sample: Sample) -> Derivatives | None:
    """The derivatives of a primitive on a sample; None where nothing is to be differentiated."""
    func = program(prim, types, sample)
    outputs = tuple(floats([r.any_type for r in func.results]))
    active = outputs and floats([p.any_type for p in func.params]) and prim.inactive is None
    return Derivatives(func, outputs) if active else None


Transform = Callable[[Derivatives], Derivatives]


def second_order(first: Derivatives) -> list[Derivatives]:
    """The derivatives of the forward-mode and of the reverse-mode program."""
    count = len(first.func.results)
    found = []
    for func in (first.forward(), first.reverse()):
        outputs = tuple(k for k in range(count, len(func.results)))
        found.append(Derivatives(func, outputs))
    return found
