"""Random programs: generated gradients against dual numbers, compiled kernels against NumPy source.

A failing program is written to the folder named in the message, ready to be moved to tests/corpus.
Programs are not shrunk: building hundreds of variants takes minutes.
`pytest tests/props --hypothesis-profile=hunt` looks for more than the fixed slice of a normal run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

import adgen
from tests.oracle import dual_run
from tests.oracle.compare import assert_close, copy_of
from tests.props.programs import programs

FOLDER = Path(tempfile.gettempdir()) / "adgen-random-programs"
SETTINGS = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.generate),
}

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def load(text: str) -> Callable[..., Any]:
    """Import the program from a file, as a user would have it."""
    FOLDER.mkdir(exist_ok=True)
    name = "random_" + hashlib.sha256(text.encode()).hexdigest()[:12]
    path = FOLDER / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    function: Callable[..., Any] = module.program
    return function


def _arguments(size: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(size)
    return rng.standard_normal(size), rng.standard_normal(size), 0.7


@contextmanager
def accepted() -> Iterator[None]:
    """Programs that store into one of two possible arrays are refused by code, and skipped."""
    try:
        yield
    except adgen.UserError as error:
        assume(error.diagnostic.code != "AG245")
        raise


def _usable(fun: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The value, for programs that stay finite, moderate and away from ties."""
    value = fun(*copy_of(args))
    assume(np.isfinite(value) and abs(value) < 1e4 and dual_run.margin(fun, args) > 1e-7)
    return value


def _compare_with_duals(text: str) -> None:
    fun = load(text)
    for size in (3, 5):
        args = _arguments(size)
        value = _usable(fun, args)
        exact = tuple(dual_run.gradient(fun, args, i) for i in range(3))
        assume(max(float(np.max(np.abs(g))) for g in exact) < 1e6)
        with accepted():
            found, gradients = adgen.value_and_grad(fun, wrt=(0, 1, 2), backend="numpy")(*copy_of(args))
        assert_close(found, value, 1e-12, f"value of {fun.__module__}")
        assert_close(gradients, exact, 1e-9, f"gradient of {fun.__module__}")


@settings(**SETTINGS)
@given(programs())
def test_gradient_equals_duals(text: str) -> None:
    _compare_with_duals(text)


@settings(**SETTINGS)
@given(programs(views=True))
def test_gradient_through_views_equals_duals(text: str) -> None:
    _compare_with_duals(text)


@settings(**SETTINGS, max_examples=10)
@given(programs(views=True))
def test_kernels_equal_numpy(text: str) -> None:
    fun = load(text)
    args = _arguments(4)
    _usable(fun, args)
    numpy_answer = adgen.value_and_grad(fun, wrt=(0, 1, 2), backend="numpy")(*copy_of(args))
    kernel_answer = adgen.value_and_grad(fun, wrt=(0, 1, 2), backend="llvm", fast_compile=True)(
        *copy_of(args)
    )
    assert_close(kernel_answer, numpy_answer, 1e-10, f"kernel of {fun.__module__}")


@settings(**SETTINGS, max_examples=10)
@given(programs())
def test_forward_over_reverse_equals_nested_duals(text: str) -> None:
    fun = load(text)
    args = _arguments(3)
    _usable(fun, args)
    rng = np.random.default_rng(9)
    u, v = ((*rng.standard_normal((2, 3)), 0.4) for _ in range(2))
    exact = dual_run.second(fun, args, u, v)
    assume(abs(exact) < 1e5)
    gradient = adgen.grad(fun, wrt=(0, 1, 2), backend="numpy")
    slope = adgen.jvp(gradient, copy_of(args), copy_of(v), backend="numpy")[1]
    assert_close(sum(np.sum(a * b) for a, b in zip(u, slope, strict=True)), exact, 1e-7, fun.__module__)
