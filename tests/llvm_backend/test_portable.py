"""What stands for fused multiply-add and rounding where they are no instructions, against those."""

from __future__ import annotations

import ctypes
import platform

import numpy as np
import pytest

from adgen.llvm_backend.compile import Target, emit_object
from adgen.llvm_backend.loading import TABLE, Loaded, load

pytestmark = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64") or "+fma," not in Target.host().features,
    reason="compares with this processor's instructions",
)
TYPES = {"f64": ("double", np.float64, np.int64, 52), "f32": ("float", np.float32, np.int32, 23)}
ROUNDING = ("floor", "ceil", "trunc", "roundeven")
SIZE = 20_000


def loop_text(name: str, dtype: str) -> str:
    """`o[i] = name(x[i])`, or of three arrays."""
    t = TYPES[dtype][0]
    given = ", ".join(f"{t} %v{k}" for k in range(3 if name == "fma" else 1))
    loads = "\n".join(
        f"  %p{k} = getelementptr {t}, ptr %x{k}, i64 %i\n  %v{k} = load {t}, ptr %p{k}" for k in range(3)
    )
    return f"""define void @{name}.{dtype}(ptr %x0, ptr %x1, ptr %x2, ptr %o, i64 %n) {{
entry:
  br label %body
body:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
{loads}
  %r = call {t} @llvm.{name}.{dtype}({given})
  %q = getelementptr {t}, ptr %o, i64 %i
  store {t} %r, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %body, label %exit
exit:
  ret void
}}"""


def module() -> str:
    """Loops over all the intrinsics."""
    parts = [
        "@rt = internal global [1 x ptr] zeroinitializer",
        f"define ptr @{TABLE}() {{\n  ret ptr @rt\n}}",
    ]
    for dtype, (t, *_) in TYPES.items():
        parts.append(f"declare {t} @llvm.fma.{dtype}({t}, {t}, {t})")
        parts += [f"declare {t} @llvm.{name}.{dtype}({t})" for name in (*ROUNDING, "fabs")]
        parts.append(f"declare {t} @llvm.copysign.{dtype}({t}, {t})")
        parts += [loop_text(name, dtype) for name in ("fma", *ROUNDING)]
    return "\n".join(parts) + "\n"


@pytest.fixture(scope="module")
def both() -> tuple[Loaded, Loaded]:
    """The loops for this processor and for one without the instructions."""
    names = [f"{name}.{dtype}" for dtype in TYPES for name in ("fma", *ROUNDING)]
    host = Target.host()
    targets = (host, Target(host.triple, "x86-64", ""))
    first, second = (load(emit_object(module(), target), names, ()) for target in targets)
    return first, second


def run(loaded: Loaded, name: str, *args: np.ndarray) -> np.ndarray:
    """One loop; a function of one argument ignores the others."""
    out = np.empty_like(args[0])
    prototype = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4, ctypes.c_int64)
    args = (*args, *args, *args)[:3]
    prototype(loaded.addresses[name])(*(a.ctypes.data for a in args), out.ctypes.data, out.size)
    return out


def numbers(rng: np.random.Generator, dtype: str, exponents: np.ndarray) -> np.ndarray:
    """Numbers with given fields for their exponents and few or many bits."""
    _, real, integer, mantissa = TYPES[dtype]
    keep = rng.integers(0, mantissa + 1, exponents.size)
    bits = rng.integers(0, 2**mantissa, exponents.size) >> keep << keep
    bits = bits | exponents << mantissa
    return np.copysign(bits.astype(integer).view(real), rng.uniform(-1, 1, exponents.size)).astype(real)


def sums(dtype: str) -> list[tuple[np.ndarray, ...]]:
    """Products and terms of like size, that cancel, that underflow, and special values."""
    rng, (_, real, _, mantissa) = np.random.default_rng(3), TYPES[dtype]
    top = 2046 if dtype == "f64" else 254
    ex, ey = rng.integers(0, top + 1, SIZE), rng.integers(0, top + 1, SIZE)
    x, y = numbers(rng, dtype, ex), numbers(rng, dtype, ey)
    near = np.clip(ex + ey - top // 2 + rng.integers(-2 * mantissa - 5, 2 * mantissa + 6, SIZE), 0, top)
    small, one = rng.integers(0, 4, SIZE), rng.integers(top // 2 - 60, top // 2 + 3, SIZE)
    z = -(x * y)
    limits = np.finfo(real)
    special = [0, 1, -1.5, np.inf, -np.inf, np.nan, limits.tiny, limits.max, limits.smallest_subnormal]
    grid = [np.ascontiguousarray(g.ravel()) for g in np.meshgrid(*[np.array(special, real)] * 3)]
    return [
        (x, y, numbers(rng, dtype, near)),
        (x, y, z),
        (x, y, np.nextafter(z, real(0))),
        (numbers(rng, dtype, small), numbers(rng, dtype, one), numbers(rng, dtype, small[::-1])),
        tuple(grid),
    ]


def assert_same(first: np.ndarray, second: np.ndarray, *args: np.ndarray) -> None:
    integer = np.int64 if first.dtype == np.float64 else np.int32
    wrong = (first.view(integer) != second.view(integer)) & ~(np.isnan(first) & np.isnan(second))
    assert not wrong.any(), [a[wrong][:3] for a in (*args, first, second)]


@pytest.mark.parametrize("dtype", TYPES)
def test_fused_multiply_add(both: tuple[Loaded, Loaded], dtype: str) -> None:
    with np.errstate(all="ignore"):
        cases = sums(dtype)
    for args in cases:
        assert_same(*(run(loaded, f"fma.{dtype}", *args) for loaded in both), *args)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", ROUNDING)
def test_rounding(both: tuple[Loaded, Loaded], name: str, dtype: str) -> None:
    rng = np.random.default_rng(5)
    top = 2046 if dtype == "f64" else 254
    x = np.concatenate(
        [
            numbers(rng, dtype, rng.integers(0, top + 1, SIZE)),
            numbers(rng, dtype, rng.integers(top // 2 - 3, top // 2 + 60, SIZE)),
            rng.integers(-50, 50, SIZE) / 2,
            np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -0.3, 0.5, -0.5]),
        ]
    ).astype(TYPES[dtype][1])
    assert_same(*(run(loaded, f"{name}.{dtype}", x) for loaded in both), x)
