"""Scalar operations of kernels: which there are for a dtype, what they cost, and what Python checks first."""

from __future__ import annotations

from adgen.ir.types import DType
from adgen.records import dataclass


def _named(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ANY = _named(
    "add sub mul neg lt le gt ge eq ne where cast stop_gradient copy abs sign maximum minimum square powi"
)
_BOOL = _named("logical_and logical_or logical_not logical_xor")
_INTEGER = _named("floor_divide mod pow bit_and bit_or bit_xor bit_not left_shift right_shift")
#: Functions with a table of their own in machine code, with their flops.
ELEMENTARY = {
    **dict.fromkeys(
        _named("exp exp2 expm1 log log1p log2 log10 tanh sinh cosh sigmoid sin cos softplus"), 20
    ),
    **dict.fromkeys(_named("tan asin acos atan asinh acosh atanh cbrt erf erfc pow atan2 hypot fmod"), 60),
    **dict.fromkeys(_named("lgamma digamma nextafter"), 100),
}
_FLOAT = _named(
    "div sqrt floor ceil trunc rint isnan isinf isfinite copysign fma relu reciprocal"
) | frozenset(ELEMENTARY)
LIBRARY_COST = 100
_COSTS = {"div": 4, "sqrt": 5, "reciprocal": 4, "floor_divide": 10, "mod": 10, "copy": 0, "stop_gradient": 0}


def is_library(op: str) -> bool:
    """Whether a scalar operation is one call of a ufunc's inner loop: `ufunc.scipy.special.j0:d->d`."""
    return op.startswith("ufunc.")


def has_scalar(op: str, dtype: DType) -> bool:
    """Whether kernels have the operation for operands of a dtype."""
    if op in _ANY or is_library(op):
        return True
    if dtype is DType.bool:
        return op in _BOOL
    return op in _FLOAT if dtype.is_float else op in _INTEGER


def cost_of(op: str) -> int:
    """Flops of an operation, roughly."""
    if is_library(op):
        return LIBRARY_COST
    return ELEMENTARY.get(op) or _COSTS.get(op, 1)


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
