"""Scalar operations of kernels: which there are for a dtype, and what they cost."""

from __future__ import annotations

from adgen.ir.types import DType


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
