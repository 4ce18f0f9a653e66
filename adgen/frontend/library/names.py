"""Namespaces, constants and dtypes of NumPy and ``math``."""

from __future__ import annotations

import math

from adgen.frontend.entries import Table
from adgen.ir.types import DType

table = Table()

for _module in (
    "numpy",
    "numpy.linalg",
    "numpy.lib",
    "numpy.lib.stride_tricks",
    "scipy.ndimage",
    "numpy.fft",
    "scipy.fft",
    "numpy.random",
    "scipy.linalg",
    "scipy.sparse",
    "scipy.sparse.linalg",
    "random",
    "math",
    "cmath",
    "adgen",
    "adgen.nn",
    "adgen.nn.functions",
):
    table.module(_module)

for _name, _value in (
    ("pi", math.pi),
    ("e", math.e),
    ("inf", math.inf),
    ("nan", math.nan),
    ("euler_gamma", 0.5772156649015329),
    ("newaxis", None),
):
    table.constant(f"numpy.{_name}", _value)

for _name, _value in (
    ("pi", math.pi),
    ("e", math.e),
    ("tau", math.tau),
    ("inf", math.inf),
    ("nan", math.nan),
):
    table.constant(f"math.{_name}", _value)
    table.constant(f"cmath.{_name}", _value)
table.constant("cmath.infj", complex(0.0, math.inf))
table.constant("cmath.nanj", complex(0.0, math.nan))

for _name, _dtype in (
    ("float64", DType.f64),
    ("double", DType.f64),
    ("float32", DType.f32),
    ("single", DType.f32),
    ("float16", DType.f16),
    ("half", DType.f16),
    ("complex128", DType.c128),
    ("cdouble", DType.c128),
    ("complex64", DType.c64),
    ("csingle", DType.c64),
    ("int64", DType.i64),
    ("intp", DType.i64),
    ("int_", DType.i64),
    ("int32", DType.i32),
    ("intc", DType.i32),
    ("int16", DType.i16),
    ("int8", DType.i8),
    ("uint64", DType.u64),
    ("uint32", DType.u32),
    ("uint16", DType.u16),
    ("uint8", DType.u8),
    ("bool_", DType.bool),
    ("bool", DType.bool),
):
    table.dtype(f"numpy.{_name}", _dtype)
