"""Elementary functions over 4096 numbers: kernels, NumPy's or SciPy's own, and loops compiled by Numba."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special

import adgen
from tests.benchmarks.measure import best
from tests.benchmarks.peers import installed

SIZE = 4096
ROUNDS = 15


def exp(x):
    return np.exp(x)


def tanh(x):
    return np.tanh(x)


def sigmoid(x):
    return adgen.sigmoid(x)


def log(x):
    return np.log(x)


def sin(x):
    return np.sin(x)


def cos(x):
    return np.cos(x)


def erf(x):
    return scipy.special.erf(x)


def expm1(x):
    return np.expm1(x)


def log1p(x):
    return np.log1p(x)


def erfc(x):
    return scipy.special.erfc(x)


def lgamma(x):
    return scipy.special.gammaln(x)


def _scalar_sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


@dataclass(frozen=True)
class Function:
    """A function, what NumPy or SciPy has for it, what Numba compiles a loop over, and arguments."""

    fun: Callable[..., Any]
    library: Callable[..., Any]
    scalar: Callable[..., Any]
    low: float
    high: float


FUNCTIONS = (
    Function(exp, np.exp, math.exp, -5, 5),
    Function(tanh, np.tanh, math.tanh, -5, 5),
    Function(sigmoid, scipy.special.expit, _scalar_sigmoid, -5, 5),
    Function(log, np.log, math.log, 0.1, 10),
    Function(sin, np.sin, math.sin, -10, 10),
    Function(cos, np.cos, math.cos, -10, 10),
    Function(erf, scipy.special.erf, math.erf, -3, 3),
    Function(expm1, np.expm1, math.expm1, -2, 2),
    Function(log1p, np.log1p, math.log1p, -0.5, 3),
    Function(erfc, scipy.special.erfc, math.erfc, -3, 3),
    Function(lgamma, scipy.special.gammaln, math.lgamma, 0.1, 9),
)


def measured(function: Function) -> dict[str, float]:
    """Nanoseconds for each number: the least of rounds in which all have their turns."""
    x = np.random.default_rng(0).uniform(function.low, function.high, SIZE)
    compiled = adgen.jit(function.fun)
    calls: dict[str, Callable[[], Any]] = {
        "adgen": lambda: compiled(x),
        "library": lambda: function.library(x),
    }
    looped = _loop_by_numba(function.scalar)
    if looped is not None:
        calls["numba"] = lambda: looped(x)
    times: dict[str, float] = dict.fromkeys(calls, math.inf)
    for call in calls.values():
        call()
    for _ in range(ROUNDS):
        for name, call in calls.items():
            times[name] = min(times[name], best(call, 0.003) / SIZE * 1e9)
    return times


def _loop_by_numba(function: Callable[..., Any]) -> Callable[[np.ndarray], np.ndarray] | None:
    numba = installed("numba")
    if numba is None:
        return None
    scalar = numba.njit(function) if function is _scalar_sigmoid else function

    def loop(x: np.ndarray) -> np.ndarray:
        y = np.empty_like(x)
        for k in range(x.shape[0]):
            y[k] = scalar(x[k])
        return y

    compiled: Callable[[np.ndarray], np.ndarray] = numba.njit(loop)
    return compiled


def rows() -> dict[str, dict[str, float]]:
    """The times of all functions."""
    return {function.fun.__name__: measured(function) for function in FUNCTIONS}


def table(times: Mapping[str, Mapping[str, float]]) -> str:
    """Nanoseconds, and how many times faster kernels are, with geometric means of that at the end."""
    lines = [
        "| function | adgen | NumPy, SciPy | Numba | over NumPy, SciPy | over Numba |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, row in times.items():
        cells = [f"{row[peer]:.2f} ns" if peer in row else "" for peer in ("adgen", "library", "numba")]
        cells += [f"{row[peer] / row['adgen']:.1f}" if peer in row else "" for peer in ("library", "numba")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    means = [
        _mean([row[peer] / row["adgen"] for row in times.values() if peer in row])
        for peer in ("library", "numba")
    ]
    lines.append(f"| geometric mean | | | | {' | '.join(means)} |")
    return "\n".join(lines) + "\n"


def _mean(values: list[float]) -> str:
    return f"{statistics.geometric_mean(values):.1f}" if values else ""
