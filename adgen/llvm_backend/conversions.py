"""Conversions between dtypes in kernels; processors convert halves from and to single precision."""

from __future__ import annotations

from adgen.ir.types import DType
from adgen.llvm_backend.writer import Writer, literal, scalar_type


def converted(w: Writer, x: str, source: DType, target: DType) -> str:
    """A number in another dtype, as NumPy converts it; out of the range of an integer the nearest one."""
    if source is target:
        return x
    if source is DType.f16:
        return converted(w, widened(w, x), DType.f32, target)
    if target is DType.f16:
        return narrowed(w, _odd(w, x) if source is DType.f64 else converted(w, x, source, DType.f32))
    s, t = scalar_type(source), scalar_type(target)
    if target is DType.bool:
        zero = literal(0, source)
        return w.value(f"fcmp une {s} {x}, {zero}" if source.is_float else f"icmp ne {s} {x}, 0")
    if source.is_float:
        return _from_float(w, x, source, target)
    unsigned = source is DType.bool or source.value.startswith("u")
    if target.is_float:
        return w.value(f"{'uitofp' if unsigned else 'sitofp'} {s} {x} to {t}")
    if target.itemsize == source.itemsize and source is not DType.bool:
        return x
    if target.itemsize < source.itemsize:
        return w.value(f"trunc {s} {x} to {t}")
    return w.value(f"{'zext' if unsigned else 'sext'} {s} {x} to {t}")


def widened(w: Writer, x: str) -> str:
    """A half in single precision."""
    return w.value(f"fpext half {x} to float")


def narrowed(w: Writer, x: str) -> str:
    """A number in single precision rounded to a half."""
    return w.value(f"fptrunc float {x} to half")


def _odd(w: Writer, x: str) -> str:
    """A double in single precision, rounded to odd: rounded again to a half it is rounded once.

    Boldo and Melquiond, Emulation of FMA and correctly rounded sums: proved algorithms using rounding to
    odd, IEEE Transactions on Computers 57 (2008).
    """
    near = w.value(f"fptrunc double {x} to float")
    back = w.value(f"fpext float {near} to double")
    size, given = (w.value(f"call double @llvm.fabs.f64(double {v})") for v in (back, x))
    above = w.value(f"zext i1 {w.value(f'fcmp ogt double {size}, {given}')} to i32")
    inexact = w.value(f"zext i1 {w.value(f'fcmp one double {back}, {x}')} to i32")
    bits = w.value(f"bitcast float {near} to i32")
    below = w.value(f"sub i32 {bits}, {above}")
    return w.value(f"bitcast i32 {w.value(f'or i32 {below}, {inexact}')} to float")


def _from_float(w: Writer, x: str, source: DType, target: DType) -> str:
    s, t = scalar_type(source), scalar_type(target)
    if target.is_float:
        return w.value(f"{'fpext' if target is DType.f64 else 'fptrunc'} {s} {x} to {t}")
    kind = "fptosi" if target.value.startswith("i") else "fptoui"
    return w.value(f"call {t} @llvm.{kind}.sat.{t}.{source.value}({s} {x})")
