"""Inner loops of ufuncs inside kernels: views, repetitions, scalars, failures, what is not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special

from adgen.diagnostics import RunError
from adgen.ir.builder import Builder
from adgen.ir.core import Func, Region, Value
from adgen.ir.parse import parse_type
from adgen.ir.types import AnyType
from adgen.llvm_backend.covered import coverage
from adgen.primitives.define import Absent, Call, Inactive, Primitive, Ufunc, elementwise
from adgen.primitives.shape import transpose
from adgen.transform.copies import insert_copies
from tests.llvm_backend.programs import agree, kernel_of

_NONE = Absent("only for this test")


def _solve_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    return (types[1],)


def _primitive(name: str, ufunc: Ufunc) -> Primitive:
    return Primitive(
        name, _solve_type, lambda ctx, *x: np.linalg.solve(*x), Call("solve"), "", _NONE, lower=ufunc
    )


def _elementwise(name: str) -> Primitive:
    return elementwise(
        f"{name}_in_test",
        eval=getattr(scipy.special, name),
        spell=Call(name),
        partials=Inactive("test"),
        doc="",
        samples=(),
        scalar=Ufunc(f"scipy.special.{name}"),
    )


CORE = "(m,m),(m,n)->(m,n)"
solve = _primitive(
    "solve_in_test", Ufunc("numpy.linalg._umath_linalg.solve", CORE, ("LinAlgError", "Singular matrix"))
)
missing = _primitive("missing_in_test", Ufunc("numpy.linalg._umath_linalg.nothing", CORE))
RNG = np.random.default_rng(3)


def program(prim: Primitive, *types: str, transposed: bool = False) -> Func:
    """One operation, its first operand perhaps a transposed view."""
    b = Builder()
    params = tuple(Value(parse_type(t), f"x{k}") for k, t in enumerate(types))
    axes = (*range(params[0].type.rank - 2), params[0].type.rank - 1, params[0].type.rank - 2)
    first = transpose(b, params[0], perm=axes) if transposed else params[0]
    results = b.emit(prim, (first, *params[1:]), {})
    return insert_copies(Func("f", Region(params, tuple(b.nodes), results)))


def diagonal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape) + 4.0 * np.eye(shape[-1])


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("batch", [(), (5,), (2, 3)])
def test_arrays(batch: tuple[int, ...], transposed: bool) -> None:
    dims = "".join(f"{name}," for name in ("p", "q")[: len(batch)])
    func = program(solve, f"f64[{dims}n,n]", f"f64[{dims}n,k]", transposed=transposed)
    agree(func, [diagonal(*batch, 4, 4), RNG.normal(size=(*batch, 4, 2))])


@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_elements(dtype: str) -> None:
    numbers = RNG.uniform(0.5, 3.0, 7).astype(np.float32 if dtype == "f32" else np.float64)
    agree(program(_elementwise("j0"), f"{dtype}[n]"), [numbers])
    agree(program(_elementwise("xlogy"), f"{dtype}[n]", f"{dtype}[n]"), [numbers, numbers[::-1].copy()])


def test_scalars() -> None:
    agree(program(_elementwise("j0"), "np.f64"), [np.float64(0.7)])


def test_a_failure_is_an_error_of_the_program_and_only_once() -> None:
    kernel = kernel_of(program(solve, "f64[n,n]", "f64[n,k]"))
    for _ in range(2):
        with pytest.raises(RunError, match="Singular matrix") as caught:
            kernel([np.ones((3, 3)), np.ones((3, 1))])
        assert isinstance(caught.value, np.linalg.LinAlgError)
        (found,) = kernel([np.eye(3), np.ones((3, 1))])
        np.testing.assert_array_equal(found, np.ones((3, 1)))


def test_what_is_not_there_is_a_gap() -> None:
    (gap,) = coverage(program(missing, "f64[n,n]", "f64[n,k]"))
    assert "nothing" in gap.name
