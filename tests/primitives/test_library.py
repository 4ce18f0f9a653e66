"""Every name of the library in an expression: value, kind and derivative are those of the Python text."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adgen.frontend.entries import Entry
from adgen.frontend.library import TABLE
from adgen.ir.interpret import interpret
from adgen.ir.parse import parse_type
from adgen.ir.types import Kind
from adgen.ir.verify import verify
from adgen.runtime.backends import Program
from tests.primitives.cases import Derivatives, floats
from tests.primitives.expressions import EXPRESSIONS, KINKED, TYPES, arguments, names_in
from tests.primitives.lowering import call, checksum, functions, lowered
from tests.runtime.test_draws import COVERED, HOST

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
DISTRIBUTIONS = ("norm", "t", "beta", "gamma", "chi2", "poisson", "multivariate_normal", "dirichlet")
ALL = [pytest.param(k, id=text) for k, text in enumerate(EXPRESSIONS)]


def same_kind(found: Any, wanted: Any) -> bool:
    for family in (np.ndarray, np.generic):
        if isinstance(found, family) or isinstance(wanted, family):
            return isinstance(found, family) and isinstance(wanted, family) and found.dtype == wanted.dtype
    return type(found) is type(wanted)


def check_value(found: Any, wanted: Any) -> None:
    """The same kind, dtype and shape, and the same numbers."""
    assert same_kind(found, wanted), f"{type(found)} {found!r} instead of {type(wanted)} {wanted!r}"
    single = np.asarray(wanted).dtype in (np.float32, np.complex64)
    np.testing.assert_allclose(found, wanted, rtol=2e-6 if single else 4e-15, atol=1e-6 if single else 4e-15)
    assert np.shape(found) == np.shape(wanted)


@pytest.mark.parametrize("k", ALL)
def test_value_and_kind(k: int) -> None:
    python: Callable[..., Any] = functions()[f"e{k}"]
    found = lowered(k, concrete=False)
    verify(found.func)
    args = call(found, k)
    wanted = python(*(arguments()[name] for name in names_in(EXPRESSIONS[k])))
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    for result, expected in zip(interpret(found.func, args), wanted, strict=True):
        check_value(result, expected)
    for result, expected in zip(Program(found.func, "numpy", ()).run(args), wanted, strict=True):
        check_value(result, expected)


@pytest.mark.parametrize("k", [p for p in ALL if not str(p.id).startswith(KINKED)])
def test_derivative(k: int) -> None:
    found = lowered(k, concrete=True)
    outputs = tuple(floats([r.any_type for r in found.func.results]))
    derived = Derivatives(found.func, outputs)
    if not outputs or not derived.wrt:
        return
    args, rng = call(found, k), np.random.default_rng(checksum(k))
    types = [v.type for v in (*found.func.params, *found.func.results)]
    single = any(t.dtype.value in ("f32", "c64") for t in types)
    assert derived.gap(args, rng, 2.0**-23 if single else 2.0**-52) <= 1.0
    if not single:
        assert derived.numeric_error(args, rng, 1e-6) <= 1e-6


def test_every_entry_is_in_an_expression() -> None:
    """Nothing is in the table that no expression calls."""
    text = "\n".join(EXPRESSIONS)
    missing = [
        name for name, found in sorted(TABLE.items()) if isinstance(found, Entry) and not _used(name, text)
    ]
    assert not missing, missing


def _used(name: str, text: str) -> bool:
    full, _, last = name.rpartition(".")
    if full.startswith("numpy.random"):
        return last in ("default_rng", "shuffle", "lognormal") or f"rng.{last}(" in "".join(COVERED + HOST)
    if full.startswith("adgen.nn"):
        return True
    prefixes = {"numpy": "np.", "numpy.linalg": "np.linalg.", "numpy.ndarray": ".", "builtins": ""}
    prefixes |= {"cmath": "cmath.", "builtins.complex": ".", "numpy.fft": "np.fft.", "scipy.fft": "sfft."}
    prefixes |= {"math": "math.", "adgen": "adgen.", "scipy.special": "special.", "scipy.signal": "signal."}
    prefixes |= {"scipy.ndimage": "ndimage.", "scipy.integrate": "integrate."}
    prefixes |= {"scipy.spatial": "spatial.", "scipy.spatial.distance": "spatial.distance."}
    prefixes |= {"scipy.linalg": "sl.", "scipy.sparse.linalg": "splinalg."}
    prefixes |= {f"scipy.stats.{name}": f"stats.{name}." for name in DISTRIBUTIONS}
    return f"{prefixes.get(full, f'np.{full[6:]}.')}{last}" in text


def test_the_text_is_python() -> None:
    assert math.isfinite(functions()["e0"](arguments()["x"], arguments()["v"]).sum())
    assert Kind.py in {parse_type(t).kind for t in TYPES.values()}  # type: ignore[union-attr]
