"""Elementary functions: errors, special values, the same bits at every width and on every target, no calls.

`python -m tests.llvm_backend.accuracy` takes many more points.
"""

from __future__ import annotations

import itertools
import platform
import re

import numpy as np
import pytest
import scipy.special

from adgen.llvm_backend import vector_math
from adgen.llvm_backend.compile import Target, assembly, emit_object
from adgen.llvm_backend.elf import undefined_symbols
from tests.llvm_backend.accuracy import FUNCTIONS, arguments, worst
from tests.llvm_backend.elementary_module import Loops, arity, module_text

DTYPES = {"f64": np.float64, "f32": np.float32}
REFERENCES = {
    "sigmoid": scipy.special.expit,
    "softplus": lambda x: np.logaddexp(x, 0),
    "erf": scipy.special.erf,
    "erfc": scipy.special.erfc,
    "lgamma": scipy.special.gammaln,
    "digamma": scipy.special.digamma,
    "pow": np.power,
    **{name: getattr(np, f"arc{name[1:]}") for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")},
    "atan2": np.arctan2,
}
SPECIAL = np.array(
    [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 5e-324, -5e-324, 2.2e-308, 1e300, -1e300]
)
PAIRS = [(name, dtype) for name in FUNCTIONS for dtype in DTYPES]
X86 = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="made for other processors")


@pytest.fixture(scope="module")
def loops() -> Loops:
    return Loops(PAIRS)


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays agree in every bit; what a NaN carries does not count."""
    return bool(
        (np.isnan(a) == np.isnan(b)).all() and (a[~np.isnan(a)].tobytes() == b[~np.isnan(b)].tobytes())
    )


def with_special(name: str, dtype: str, count: int = 20) -> tuple[np.ndarray, ...]:
    """Arguments of a function, those of no finite result too."""
    with np.errstate(over="ignore"):
        special = SPECIAL.astype(DTYPES[dtype])
    combined = itertools.product(special, repeat=arity(name))
    grids = zip(*combined, strict=True)
    pairs = zip(arguments(name, DTYPES[dtype], count), grids, strict=True)
    return tuple(np.concatenate([x, np.array(g, dtype=x.dtype)]) for x, g in pairs)


def test_every_function_is_checked() -> None:
    assert set(vector_math.OWN) <= FUNCTIONS.keys()


@pytest.mark.parametrize(("name", "dtype"), PAIRS)
def test_accuracy(loops: Loops, name: str, dtype: str) -> None:
    size, where = worst(loops, name, DTYPES[dtype], 60)
    assert size <= FUNCTIONS[name].bound(DTYPES[dtype]), where


@pytest.mark.parametrize(("name", "dtype"), PAIRS)
def test_special_values(loops: Loops, name: str, dtype: str) -> None:
    function = REFERENCES.get(name, getattr(np, name, None))
    with np.errstate(all="ignore"):
        args = [np.array(g) for g in zip(*itertools.product(SPECIAL, repeat=arity(name)), strict=True)]
        args = [a.astype(DTYPES[dtype]) for a in args]
        expected = function(*args)
    if name == "lgamma":  # SciPy has inf where 1/x overflows
        expected[np.abs(args[0]) == np.finfo(DTYPES[dtype]).smallest_subnormal] = np.nan
        args[0][np.isnan(expected)] = np.nan
    got = loops(name, *args)
    np.testing.assert_array_max_ulp(got, expected, 4, DTYPES[dtype])
    zeros = (got == 0) & (expected == 0)
    assert (np.signbit(got[zeros]) == np.signbit(expected[zeros])).all()


@pytest.mark.parametrize(("name", "dtype"), PAIRS)
def test_bits_do_not_depend_on_the_width(loops: Loops, name: str, dtype: str) -> None:
    args = with_special(name, dtype)
    singly = [loops(name, *(a[k : k + 1] for a in args)) for k in range(args[0].size)]
    assert same_bits(loops(name, *args), np.concatenate(singly))


def other(cpu: str) -> Target:
    """Another processor of the same machine."""
    return Target(Target.host().triple, cpu, "")


@X86
@pytest.mark.parametrize("cpu", ["x86-64", "x86-64-v3"])
def test_bits_do_not_depend_on_the_processor(loops: Loops, cpu: str) -> None:
    """Without fused multiply-add as well; every processor that runs these tests runs code for the oldest."""
    if cpu != "x86-64" and "+avx2" not in Target.host().features:
        pytest.skip("this processor is older")
    elsewhere = Loops(PAIRS, other(cpu))
    for name, dtype in PAIRS:
        args = with_special(name, dtype)
        assert same_bits(loops(name, *args), elsewhere(name, *args)), (name, dtype)


@X86
def test_no_symbol_is_undefined_without_fused_multiply_add() -> None:
    text, _ = module_text(PAIRS)
    assert not undefined_symbols(emit_object(text, other("x86-64")))


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - vector_math.FAR.keys()))
def test_loops_have_no_calls(name: str) -> None:
    body = loop_of(name)
    assert not re.search(r"\bcallq?\b", body)
    assert re.search(r"%[yz]mm", body)


@pytest.mark.parametrize("name", sorted(vector_math.FAR))
def test_loops_call_only_for_far_arguments(name: str) -> None:
    """What is far is called, for a scalar or the lanes of a vector: the near loop is vectorised."""
    body = loop_of(name)
    called = set(re.findall(r"\bcallq?\s+(\S+)", body))
    slow = {f"adgen.{name}.f64.v{lanes}.slow" for lanes in vector_math.VARIANT_LANES}
    assert called <= {f"adgen.{name}.f64.far", *slow}
    assert re.search(r"%[yz]mm", body)


def loop_of(name: str) -> str:
    """The assembly of the loop over double precision."""
    text, _ = module_text([(name, "f64")])
    body = re.search(rf"^loop\.{name}\.f64:(.*?)^\.Lfunc_end", assembly(text), re.S | re.M)
    assert body is not None
    return body.group(1)
