"""The checks of the primitives can fail: every seeded wrong rule is caught by some sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.complexes import conj
from adgen.primitives.define import ZERO, Later, Over, Primitive, Zero
from adgen.primitives.elementwise import add, neg
from adgen.primitives.registry import REGISTRY
from tests.test_primitives import test_forward_and_reverse_rules as check_rules

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


#: linear algebra and transforms whose results are complex
_OF_COMPLEX = ("fft", "rfft", "solve", "inv", "det", "cholesky", "qr", "contract")


def _negated(b: Builder, partial: Any) -> Any:
    match partial:
        case Value():
            return neg(b, partial)
        case Over(denominator):
            return Over(neg(b, denominator))
        case Later(build):
            return Later(lambda: neg(b, build()))
        case Zero():
            return 1.0
        case _:
            return -partial if partial else 1.0


def _doubled(b: Builder, partial: Any) -> Any:
    match partial:
        case Value():
            return add(b, partial, partial)
        case Over(denominator):
            return Over(add(b, denominator, denominator))
        case Later(build):
            return Later(lambda: add(b, *(build(),) * 2))
        case Zero():
            return 1.0
        case _:
            return 2.0 * partial if partial else 1.0


def _with_partial(prim: Primitive, slot: int, change: Callable[[Builder, Any], Any]) -> Primitive:
    original: Any = prim.partials

    def partials(b: Builder, r: Any, *operands: Any, **attrs: Any) -> Any:
        found = list(original(b, r, *operands, **attrs))
        found[slot % len(found)] = change(b, found[slot % len(found)])
        return found

    return replace(prim, partials=partials)


def _without_contribution(prim: Primitive) -> Primitive:
    original: Any = prim.vjp

    def vjp(b: Builder, op: Any, seed: Any) -> Any:
        found = list(original(b, op, seed))
        live = next(k for k, c in enumerate(found) if c is not ZERO)
        found[live] = ZERO
        return found

    return replace(prim, vjp=vjp)


def _with_doubled_tangent(prim: Primitive) -> Primitive:
    original: Any = prim.jvp

    def jvp(b: Builder, op: Any, dots: Any) -> Any:
        found = original(b, op, dots)
        if isinstance(found, tuple):
            return tuple(add(b, dot, dot) if isinstance(dot, Value) else dot for dot in found)
        return add(b, found, found) if isinstance(found, Value) else found

    return replace(prim, jvp=jvp)


def _of_conjugated_seeds(prim: Primitive) -> Primitive:
    """Cotangents of complex results taken for those of the other convention."""
    original: Any = prim.vjp

    def turned(b: Builder, seed: Any) -> Any:
        return conj(b, seed) if isinstance(seed, Value) and seed.type.is_complex else seed

    def vjp(b: Builder, op: Any, seed: Any) -> Any:
        several = isinstance(seed, tuple | list)
        return original(b, op, tuple(turned(b, s) for s in seed) if several else turned(b, seed))

    return replace(prim, vjp=vjp)


def _mutants(prim: Primitive) -> Iterator[tuple[str, Primitive]]:
    if prim.inactive is not None:
        return
    if callable(prim.partials):
        yield "sign of the first partial", _with_partial(prim, 0, _negated)
        yield "factor in the last partial", _with_partial(prim, -1, _doubled)
    if callable(prim.vjp):
        yield "dropped contribution", _without_contribution(prim)
        if prim.name in _OF_COMPLEX:
            yield "conjugated cotangent", _of_conjugated_seeds(prim)
    if callable(prim.jvp):
        yield "factor in the tangent", _with_doubled_tangent(prim)


def _has_floats(types: tuple[str, ...]) -> bool:
    return any(text.removeprefix("np.").startswith(("f", "c")) for text in types)


MUTANTS = [
    pytest.param(mutant, id=f"{name}: {what}")
    for name, prim in REGISTRY.table.items()
    if isinstance(prim.samples, tuple) and any(s.smooth and _has_floats(s.types) for s in prim.samples)
    for what, mutant in _mutants(prim)
]


@pytest.mark.parametrize("mutant", MUTANTS)
def test_mutant_is_caught(mutant: Primitive) -> None:
    assert isinstance(mutant.samples, tuple)
    caught = False
    for sample in mutant.samples:
        if sample.smooth and not caught:
            try:
                check_rules(mutant, sample)
            except AssertionError:
                caught = True
            except pytest.skip.Exception:
                continue
    assert caught


# -- rules that users give, and solutions ---------------------------------------------------------------
def _solution_bar(saved: Any, x_bar: Any) -> Any:
    _, x = saved
    return (x_bar / (2.0 * x), None)


def _without_factor(saved: Any, x_bar: Any) -> Any:
    _, x = saved
    return (x_bar / x, None)


def _of_other_sign(saved: Any, x_bar: Any) -> Any:
    _, x = saved
    return (-x_bar / (2.0 * x), None)


def _at_the_argument(saved: Any, x_bar: Any) -> Any:
    a, _ = saved
    return (x_bar / (2.0 * a), None)


def _solver(backward: Callable[..., Any]) -> Callable[..., Any]:
    @adgen.custom_vjp
    def root_of(a: Any, steps: int) -> Any:
        x = a
        for _ in range(steps):
            x = 0.5 * (x + a / x)
        return x

    root_of.defvjp(lambda a, steps: (root_of(a, steps), (a, root_of(a, steps))), backward)
    return lambda a: np.sum(root_of(a, 30) ** 3)


def _tangent(factor: float) -> Callable[..., Any]:
    @adgen.custom_jvp
    def cubed(x: Any) -> Any:
        return x**3

    cubed.defjvp(lambda primals, tangents: (cubed(primals[0]), factor * primals[0] ** 2 * tangents[0]))
    return lambda x: np.sum(cubed(x))


_GIVEN = np.array([1.3, 2.0, 5.0])
_RIGHT_RULES = {"solution": _solver(_solution_bar), "tangent": _tangent(3.0)}
_WRONG_RULES = {
    "dropped factor": _solver(_without_factor),
    "flipped sign": _solver(_of_other_sign),
    "not at the solution": _solver(_at_the_argument),
    "factor in a tangent": _tangent(2.0),
}


@pytest.mark.parametrize("name", _RIGHT_RULES)
def test_right_rules_pass(name: str) -> None:
    assert adgen.check_grad(_RIGHT_RULES[name], _GIVEN, order=2).ok


@pytest.mark.parametrize("name", _WRONG_RULES)
def test_wrong_rules_of_users_are_caught(name: str) -> None:
    with pytest.raises(adgen.GradientMismatch):
        adgen.check_grad(_WRONG_RULES[name], _GIVEN)
