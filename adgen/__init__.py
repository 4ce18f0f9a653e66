"""adgen: derivatives of Python and NumPy functions by source transformation.

Everything but the version is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from adgen.version import __version__

if TYPE_CHECKING:
    from adgen.checking import CheckReport, check_grad
    from adgen.diagnostics import (
        AdgenError,
        Diagnostic,
        GradientMismatch,
        InternalError,
        RunError,
        UserError,
    )
    from adgen.nn.functions import (
        gelu,
        log_softmax,
        logsumexp,
        relu,
        sigmoid,
        silu,
        softmax,
        softplus,
        stop_gradient,
    )
    from adgen.runtime.annotations import c64, c128, f16, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
    from adgen.runtime.custom import custom_jvp, custom_vjp
    from adgen.runtime.implicit import argmin, fixed_point, root
    from adgen.runtime.plain import (
        checkpointed,
        recompute,
        truncated,
        unroll,
    )
    from adgen.runtime.surface import Lowered
    from adgen.runtime.surgery import cotangent, straight_through
    from adgen.runtime.transform import Transform
    from adgen.runtime.transforms import (
        grad,
        hessian,
        hvp,
        jacfwd,
        jacobian,
        jacrev,
        jit,
        jvp,
        sparse_hessian,
        sparse_jacobian,
        value_and_grad,
        vjp,
    )

_HOMES = {
    "adgen.checking": ("CheckReport", "check_grad"),
    "adgen.diagnostics": (
        "AdgenError",
        "Diagnostic",
        "GradientMismatch",
        "InternalError",
        "RunError",
        "UserError",
    ),
    "adgen.runtime.annotations": (
        "c128",
        "c64",
        "f16",
        "f16",
        "f32",
        "f64",
        "i16",
        "i32",
        "i64",
        "i8",
        "u16",
        "u32",
        "u64",
        "u8",
    ),
    "adgen.nn.functions": (
        "gelu",
        "log_softmax",
        "logsumexp",
        "relu",
        "sigmoid",
        "silu",
        "softmax",
        "softplus",
        "stop_gradient",
    ),
    "adgen.runtime.implicit": ("argmin", "fixed_point", "root"),
    "adgen.runtime.plain": (
        "checkpointed",
        "recompute",
        "truncated",
        "unroll",
    ),
    "adgen.runtime.custom": ("custom_jvp", "custom_vjp"),
    "adgen.runtime.surface": ("Lowered",),
    "adgen.runtime.surgery": ("cotangent", "straight_through"),
    "adgen.runtime.transform": ("Transform",),
    "adgen.runtime.transforms": (
        "grad",
        "hessian",
        "hvp",
        "jacfwd",
        "jacobian",
        "jacrev",
        "jit",
        "jvp",
        "sparse_hessian",
        "sparse_jacobian",
        "value_and_grad",
        "vjp",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = ("nn", "optim", "interop")

__all__ = [
    "AdgenError",
    "CheckReport",
    "Diagnostic",
    "GradientMismatch",
    "InternalError",
    "Lowered",
    "RunError",
    "Transform",
    "UserError",
    "__version__",
    "argmin",
    "c64",
    "c128",
    "check_grad",
    "checkpointed",
    "cotangent",
    "custom_jvp",
    "custom_vjp",
    "f16",
    "f32",
    "f64",
    "fixed_point",
    "gelu",
    "grad",
    "hessian",
    "hvp",
    "i8",
    "i16",
    "i32",
    "i64",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jit",
    "jvp",
    "log_softmax",
    "logsumexp",
    "recompute",
    "relu",
    "root",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "sparse_hessian",
    "sparse_jacobian",
    "stop_gradient",
    "straight_through",
    "truncated",
    "u8",
    "u16",
    "u32",
    "u64",
    "unroll",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> Any:
    """Load a public name (PEP 562)."""
    home = _HOME.get(name)
    if home is not None:
        found = getattr(importlib.import_module(home), name)
    elif name in _MODULES:
        found = importlib.import_module(f"adgen.{name}")
    else:
        raise AttributeError(f"module 'adgen' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Every public name, loaded or not."""
    return sorted({*__all__, *globals()})
