"""Cells that inner loops run over are kept in variables, where rows are apart; no bit depends on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.loops import lower
from tests.props.examine import forgotten


def sweeps(a: Any, steps: Any) -> Any:
    """Gauss-Seidel in place: nine neighbours, rows of the width of the matrix."""
    a = a.copy()
    for _ in range(steps):
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):
                a[i, j] = (a[i - 1, j - 1] + a[i, j - 1] + a[i, j] + a[i, j + 1] + a[i + 1, j]) / 5.0
    return np.sum(a * a)


def narrow(a: Any, steps: Any) -> Any:
    """Rows of a vector that are as far apart as the argument says: they may not be apart at all."""
    x = np.sin(a[0])
    n = x.shape[0]
    for _ in range(3):
        for j in range(steps, n - steps - 1):
            x[j] = 0.5 * x[j - 1] + 0.25 * x[j + steps] * x[j + steps + 1]
    return np.sum(x**3)


def backwards(a: Any, steps: Any) -> Any:
    """Downwards, with sums into three cells of each round."""
    x = a[0].copy()
    for _ in range(steps):
        for j in range(x.shape[0] - 2, 0, -1):
            v = np.tanh(x[j])
            x[j - 1] += 0.3 * v
            x[j] -= 0.5 * v
            x[j + 1] += 0.2 * v
    return np.sum(x * x)


def mirrored(a: Any, steps: Any) -> Any:
    """Cells that are come to from both ends: nothing is known of when."""
    x = a[0].copy()
    n = x.shape[0]
    for _ in range(steps):
        for j in range(1, n - 1):
            x[j] = 0.5 * x[j - 1] + 0.1 * x[n - 1 - j] + 0.2 * x[n - j]
    return np.sum(x * x)


def prefix(a: Any, steps: Any) -> Any:
    """A recurrence in an array."""
    y = np.zeros(a.shape[1])
    for _ in range(steps):
        for j in range(1, a.shape[1]):
            y[j] = 0.9 * y[j - 1] + a[0, j] * y[j] + 0.1
    return y[-1] + np.sum(y)


def blurred(a: Any, steps: Any) -> Any:
    """Loops of a few rounds inside: their cells are those of the loop around them."""
    out = np.zeros((max(a.shape[0] - 2, 0), max(a.shape[1] - 3, 0)))
    for i in range(a.shape[0] - 2):
        for j in range(a.shape[1] - 3):
            total = 0.0
            for p in range(3):
                for q in range(4):
                    total += a[i + p, j + q] * (p + 1)
            out[i, j] = total / 12.0
    return np.sum(out * out) * steps


PROGRAMS = (sweeps, narrow, backwards, mirrored, prefix, blurred)


def _bits(fun: Callable[..., Any], args: tuple[Any, ...]) -> list[bytes]:
    with forgotten(fun):
        value, gradient = adgen.value_and_grad(fun, backend="llvm")(*args)
    return [np.asarray(value).tobytes(), np.asarray(gradient).tobytes()]


@pytest.mark.parametrize("fun", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("shape", "steps"), [((6, 7), 2), ((2, 3), 1), ((9, 3), 3), ((5, 12), 0), ((3, 1), 1)]
)
def test_no_bit_depends_on_it(
    fun: Callable[..., Any], shape: tuple[int, int], steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADGEN_CACHE", "off")
    args = (np.random.default_rng(1).normal(size=shape), steps)
    try:
        expected = fun(*args)
    except IndexError:
        with pytest.raises(IndexError):
            _bits(fun, args)
        return
    found = _bits(fun, args)
    assert np.frombuffer(found[0])[0] == pytest.approx(expected, rel=1e-13)
    gradient = adgen.grad(fun, backend="numpy")(*args)
    np.testing.assert_allclose(np.frombuffer(found[1]).reshape(shape), gradient, rtol=1e-11, atol=1e-13)
    monkeypatch.setattr(lower, "with_running_cells", lambda state, body: tuple(body))
    assert _bits(fun, args) == found


def _inner(loops: str) -> str:
    """The innermost loop that is written last but for one without variables, which is for other sizes."""
    return next(part for part in loops.split("for %")[::-1] if "$" in part.split("}")[0]).split("}")[0]


@pytest.mark.parametrize(("fun", "loads", "stores"), [(sweeps, 1, 1), (backwards, 1, 1)])
def test_cells_are_loaded_and_stored_once(fun: Callable[..., Any], loads: int, stores: int) -> None:
    loops = adgen.grad(fun, backend="llvm").lower("f64[n, m], i64").loops
    lines = [line.strip() for line in _inner(loops).split("\n")]
    assert sum("= b" in line for line in lines) == loads + (fun is backwards)
    assert sum(line.startswith("b") and "add=" not in line for line in lines) == stores


def test_loops_of_a_few_rounds_are_written_out() -> None:
    loops = adgen.grad(blurred, backend="llvm").lower("f64[n, m], i64").loops
    fast = loops.rsplit(" else ", 1)[0].split("for %")[-1]
    assert fast.count("= b") == 3 + 1
    assert fast.count(": f64 = add") == 3 * 4
