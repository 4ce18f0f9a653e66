"""NEP 50 through every operator: values, dtypes and kinds are those of NumPy, on both backends.

Python scalars are weak beside NumPy numbers and arrays in operators and ufuncs, and count as the arrays that
NumPy makes of them elsewhere; integers wrap, negative ones divide downwards, booleans count as int8.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.llvm_backend.compile import converts_halves

BACKENDS = ("numpy", "llvm")

NUMBERS: dict[str, Any] = {
    "float": 2.5,
    "-float": -2.5,
    "int": 3,
    "-int": -3,
    "bool": True,
    "f32": np.float32(2.5),
    "f64": np.float64(-2.5),
    "i32": np.int32(7),
    "i64": np.int64(-7),
    "u8": np.uint8(200),
    "i8": np.int8(-100),
    "u64": np.uint64(5),
    "np.bool": np.bool_(True),
}
ARRAYS: dict[str, Any] = {
    "f32[]": np.array([1.5, -2.0, 0.5], np.float32),
    "f64[]": np.array([1.5, -2.0, 0.5]),
    "i32[]": np.array([7, -7, 3], np.int32),
    "i64[]": np.array([2, -3, 4]),
    "u8[]": np.array([250, 3, 1], np.uint8),
    "i16[]": np.array([300, -3, 2], np.int16),
    "u16[]": np.array([300, 3, 2], np.uint16),
    "u64[]": np.array([2**63, 3, 2], np.uint64),
    "bool[]": np.array([True, False, True]),
    "0-d f64": np.array(2.5),
    "0-d i64": np.array(3),
    "0-d f32": np.array(2.5, np.float32),
    "0-d bool": np.array(True),
}
VALUES = NUMBERS | ARRAYS
SOME = [
    "-float",
    "-int",
    "bool",
    "f32",
    "i64",
    "u8",
    "np.bool",
    "f32[]",
    "i64[]",
    "u8[]",
    "i16[]",
    "u64[]",
    "bool[]",
]
FEW = ["-int", "f32", "u8", "f32[]", "i64[]", "u8[]", "bool[]", "0-d i64"]


def add(x, y):
    return x + y


def subtract(x, y):
    return x - y


def multiply(x, y):
    return x * y


def divide(x, y):
    return x / y


def floor_divide(x, y):
    return x // y


def modulo(x, y):
    return x % y


def power(x, y):
    return x**y


def less(x, y):
    return x < y


def not_less(x, y):
    return x >= y


def equal(x, y):
    return x == y


def true_divide(x, y):
    return np.true_divide(x, y)


def np_divmod(x, y):
    return np.divmod(x, y)


def py_divmod(x, y):
    return divmod(x, y)


def np_power(x, y):
    return np.power(x, y)


def fmod(x, y):
    return np.fmod(x, y)


def maximum(x, y):
    return np.maximum(x, y)


def hypot(x, y):
    return np.hypot(x, y)


def copysign(x, y):
    return np.copysign(x, y)


def greater(x, y):
    return np.greater(x, y)


def stacked(x, y):
    return np.stack([x, y])


def added_in_place(x, y):
    z = np.array(x)
    z += y
    return z


def divided_in_place(x, y):
    z = np.array(x)
    z //= y
    return z


PAIRS = [
    *(add, subtract, multiply, divide, floor_divide, modulo, power, less, not_less, equal, true_divide),
    *(np_divmod, py_divmod, np_power, fmod, maximum, hypot, copysign, greater, stacked),
    *(added_in_place, divided_in_place),
]


def negated(x):
    return -x


def size_of(x):
    return abs(x)


def squared(x):
    return x**2


def cubed(x):
    return x**3


def np_squared(x):
    return np.square(x)


def mean(x):
    return np.mean(x)


def total(x):
    return np.sum(x)


def product(x):
    return np.prod(x)


def running(x):
    return np.cumsum(x)


def python_sum(x):
    return sum([x, x])


def half(x):
    return x / 2


def below(x):
    return -(x * 1) // 3


def displayed(x):
    return np.array([x, 1.5])


def dotted(x):
    return np.dot(x, 2)


def counted(x):
    return np.arange(x)


def norm(x):
    return np.linalg.norm(x)


def float_power(x):
    return np.float_power(x, 3)


def steps(x):
    return np.diff(np.array([x, x]))


ONES = [
    *(negated, size_of, squared, cubed, np_squared, mean, total, product, running, python_sum, half, below),
    *(displayed, dotted, counted, norm, float_power, steps),
]


def kinds(value: Any) -> Any:
    """What a caller sees of a result besides its numbers."""
    if isinstance(value, tuple):
        return tuple(kinds(item) for item in value)
    return (type(value).__name__, value.dtype, value.shape) if isinstance(value, np.ndarray) else type(value)


def outcome(function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    """The result for copies of the arguments, or None where there is none."""
    copies = [v.copy() if isinstance(v, np.ndarray) else v for v in given]
    try:
        with np.errstate(all="ignore"):
            return function(*copies)
    except adgen.InternalError:
        raise
    except (TypeError, ValueError, ArithmeticError, adgen.AdgenError):
        return None


def refused(function: Callable[..., Any], given: tuple[Any, ...], backend: str) -> bool:
    """Whether Python computes with complex numbers here, or NumPy in float16, which not all kernels have."""
    found = outcome(function, given)
    items = found if isinstance(found, tuple) else (found,)
    dtypes = (np.complex128,) if backend == "numpy" or converts_halves() else (np.complex128, np.float16)
    return any(np.asarray(v).dtype in dtypes for v in items)


def compare(function: Any, transformed: Any, given: tuple[Any, ...], label: str, backend: str) -> str | None:
    expected, found = outcome(function, given), outcome(transformed, given)
    if expected is None or refused(function, given, backend):
        return None if found is None else f"{label}: {found!r} where NumPy refuses"
    if found is None:
        return f"{label}: refused, {expected!r} expected"
    if kinds(found) != kinds(expected):
        return f"{label}: {kinds(found)} instead of {kinds(expected)}"
    precision = next((p for p in ("float16", "float32") if p in str(kinds(expected))), "float64")
    rtol = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-13}[precision]
    same = all(
        np.allclose(a, b, rtol=rtol, atol=0.0, equal_nan=True)
        for a, b in zip(np.atleast_1d(found), np.atleast_1d(expected), strict=True)
    )
    return None if same else f"{label}: {found!r} instead of {expected!r}"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("function", PAIRS)
def test_two_operands(function: Any, backend: str) -> None:
    if (backend, function) == ("llvm", fmod):
        pytest.skip("kernels have it of floats")
    transformed = adgen.jit(function, backend=backend)
    names = FEW if backend == "llvm" else SOME
    problems = [
        compare(function, transformed, (VALUES[a], VALUES[b]), f"{a}, {b}", backend)
        for a, b in itertools.product(names, repeat=2)
    ]
    assert not [p for p in problems if p]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("function", ONES)
def test_one_operand(function: Any, backend: str) -> None:
    transformed = adgen.jit(function, backend=backend)
    values = {n: v for n, v in VALUES.items() if backend == "numpy" or (n in FEW and function is not counted)}
    problems = [compare(function, transformed, (value,), name, backend) for name, value in values.items()]
    assert not [p for p in problems if p]


@pytest.mark.parametrize("backend", BACKENDS)
def test_integers_wrap_and_python_integers_do_not(backend: str) -> None:
    run = adgen.jit(add, backend=backend)
    found = run(np.array([250, 3], np.uint8), np.uint8(10))
    np.testing.assert_array_equal(found, np.array([4, 13], np.uint8))
    with pytest.raises(OverflowError):
        run(np.array([250, 3], np.uint8), 300)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint32", "uint64"])
def test_comparisons_take_python_integers_as_they_are(dtype: str, backend: str) -> None:
    x = np.array([0, 1, 100], dtype)
    for number in (-1, 0, 100, 10**6):
        for function in (less, not_less, equal, greater):
            found = adgen.jit(function, backend=backend)
            np.testing.assert_array_equal(found(x, number), function(x, number))
            np.testing.assert_array_equal(found(number, x), function(number, x))


def test_the_larger_of_two_arrays_is_no_number() -> None:
    with pytest.raises(adgen.UserError, match="AG241"):
        adgen.jit(lambda x, y: max(x, y))(np.ones(3), 2.0)


def test_floats_gradients_through_mixed_widths() -> None:
    def mixed(x, n, k):
        return np.sum(x * n / k + x**n - x // np.float32(2.0) + x % k)

    x = np.array([1.25, 2.5], np.float32)
    gradient = adgen.grad(mixed)(x, np.array([2, 3], np.uint8), np.int16(4))
    assert gradient.dtype == np.float32
    wanted = np.array([2, 3]) / 4 + np.array([2, 3]) * np.array([1.25, 2.5]) ** np.array([1, 2]) + 1
    np.testing.assert_allclose(gradient, wanted, rtol=1e-6)
