"""Elementary functions against mpmath, at scalar and vector width, and the shape of their machine code."""

from __future__ import annotations

import re
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special

from adgen.llvm_backend import vector_math
from adgen.llvm_backend.compile import assembly
from tests.llvm_backend.elementary_module import Loops, module_text
from tests.llvm_backend.programs import kernel_of, of_text

ULP_LIMIT = 2.5
EXACT = {
    "exp": mpmath.exp,
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "expm1": mpmath.expm1,
    "tanh": mpmath.tanh,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "log": mpmath.log,
    "log1p": lambda x: mpmath.log(1 + x),
    "log2": lambda x: mpmath.log(x) / mpmath.log(2),
    "log10": mpmath.log10,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
}
LIMITS = {"erfc": 3.0}
REFERENCES = {
    "sigmoid": scipy.special.expit,
    "erf": scipy.special.erf,
    "erfc": scipy.special.erfc,
    **{name: getattr(np, f"arc{name[1:]}") for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")},
}
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 5e-324, 2.2e-308, 1e300, -1e300])
ONE = [name for name in vector_math.OWN if name not in vector_math.TWO]
PAIRS = [(name, dtype) for name in ONE for dtype in ("f64", "f32")]


@pytest.fixture(scope="module")
def loops() -> Loops:
    return Loops(PAIRS)


def points(name: str, dtype: str) -> np.ndarray:
    """A sample of the domain, with the hard places."""
    rng = np.random.default_rng(7)
    u = rng.uniform
    big = 708.0 if dtype == "f64" else 87.0
    if name in ("log", "log2", "log10"):
        parts = [u(0, 2, 100), np.exp(u(-80, 80, 60)), 1 + u(-1e-3, 1e-3, 60), [1e-310, 2.0, 8.0, 1.0]]
    elif name == "log1p":
        parts = [u(-1, 2, 100), np.exp(u(-80, 80, 60)), u(-1e-5, 1e-5, 60), -np.exp(u(-40, -1, 40))]
    elif name in ("asin", "acos", "atanh"):
        parts = [u(-1, 1, 200), 1 - np.exp(u(-30, -0.1, 60)), u(-1e-5, 1e-5, 40)]
    elif name == "acosh":
        parts = [1 + np.exp(u(-30, 3, 100)), u(1, 20, 60), np.exp(u(0, 80, 40))]
    elif name in ("atan", "asinh"):
        parts = [u(-1, 1, 100), u(-5, 5, 100), np.exp(u(-80, 80, 60)), u(-1e-5, 1e-5, 40)]
    elif name in ("erf", "erfc"):
        parts = [u(-1, 1, 100), u(0.4, 6, 200), u(0, 26, 60), u(-6, 0, 60), u(-1e-8, 1e-8, 20)]
    elif name in ("sin", "cos", "tan"):
        parts = [u(-10, 10, 100), u(-1e6, 1e6, 60), np.arange(1, 60) * np.pi / 2, u(-1e13, 1e13, 40), [1e300]]
    else:
        parts = [u(-1, 1, 100), u(-big, big, 60), u(-1e-5, 1e-5, 60), u(-2, 2, 60), [-big - 15, big + 1.5]]
    x = np.concatenate(parts)
    return x if dtype == "f64" else x[np.abs(x) < 3e38].astype(np.float32)


def ulps(got: float, exact: mpmath.mpf, dtype: type) -> float:
    nearest = dtype(float(exact))
    if not np.isfinite(nearest):
        return 0.0 if got == nearest else np.inf
    return float(abs(mpmath.mpf(float(got)) - exact) / mpmath.mpf(float(np.spacing(np.abs(nearest)))))


@pytest.mark.parametrize(("name", "dtype"), PAIRS)
def test_accuracy(loops: Loops, name: str, dtype: str) -> None:
    x = points(name, dtype)
    with mpmath.workprec(300), np.errstate(over="ignore"):
        errors = [
            ulps(y, EXACT[name](mpmath.mpf(float(v))), x.dtype.type)
            for v, y in zip(x, loops(name, x), strict=True)
        ]
    assert max(errors) <= LIMITS.get(name, ULP_LIMIT), x[int(np.argmax(errors))]


@pytest.mark.parametrize(("name", "dtype"), PAIRS)
def test_special_values(loops: Loops, name: str, dtype: str) -> None:
    with np.errstate(all="ignore"):
        x = SPECIAL.astype(np.float64 if dtype == "f64" else np.float32)
        expected = REFERENCES.get(name, getattr(np, name, None))(x)
    got = loops(name, x)
    np.testing.assert_array_max_ulp(got, expected, 3, x.dtype)
    zeros = (x == 0) & (expected == 0)
    assert (np.signbit(got[zeros]) == np.signbit(expected[zeros])).all()


@pytest.mark.parametrize(("name", "dtype"), PAIRS)
def test_bits_do_not_depend_on_the_width(loops: Loops, name: str, dtype: str) -> None:
    x = points(name, dtype)
    one_by_one = np.concatenate([loops(name, x[k : k + 1]) for k in range(x.size)])
    np.testing.assert_array_equal(loops(name, x).view(np.uint8), one_by_one.view(np.uint8))


@pytest.mark.parametrize("name", ["exp", "log", "tanh", "sigmoid", "erf", "atan", "asin"])
def test_loops_have_no_calls(name: str) -> None:
    text, _ = module_text([(name, "f64")])
    body = re.search(rf"^loop\.{name}\.f64:(.*?)^\.Lfunc_end", assembly(text), re.S | re.M)
    assert body is not None
    assert not re.search(r"\bcallq?\b", body.group(1))
    assert re.search(r"%[yz]mm", body.group(1))


TWO = [("arctan2", mpmath.atan2), ("hypot", mpmath.hypot), ("pow", lambda x, y: abs(x) ** y)]


@pytest.mark.parametrize(("name", "reference"), TWO)
def test_two_arguments(name: str, reference: Any) -> None:
    text = f"func @f(%x: f64[n], %y: f64[n]) -> (f64[n]) {{\n  %z = {name}(%x, %y) : f64[n]\n  return %z\n}}"
    kernel, rng = kernel_of(of_text(text)), np.random.default_rng(0)
    x, y = rng.normal(size=300) * np.exp(3 * rng.normal(size=300)), rng.normal(size=300)
    x = np.abs(x) if name == "pow" else x
    with mpmath.workprec(200):
        pairs = zip(x, y, kernel((x, y))[0], strict=True)
        errors = [ulps(z, reference(mpmath.mpf(a), mpmath.mpf(b)), np.float64) for a, b, z in pairs]
    assert max(errors) <= ULP_LIMIT
    grid = np.meshgrid(SPECIAL, SPECIAL)
    x, y = (np.ascontiguousarray(g.ravel()) for g in grid)
    with np.errstate(all="ignore"):
        expected = getattr(np, "power" if name == "pow" else name)(x, y)
    found = kernel((x, y))[0]
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    known = ~np.isnan(expected)
    assert (np.signbit(found) == np.signbit(expected))[known].all()
