"""The table of elementary functions: one implementation per function and dtype, at every vector width.

A function is LLVM text, `internal alwaysinline` and scalar; loops over it vectorise because it has neither
branches nor calls. What is not written yet calls libm through the pointer table, always in double.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from adgen.llvm_backend.elementary import (
    errors,
    exponentials,
    gamma,
    inverses,
    logarithms,
    powers,
    trigonometry,
)
from adgen.llvm_backend.elementary.text import F32, F64, METADATA, Body, Float, Reg, define
from adgen.records import dataclass

Definition = Callable[..., Reg]

OWN: dict[str, Definition] = {
    "exp": exponentials.exp,
    "exp2": exponentials.exp2,
    "expm1": exponentials.expm1,
    "tanh": exponentials.tanh,
    "sinh": exponentials.sinh,
    "cosh": exponentials.cosh,
    "sigmoid": exponentials.sigmoid,
    "log": logarithms.log,
    "log1p": logarithms.log1p,
    "softplus": logarithms.softplus,
    "log2": logarithms.log2,
    "log10": logarithms.log10,
    "sin": trigonometry.sin,
    "cos": trigonometry.cos,
    "erf": errors.erf,
    "erfc": errors.erfc,
    "tan": trigonometry.tan,
    "asin": inverses.asin,
    "acos": inverses.acos,
    "atan": inverses.atan,
    "asinh": inverses.asinh,
    "acosh": inverses.acosh,
    "atanh": inverses.atanh,
    "atan2": inverses.atan2,
    "hypot": inverses.hypot,
    "pow": powers.pow_,
    "cbrt": powers.cbrt,
    "lgamma": gamma.lgamma,
    "digamma": gamma.digamma,
}
#: Written for both formats; the others compute in double and round once.
NATIVE_F32 = frozenset({"exp", "expm1", "tanh", "sigmoid", "log", "softplus"})
#: Functions of two arguments.
TWO = frozenset({"atan2", "hypot", "pow"})
#: Names of libm functions reached through the pointer table, with their number of arguments.
LIBM: dict[str, int] = {
    "tgamma": 1,
    "fmod": 2,
    "nextafter": 2,
}


@dataclass(frozen=True, slots=True)
class Far:
    """Where an own function is right, and what is called elsewhere, one number at a time (none: libm's)."""

    near: Definition
    beyond: Definition | None = None


#: Own functions that are not right everywhere.
FAR = {
    **dict.fromkeys(("sin", "cos", "tan"), Far(trigonometry.near)),
    "lgamma": Far(gamma.right_or_end),
    "digamma": Far(gamma.right, gamma.reflected),
}
#: Widths at which the functions with a far branch exist besides the scalar one.
VARIANT_LANES = (2, 4, 8)
FORMATS = {"f64": F64, "f32": F32}

NOT_FOLDED = "nounwind willreturn memory(none)"
#: Marks functions that stay calls until loops over them are vectorised, and are inlined then.
LATE = '"adgen-late"'


def known(name: str) -> bool:
    """Whether there is an elementary function of this name."""
    return name in OWN or name in LIBM


def symbol(name: str, dtype: str) -> str:
    """The LLVM name of a function (without the @)."""
    return f"adgen.{name}.{dtype}"


def libm_slots(name: str) -> tuple[str, ...]:
    """The libm functions one elementary function may call."""
    return (name,) if name in LIBM or (name in FAR and FAR[name].beyond is None) else ()


def definitions(wanted: Iterable[tuple[str, str]], slots: dict[str, int]) -> str:
    """The text of all wanted (function, dtype) pairs and what they need; `slots` of the pointer table."""
    texts: dict[str, str] = {}
    for name, dtype in sorted(set(wanted)):
        _define(name, FORMATS[dtype], slots, texts)
    return "\n\n".join(texts.values())


def variant_attribute(name: str, dtype: str) -> str:
    """The call-site attribute that tells the vectoriser about the wide forms, or nothing."""
    if name not in FAR or dtype != "f64":
        return ""
    label = symbol(name, dtype)
    forms = ",".join(f"_ZGV_LLVM_N{k}v_{label}({label}.v{k})" for k in VARIANT_LANES)
    return f'"vector-function-abi-variant"="{forms}"'


def kept_alive(wanted: Iterable[tuple[str, str]]) -> str:
    """A global that keeps the wide forms until the vectoriser has seen them."""
    labels = [
        symbol(n, "f64") + f".v{k}"
        for n in sorted({n for n, _ in wanted} & FAR.keys())
        for k in VARIANT_LANES
    ]
    if not labels:
        return ""
    pointers = ", ".join(f"ptr @{label}" for label in labels)
    return (
        f'@llvm.compiler.used = appending global [{len(labels)} x ptr] [{pointers}], section "llvm.metadata"'
    )


def intrinsic_declarations() -> str:
    """The intrinsics and the metadata used by the definitions."""
    lines = ["declare i1 @llvm.expect.i1(i1, i1)"]
    for fp in (F64, F32, *(replace(F64, lanes=k) for k in VARIANT_LANES)):
        t = fp.text
        lines.append(f"declare {t} @llvm.fma.{fp.suffix}({t}, {t}, {t})")
        lines.append(f"declare {t} @llvm.floor.{fp.suffix}({t})")
        lines.append(f"declare {t} @llvm.sqrt.{fp.suffix}({t})")
        lines.append(f"declare {t} @llvm.fabs.{fp.suffix}({t})")
        lines.append(f"declare {t} @llvm.copysign.{fp.suffix}({t}, {t})")
    lines += [f"declare i1 @llvm.vector.reduce.and.v{k}i1(<{k} x i1>)" for k in VARIANT_LANES]
    lines.append(METADATA)
    return "\n".join(lines)


def _define(name: str, fp: Float, slots: dict[str, int], texts: dict[str, str]) -> None:
    label = symbol(name, fp.name)
    if label in texts:
        return
    if fp is F32 and name not in NATIVE_F32:
        _define(name, F64, slots, texts)
        texts[label] = _through_double(name)
    elif name in LIBM:
        texts[label] = _libm(label, LIBM[name], slots[name])
    elif name in FAR:
        beyond = FAR[name].beyond
        texts[label + ".near"] = _own(label + ".near", OWN[name], fp)
        texts[label + ".far"] = (
            _libm(label + ".far", 1, slots[name], inline=False)
            if beyond is None
            else _own(label + ".far", beyond, fp, inline=False)
        )
        texts[label] = _with_far(label, FAR[name].near)
        for lanes in VARIANT_LANES:
            texts[f"{label}.v{lanes}.slow"] = _lane_by_lane(label, lanes)
            texts[f"{label}.v{lanes}"] = _wide_with_far(label, name, lanes)
    else:
        texts[label] = _own(label, OWN[name], fp, 2 if name in TWO else 1)


def _own(label: str, definition: Definition, fp: Float, arity: int = 1, inline: bool = True) -> str:
    body = Body(fp)
    result = definition(body, *(Reg(body, f"%{p}", fp.text) for p in "xy"[:arity]))
    return define(label, fp, body, result, arity, inline)


def _libm(label: str, arity: int, slot: int, inline: bool = True) -> str:
    params = ", ".join(f"double %{p}" for p in "xyz"[:arity])
    how = "alwaysinline" if inline else "noinline"
    return f"""define internal double @{label}({params}) {how} {NOT_FOLDED} {{
  %p = load ptr, ptr getelementptr inbounds (ptr, ptr @rt, i64 {slot}), align 8, !invariant.load !0
  %r = call double %p({params}) {NOT_FOLDED}
  ret double %r
}}"""


def late_inlining(text: str) -> str:
    """The text of an optimised module in which the marked functions are to be inlined."""
    text = re.sub(r"^@llvm\.compiler\.used = .*\n", "", text, flags=re.M)
    groups = rf"^(attributes #\d+ = {{[^\n]*)\bnoinline\b([^\n]*{re.escape(LATE)})"
    return re.sub(groups, r"\1alwaysinline\2", text, flags=re.M)


def _with_far(label: str, near: Definition) -> str:
    body = Body(F64)
    ok = near(body, Reg(body, "%x", F64.text))
    test = "\n".join(body.lines)
    return f"""define internal double @{label}(double %x) noinline {NOT_FOLDED} {LATE} {{
  %near = call double @{label}.near(double %x)
{test}
  %likely = call i1 @llvm.expect.i1(i1 {ok.name}, i1 true)
  br i1 %likely, label %done, label %far
far:
  %slow = call double @{label}.far(double %x)
  br label %done
done:
  %r = phi double [ %near, %0 ], [ %slow, %far ]
  ret double %r
}}"""


def _wide_with_far(label: str, name: str, lanes: int) -> str:
    """One vector at a time: near math for all lanes, the scalar function for each if one is far."""
    fp = replace(F64, lanes=lanes)
    body = Body(fp)
    x = Reg(body, "%x", fp.text)
    near = OWN[name](body, x)
    ok = FAR[name].near(body, x)
    all_near = body.emit(f"call i1 @llvm.vector.reduce.and.v{lanes}i1({fp.bool_text} {ok.name})", "i1")
    head = f"define internal {fp.text} @{label}.v{lanes}({fp.text} %x) alwaysinline {NOT_FOLDED} {{"
    likely = f"  %likely = call i1 @llvm.expect.i1(i1 {all_near.name}, i1 true)"
    branch = f"{likely}\n  br i1 %likely, label %done, label %far\nfar:"
    slow = f"  %slow = call {fp.text} @{label}.v{lanes}.slow({fp.text} %x)"
    join = f"  br label %done\ndone:\n  %r = phi {fp.text} [ {near.name}, %0 ], [ %slow, %far ]"
    return "\n".join([head, *body.lines, branch, slow, join, f"  ret {fp.text} %r", "}"])


def _lane_by_lane(label: str, lanes: int) -> str:
    """The scalar function of each lane, not inlined: it is seldom called, and long."""
    wide = replace(F64, lanes=lanes).text
    lines, result = [], "poison"
    for k in range(lanes):
        lines.append(f"  %x{k} = extractelement {wide} %x, i64 {k}")
        lines.append(f"  %y{k} = call double @{label}(double %x{k})")
        lines.append(f"  %w{k} = insertelement {wide} {result}, double %y{k}, i64 {k}")
        result = f"%w{k}"
    head = f"define internal {wide} @{label}.v{lanes}.slow({wide} %x) noinline cold {NOT_FOLDED} {{"
    return "\n".join([head, *lines, f"  ret {wide} {result}", "}"])


def _through_double(name: str) -> str:
    arity = 2 if name in TWO else LIBM.get(name, 1)
    letters = "xyz"[:arity]
    params = ", ".join(f"float %{p}" for p in letters)
    widen = "\n".join(f"  %d{p} = fpext float %{p} to double" for p in letters)
    args = ", ".join(f"double %d{p}" for p in letters)
    return f"""define internal float @{symbol(name, "f32")}({params}) alwaysinline {NOT_FOLDED} {{
{widen}
  %r = call double @{symbol(name, "f64")}({args}) {variant_attribute(name, "f64")}
  %s = fptrunc double %r to float
  ret float %s
}}"""
