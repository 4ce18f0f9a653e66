"""A module with one loop per elementary function, for the tests."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np

from adgen.llvm_backend import vector_math
from adgen.llvm_backend.loading import TABLE, load
from adgen.llvm_backend.objects import object_for

TEXTS = {"f64": "double", "f32": "float"}


def loop_text(name: str, dtype: str) -> str:
    """`y[i] = name(x[i])` over n elements."""
    t = TEXTS[dtype]
    hint = vector_math.variant_attribute(name, dtype)
    return f"""
define void @loop.{name}.{dtype}(ptr noalias %x, ptr noalias %y, i64 %n) {{
entry:
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %body, label %exit
body:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %p = getelementptr inbounds {t}, ptr %x, i64 %i
  %v = load {t}, ptr %p
  %r = call {t} @{vector_math.symbol(name, dtype)}({t} %v) {hint}
  %q = getelementptr inbounds {t}, ptr %y, i64 %i
  store {t} %r, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %body, label %exit
exit:
  ret void
}}"""


def module_text(pairs: Sequence[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
    """The module and the externals of its table."""
    table = tuple(sorted({s for name, _ in pairs for s in vector_math.libm_slots(name)}))
    slots = {name: k for k, name in enumerate(table)}
    head = f"@rt = internal global [{max(len(table), 1)} x ptr] zeroinitializer"
    parts = [
        head,
        f"define ptr @{TABLE}() {{\n  ret ptr @rt\n}}",
        vector_math.kept_alive(pairs),
        vector_math.intrinsic_declarations(),
        vector_math.definitions(pairs, slots),
        *(loop_text(*pair) for pair in pairs),
        "!0 = !{}",
    ]
    return "\n".join(parts), tuple(f"libm.{name}" for name in table)


class Loops:
    """The compiled loops of some functions."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        text, table = module_text(pairs)
        names = [f"loop.{name}.{dtype}" for name, dtype in pairs]
        self.loaded = load(object_for(text), names, table)

    def __call__(self, name: str, x: np.ndarray) -> np.ndarray:
        """The function over a contiguous array."""
        dtype = "f64" if x.dtype == np.float64 else "f32"
        y = np.empty_like(x)
        prototype = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)
        prototype(self.loaded.addresses[f"loop.{name}.{dtype}"])(x.ctypes.data, y.ctypes.data, x.size)
        return y
