"""What Python raises where NumPy's numbers go on: checks of operations on Python scalars.

Kernels make them, and programs that compute for several rounds of a loop at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import eq, ge, gt, le, logical_and, logical_not, lt
from adgen.primitives.rounding import isinf, isnan
from adgen.primitives.shape import broadcast
from adgen.primitives.sizes import constant
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class PythonCheck:
    """What Python raises where NumPy would return inf or NaN: operand `operand` must satisfy `test`.

    `test` compares with `bound`; `finite` stands for: finite operands give a finite
    result, `not_nan` for: they do not give NaN, `zero_power` for: zero has no negative exponent.
    """

    operand: int
    test: str
    bound: float
    kind: str
    message: str


_DOMAIN = ("ValueError", "math domain error")
_ZERO = ("ZeroDivisionError", "division by zero")
_RANGE = ("OverflowError", "math range error")

CHECKS: dict[str, tuple[PythonCheck, ...]] = {
    **{name: (PythonCheck(1, "ne", 0, *_ZERO),) for name in ("div", "floor_divide", "mod")},
    **{
        name: (PythonCheck(1, "not_lt", 0, "ValueError", "negative shift count"),)
        for name in ("left_shift", "right_shift")
    },
    "reciprocal": (PythonCheck(0, "ne", 0, *_ZERO),),
    "fmod": (PythonCheck(1, "ne", 0, *_DOMAIN),),
    **{name: (PythonCheck(0, "not_le", 0, *_DOMAIN),) for name in ("log", "log2", "log10")},
    "log1p": (PythonCheck(0, "not_le", -1, *_DOMAIN),),
    "sqrt": (PythonCheck(0, "not_lt", 0, *_DOMAIN),),
    **{
        name: (PythonCheck(0, "not_lt", -1, *_DOMAIN), PythonCheck(0, "not_gt", 1, *_DOMAIN))
        for name in ("asin", "acos")
    },
    "acosh": (PythonCheck(0, "not_lt", 1, *_DOMAIN),),
    "atanh": (PythonCheck(0, "not_le", -1, *_DOMAIN), PythonCheck(0, "not_ge", 1, *_DOMAIN)),
    **{name: (PythonCheck(0, "not_inf", 0, *_DOMAIN),) for name in ("sin", "cos", "tan")},
    **{name: (PythonCheck(0, "finite", 0, *_RANGE),) for name in ("exp", "exp2", "expm1", "sinh", "cosh")},
    "pow": (
        PythonCheck(0, "zero_power", 0, "ZeroDivisionError", "zero to a negative power"),
        PythonCheck(0, "not_nan", 0, "ValueError", f"{_DOMAIN[1]}: a negative number to a fractional power"),
        PythonCheck(0, "finite", 0, "OverflowError", "numerical result out of range"),
    ),
    "powi": (
        PythonCheck(0, "zero_power", 0, "ZeroDivisionError", "zero to a negative power"),
        PythonCheck(0, "finite", 0, "OverflowError", "numerical result out of range"),
    ),
}


def fails(
    b: Builder, check: PythonCheck, op: Op, operands: Sequence[Value], result: Value | None
) -> Value | None:
    """Where arrays of Python's numbers fail a check, as truth values; None where it is for another time.

    What is tested before an operation has no ``result`` yet.
    """
    after = check.test in ("finite", "not_nan")
    if after != (result is not None) or check.operand >= len(operands):
        return None
    if result is not None and not result.type.is_float:
        return None
    if result is not None:
        return _new(b, isinf if check.test == "finite" else isnan, operands, result)
    x = operands[check.operand]
    if check.test == "not_inf":
        return isinf(b, x)
    bound = _filled(b, check.bound, x)
    if check.test == "zero_power":
        return _zero_power(b, op, operands, bound)
    compare = {"ne": eq, "not_lt": lt, "not_le": le, "not_gt": gt, "not_ge": ge}[check.test]
    return compare(b, x, bound)


def _filled(b: Builder, number: float, like: Value) -> Value:
    return broadcast(b, constant(b, number, like.type.with_dims()), dims=like.type.dims, axes=())


def _new(b: Builder, bad: Primitive, operands: Sequence[Value], result: Value) -> Value:
    """Where the result is bad and no operand was."""
    found = bad(b, result)
    for operand in operands:
        if operand.type.is_float:
            found = logical_and(b, found, logical_not(b, bad(b, operand)))
    return found


def _zero_power(b: Builder, op: Op, operands: Sequence[Value], zero: Value) -> Value | None:
    if len(operands) == 1:
        return None if op.attr("n") >= 0 else eq(b, operands[0], zero)
    return logical_and(b, eq(b, operands[0], zero), lt(b, operands[1], zero))
