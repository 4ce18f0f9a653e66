"""Elementary functions against mpmath, over their whole range.

`python -m tests.llvm_backend.accuracy [NAME ...] [--points N]` prints the largest error of each in units in
the last place; the exit status is 1 where one is beyond its bound. Tests take a few points of each.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from tests.llvm_backend.elementary_module import Loops, arity

INF = float("inf")
#: Units in the last place; those of functions with zeros elsewhere than at 0 may have an absolute error too.
F64_LIMIT, F32_LIMIT, ABSOLUTE = 2.5, 3.0, 4 * 2.0**-52


@dataclass(frozen=True)
class Function:
    """The exact function, the arguments it has, and where they are mostly taken from."""

    exact: Callable[..., Any]
    ranges: tuple[tuple[float, float], ...]
    domain: tuple[float, float] = (-INF, INF)
    limit: float = F64_LIMIT
    absolute: float = 0.0
    hard: Callable[[np.random.Generator, int], np.ndarray] | None = None
    exponents: tuple[float, float] | None = None

    def bound(self, dtype: type) -> float:
        """The greatest error allowed, in units in the last place."""
        return max(self.limit, F32_LIMIT) if dtype is np.float32 else self.limit


def _cbrt(x: Any) -> Any:
    return mpmath.sign(x) * mpmath.cbrt(abs(x))


def _softplus(x: Any) -> Any:
    return x + mpmath.log1p(mpmath.exp(-x)) if x > 0 else mpmath.log1p(mpmath.exp(x))


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x)) if x > -1e5 else mpmath.mpf(0)


def _lgamma(x: Any) -> Any:
    return mpmath.loggamma(x) if x > 0 else mpmath.log(abs(mpmath.gamma(x)))


def _erfc(x: Any) -> Any:
    return mpmath.erfc(x) if x < 40 else mpmath.mpf(0)


def _multiples(rng: np.random.Generator, count: int) -> np.ndarray:
    """The numbers next to multiples of pi/2, up to 2**45 and some beyond."""
    whole = np.concatenate([np.arange(1, 30), np.exp(rng.uniform(0, 33, count)).round()])
    with mpmath.workprec(200):
        return np.array([float(mpmath.pi / 2 * int(k)) for k in whole])


def _around(*places: float) -> Callable[[np.random.Generator, int], np.ndarray]:
    def made(rng: np.random.Generator, count: int) -> np.ndarray:
        steps = np.exp(rng.uniform(-36, -1, count)) * rng.choice([-1, 1], count)
        return np.concatenate([p + max(abs(p), 1) * steps for p in places])

    return made


POSITIVE = (0.0, INF)
NEAR_ONE = _around(1.0)
HALF_TURNS = ((-4.0, 4.0), (-100.0, 100.0), (-1e6, 1e6))
FUNCTIONS: dict[str, Function] = {
    "exp": Function(mpmath.exp, ((-2, 2), (-745.2, 709.8))),
    "exp2": Function(lambda x: mpmath.mpf(2) ** x, ((-2, 2), (-1075, 1024))),
    "expm1": Function(mpmath.expm1, ((-2, 2), (-40, 709.8))),
    "tanh": Function(mpmath.tanh, ((-2, 2), (-23, 23))),
    "sinh": Function(mpmath.sinh, ((-2, 2), (-710.5, 710.5))),
    "cosh": Function(mpmath.cosh, ((-2, 2), (-710.5, 710.5))),
    "sigmoid": Function(_sigmoid, ((-4, 4), (-745.2, 745))),
    "softplus": Function(_softplus, ((-4, 4), (-745.2, 60))),
    "log": Function(mpmath.log, ((0.4, 2.5),), POSITIVE, hard=NEAR_ONE),
    "log2": Function(lambda x: mpmath.log(x) / mpmath.log(2), ((0.4, 2.5),), POSITIVE, hard=NEAR_ONE),
    "log10": Function(mpmath.log10, ((0.4, 2.5),), POSITIVE, hard=NEAR_ONE),
    "log1p": Function(mpmath.log1p, ((-1, 3),), (-1.0, INF), hard=_around(-1.0)),
    "sin": Function(mpmath.sin, HALF_TURNS, hard=_multiples),
    "cos": Function(mpmath.cos, HALF_TURNS, hard=_multiples),
    "tan": Function(mpmath.tan, HALF_TURNS, hard=_multiples),
    "erf": Function(mpmath.erf, ((-1, 1), (-6, 6))),
    "erfc": Function(_erfc, ((-1, 1), (-6, 27.3))),
    "asin": Function(mpmath.asin, ((-1, 1),), (-1.0, 1.0), hard=_around(1.0, -0.5)),
    "acos": Function(mpmath.acos, ((-1, 1),), (-1.0, 1.0), hard=_around(1.0, -1.0)),
    "atan": Function(mpmath.atan, ((-3, 3), (-50, 50))),
    "asinh": Function(mpmath.asinh, ((-3, 3), (-50, 50))),
    "acosh": Function(mpmath.acosh, ((1, 4), (1, 50)), (1.0, INF), hard=NEAR_ONE),
    "atanh": Function(mpmath.atanh, ((-1, 1),), (-1.0, 1.0), hard=_around(1.0, 0.3)),
    "cbrt": Function(_cbrt, ((-3, 3),)),
    "sqrt": Function(mpmath.sqrt, ((0, 3),), POSITIVE, limit=0.5000001),
    "lgamma": Function(_lgamma, ((0, 4), (0, 12), (-8, 0)), (-150.0, INF), 4.0, ABSOLUTE, _around(1.0, 2.0)),
    "digamma": Function(
        mpmath.digamma, ((0, 4), (0, 12), (-8, 0)), (-50.0, INF), 4.0, ABSOLUTE, _around(1.4616321449683623)
    ),
    "atan2": Function(mpmath.atan2, ((-3, 3), (-1e-3, 1e-3))),
    "hypot": Function(mpmath.hypot, ((-3, 3), (-1e-3, 1e-3))),
    "pow": Function(
        lambda x, y: x**y, ((0, 3), (0.9, 1.1)), POSITIVE, 4.0, hard=NEAR_ONE, exponents=(-300, 300)
    ),
}


# -- arguments ------------------------------------------------------------------------------------------
def _patterns(rng: np.random.Generator, dtype: type, count: int) -> np.ndarray:
    """Numbers of all sizes: random bits."""
    integer = np.int64 if dtype is np.float64 else np.int32
    bounds = np.iinfo(integer)
    return rng.integers(bounds.min, bounds.max, count, dtype=integer).view(dtype)


def _one(function: Function, dtype: type, count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    parts = [_patterns(rng, dtype, count)]
    parts += [rng.uniform(low, high, count) for low, high in function.ranges]
    parts.append(np.exp(rng.uniform(-40, 6, count)) * rng.choice([-1, 1], count))
    if function.hard is not None:
        parts.append(function.hard(rng, count // 2))
    with np.errstate(over="ignore", invalid="ignore"):
        x = np.concatenate([part.astype(dtype) for part in parts])
        low, high = function.domain
        return x[np.isfinite(x) & (x >= low) & (x <= high) & (x != -1 if low == -1.0 else True)]


def arguments(name: str, dtype: type, count: int, seed: int = 7) -> tuple[np.ndarray, ...]:
    """Finite arguments inside the domain, about `count` of each sort."""
    function = FUNCTIONS[name]
    x = _one(function, dtype, count, seed)
    if arity(name) == 1:
        return (x[x != 0] if function.domain[0] == 0.0 and name != "sqrt" else x,)
    rng = np.random.default_rng(seed + 1)
    if function.exponents is None:
        return x, rng.permutation(x)
    x = x[x > 0]
    # exponents for which the result is mostly a finite number
    y = rng.uniform(-1, 1, x.size) * np.minimum(745 / np.maximum(abs(np.log(x.astype(float))), 1e-300), 1e5)
    return x, y.astype(dtype)


# -- errors ---------------------------------------------------------------------------------------------
def error(got: float, exact: Any, dtype: type, absolute: float = 0.0) -> float:
    """The distance in units in the last place; 0 within the absolute bound and for infinities due."""
    with np.errstate(over="ignore", under="ignore"):
        nearest = dtype(float(exact))
    if not np.isfinite(nearest):
        return 0.0 if got == nearest or got == np.copysign(np.finfo(dtype).max, nearest) else INF
    if not np.isfinite(got):
        return 1.0 if abs(nearest) == np.finfo(dtype).max else INF
    distance = abs(mpmath.mpf(float(got)) - exact)
    if distance <= absolute:
        return 0.0
    return float(distance / mpmath.mpf(float(np.spacing(np.abs(nearest)))))


def worst(loops: Loops, name: str, dtype: type, count: int, seed: int = 7) -> tuple[float, tuple[float, ...]]:
    """The largest error over many arguments, and where."""
    function, found = FUNCTIONS[name], (0.0, ())
    given = arguments(name, dtype, count, seed)
    results = loops(name, *given)
    with mpmath.workprec(1200 if function.hard is _multiples else 160):
        for *args, got in zip(*given, results, strict=True):
            exact = function.exact(*(mpmath.mpf(float(a)) for a in args))
            size = error(float(got), exact, dtype, function.absolute)
            if size > found[0] or np.isnan(got):
                found = (INF if np.isnan(got) else size, tuple(float(a) for a in args))
    return found


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.llvm_backend.accuracy", description=__doc__.splitlines()[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FUNCTIONS))
    parser.add_argument("--points", type=int, default=5000, help="arguments of each sort")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    failed = False
    for name in options.names or FUNCTIONS:
        loops = Loops([(name, "f64"), (name, "f32")])
        for dtype in (np.float64, np.float32):
            size, where = worst(loops, name, dtype, options.points, options.seed)
            bound = FUNCTIONS[name].bound(dtype)
            failed |= size > bound
            print(
                f"{name:9} {dtype.__name__} {size:6.3f} of {bound:.1f} at {', '.join(map(repr, where))}",
                flush=True,
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
