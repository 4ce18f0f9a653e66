"""Every program of the corpus, through the public interface, on both backends, against the oracles.

A run without options takes a fixed slice of the expensive combinations; `--all-programs` runs them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.ir.interpret import interpret
from adgen.ir.parse import parse
from adgen.primitives.registry import primitive
from adgen.runtime.ahead import lower_file
from tests import corpus
from tests.corpus import Program
from tests.oracle import complex_step, dot_product, dual_run, finite
from tests.oracle.compare import assert_close, assert_same_kind, copy_of, leaves, random_like
from tests.oracle.finite import flatten

BACKENDS = ("numpy", "llvm")
NAMES = corpus.names()
PROGRAMS = {name: corpus.load(name) for name in NAMES}
#: every third program is compiled for every mode; the rest only for its gradient
SLICE = set(NAMES[::3])

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
every_program = pytest.mark.parametrize("name", NAMES)
every_backend = pytest.mark.parametrize("backend", BACKENDS)


def _in_slice(request: pytest.FixtureRequest, name: str, backend: str) -> None:
    if backend == "llvm" and name not in SLICE and not request.config.getoption("--all-programs"):
        pytest.skip("compiled with --all-programs")


@contextmanager
def as_far_as_covered() -> Iterator[None]:
    """What kernels do not cover, and say so by code, is skipped and counted."""
    try:
        yield
    except adgen.UserError as error:
        if error.diagnostic.code != "AG602":
            raise
        pytest.skip(f"not covered by kernels: {error.diagnostic.title}")


def _rtol(program: Program) -> float:
    return 1e-10 if program.eps < 1e-10 else 3e-4


def _is_scalar(out: Any) -> bool:
    return not isinstance(out, tuple) and np.ndim(out) == 0


def _tangents(program: Program, args: tuple[Any, ...], seed: int) -> tuple[Any, ...]:
    """A random direction in the checked arguments, zero in the others, None for integers."""
    moved = random_like(args, np.random.default_rng(seed))
    still = dual_run.zero_tangents(args)
    floats = random_like(args, np.random.default_rng(0))
    return tuple(
        moved[i] if i in program.wrt else (still[i] if floats[i] is not None else None)
        for i in range(len(args))
    )


def _for_oracle(args: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a if t is None else t for a, t in zip(args, tangents, strict=True))


@every_program
def test_oracles_agree(name: str) -> None:
    """Dual numbers, complex step and differences of the user's function: no adgen involved."""
    program = PROGRAMS[name]
    for which in range(len(program.factories)):
        args = program.arguments(which)
        tangents = _for_oracle(args, _tangents(program, args, 1))
        value, slope = dual_run.jvp(program.fun, args, tangents)
        np.testing.assert_array_equal(flatten(value), flatten(program.fun(*program.arguments(which))))
        if "at-kink" in program.tags:
            continue
        loose = program.eps > 1e-10
        numeric = finite.jvp(program.fun, args, tangents, rtol=0.1 if loose else 1e-5)
        assert_close(numeric, flatten(slope), 0.1 if loose else 1e-6, "differences")
        if "complex" in program.tags:
            continue
        try:
            stepped = complex_step.jvp(program.fun, args, tangents)
        except complex_step.NotAnalytic:
            continue
        assert_close(flatten(stepped), flatten(slope), 1e-4 if loose else 1e-11, "complex step")


def _check_gradient(program: Program, backend: str, which: int) -> None:
    args = program.arguments(which)
    taken, given = copy_of(args), copy_of(args)
    expected = program.fun(*taken)
    if _is_scalar(expected):
        transform = adgen.value_and_grad(program.fun, wrt=program.wrt, backend=backend)
        value, gradients = transform(*given)
        cotangent: Any = 1.0
    else:
        value, pullback = adgen.vjp(program.fun, *given, backend=backend)
        cotangent = random_like(expected, np.random.default_rng(2))
        every = pullback(cotangent)
        gradients = tuple(every[i] for i in program.wrt)
    assert_same_kind(value, expected, joined=which > 0)
    assert_close(value, expected, 1e-12 if program.eps < 1e-10 else 1e-5, "value")
    assert_same_kind(gradients, tuple(args[i] for i in program.wrt))
    for left, right in zip(leaves(taken), leaves(given), strict=True):
        if isinstance(left, np.random.Generator):
            assert left.bit_generator.state == right.bit_generator.state, "the generator is in another state"
    if "mutates" not in program.tags:
        for before, after in zip(leaves(args), leaves(given), strict=True):
            if not isinstance(before, np.random.Generator):
                np.testing.assert_array_equal(before, after, err_msg="an argument was changed")
    for i, gradient in zip(program.wrt, gradients, strict=True):
        assert_close(gradient, _dual_gradient(program, args, i, cotangent), _rtol(program), f"argument {i}")


def _dual_gradient(program: Program, args: tuple[Any, ...], position: int, cotangent: Any) -> Any:
    """The gradient of <cotangent, f> in one argument, one dual run per element."""
    if isinstance(args[position], tuple):
        parts = range(len(args[position]))
        return tuple(_dual_part(program, args, position, k, cotangent) for k in parts)
    return _dual_part(program, args, position, None, cotangent)


def _dual_part(
    program: Program, args: tuple[Any, ...], position: int, part: int | None, cotangent: Any
) -> Any:
    leaf = args[position] if part is None else args[position][part]
    dtype = np.asarray(leaf).dtype
    gradient = np.zeros(np.shape(leaf), np.complex128 if dtype.kind == "c" else np.float64)
    for index in np.ndindex(gradient.shape):
        for unit in (1.0, 1j) if dtype.kind == "c" else (1.0,):
            direction = np.zeros(np.shape(leaf), dtype)
            direction[index] = unit
            step: Any = direction if isinstance(leaf, np.ndarray) else direction.item()
            tangents = list(dual_run.zero_tangents(args))
            if part is None:
                tangents[position] = step
            else:
                tangents[position] = (*tangents[position][:part], step, *tangents[position][part + 1 :])
            slope = dual_run.jvp(program.fun, args, tangents)[1]
            gradient[index] += unit * dot_product.inner(cotangent, slope)
    return gradient


@every_backend
@every_program
def test_gradient(name: str, backend: str) -> None:
    """Value and gradient equal the user's function and its dual-number derivative."""
    program = PROGRAMS[name]
    if "host" in program.tags and backend == "llvm":
        with pytest.raises(adgen.UserError, match="AG602"):
            _check_gradient(program, backend, 0)
        return
    for which in range(len(program.factories)):
        _check_gradient(program, backend, which)


@every_backend
@every_program
def test_modes(request: pytest.FixtureRequest, name: str, backend: str) -> None:
    """Forward mode equals the duals; forward and reverse satisfy the dot-product identity."""
    _in_slice(request, name, backend)
    with as_far_as_covered():
        _check_modes(PROGRAMS[name], backend)


def _check_modes(program: Program, backend: str) -> None:
    args = program.arguments()
    tangents = _tangents(program, args, 3)
    value, slope = adgen.jvp(program.fun, copy_of(args), copy_of(tangents), backend=backend)
    expected, exact = dual_run.jvp(program.fun, args, _for_oracle(args, tangents))
    assert_close(value, expected, 1e-12 if program.eps < 1e-10 else 1e-5, "value")
    assert_same_kind(slope, exact)
    assert_close(slope, exact, _rtol(program), "tangent")
    out, pullback = adgen.vjp(program.fun, *copy_of(args), backend=backend)
    cotangent = random_like(out, np.random.default_rng(4))
    x_bar = pullback(cotangent)
    again = pullback(cotangent)
    for first, second in zip(leaves(x_bar), leaves(again), strict=True):
        np.testing.assert_array_equal(first, second, err_msg="the second call of the pullback differs")
    pairs = [(t, b) for t, b in zip(tangents, x_bar, strict=True) if t is not None]
    defect = dot_product.defect(
        tuple(t for t, _ in pairs), slope, cotangent, tuple(b for _, b in pairs), program.eps
    )
    assert defect <= 1.0, f"dot-product identity off by {defect:.3g} times its tolerance"


SCALAR = [name for name in NAMES if "vector" not in PROGRAMS[name].tags]


@every_backend
@pytest.mark.parametrize("name", SCALAR)
def test_second_order(request: pytest.FixtureRequest, name: str, backend: str) -> None:
    """Forward over reverse and reverse over reverse equal nested duals."""
    _in_slice(request, name, backend)
    with as_far_as_covered():
        _check_second_order(PROGRAMS[name], backend)


def _check_second_order(program: Program, backend: str) -> None:
    args = program.arguments()
    u, v = _tangents(program, args, 5), _tangents(program, args, 6)
    exact = dual_run.second(program.fun, args, _for_oracle(args, u), _for_oracle(args, v))
    gradient = adgen.grad(program.fun, wrt=program.wrt, backend=backend)
    slope = adgen.jvp(gradient, copy_of(args), copy_of(v), backend=backend)[1]
    weights = tuple(u[i] for i in program.wrt)
    tolerance = 1e-6 if program.second == "loose" else (1e-8 if program.eps < 1e-10 else 1e-2)
    scale = dot_product.norm(slope) * dot_product.norm(weights) + 1.0
    assert abs(dot_product.inner(weights, slope) - exact) <= tolerance * scale
    _, pullback = adgen.vjp(gradient, *copy_of(args), backend=backend)
    back = pullback(weights)
    moved = tuple(v[i] for i in program.wrt)
    assert abs(dot_product.inner(tuple(back[i] for i in program.wrt), moved) - exact) <= tolerance * scale


KINKS = [name for name in NAMES if PROGRAMS[name].kinks]


@every_backend
@pytest.mark.parametrize("name", KINKS)
def test_kinks(name: str, backend: str) -> None:
    """At kinks the derivative is the documented one, exactly, in both modes."""
    program = PROGRAMS[name]
    for args, expected in program.kinks:
        gradients = adgen.grad(program.fun, wrt=program.wrt, backend=backend)(*copy_of(args))
        for i, gradient, exact in zip(program.wrt, gradients, expected, strict=True):
            np.testing.assert_array_equal(gradient, exact, err_msg=f"argument {i}, reverse")
            np.testing.assert_array_equal(dual_run.gradient(program.fun, args, i), exact)


STATIC = [name for name in NAMES if "live" not in PROGRAMS[name].tags]


@pytest.mark.parametrize("name", STATIC)
def test_environments_agree(name: str) -> None:
    """A file read without running it and the live function give the same program."""
    program = PROGRAMS[name]
    live = adgen.jit(program.fun, backend="numpy").lower(program.signature)
    read = lower_file(str(program.path), program.fun.__name__, signature=program.signature)
    assert str(read.primal_ir) == str(live.primal_ir)


@every_program
def test_interpreter_agrees(name: str) -> None:
    """The program reads back from its text, and operation by operation it is the function of the user."""
    program = PROGRAMS[name]
    if "mutates" in program.tags or "static" in program.tags:
        pytest.skip("the interpreter changes no argument, and takes no value that has to be known before")
    lowered = adgen.jit(program.fun, backend="numpy").lower(program.signature)
    func = parse(str(lowered.primal_ir), primitive)
    args = [part for arg in program.arguments() for part in leaves(arg)]
    if len(args) != len(func.params):
        pytest.skip("captured values are further parameters")
    found = interpret(func, args)
    assert_close(found, leaves(program.fun(*program.arguments())), 1e-12 if program.eps < 1e-10 else 1e-5)
