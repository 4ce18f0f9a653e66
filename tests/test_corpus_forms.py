"""Every program of the corpus in every form: rolled and unrolled, optimised and not, on both backends.

Neither changes a bit of the value. The order in which cotangents are added up may differ, nothing else.
A run without options takes a fixed slice of the kernels; `--all-programs` runs all forms.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

import adgen
from tests import corpus
from tests.corpus import Program
from tests.oracle.compare import assert_close, copy_of, leaves, random_like
from tests.props.examine import defined, forgotten, unoptimised
from tests.props.unrolling import unrolled
from tests.test_corpus import as_far_as_covered

NAMES = corpus.names()
PROGRAMS = {name: corpus.load(name) for name in NAMES}
UNROLLED = {name: unrolled(PROGRAMS[name].path.read_text()) for name in NAMES}
STATIC = [name for name in NAMES if "adgen.unroll" in UNROLLED[name] != PROGRAMS[name].path.read_text()]
#: what is compiled without --all-programs
SLICE = {*NAMES[1::12], *STATIC[::8]}

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
every_backend = pytest.mark.parametrize("backend", ["numpy", "llvm"])


def _in_slice(request: pytest.FixtureRequest, name: str, dear: bool) -> None:
    if dear and name not in SLICE and not request.config.getoption("--all-programs"):
        pytest.skip("with --all-programs")


def _answer(fun: Callable[..., Any], args: tuple[Any, ...], program: Program, **options: Any) -> Any:
    """The value, and gradients with the arguments after the call (of generators: what they draw next)."""
    given = copy_of(args)
    with as_far_as_covered():
        if "vector" not in program.tags:
            value, gradients = adgen.value_and_grad(fun, wrt=program.wrt, **options)(*given)
            return value, (gradients, _after(given))
        value, pullback = adgen.vjp(fun, *given, **options)
        every = pullback(random_like(value, np.random.default_rng(2)))
        return value, (tuple(every[i] for i in program.wrt), _after(given))


def _after(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a.random() if isinstance(a, np.random.Generator) else a for a in args)


def _options(backend: str) -> dict[str, Any]:
    return {"backend": backend, "fast_compile": True} if backend == "llvm" else {"backend": backend}


def _check(program: Program, backend: str, found: Any) -> None:
    """The same value as in the plain form, and the same derivative up to rounding."""
    value, rest = _answer(program.fun, program.arguments(), program, **_options(backend))
    for left, right in zip(leaves(found[0]), leaves(value), strict=True):
        np.testing.assert_array_equal(left, right)
    assert_close(found[1], rest, 1e-12 if program.eps < 1e-10 else 1e-4, program.name)


@every_backend
@pytest.mark.parametrize("name", NAMES)
def test_not_optimised(request: pytest.FixtureRequest, name: str, backend: str) -> None:
    _in_slice(request, name, backend == "llvm")
    program = PROGRAMS[name]
    with unoptimised():
        found = _answer(program.fun, program.arguments(), program, **_options(backend))
    _check(program, backend, found)


@every_backend
@pytest.mark.parametrize("optimised", [True, False], ids=("optimised", "not-optimised"))
@pytest.mark.parametrize("name", STATIC)
def test_unrolled(request: pytest.FixtureRequest, name: str, optimised: bool, backend: str) -> None:
    _in_slice(request, name, backend == "llvm" or not optimised)
    program = PROGRAMS[name]
    fun = defined(UNROLLED[name], program.fun.__name__)
    args = fun.__globals__["CASE"]["args"](np.random.default_rng(0))
    with forgotten(fun), nullcontext() if optimised else unoptimised():
        found = _answer(fun, args, program, **_options(backend), static_shapes=True)
    _check(program, backend, found)
