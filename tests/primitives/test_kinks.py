"""What the derivative is where there is none: the conventions, one row each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from adgen.autodiff.forward import pushforward
from adgen.autodiff.reverse import joint
from adgen.ir.builder import Builder
from adgen.ir.core import Func, Value
from adgen.ir.interpret import interpret
from adgen.ir.types import array, py
from adgen.numpy_backend.execute import compile_function
from adgen.primitives.elementwise import where
from adgen.primitives.literals import literal
from adgen.primitives.powers import root, sqrt
from adgen.primitives.reduce import sum_
from adgen.primitives.registry import REGISTRY
from adgen.primitives.rounding import absolute

NAN = float("nan")
ALL = {"axes": (0,)}
#: primitive, attributes, operands, derivative of the (summed) result by each operand
KINKS: list[tuple[str, dict[str, Any], list[list[float]], list[list[float]]]] = [
    ("maximum", {}, [[0.0, 1.0], [0.0, 2.0]], [[0.5, 0.0], [0.5, 1.0]]),
    ("first_or_larger", {}, [[0.0, 1.0, NAN], [0.0, NAN, 1.0]], [[0.5, 1.0, 1.0], [0.5, 0.0, 0.0]]),
    ("first_or_smaller", {}, [[0.0, 1.0, NAN], [0.0, NAN, 1.0]], [[0.5, 1.0, 1.0], [0.5, 0.0, 0.0]]),
    ("largest", {}, [[0.0, 1.0], [0.0, 2.0], [0.0, 2.0]], [[1 / 3, 0.0], [1 / 3, 0.5], [1 / 3, 0.5]]),
    ("smallest", {}, [[0.0, 1.0], [0.0, 2.0], [0.0, 1.0]], [[1 / 3, 0.5], [1 / 3, 0.0], [1 / 3, 0.5]]),
    ("minimum", {}, [[3.0, 1.0], [3.0, 2.0]], [[0.5, 1.0], [0.5, 0.0]]),
    ("fmax", {}, [[1.0, math.nan, 1.0], [1.0, 2.0, math.nan]], [[0.5, 0.0, 1.0], [0.5, 1.0, 0.0]]),
    ("fmin", {}, [[1.0], [1.0]], [[0.5], [0.5]]),
    ("max", ALL, [[2.0, 1.0, 2.0]], [[0.5, 0.0, 0.5]]),
    ("min", ALL, [[1.0, 1.0, 1.0, 2.0]], [[1 / 3, 1 / 3, 1 / 3, 0.0]]),
    ("relu", {}, [[0.0, -1.0, 2.0]], [[0.0, 0.0, 1.0]]),
    ("abs", {}, [[0.0, -2.0]], [[0.0, -1.0]]),
    ("modulus", {}, [[0.0, -2.0, 3j]], [[0.0, -1.0, 1j]]),
    ("copysign", {}, [[0.0, 2.0], [1.0, -1.0]], [[0.0, -1.0], [0.0, 0.0]]),
    ("sign", {}, [[0.0, 2.0]], [[0.0, 0.0]]),
    ("floor", {}, [[1.0, 1.5]], [[0.0, 0.0]]),
    ("ceil", {}, [[1.0, 1.5]], [[0.0, 0.0]]),
    ("rint", {}, [[1.0, 1.5]], [[0.0, 0.0]]),
    ("trunc", {}, [[1.0, 1.5]], [[0.0, 0.0]]),
    ("floor_divide", {}, [[3.0], [2.0]], [[0.0], [0.0]]),
    ("mod", {}, [[4.0, 5.0], [2.0, 3.0]], [[1.0, 1.0], [-2.0, -1.0]]),
    ("fmod", {}, [[4.0, -5.0], [2.0, 3.0]], [[1.0, 1.0], [-2.0, 1.0]]),
    ("hypot", {}, [[0.0], [0.0]], [[0.0], [0.0]]),
    ("arctan2", {}, [[0.0], [0.0]], [[0.0], [0.0]]),
    ("root", {}, [[0.0, 4.0]], [[0.0, 0.25]]),
    ("order_root", {"order": 3.0}, [[0.0, 8.0]], [[0.0, 1 / 12]]),
    ("sqrt", {}, [[0.0, 4.0]], [[math.inf, 0.25]]),
    ("cbrt", {}, [[0.0]], [[math.inf]]),
    ("pow", {}, [[0.0, 0.0, 2.0], [0.0, 2.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 0.0, math.log(2.0)]]),
    ("pow", {}, [[-2.0], [3.0]], [[12.0], [math.nan]]),
    ("powi", {"n": 0}, [[0.0, 2.0]], [[0.0, 0.0]]),
    ("powi", {"n": 1}, [[0.0, 2.0]], [[1.0, 1.0]]),
    ("clip", {}, [[-1.0, 1.0], [-1.0, -1.0], [1.0, 1.0]], [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]),
    ("clip", {}, [[-3.0, 3.0], [-1.0, -1.0], [1.0, 1.0]], [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]),
    ("entr", {}, [[0.0]], [[math.inf]]),
    ("xlogy", {}, [[0.0, 2.0], [0.0, 0.0]], [[-math.inf, -math.inf], [0.0, math.inf]]),
    ("xlog1py", {}, [[0.0], [-1.0]], [[-math.inf], [0.0]]),
    ("rel_entr", {}, [[0.0], [2.0]], [[-math.inf], [0.0]]),
    ("kl_div", {}, [[0.0], [2.0]], [[-math.inf], [1.0]]),
    ("i0e", {}, [[0.0]], [[0.0]]),
    ("ive", {}, [[0.0], [0.0]], [[0.0], [0.0]]),
    ("prod", ALL, [[0.0, 2.0, 3.0]], [[6.0, 0.0, 0.0]]),
    ("prod", ALL, [[0.0, 2.0, 0.0]], [[0.0, 0.0, 0.0]]),
]


def program(name: str, attrs: dict[str, Any], count: int, size: int) -> Func:
    """The sum of a primitive's results."""
    b = Builder()
    dtype = "c128" if name == "modulus" else "f64"
    params = tuple(Value(array(dtype, size), f"x{k}") for k in range(count))

    def body() -> tuple[Value, ...]:
        result = REGISTRY.table[name](b, *params, **attrs)
        return (sum_(b, result, axes=(0,)) if result.type.rank else result,)

    return Func("kink", b.region(params, body))


@pytest.mark.parametrize(
    ("name", "attrs", "operands", "wanted"), KINKS, ids=[f"{k}-{row[0]}" for k, row in enumerate(KINKS)]
)
def test_convention(name: str, attrs: dict[str, Any], operands: Any, wanted: Any) -> None:
    args = [np.array(x) for x in operands]
    func = program(name, attrs, len(args), args[0].size)
    wrt = tuple(range(len(args)))
    _, *bars = interpret(joint(func, wrt), args)
    for found, expected in zip(bars, wanted, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-15)
    for k, expected in enumerate(wanted):
        for j in range(args[0].size):
            dot = np.zeros(args[0].size, args[0].dtype)
            dot[j] = 1.0
            _, y_dot = interpret(pushforward(func, (k,)), [*args, dot])
            if np.isfinite(expected[j]) and np.all(np.isfinite(expected)):
                np.testing.assert_allclose(y_dot, np.real(expected[j]), rtol=1e-15)


@pytest.mark.parametrize("name", sorted(n for n, p in REGISTRY.table.items() if p.kinks))
def test_every_declared_kink_is_pinned(name: str) -> None:
    assert name in {row[0] for row in KINKS}


def test_where_lets_nothing_out_of_the_side_not_taken() -> None:
    """where(x > 0, sqrt(x), |x|) at -1 and 0: no nan of the root, no infinity."""
    from adgen.primitives.elementwise import gt

    b = Builder()
    x = Value(array("f64", 3), "x")

    def body() -> tuple[Value, ...]:
        taken = gt(b, x, literal(b, x, 0))
        return (sum_(b, where(b, taken, sqrt(b, x), absolute(b, x)), axes=(0,)),)

    func = Func("guarded", b.region((x,), body))
    _, x_bar = interpret(joint(func, (0,)), [np.array([-1.0, 0.0, 4.0])])
    np.testing.assert_array_equal(x_bar, [-1.0, 0.0, 0.25])


def test_second_order_of_a_product_with_zeros() -> None:
    func = program("prod", ALL, 1, 3)
    first = joint(func, (0,))
    x = np.array([0.0, 0.0, 5.0])
    columns = []
    for k in range(3):
        dot = np.zeros(3)
        dot[k] = 1.0
        columns.append(interpret(pushforward(first, (0,), (1,)), [x, dot])[-1])
    np.testing.assert_array_equal(np.stack(columns), [[0.0, 5.0, 0.0], [5.0, 0.0, 0.0], [0.0, 0.0, 0.0]])


def test_length_of_the_zero_vector_is_flat() -> None:
    from adgen.primitives.elementwise import mul

    b = Builder()
    x = Value(array("f64", 3), "x")
    func = Func("norm", b.region((x,), lambda: (root(b, sum_(b, mul(b, x, x), axes=(0,))),)))
    _, x_bar = interpret(joint(func, (0,)), [np.zeros(3)])
    np.testing.assert_array_equal(x_bar, np.zeros(3))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("name", "operands", "wanted"),
    [
        ("sqrt", (0.0,), math.inf),
        ("cbrt", (0.0,), math.inf),
        ("arcsin", (1.0,), math.inf),
        ("arccos", (-1.0,), -math.inf),
        ("arccosh", (1.0,), math.inf),
        ("pow", (0.0, 0.5), math.inf),
    ],
)
def test_python_floats_get_infinity_too(name: str, operands: tuple[float, ...], wanted: float) -> None:
    """What Python computes without complaint has a derivative that does not raise either."""
    b = Builder()
    params = tuple(Value(py("f64"), f"x{k}") for k in range(len(operands)))
    func = Func("edge", b.region(params, lambda: (REGISTRY.table[name](b, *params),)))
    gradient = joint(func, (0,))
    for found in (interpret(gradient, operands), compile_function(gradient)(*operands)):
        assert found[1] == wanted
        assert type(found[1]) is float


def test_the_side_not_taken_never_escapes_through_what_made_it() -> None:
    import adgen

    def total(v: Any) -> Any:
        return np.where(v[0] > 1.0, np.sum(np.sqrt(v)), 0.0)

    def rows(x: Any, c: Any) -> Any:
        return np.where(c, np.sum(np.sqrt(x), axis=1), 0.0).sum()

    def product(v: Any) -> Any:
        return np.where(v[0] > 1.0, np.sqrt(v) @ v, v.sum())

    v, x, c = np.array([0.5, 0.0, 4.0]), np.array([[1.0, 4.0], [0.0, 0.0]]), np.array([True, False])
    for backend in ("numpy", "llvm"):
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(adgen.grad(total, backend=backend)(v), [0.0, 0.0, 0.0])
            np.testing.assert_array_equal(adgen.grad(rows, backend=backend)(x, c), [[0.5, 0.25], [0.0, 0.0]])
            np.testing.assert_array_equal(adgen.grad(product, backend=backend)(v), [1.0, 1.0, 1.0])
