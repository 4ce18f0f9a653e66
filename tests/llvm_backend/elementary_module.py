"""A module with one loop per elementary function, for the tests."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np

from adgen.llvm_backend import vector_math
from adgen.llvm_backend.compile import Target
from adgen.llvm_backend.loading import TABLE, load
from adgen.llvm_backend.objects import object_for

TEXTS = {"f64": "double", "f32": "float"}


def arity(name: str) -> int:
    """How many arguments a function has."""
    return 2 if name in vector_math.TWO else 1


def loop_text(name: str, dtype: str) -> str:
    """`y[i] = name(x[i])`, or of `w[i]` and `x[i]`, over n elements; square roots are an instruction."""
    t = TEXTS[dtype]
    hint = vector_math.variant_attribute(name, dtype)
    function = f"llvm.sqrt.{dtype}" if name == "sqrt" else vector_math.symbol(name, dtype)
    given = f"{t} %u, {t} %v" if arity(name) == 2 else f"{t} %v"
    return f"""
define void @loop.{name}.{dtype}(ptr noalias %w, ptr noalias %x, ptr noalias %y, i64 %n) {{
entry:
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %body, label %exit
body:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %o = getelementptr inbounds {t}, ptr %w, i64 %i
  %u = load {t}, ptr %o
  %p = getelementptr inbounds {t}, ptr %x, i64 %i
  %v = load {t}, ptr %p
  %r = call {t} @{function}({given}) {hint}
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
    own = [pair for pair in pairs if pair[0] != "sqrt"]
    parts = [
        f"@rt = internal global [{max(len(table), 1)} x ptr] zeroinitializer",
        f"define ptr @{TABLE}() {{\n  ret ptr @rt\n}}",
        vector_math.kept_alive(own),
        vector_math.intrinsic_declarations(),
        vector_math.definitions(own, slots),
        *(loop_text(*pair) for pair in pairs),
        "!0 = !{}",
    ]
    return "\n".join(parts), tuple(f"libm.{name}" for name in table)


class Loops:
    """The compiled loops of some functions."""

    def __init__(self, pairs: Sequence[tuple[str, str]], target: Target | None = None) -> None:
        text, table = module_text(pairs)
        names = [f"loop.{name}.{dtype}" for name, dtype in pairs]
        self.loaded = load(object_for(text, target), names, table)

    def __call__(self, name: str, *args: np.ndarray) -> np.ndarray:
        """The function over one or two contiguous arrays."""
        x = args[-1]
        y, dtype = np.empty_like(x), "f64" if x.dtype == np.float64 else "f32"
        prototype = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_int64)
        call = prototype(self.loaded.addresses[f"loop.{name}.{dtype}"])
        call(args[0].ctypes.data, x.ctypes.data, y.ctypes.data, x.size)
        return y
