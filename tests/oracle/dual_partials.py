"""Partial derivatives of NumPy's ufuncs, written for the dual-number oracle alone.

Every formula is generic: its operands are floats, arrays or again duals, so that nesting duals
gives second derivatives. Nothing here is shared with adgen's own rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

Formula = Callable[..., Any]
LN2, LN10 = math.log(2.0), math.log(10.0)


def _tie(a: Any, b: Any) -> Any:
    """1 where a wins, 0 where b wins, one half at a tie."""
    return np.where(a > b, 1.0, np.where(a < b, 0.0, 0.5))


def _power_base(x: Any, y: Any, z: Any) -> Any:
    with np.errstate(all="ignore"):
        return np.where(y == 0, 0.0, y * np.power(x, np.where(y == 0, 1.0, y - 1.0)))


def _power_exponent(x: Any, y: Any, z: Any) -> Any:
    return np.where(x == 0, 0.0, z * np.log(np.where(x == 0, 1.0, x)))


def _hypot(v: Any, z: Any) -> Any:
    return np.where(z == 0, 0.0, v / np.where(z == 0, 1.0, z))


def _angle(v: Any, x: Any, y: Any) -> Any:
    r = x * x + y * y
    return np.where(r == 0, 0.0, v / np.where(r == 0, 1.0, r))


#: ufunc -> derivative as a function of (operand, result)
UNARY: dict[Any, Formula] = {
    np.negative: lambda x, y: -1.0,
    np.positive: lambda x, y: 1.0,
    np.conjugate: lambda x, y: 1.0,
    np.absolute: lambda x, y: np.sign(x),
    np.fabs: lambda x, y: np.sign(x),
    np.exp: lambda x, y: y,
    np.exp2: lambda x, y: y * LN2,
    np.expm1: lambda x, y: np.exp(x),
    np.log: lambda x, y: 1.0 / x,
    np.log2: lambda x, y: 1.0 / (x * LN2),
    np.log10: lambda x, y: 1.0 / (x * LN10),
    np.log1p: lambda x, y: 1.0 / (1.0 + x),
    np.sqrt: lambda x, y: 0.5 / y,
    np.cbrt: lambda x, y: 1.0 / (3.0 * y * y),
    np.square: lambda x, y: 2.0 * x,
    np.reciprocal: lambda x, y: -1.0 / (x * x),
    np.sin: lambda x, y: np.cos(x),
    np.cos: lambda x, y: -np.sin(x),
    np.tan: lambda x, y: 1.0 / (np.cos(x) * np.cos(x)),
    np.arcsin: lambda x, y: 1.0 / np.sqrt(1.0 - x * x),
    np.arccos: lambda x, y: -1.0 / np.sqrt(1.0 - x * x),
    np.arctan: lambda x, y: 1.0 / (1.0 + x * x),
    np.sinh: lambda x, y: np.cosh(x),
    np.cosh: lambda x, y: np.sinh(x),
    np.tanh: lambda x, y: 1.0 / (np.cosh(x) * np.cosh(x)),
    np.arcsinh: lambda x, y: 1.0 / np.sqrt(x * x + 1.0),
    np.arccosh: lambda x, y: 1.0 / np.sqrt(x * x - 1.0),
    np.arctanh: lambda x, y: 1.0 / (1.0 - x * x),
    np.deg2rad: lambda x, y: math.pi / 180.0,
    np.radians: lambda x, y: math.pi / 180.0,
    np.rad2deg: lambda x, y: 180.0 / math.pi,
    np.degrees: lambda x, y: 180.0 / math.pi,
    special.erfc: lambda x, y: -2.0 / math.sqrt(math.pi) * np.exp(-x * x),
    special.ndtr: lambda x, y: np.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi),
    special.log_ndtr: lambda x, y: np.exp(-x * x / 2.0 - y) / math.sqrt(2.0 * math.pi),
    special.j0: lambda x, y: -special.j1(x),
    special.j1: lambda x, y: special.j0(x) - y / x,
    special.gammaln: lambda x, y: special.psi(x),
    special.psi: lambda x, y: special.zeta(2.0, x),
    np.sign: lambda x, y: 0.0,
    np.floor: lambda x, y: 0.0,
    np.ceil: lambda x, y: 0.0,
    np.rint: lambda x, y: 0.0,
    np.trunc: lambda x, y: 0.0,
}

#: ufunc -> one derivative per operand, each a function of (left, right, result)
BINARY: dict[Any, tuple[Formula, Formula]] = {
    np.add: (lambda x, y, z: 1.0, lambda x, y, z: 1.0),
    np.subtract: (lambda x, y, z: 1.0, lambda x, y, z: -1.0),
    np.multiply: (lambda x, y, z: y, lambda x, y, z: x),
    np.divide: (lambda x, y, z: 1.0 / y, lambda x, y, z: -x / (y * y)),
    np.floor_divide: (lambda x, y, z: 0.0, lambda x, y, z: 0.0),
    np.remainder: (lambda x, y, z: 1.0, lambda x, y, z: -np.floor_divide(x, y)),
    np.fmod: (lambda x, y, z: 1.0, lambda x, y, z: -np.trunc(x / y)),
    np.power: (_power_base, _power_exponent),
    np.float_power: (_power_base, _power_exponent),
    np.arctan2: (lambda y, x, z: _angle(x, x, y), lambda y, x, z: _angle(-y, x, y)),
    np.hypot: (lambda x, y, z: _hypot(x, z), lambda x, y, z: _hypot(y, z)),
    np.maximum: (lambda x, y, z: _tie(x, y), lambda x, y, z: _tie(y, x)),
    np.fmax: (lambda x, y, z: _tie(x, y), lambda x, y, z: _tie(y, x)),
    np.minimum: (lambda x, y, z: _tie(y, x), lambda x, y, z: _tie(x, y)),
    np.fmin: (lambda x, y, z: _tie(y, x), lambda x, y, z: _tie(x, y)),
    np.logaddexp: (lambda x, y, z: np.exp(x - z), lambda x, y, z: np.exp(y - z)),
    np.logaddexp2: (lambda x, y, z: np.exp2(x - z), lambda x, y, z: np.exp2(y - z)),
    special.xlogy: (lambda x, y, z: np.log(y), lambda x, y, z: x / y),
    special.rel_entr: (lambda x, y, z: np.log(x / y) + 1.0, lambda x, y, z: -x / y),
    special.jv: (lambda n, x, z: 0.0, lambda n, x, z: special.jv(n - 1.0, x) - n * z / x),
    special.gammainc: (
        lambda a, x, z: 0.0,
        lambda a, x, z: np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a)),
    ),
    np.copysign: (lambda x, y, z: np.sign(x) * np.sign(y), lambda x, y, z: 0.0),
    np.heaviside: (lambda x, y, z: 0.0, lambda x, y, z: np.where(x == 0, 1.0, 0.0)),
}

#: results without a derivative: computed on the primal alone
PLAIN = {
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.equal,
    np.not_equal,
    np.logical_and,
    np.logical_or,
    np.logical_not,
    np.logical_xor,
    np.isnan,
    np.isinf,
    np.isfinite,
    np.signbit,
}
