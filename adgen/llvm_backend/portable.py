"""What processors without fused multiply-add or rounding instructions get instead of the intrinsics.

There LLVM would call libm, which objects cannot. The definitions give the same bits as the instructions:
fma adds exact integers of 128 bits and rounds once (in single precision: doubles, rounded to odd first).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_INTRINSIC = re.compile(r"@llvm\.(fma|floor|ceil|trunc|roundeven)\.((?:v\d+)?f(?:32|64))\b")
_DECLARATION = re.compile(rf"^declare [^\n]*{_INTRINSIC.pattern}[^\n]*\n", re.M)
_HOW = "nounwind willreturn memory(none)"

_FMA_F64 = f"""define internal double @adgen.fma.f64(double %x, double %y, double %z) noinline {_HOW} {{
start:
  %bx = bitcast double %x to i64
  %by = bitcast double %y to i64
  %bz = bitcast double %z to i64
  %xy = fmul double %x, %y
  %sum = fadd double %xy, %z
  %ax = and i64 %bx, 9223372036854775807
  %ay = and i64 %by, 9223372036854775807
  %az = and i64 %bz, 9223372036854775807
  %px = add i64 %ax, -1
  %py = add i64 %ay, -1
  %ux = icmp uge i64 %px, 9218868437227405311
  %uy = icmp uge i64 %py, 9218868437227405311
  %uz = icmp uge i64 %az, 9218868437227405312
  %uxy = or i1 %ux, %uy
  %unusual = or i1 %uxy, %uz
  br i1 %unusual, label %plain, label %finite
plain:
  %far = select i1 %uxy, double %sum, double %z
  ret double %far
finite:
  %nothing = icmp eq i64 %az, 0
  br i1 %nothing, label %product, label %exact
product:
  ret double %xy
exact:
  %mx = call i128 @adgen.mantissa(i64 %ax)
  %my = call i128 @adgen.mantissa(i64 %ay)
  %mz = call i128 @adgen.mantissa(i64 %az)
  %ex = call i64 @adgen.exponent(i64 %ax)
  %ey = call i64 @adgen.exponent(i64 %ay)
  %ez0 = call i64 @adgen.exponent(i64 %az)
  %m = mul i128 %mx, %my
  %p0 = shl i128 %m, 20
  %z0 = shl i128 %mz, 72
  %exy = add i64 %ex, %ey
  %ep = add i64 %exy, -20
  %ez = add i64 %ez0, -72
  %d = sub i64 %ez, %ep
  %less = sub i64 0, %d
  %above = icmp sgt i64 %d, 0
  %byp = select i1 %above, i64 %d, i64 0
  %byz = select i1 %above, i64 0, i64 %less
  %p = call i128 @adgen.jam(i128 %p0, i64 %byp)
  %q = call i128 @adgen.jam(i128 %z0, i64 %byz)
  %e = select i1 %above, i64 %ez, i64 %ep
  %sp = xor i64 %bx, %by
  %differ = xor i64 %sp, %bz
  %opposite = icmp slt i64 %differ, 0
  %total = add i128 %p, %q
  %left = sub i128 %p, %q
  %turned = icmp slt i128 %left, 0
  %back = sub i128 0, %left
  %size = select i1 %turned, i128 %back, i128 %left
  %s = select i1 %opposite, i128 %size, i128 %total
  %flip = and i1 %opposite, %turned
  %minus = xor i64 %sp, -9223372036854775808
  %signs = select i1 %flip, i64 %minus, i64 %sp
  %sign = and i64 %signs, -9223372036854775808
  %zero = icmp eq i128 %s, 0
  br i1 %zero, label %cancelled, label %some
cancelled:
  ret double 0.0
some:
  %lead128 = call i128 @llvm.ctlz.i128(i128 %s, i1 false)
  %lead = trunc i128 %lead128 to i64
  %top = shl i128 %s, %lead128
  %e0 = sub i64 %e, %lead
  %power = add i64 %e0, 127
  %low = sub i64 -1022, %power
  %below = icmp sgt i64 %low, 0
  %few = select i1 %below, i64 %low, i64 0
  %tiny = icmp sgt i64 %few, 52
  %more = select i1 %tiny, i64 52, i64 %few
  %beyond = sub i64 %few, %more
  %last = call i128 @adgen.jam(i128 %top, i64 %beyond)
  %shift = add i64 %more, 75
  %wide = zext i64 %shift to i128
  %kept = lshr i128 %last, %wide
  %mask1 = shl i128 1, %wide
  %mask = sub i128 %mask1, 1
  %rest = and i128 %last, %mask
  %half = lshr i128 %mask1, 1
  %over = icmp ugt i128 %rest, %half
  %tie = icmp eq i128 %rest, %half
  %k = trunc i128 %kept to i64
  %odd = trunc i64 %k to i1
  %even = and i1 %tie, %odd
  %up = or i1 %over, %even
  %one = zext i1 %up to i64
  %rounded = add i64 %k, %one
  %normal = icmp eq i64 %few, 0
  %field = add i64 %power, 1022
  %high = shl i64 %field, 52
  %base = select i1 %normal, i64 %high, i64 0
  %finished = add i64 %base, %rounded
  %huge = icmp sgt i64 %power, 1023
  %bits = select i1 %huge, i64 9218868437227405312, i64 %finished
  %signed = or i64 %bits, %sign
  %r = bitcast i64 %signed to double
  ret double %r
}}
define internal i128 @adgen.mantissa(i64 %a) alwaysinline {_HOW} {{
  %e = lshr i64 %a, 52
  %normal = icmp ne i64 %e, 0
  %f = and i64 %a, 4503599627370495
  %full = or i64 %f, 4503599627370496
  %lead = call i64 @llvm.ctlz.i64(i64 %f, i1 false)
  %by = sub i64 %lead, 11
  %part = and i64 %by, 63
  %lifted = shl i64 %f, %part
  %m = select i1 %normal, i64 %full, i64 %lifted
  %r = zext i64 %m to i128
  ret i128 %r
}}
define internal i64 @adgen.exponent(i64 %a) alwaysinline {_HOW} {{
  %e = lshr i64 %a, 52
  %normal = icmp ne i64 %e, 0
  %f = and i64 %a, 4503599627370495
  %lead = call i64 @llvm.ctlz.i64(i64 %f, i1 false)
  %low = sub i64 -1063, %lead
  %high = sub i64 %e, 1075
  %r = select i1 %normal, i64 %high, i64 %low
  ret i64 %r
}}
define internal i128 @adgen.jam(i128 %a, i64 %by) alwaysinline {_HOW} {{
  %large = icmp ugt i64 %by, 127
  %part = select i1 %large, i64 127, i64 %by
  %wide = zext i64 %part to i128
  %shifted = lshr i128 %a, %wide
  %again = shl i128 %shifted, %wide
  %lost = icmp ne i128 %again, %a
  %sticky = zext i1 %lost to i128
  %r = or i128 %shifted, %sticky
  ret i128 %r
}}
declare i128 @llvm.ctlz.i128(i128, i1)
declare i64 @llvm.ctlz.i64(i64, i1)"""

_FMA_F32 = f"""define internal float @adgen.fma.f32(float %x, float %y, float %z) alwaysinline {_HOW} {{
  %dx = fpext float %x to double
  %dy = fpext float %y to double
  %dz = fpext float %z to double
  %p = fmul double %dx, %dy
  %s = fadd double %p, %dz
  %b = fsub double %s, %p
  %a = fsub double %s, %b
  %lp = fsub double %p, %a
  %lz = fsub double %dz, %b
  %lost = fadd double %lp, %lz
  %inexact = fcmp one double %lost, 0.0
  %bits = bitcast double %s to i64
  %last = and i64 %bits, 1
  %even = icmp eq i64 %last, 0
  %adjust = and i1 %inexact, %even
  %above = fcmp ogt double %lost, 0.0
  %positive = fcmp ogt double %s, 0.0
  %away = icmp eq i1 %above, %positive
  %step = select i1 %away, i64 1, i64 -1
  %moved = add i64 %bits, %step
  %odd = select i1 %adjust, i64 %moved, i64 %bits
  %d = bitcast i64 %odd to double
  %r = fptrunc double %d to float
  ret float %r
}}"""

#: From where on all numbers are whole.
_LIMITS = (("f64", "double", "0x4330000000000000"), ("f32", "float", "0x4160000000000000"))
_ROUNDING = """define internal T @adgen.roundeven.S(T %x) alwaysinline HOW {
  %a = call T @llvm.fabs.S(T %x)
  %up = fadd T %a, LIMIT
  %down = fsub T %up, LIMIT
  %small = fcmp olt T %a, LIMIT
  %whole = select i1 %small, T %down, T %a
  %r = call T @llvm.copysign.S(T %whole, T %x)
  ret T %r
}
define internal T @adgen.floor.S(T %x) alwaysinline HOW {
  %n = call T @adgen.roundeven.S(T %x)
  %above = fcmp ogt T %n, %x
  %less = fsub T %n, 1.0
  %r = select i1 %above, T %less, T %n
  ret T %r
}
define internal T @adgen.ceil.S(T %x) alwaysinline HOW {
  %m = fneg T %x
  %n = call T @adgen.floor.S(T %m)
  %r = fneg T %n
  ret T %r
}
define internal T @adgen.trunc.S(T %x) alwaysinline HOW {
  %a = call T @llvm.fabs.S(T %x)
  %n = call T @adgen.floor.S(T %a)
  %r = call T @llvm.copysign.S(T %n, T %x)
  ret T %r
}"""


def portable(text: str) -> str:
    """A module with definitions in the place of the intrinsics that need instructions."""
    text = _DECLARATION.sub("", text)
    used = sorted(set(_INTRINSIC.findall(text)))
    text = _INTRINSIC.sub(r"@adgen.\1.\2", text)
    return "\n".join([text, *_definitions(used)])


def _definitions(used: list[tuple[str, str]]) -> Iterator[str]:
    """What the wide forms call, then those themselves."""
    functions = {(name, form[-3:]) for name, form in used}
    if ("fma", "f64") in functions:
        yield _FMA_F64
    if ("fma", "f32") in functions:
        yield _FMA_F32
    for form, type_, limit in _LIMITS:
        if any(name in ("floor", "ceil", "trunc", "roundeven") and f == form for name, f in functions):
            filled = _ROUNDING.replace("HOW", _HOW).replace("LIMIT", limit)
            yield re.sub(r"\bT\b", type_, re.sub(r"\.S\b", f".{form}", filled))
    for name, form in used:
        if form.startswith("v"):
            yield _lane_by_lane(name, int(form[1:-3]), form[-3:])


def _lane_by_lane(name: str, lanes: int, form: str) -> str:
    scalar = "double" if form == "f64" else "float"
    wide, letters = f"<{lanes} x {scalar}>", "xyz"[: 3 if name == "fma" else 1]
    lines, result = [], "poison"
    for k in range(lanes):
        lines += [f"  %{c}{k} = extractelement {wide} %{c}, i64 {k}" for c in letters]
        given = ", ".join(f"{scalar} %{c}{k}" for c in letters)
        lines.append(f"  %r{k} = call {scalar} @adgen.{name}.{form}({given})")
        lines.append(f"  %w{k} = insertelement {wide} {result}, {scalar} %r{k}, i64 {k}")
        result = f"%w{k}"
    params = ", ".join(f"{wide} %{c}" for c in letters)
    head = f"define internal {wide} @adgen.{name}.v{lanes}{form}({params}) alwaysinline {_HOW} {{"
    return "\n".join([head, *lines, f"  ret {wide} {result}", "}"])
