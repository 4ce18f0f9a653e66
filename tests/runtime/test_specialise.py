# ruff: noqa: F821, UP037
"""When a program is made, when it is found again, and what is checked at every call."""

from __future__ import annotations

import gc
import linecache
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.diagnostics import RunError, UserError
from adgen.runtime import tracing

SCALE = 2.0
TABLE = [np.ones(3), 2.0]
STEPS = 3
AXES: Any = (0,)
WEIGHTS: Any = [1.0]


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the functions that went through the frontend."""
    seen: list[str] = []
    original = tracing.trace_helper

    def counted(function: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(function.source.name)
        return original(function, *args, **kwargs)

    monkeypatch.setattr(tracing, "trace_helper", counted)
    return seen


def run_cell(text: str, space: dict[str, Any], number: int) -> None:
    """Run text as a notebook cell: its source is known to linecache alone."""
    name = f"<cell {number}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), space)


# -- found again ----------------------------------------------------------------------------------------
def test_a_new_length_makes_no_new_program(traces: list[str]) -> None:
    transform = adgen.grad(lambda x: np.sum(x * x) + 0.5)
    for n in (3, 5, 1, 0, 17):
        np.testing.assert_array_equal(transform(np.full(n, 2.0)), np.full(n, 4.0))
    assert len(traces) == 1
    transform(np.ones((2, 2)))
    transform(np.ones(3, np.float32))
    transform(1.0)
    transform(np.float64(1.0))
    assert len(traces) == 5


def test_a_lambda_in_a_loop_is_compiled_once(traces: list[str]) -> None:
    for k in range(5):
        factor = float(k)
        assert adgen.grad(lambda x: x * factor + 1.0)(2.0) == factor  # noqa: B023
    assert len(traces) == 1


def test_integers_are_run_time_values_unless_demanded(traces: list[str]) -> None:
    def power(x: Any, n: Any) -> Any:
        y = x
        for _ in range(n):
            y = y * x
        return np.sum(y)

    transform = adgen.grad(power)
    for n in range(5):
        np.testing.assert_allclose(transform(np.ones(2), n), np.full(2, n + 1.0))
    assert len(traces) == 1

    def along(x: Any, axis: Any) -> Any:
        return np.sum(np.sum(x, axis=axis) ** 2)

    transform = adgen.grad(along)
    x = np.arange(6.0).reshape(2, 3)
    for axis in (0, 1, 0, 1):
        sums = np.sum(x, axis=axis, keepdims=True)
        np.testing.assert_allclose(transform(x, axis), np.broadcast_to(2 * sums, x.shape))
    assert len(traces) == 3


def test_static_shapes_pin_lengths(traces: list[str]) -> None:
    transform = adgen.grad(lambda x: np.sum(x * x) - 1.5, static_shapes=True)
    for n in (3, 4, 3):
        np.testing.assert_array_equal(transform(np.ones(n)), np.full(n, 2.0))
    assert len(traces) == 2
    assert "f64[4]" in transform.primal_ir


# -- assumptions ----------------------------------------------------------------------------------------
def test_an_entry_assumption_that_breaks() -> None:
    def inner(x: Any) -> Any:
        return np.sum(x[1:-1] * x[1:-1])

    for backend in ("numpy", "auto"):
        transform = adgen.value_and_grad(inner, backend=backend)
        for n in (5, 1, 0, 2, 6):
            x = np.arange(1.0, n + 1)
            value, gradient = transform(x)
            assert value == inner(x)
            expected = np.zeros(n)
            expected[1:-1] = 2 * x[1:-1]
            np.testing.assert_array_equal(gradient, expected)


def test_a_length_of_one_is_stretched() -> None:
    def product(x: Any, y: Any) -> Any:
        return np.sum(x * y)

    transform = adgen.grad(product, (0, 1))
    for n, m in ((3, 3), (1, 3), (3, 1), (1, 1), (4, 4)):
        x, y = np.full(n, 2.0), np.full(m, 3.0)
        x_bar, y_bar = transform(x, y)
        np.testing.assert_array_equal(x_bar, np.full(n, 3.0 * max(n, m) / n))
        np.testing.assert_array_equal(y_bar, np.full(m, 2.0 * max(n, m) / m))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_a_column_is_stretched_before_it_is_joined(backend: str) -> None:
    """The length of 1 is known before sizes are found that would have to be equal without it."""

    def pulled(mass: Any, v: Any) -> Any:
        centred = v - np.mean(mass * v, axis=0)
        a = centred @ centred.T @ mass
        return np.sum(np.hstack((a, a, a)) * mass * v)

    args = (np.arange(1.0, 6.0)[:, None], np.cos(np.arange(15.0)).reshape(5, 3))
    value, gradients = adgen.value_and_grad(pulled, (0, 1), backend=backend)(*args)
    assert value == pytest.approx(pulled(*args), rel=1e-13)
    assert [g.shape for g in gradients] == [(5, 1), (5, 3)]


def test_lengths_that_neither_replaces() -> None:
    def joined(x: Any, y: Any) -> Any:
        return np.sum(np.hstack((x, x)) * np.hstack((y, y, y)))

    transform = adgen.grad(joined, (0, 1))
    for n, m in ((3, 2), (6, 4)):
        x_bar, y_bar = transform(np.full(n, 2.0), np.full(m, 3.0))
        np.testing.assert_array_equal(x_bar, np.full(n, 6.0))
        np.testing.assert_array_equal(y_bar, np.full(m, 6.0))
    with pytest.raises(ValueError, match="AG702"):
        transform(np.ones(3), np.ones(3))


def test_sizes_that_do_not_go_together() -> None:
    transform = adgen.grad(lambda x, y: np.sum(x * y))
    transform(np.ones(3), np.ones(3))
    for _ in range(2):
        with pytest.raises(ValueError, match="AG702") as caught:
            transform(np.ones(3), np.ones(4))
        assert isinstance(caught.value, UserError)
        assert isinstance(caught.value, RunError)
        assert caught.value.diagnostic.primary is not None
    transform(np.ones(3), np.ones(3))


# -- surroundings ---------------------------------------------------------------------------------------
def test_captured_values_are_fetched_at_every_call(
    monkeypatch: pytest.MonkeyPatch, traces: list[str]
) -> None:
    transform = adgen.grad(lambda x: np.sum(x * SCALE))
    np.testing.assert_array_equal(transform(np.ones(3)), np.full(3, 2.0))
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    np.testing.assert_array_equal(transform(np.ones(3)), np.full(3, 5.0))
    assert len(traces) == 1
    monkeypatch.setitem(globals(), "SCALE", np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(transform(np.ones(3)), [1.0, 2.0, 3.0])
    monkeypatch.setitem(globals(), "SCALE", np.ones((2, 3)))
    np.testing.assert_array_equal(transform(np.ones(3)), np.full(3, 2.0))
    monkeypatch.setitem(globals(), "SCALE", 7.0)
    np.testing.assert_array_equal(transform(np.ones(3)), np.full(3, 7.0))
    assert len(traces) == 3


def test_a_captured_array_of_another_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "SCALE", np.array([1.0, 2.0]))
    transform = adgen.grad(lambda x: np.sum(x * SCALE) * 1.5)
    np.testing.assert_array_equal(transform(np.ones(2)), [1.5, 3.0])
    monkeypatch.setitem(globals(), "SCALE", np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(transform(np.ones(3)), [1.5, 3.0, 4.5])
    with pytest.raises(ValueError, match="differ"):
        transform(np.ones(2))
    monkeypatch.setitem(globals(), "SCALE", np.array([2.0]))
    np.testing.assert_array_equal(transform(np.ones(2)), [3.0, 3.0])


def test_captured_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    transform = adgen.grad(lambda x: np.sum(x * TABLE[0]) * TABLE[1])
    np.testing.assert_array_equal(transform(np.ones(3)), np.full(3, 2.0))
    TABLE[1] = 4.0
    np.testing.assert_array_equal(transform(np.ones(3)), np.full(3, 4.0))
    TABLE[1] = 2.0
    monkeypatch.setitem(globals(), "TABLE", [np.zeros(3), 1.0])
    np.testing.assert_array_equal(transform(np.ones(3)), np.zeros(3))


def test_a_captured_container_of_another_length(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x: Any) -> Any:
        return np.sum(np.sum(x, axis=AXES) ** 2)

    def g(x: Any) -> Any:
        total = 0.0
        for weight in WEIGHTS:
            total = total + weight * x[0, 0]
        return total

    x = np.arange(6.0).reshape(2, 3)
    along, weighted = adgen.value_and_grad(f), adgen.value_and_grad(g)
    for axes in ((0,), (0, 1), (1,), (0, 1)):
        monkeypatch.setitem(globals(), "AXES", axes)
        assert along(x)[0] == f(x)
    for weights in ([1.0], [1.0, 2.0], (3.0,), [], [2.0, 3.0]):
        monkeypatch.setitem(globals(), "WEIGHTS", weights)
        assert weighted(x + 1.0)[0] == g(x + 1.0)
    WEIGHTS.append(4.0)
    assert weighted(x + 1.0)[0] == g(x + 1.0)


def test_a_closure_variable_that_is_bound_again() -> None:
    factor = 2.0

    def scaled(x: Any) -> Any:
        return x * factor

    transform = adgen.grad(scaled)
    assert transform(1.0) == 2.0
    factor = 3.0
    assert transform(1.0) == 3.0
    factor = 4
    assert transform(1.0) == 4.0


def test_a_captured_integer_that_is_demanded(monkeypatch: pytest.MonkeyPatch) -> None:
    def unrolled(x: Any) -> Any:
        y = (x, x * x, x * x * x, x * x * x * x)
        return y[STEPS]

    transform = adgen.grad(unrolled)
    assert transform(1.0) == 4.0
    monkeypatch.setitem(globals(), "STEPS", 1)
    assert transform(1.0) == 2.0
    monkeypatch.setitem(globals(), "STEPS", 3)
    assert transform(1.0) == 4.0


def test_a_helper_redefined_in_a_cell() -> None:
    space: dict[str, Any] = {"np": np, "adgen": adgen}
    run_cell("def helper(x):\n    return x * 2.0\n", space, 1)
    run_cell("@adgen.grad\ndef f(x):\n    return helper(x) * x\n", space, 2)
    f = space["f"]
    assert f(3.0) == 12.0
    run_cell("def helper(x):\n    return x * 5.0\n", space, 3)
    assert f(3.0) == 30.0
    run_cell("def helper(x):\n    return x * 2.0\n", space, 4)
    assert f(3.0) == 12.0
    run_cell("helper = lambda x: x * 7.0\n", space, 5)
    assert f(3.0) == 42.0


def test_a_cell_that_is_run_again_finds_its_program(traces: list[str]) -> None:
    space: dict[str, Any] = {"adgen": adgen}
    for _ in range(3):
        run_cell("g = adgen.grad(lambda x: x * x + 0.25)\n", space, 6)
        assert space["g"](3.0) == 6.0
    assert len(traces) == 1


def test_functions_as_arguments(traces: list[str]) -> None:
    factor = 2.0

    def double(x: Any) -> Any:
        return x * factor

    def apply(f: Any, x: Any) -> Any:
        return f(x) * x

    transform = adgen.grad(apply, "x")
    assert transform(double, 3.0) == 12.0
    factor = 4.0
    assert transform(double, 3.0) == 24.0
    assert transform(np.sin, 0.5) == pytest.approx(np.sin(0.5) + 0.5 * np.cos(0.5))
    assert len(traces) == 2


# -- source ---------------------------------------------------------------------------------------------
def test_two_lambdas_on_one_line() -> None:
    square, cube = (lambda x: x * x), (lambda x: x * x * x)
    assert adgen.grad(square)(2.0) == 4.0
    assert adgen.grad(cube)(2.0) == 12.0


def test_a_file_edited_after_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "edited_model.py"
    path.write_text("def f(x):\n    return x * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    import edited_model  # type: ignore[import-not-found]

    path.write_text("def f(x):\n    return x * x * x\n")
    with pytest.raises(UserError) as caught:
        adgen.grad(edited_model.f)(2.0)
    assert caught.value.diagnostic.code == "AG210"


def test_an_integer_that_becomes_a_float_in_a_loop() -> None:
    def total(x: Any) -> Any:
        s = 0
        for i in range(len(x)):
            s = s + x[i]
        return s

    np.testing.assert_array_equal(adgen.grad(total)(np.ones(3)), np.ones(3))
    value, gradient = adgen.value_and_grad(total)(np.ones(0))
    assert value == 0.0
    assert gradient.shape == (0,)


# -- weight ---------------------------------------------------------------------------------------------
LAZY = """
import sys, numpy
import adgen
assert not [m for m in sys.modules if m.startswith(("libcst", "llvmlite", "scipy", "adgen.frontend"))]
adgen.grad(lambda x: x)
assert not [m for m in sys.modules if m.startswith(("libcst", "llvmlite", "scipy", "adgen.frontend"))]
"""


def test_nothing_heavy_is_imported_before_a_program_is_made() -> None:
    done = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


QUIET = """
import numpy as np
import adgen
def f(x):
    return np.sum(np.where(x > 0.0, np.sqrt(x), 0.0))
for backend in ("numpy", "llvm"):
    assert adgen.grad(f, backend=backend)(np.array([0.0, 4.0])).tolist() == [0.0, 0.25]
"""


def test_warnings_may_be_errors(tmp_path: Path) -> None:
    program = tmp_path / "quiet.py"
    program.write_text(QUIET)
    done = subprocess.run(
        [sys.executable, "-W", "error", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_public_name_resolves() -> None:
    assert all(getattr(adgen, name) is not None for name in adgen.__all__)
    assert set(adgen.__all__) <= set(dir(adgen))
    with pytest.raises(AttributeError):
        adgen.no_such_name  # noqa: B018


# -- annotations ----------------------------------------------------------------------------------------
def test_annotations_name_the_sizes() -> None:
    def product(w: adgen.f64["n", "m"], x: adgen.f64["m"], k: float = 1.0) -> Any:  # type: ignore[valid-type]
        return np.sum(w @ x) * k

    transform = adgen.grad(product)
    assert "f64[n,m]" in transform.ir
    np.testing.assert_array_equal(transform(np.ones((2, 3)), np.full(3, 2.0)), np.full((2, 3), 2.0))
    assert "f64[n,3]" in transform.ir  # a small inner length is a literal
    transform(np.ones((2, 4)), np.ones(4))
    assert "f64[n,m]" in transform.ir
    with pytest.raises(ValueError, match="dimension `m` is 4 in `x` but 3 in `w`"):
        transform(np.ones((2, 3)), np.ones(4))
    single = transform(np.ones((2, 3), np.float32), np.ones(3, np.float32), 1.0)
    assert single.dtype == np.float32


def test_captured_arrays_are_not_kept_alive() -> None:
    def made(array: Any) -> Any:
        return adgen.grad(lambda x: np.sum(x * array))

    array = np.ones(1000)
    before = sys.getrefcount(array)
    transform = made(array)
    np.testing.assert_array_equal(transform(np.ones(1000)), array)
    assert "array" in transform.source
    del transform
    gc.collect()
    assert sys.getrefcount(array) == before


def test_library_functions_from_outside_are_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def applied(act: Any) -> Any:
        def helper(x: Any, inner: Any = act) -> Any:
            return inner(x)

        return lambda x: act(x) + helper(x)

    for backend in ("numpy", "llvm"):
        slopes = [adgen.grad(applied(act), backend=backend)(0.5) for act in (np.sin, np.exp, np.sin)]
        np.testing.assert_allclose(slopes, [2 * np.cos(0.5), 2 * np.exp(0.5), 2 * np.cos(0.5)])
        monkeypatch.setattr(sys.modules[__name__], "ACTIVATION", np.sin)
        gradient = adgen.grad(activated, backend=backend)
        np.testing.assert_allclose([gradient(0.5) for _ in range(3)], np.cos(0.5))
        monkeypatch.setattr(sys.modules[__name__], "ACTIVATION", np.exp)
        np.testing.assert_allclose([gradient(0.5) for _ in range(3)], np.exp(0.5))


ACTIVATION = np.sin


def activated(x: Any) -> Any:
    return ACTIVATION(x)


def test_small_inner_lengths_of_the_first_call_are_literals_and_any_other_has_one_program() -> None:
    def energy(x: Any) -> Any:
        return np.sum(np.sin(x) * x)

    transform = adgen.value_and_grad(energy, backend="llvm")
    programs = []
    for shape in ((5, 3), (9, 3), (5, 4), (5, 7), (2, 40)):
        x = np.random.default_rng(3).normal(size=shape)
        value, gradient = transform(x)
        programs.append(transform.primal_ir.splitlines()[0])
        np.testing.assert_allclose(value, energy(x), rtol=1e-14)
        np.testing.assert_allclose(gradient, np.sin(x) + x * np.cos(x), rtol=1e-14)
    literal, other = (
        "func @energy(%x: f64[x_0,3]) -> (np.f64) {",
        "func @energy(%x: f64[x_0,x_1]) -> (np.f64) {",
    )
    assert programs == [literal, literal, other, other, other]
    fresh = adgen.value_and_grad(lambda x: np.sum(np.sin(x) * x), backend="llvm")
    x = np.random.default_rng(3).normal(size=(5, 3))
    fresh(np.ones((2, 40)))
    symbolic, literal_again = fresh(x), transform(x)
    assert symbolic[0] == literal_again[0]
    np.testing.assert_array_equal(symbolic[1], literal_again[1])
