"""What each analysis saves, and that none of them changes a bit of a gradient."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.switches import ANALYSES, without
from adgen.runtime.surface import Lowered
from tests import corpus
from tests.kernels import kernels
from tests.oracle import dual_run
from tests.oracle.compare import copy_of

PROGRAMS = {name: corpus.load(name) for name in corpus.names()}
KERNELS = kernels()
#: programs with loops or branches whose reverse sweep keeps something in some plan
NAMES = [name for name, p in PROGRAMS.items() if not {"vector", "live"} & {*p.tags}]

#: kernels that multiply columns of an array: the sums of BLAS depend on how its operands lie in memory
STRIDED = ("gramschmidt_norm",)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def lowered(fun: Any, wrt: tuple[int, ...], args: tuple[Any, ...], backend: str = "numpy") -> Lowered:
    """Value and gradient, made anew (what calls are answered with is shared)."""
    return adgen.value_and_grad(fun, wrt=wrt, backend=backend).lower(*copy_of(args))


def gradients(fun: Any, wrt: tuple[int, ...], args: tuple[Any, ...], backend: str) -> list[np.ndarray]:
    """Value and gradients of a call."""
    made = lowered(fun, wrt, args, backend).artifacts
    assert made.leaves is not None
    found = made.program(copy_of([*made.leaves, *made.traced.examples]))
    return [np.asarray(leaf) for leaf in found]


def assert_same_bits(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("name", NAMES)
def test_plans_change_no_bit_of_programs(name: str) -> None:
    program = PROGRAMS[name]
    args = program.arguments()
    found = gradients(program.fun, program.wrt, args, "numpy")
    with without(*ANALYSES):
        assert_same_bits(found, gradients(program.fun, program.wrt, args, "numpy"))


#: one kernel is accepted at the sizes of its arguments only
@pytest.mark.parametrize("name", [name for name in KERNELS if name != "nbody"])
def test_plans_change_no_bit_of_kernels(name: str) -> None:
    kernel = KERNELS[name]
    args = kernel.arguments()
    found = gradients(kernel.fun, kernel.wrt, args, "numpy")
    with without(*ANALYSES):
        expected = gradients(kernel.fun, kernel.wrt, args, "numpy")
    if name in STRIDED:
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
    else:
        assert_same_bits(found, expected)


# -- what each saves ------------------------------------------------------------------------------------
def counted(x: float, end: int) -> float:
    i = 0
    while i < end:
        x = np.sin(x) * (1.0 + i)
        i += 2
    return x


def substituted(low: np.ndarray, b: np.ndarray) -> float:
    x = np.zeros(len(b))
    for i in range(len(b)):
        s = b[i]
        for j in range(i):
            s -= low[i, j] * x[j]
        x[i] = s
    return np.sum(x * x)


def trajectory(w: float, x: np.ndarray, steps: int) -> float:
    states = np.zeros((steps + 1, len(x)))
    states[0] = x
    for t in range(steps):
        state = np.tanh(w * states[t])
        states[t + 1] = state
    return np.sum(states)


def running(low: np.ndarray, b: np.ndarray) -> float:
    x = np.zeros(len(b))
    for i in range(len(b)):
        s = b[i]
        for j in range(len(b) - 1):
            s = np.sin(s) + (low[i, j] * x[j] if j < i else 0.0)
        x[i] = s
    return np.sum(x)


def carried(w: float, h: float, steps: int) -> float:
    for _ in range(steps):
        h = np.tanh(w * h)
    return h


def burgers(u: np.ndarray, steps: int) -> float:
    for _ in range(steps):
        u[1:-1] = u[1:-1] - 0.1 * u[1:-1] * (u[2:] - u[:-2])
    return np.sum(u)


def scaled(x: float, scale: float, steps: int) -> float:
    for _ in range(steps):
        rate = math.exp(scale)
        x = np.sin(x) * rate
    return x


def triangle(a: np.ndarray) -> float:
    s = 1.0
    for i in range(len(a)):
        for j in range(i):
            s = s + s * a[i] * a[j]
    return s


def overwritten(x: np.ndarray, w: np.ndarray, steps: int) -> float:
    s = 0.0
    for i in range(steps):
        s += np.sum(np.sin(x) * w)
        x[i % len(x)] = np.tanh(s) * x[i % len(x)]
    return s


def positions(x: np.ndarray, steps: int) -> float:
    for i in range(steps):
        k = np.argmax(np.sin(x + i)) % 4
        x[k] *= np.cos(x[k])
    return np.sum(x)


_LOW = np.array([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.2, 0.3, 1.0]])
#: an analysis, a program, and the tapes it has with the analysis and without it: bytes of arrays, stacks
SAVINGS: tuple[tuple[str, Any, tuple[int, ...], tuple[Any, ...], tuple[int, int], tuple[int, int]], ...] = (
    ("counters", counted, (0,), (0.3, 6), (0, 1), (0, 2)),
    ("settled", substituted, (0, 1), (_LOW, np.ones(3)), (0, 0), (24, 0)),
    ("stored", trajectory, (0, 1), (0.7, np.ones(2), 5), (0, 0), (80, 0)),
    ("tables", running, (0, 1), (_LOW, np.ones(3)), (16, 0), (48, 0)),
    ("histories", carried, (0, 1), (0.7, 0.3, 5), (48, 0), (80, 0)),
    ("cut", burgers, (0,), (np.ones(6), 5), (240, 0), (320, 0)),
    ("invariants", scaled, (0, 1), (0.3, 0.2, 5), (40, 0), (80, 0)),
    ("undo", overwritten, (0, 1), (np.linspace(0.1, 1.0, 6), np.ones(6), 7), (112, 0), (392, 0)),
    ("narrow", positions, (0,), (np.linspace(0.1, 1.0, 4), 5), (60, 0), (80, 0)),
    ("packing", triangle, (0,), (np.ones(4),), (48, 0), (0, 1)),
)


def tapes(fun: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> tuple[int, int]:
    """The bytes of all tapes of known size, and how many grow."""
    storage = lowered(fun, wrt, args).storage
    assert storage.bytes is not None
    return storage.bytes, sum(tape.kind == "stack" for tape in storage.tapes)


@pytest.mark.parametrize(
    ("name", "fun", "wrt", "args", "kept", "without_it"), SAVINGS, ids=lambda v: str(v)[:20]
)
def test_what_an_analysis_saves(
    name: str,
    fun: Any,
    wrt: tuple[int, ...],
    args: tuple[Any, ...],
    kept: tuple[int, int],
    without_it: tuple[int, int],
) -> None:
    assert tapes(fun, wrt, args) == kept
    with without(name):
        assert tapes(fun, wrt, args) == without_it


def test_every_analysis_is_shown() -> None:
    assert {name for name, *_ in SAVINGS} | {"firsts"} == {*ANALYSES}


def rows(x: np.ndarray, w: np.ndarray) -> float:
    s = 0.0
    for t in range(len(x)):
        s += np.sum(np.sin(x[t]) * w)
    return s


def cells(x: np.ndarray, w: np.ndarray) -> float:
    s = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            s += np.sin(x[i, j]) * w[j]
    return s


def left_out(x: np.ndarray, w: np.ndarray) -> float:
    s = 0.0
    for t in range(len(x) - 1):
        s += np.sum(np.sin(x[t]) * w)
    return s


def in_a_branch(x: np.ndarray, w: np.ndarray) -> float:
    s = 0.0
    for t in range(len(x)):
        if w[0] * t < 1.0:
            s += np.sum(np.sin(x[t]) * w)
    return s


def again_and_again(x: np.ndarray, w: np.ndarray) -> float:
    s = 0.0
    for t in range(len(x)):
        for k in range(3):
            s += np.sum(np.sin(k * x[t]) * w)
    return s


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize(
    ("fun", "filled"), [(rows, 1), (cells, 1), (left_out, 0), (in_a_branch, 0), (again_and_again, 0)]
)
def test_cotangents_that_loops_fill_begin_without_zeros(fun: Any, filled: int, backend: str) -> None:
    args = (np.linspace(-1.0, 1.0, 12).reshape(4, 3), np.array([0.5, -1.0, 2.0]))
    found = lowered(fun, (0, 1), args, "numpy").source
    assert found.count("x_bar = np.empty(") == 2 * filled  # for the gradient alone, and with the value
    bits = gradients(fun, (0, 1), args, backend)
    with without("firsts"):
        assert "x_bar = np.empty(" not in lowered(fun, (0, 1), args, "numpy").source
        assert_same_bits(bits, gradients(fun, (0, 1), args, backend))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize(
    ("name", "fun", "wrt", "args"), [s[:4] for s in SAVINGS], ids=[s[0] for s in SAVINGS]
)
def test_an_analysis_changes_no_bit(
    name: str, fun: Any, wrt: tuple[int, ...], args: tuple[Any, ...], backend: str
) -> None:
    found = gradients(fun, wrt, args, backend)
    with without(name):
        assert_same_bits(found, gradients(fun, wrt, args, backend))


# -- compared with adjoints written by hand -------------------------------------------------------------
def lstm_by_hand(
    w: np.ndarray, u: np.ndarray, b: np.ndarray, xs: np.ndarray
) -> tuple[tuple[np.ndarray, ...], int]:
    """Gradients of the LSTM of the corpus, and the bytes that are saved for them.

    Gates, cells and states are saved; `tanh(c)` is computed again.
    """
    steps, n = len(xs), u.shape[0]
    gates, h, c = np.empty((steps, 4, n)), np.zeros((steps, n)), np.zeros((steps + 1, n))
    last = np.zeros(n)
    for t in range(steps):
        h[t] = last
        z = xs[t] @ w + last @ u + b
        gates[t, :3] = 1.0 / (1.0 + np.exp(-z[: 3 * n].reshape(3, n)))
        gates[t, 3] = np.tanh(z[3 * n :])
        c[t + 1] = gates[t, 1] * c[t] + gates[t, 0] * gates[t, 3]
        last = gates[t, 2] * np.tanh(c[t + 1])
    w_bar, u_bar, b_bar, xs_bar = (np.zeros_like(a) for a in (w, u, b, xs))
    h_bar, c_bar = 2.0 * last, np.zeros(n)
    for t in reversed(range(steps)):
        i, f, o, g = gates[t]
        y = np.tanh(c[t + 1])
        c_bar = c_bar + h_bar * o * (1.0 - y * y)
        bars = (c_bar * g * i * (1.0 - i), c_bar * c[t] * f * (1.0 - f), h_bar * y * o * (1.0 - o))
        z_bar = np.concatenate([*bars, c_bar * i * (1.0 - g * g)])
        c_bar, h_bar = c_bar * f, u @ z_bar
        w_bar += np.outer(xs[t], z_bar)
        u_bar += np.outer(h[t], z_bar)
        b_bar += z_bar
        xs_bar[t] = w @ z_bar
    return (w_bar, u_bar, b_bar, xs_bar), gates.nbytes + h.nbytes + c.nbytes


def test_lstm_keeps_no_more_than_by_hand() -> None:
    program = PROGRAMS["lstm"]
    args = program.arguments()
    expected, by_hand = lstm_by_hand(*args)
    _, *found = gradients(program.fun, (0, 1, 2, 3), args, "numpy")
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)
    assert tapes(program.fun, (0, 1, 2, 3), args) == (by_hand, 0)


#: kernels that need no tape: linear stencils, factorisations in place, tables and products
WITHOUT_TAPE = (
    *("jacobi_1d", "jacobi_2d", "jacobi_2d_swapped", "heat_3d", "fdtd_2d", "seidel_2d", "hdiff"),
    *("cholesky", "cholesky_loops", "lu", "lu_loops", "trisolv", "trisolv_loops", "trisolv_columns"),
    *("gemm", "k3mm", "gemver", "doitgen", "trmm", "syrk_loops", "covariance_loops", "spmv_loops"),
)


@pytest.mark.parametrize("name", WITHOUT_TAPE)
def test_kernels_without_tape(name: str) -> None:
    kernel = KERNELS[name]
    assert tapes(kernel.fun, kernel.wrt, kernel.arguments()) == (0, 0)


def edit_distance(costs: np.ndarray) -> float:
    n, m = costs.shape
    table = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        table[i, 0] = table[i - 1, 0] + 1.0
    for j in range(1, m + 1):
        table[0, j] = table[0, j - 1] + 1.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            table[i, j] = min(
                table[i - 1, j] + 1.0, table[i, j - 1] + 1.0, table[i - 1, j - 1] + costs[i - 1, j - 1]
            )
    return table[n, m]


def viterbi(start: np.ndarray, move: np.ndarray, seen: np.ndarray) -> float:
    steps, n = seen.shape
    best = np.zeros((steps, n))
    best[0] = start + seen[0]
    for t in range(1, steps):
        for j in range(n):
            best[t, j] = np.max(best[t - 1] + move[:, j]) + seen[t, j]
    return np.max(best[-1])


def soft_path(costs: np.ndarray) -> float:
    n, m = costs.shape
    table = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            up = table[i - 1, j] if i > 0 else 0.0
            left = table[i, j - 1] if j > 0 else 0.0
            table[i, j] = costs[i, j] - np.logaddexp(-up, -left)
    return table[-1, -1]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize(
    ("fun", "shapes"), [(edit_distance, ((4, 5),)), (viterbi, ((3,), (3, 3), (5, 3))), (soft_path, ((4, 3),))]
)
def test_tables_keep_nothing_but_themselves(fun: Any, shapes: tuple[Any, ...], backend: str) -> None:
    args = tuple(np.random.default_rng(3).uniform(0.2, 2.0, shape) for shape in shapes)
    made = lowered(fun, tuple(range(len(args))), args, backend)
    assert (made.storage.bytes, len(made.storage.tapes)) == (0, 0)
    tangents = tuple(np.random.default_rng(4).standard_normal(shape) for shape in shapes)
    slope = dual_run.jvp(fun, copy_of(args), tangents)[1]
    _, *found = gradients(fun, tuple(range(len(args))), args, backend)
    assert sum(np.sum(g * t) for g, t in zip(found, tangents, strict=True)) == pytest.approx(slope, rel=1e-10)


# -- trajectories ---------------------------------------------------------------------------------------
def states(x: np.ndarray, w: np.ndarray, steps: int) -> float:
    xs = np.zeros((steps + 1, len(x)))
    xs[0] = x
    for t in range(steps):
        x = np.tanh(w @ x)
        xs[t + 1] = x
    return np.sum(xs**2)


def from_one(x: float, w: float, steps: int) -> float:
    xs = np.zeros(steps + 1)
    xs[0] = x
    for t in range(1, steps + 1):
        x = np.sin(w * x)
        xs[t] = x
    return np.sum(xs**3) + x


def pairs(q: float, p: float, steps: int) -> float:
    qs, ps = np.zeros(steps + 1), np.zeros(steps + 1)
    qs[0] = q
    ps[0] = p
    for t in range(steps):
        p = p - 0.05 * np.sin(q)
        q = q + 0.1 * p * q
        qs[t + 1] = q
        ps[t + 1] = p
    return np.sum(qs * ps)


def begins_otherwise(x: float, w: float, steps: int) -> float:
    xs = np.zeros(steps + 1)
    xs[0] = 2.0 * x
    for t in range(steps):
        x = np.sin(w * x)
        xs[t + 1] = x
    return np.sum(xs**2)


def beginning_is_lost(x: float, w: float, steps: int) -> float:
    xs = np.zeros(steps + 1)
    xs[0] = x
    for t in range(steps):
        x = np.sin(w * x)
        xs[t + 1] = x
        xs[0] = 3.0
    return np.sum(xs**3)


def changed_behind(x: float, w: float, steps: int) -> float:
    xs = np.zeros(steps + 1)
    xs[0] = x
    for t in range(steps):
        x = np.sin(w * x)
        xs[t + 1] = x
    xs[2] = 5.0
    return np.sum(xs**3)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize(
    ("fun", "kept"),
    [
        *((states, 0), (from_one, 0), (pairs, 0)),
        *((begins_otherwise, 40), (beginning_is_lost, 40), (changed_behind, None)),
    ],
)
def test_trajectories_keep_nothing_but_themselves(fun: Any, kept: int | None, backend: str) -> None:
    args: tuple[Any, ...] = (0.3, 0.7, 5)
    if fun is states:
        args = (np.array([0.3, 0.5]), np.array([[0.7, 0.1], [-0.2, 0.6]]), 5)
    if kept is not None:
        assert tapes(fun, (0, 1), args) == (kept, 0)
    found = gradients(fun, (0, 1), args, backend)
    with without(*ANALYSES):
        assert_same_bits(found, gradients(fun, (0, 1), args, backend))
