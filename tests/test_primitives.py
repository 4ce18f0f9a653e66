"""Every primitive on every sample, on the interpreter: derivative rules of both modes, to second order.

No primitive has test code of its own: the registry's samples drive everything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adgen.autodiff.forward import pushforward
from adgen.autodiff.reverse import joint
from adgen.ir.builder import Builder
from adgen.ir.core import Func, Value
from adgen.ir.interpret import interpret
from adgen.ir.parse import parse_type
from adgen.ir.types import Kind, Type
from adgen.ir.verify import verify
from adgen.primitives.define import Primitive, Sample
from adgen.primitives.registry import REGISTRY
from tests.oracle import dot_product, finite
from tests.oracle.compare import assert_close, is_float, random_like

CASES = [
    pytest.param(prim, sample, id=f"{name}-{k}")
    for name, prim in REGISTRY.table.items()
    if isinstance(prim.samples, tuple) and name != "empty"
    for k, sample in enumerate(prim.samples)
    if sample.smooth
]
every_case = pytest.mark.parametrize(("prim", "sample"), CASES)
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def sample_func(prim: Primitive, sample: Sample) -> Func:
    """A function that is just the primitive; what it would change in place is copied first."""
    b = Builder()
    params = tuple(Value(parse_type(t), f"x{k}") for k, t in enumerate(sample.types))

    def body() -> tuple[Value, ...]:
        operands = list(params)
        for slot in prim.consumes:
            (operands[slot],) = b.emit(REGISTRY.table["copy"], [operands[slot]])
        return b.emit(prim, operands, dict(sample.attrs))

    return verify(Func(f"sample_{prim.name}", b.region(params, body)))


def sample_arguments(sample: Sample) -> tuple[Any, ...]:
    """Arguments from the sample's domain, a little inside its ends."""
    rng = np.random.default_rng(11)
    values = sample.values or (None,) * len(sample.types)
    found = []
    for text, value in zip(sample.types, values, strict=True):
        type_ = parse_type(text)
        assert isinstance(type_, Type)
        shape = tuple(int(str(d)) for d in type_.dims)
        margin = 0.05 * (sample.high - sample.low)
        drawn = (
            rng.uniform(sample.low + margin, sample.high - margin, shape)
            if value is None
            else np.array(value)
        )
        if value is None and type_.is_complex:
            drawn = drawn + 1j * rng.uniform(sample.low + margin, sample.high - margin, shape)
        cast = np.asarray(drawn).astype(type_.dtype.numpy)
        found.append(cast.item() if type_.kind is Kind.py else cast[()] if type_.kind is Kind.np else cast)
    return tuple(found)


class Case:
    """A sample with its derivative programs."""

    def __init__(self, prim: Primitive, sample: Sample) -> None:
        self.func = sample_func(prim, sample)
        self.args = sample_arguments(sample)
        self.wrt = [k for k, a in enumerate(self.args) if is_float(a)]
        self.outputs = [
            k for k, v in enumerate(self.func.results) if isinstance(v.any_type, Type) and v.type.is_float
        ]
        if not self.wrt or not self.outputs or prim.inactive is not None:
            pytest.skip("nothing to differentiate")
        types = [v.type for v in (*self.func.params, *self.func.results) if isinstance(v.any_type, Type)]
        singles = [t for t in types if t.dtype.real.numpy == np.float32]
        self.eps = float(np.finfo(np.float32 if singles else np.float64).eps)
        self.rng = np.random.default_rng(3)

    def direction(self) -> tuple[Any, ...]:
        """A random tangent for every float argument."""
        return tuple(random_like(self.args[k], self.rng) for k in self.wrt)

    def results(self, run: Callable[..., Any]) -> tuple[Any, ...]:
        """The float results of a run."""
        return tuple(run[k] for k in self.outputs)

    def slopes(self, func: Func, args: tuple[Any, ...], tangents: tuple[Any, ...]) -> np.ndarray:
        """Directional derivative of the last results of `func` by differences."""
        moving = iter(tangents)
        full = tuple(next(moving) if k in self.wrt else a for k, a in enumerate(self.args))
        rest = args[len(self.args) :]

        def run(*values: Any) -> Any:
            out = interpret(func, (*values, *rest))
            return tuple(np.asarray(v) for v in out if is_float(v))

        return finite.jvp(run, self.args, full, rtol=0.1 if self.eps > 1e-10 else 1e-5)


@every_case
def test_forward_and_reverse_rules(prim: Primitive, sample: Sample) -> None:
    case = Case(prim, sample)
    tangents = case.direction()
    forward = verify(pushforward(case.func, case.wrt, case.outputs))
    slope = interpret(forward, (*case.args, *tangents))[len(case.func.results) :]
    numeric = case.slopes(case.func, case.args, tangents)
    # One more number sets the scale: differences of a function near zero are noise.
    assert_close(
        (finite.flatten(slope), 1.0), (numeric, 1.0), 0.1 if case.eps > 1e-10 else 1e-6, "forward mode"
    )
    cotangents = random_like(slope, case.rng)
    reverse = verify(joint(case.func, case.wrt, case.outputs, seeded=True))
    found = interpret(reverse, (*case.args, *cotangents))[len(case.func.results) :]
    assert dot_product.defect(tangents, slope, cotangents, found, case.eps) <= 1.0


@every_case
def test_second_order(prim: Primitive, sample: Sample) -> None:
    case = Case(prim, sample)
    tangents = case.direction()
    reverse = joint(case.func, case.wrt, case.outputs, seeded=True)
    count = len(case.func.results)
    gradients = list(range(count, count + len(case.wrt)))
    out = tuple(interpret(case.func, case.args)[k] for k in case.outputs)
    args = (*case.args, *random_like(out, case.rng))
    twice = verify(pushforward(reverse, case.wrt, gradients))
    slope = interpret(twice, (*args, *tangents))[len(reverse.results) :]
    numeric = case.slopes(reverse, args, tangents)
    skipped = sum(finite.flatten(v).size for v in interpret(case.func, case.args) if is_float(v))
    assert_close(finite.flatten(slope), numeric[skipped:], 0.2 if case.eps > 1e-10 else 1e-5, "second order")
    weights = random_like(slope, case.rng)
    back = verify(joint(reverse, case.wrt, gradients, seeded=True))
    found = interpret(back, (*args, *weights))[len(reverse.results) :]
    assert dot_product.defect(tangents, slope, weights, found, case.eps) <= 8.0
