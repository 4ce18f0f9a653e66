"""What the library holds, one record for every name: signature, derivative, kinks and backends.

The coverage page of the documentation and ``adgen primitives`` are made of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from adgen.frontend.abstract import Known, Tuple
from adgen.frontend.entries import Entry
from adgen.frontend.library import TABLE
from adgen.frontend.library.wanted import WANTED
from adgen.frontend.names import FORMS
from adgen.primitives.define import Absent, Primitive
from adgen.primitives.registry import REGISTRY
from adgen.records import dataclass

BOTH, ZERO = "both modes", "zero"

_STEP_NAMES = """
    all allclose any argmax argmin argpartition argsort argwhere array_equal array_equiv ceil comb
    count_nonzero diag_indices diag_indices_from digitize empty empty_like equal eye factorial fix
    flatnonzero floor floor_divide gcd greater greater_equal histogram_bin_edges identity index_exp indices
    int bool isclose iscomplexobj isfinite isinf isnan isqrt isrealobj ix_ less less_equal lexsort
    bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor
    invert left_shift right_shift
    logical_and logical_not logical_or logical_xor nanargmax nanargmin ndim nonzero not_equal ones
    ones_like ravel_multi_index result_type rint s_ searchsorted shape sign size stop_gradient tri
    tril_indices tril_indices_from triu_indices triu_indices_from trunc unravel_index zeros zeros_like
    bartlett blackman hamming hanning fftfreq rfftfreq iscomplex isreal isposinf isneginf isin isscalar
    signbit round around ndarray nbytes itemsize finfo iinfo lcm perm
"""
#: functions whose results do not vary with their arguments, or only in steps
_STEPS = frozenset(_STEP_NAMES.split())
#: what is no function of its own but a method, or draws
_NOT_COUNTED = ("numpy.ndarray.", "numpy.random.", "builtins.complex.")


@dataclass(frozen=True, slots=True)
class Function:
    """One name of the library."""

    name: str
    signature: str
    summary: str
    derivative: str
    kinks: tuple[str, ...]
    backends: tuple[str, ...]
    same_as: str

    def to_json(self) -> dict[str, Any]:
        """The record for machines."""
        return {
            "name": self.name,
            "signature": self.signature,
            "summary": self.summary,
            "derivative": self.derivative,
            "modes": ["forward", "reverse"] if self.derivative == BOTH else [],
            "kinks": list(self.kinks),
            "backends": list(self.backends),
            "same_as": self.same_as,
        }


@cache
def functions() -> tuple[Function, ...]:
    """All functions, methods and attributes, sorted by name."""
    live = {name: _live(name) for name, found in TABLE.items() if isinstance(found, Entry)}
    first: dict[int, str] = {}
    for name in sorted(live, key=lambda n: (n.rpartition(".")[2] != getattr(live[n], "__name__", ""), n)):
        if live[name] is not None:
            first.setdefault(id(live[name]), name)
    found = []
    for name in sorted(live):
        entry = TABLE[name]
        assert isinstance(entry, Entry)
        same = first.get(id(live[name]), name)
        found.append(_function(name, entry, "" if same == name else same))
    return tuple(found)


def differentiable() -> tuple[Function, ...]:
    """The distinct public functions that have a derivative: no methods, no second names of one function."""
    return tuple(f for f in functions() if f.derivative == BOTH and not f.same_as and _is_counted(f.name))


def absent() -> dict[str, tuple[str, ...]]:
    """By group, the functions on the list of what should be there that are not."""
    missing = {
        group: tuple(n for n in names if n not in TABLE and n not in FORMS) for group, names in WANTED.items()
    }
    return {group: names for group, names in missing.items() if names}


def _is_counted(name: str) -> bool:
    home = name.rpartition(".")[0]
    if name.startswith(_NOT_COUNTED):
        return False
    return not (home.startswith("numpy.") and home not in ("numpy.linalg", "numpy.fft"))


def _function(name: str, entry: Entry, same_as: str) -> Function:
    derivative = ZERO if _is_in_steps(name, entry) else BOTH
    own = REGISTRY.table.get(name.rpartition(".")[2])
    in_kernels = own is None or not isinstance(own.lower, Absent)
    backends = ("numpy", "llvm") if in_kernels else ("numpy",)
    summary = (entry.function.__doc__ or "").strip().partition("\n")[0]
    signature = "" if entry.attribute else signature_of(entry)
    return Function(name, signature, summary, derivative, _kinks(entry), backends, same_as)


def _is_in_steps(name: str, entry: Entry) -> bool:
    short = name.rpartition(".")[2]
    if short in ("reduce", "outer") and name.rpartition(".")[0].rpartition(".")[2] in _STEPS:
        return True
    return short in _STEPS or "constants of the derivative" in (entry.function.__doc__ or "")


def _kinks(entry: Entry) -> tuple[str, ...]:
    """Those of the primitives that a function was made for."""
    try:
        found = inspect.getclosurevars(entry.function).nonlocals.values()
    except TypeError:
        return ()
    own = [v for v in found if isinstance(v, Primitive)]
    short = entry.name.rpartition(".")[2]
    if not own and short in REGISTRY.table:
        own = [REGISTRY.table[short]]
    return tuple(kink for prim in own for kink in prim.kinks)


def _live(name: str) -> Any:
    """The object of that name, where the module is there."""
    home = name.rpartition(".")[0]
    for depth in (home, home.rpartition(".")[0]):
        try:
            found: Any = import_module(depth)
        except (ImportError, ValueError):
            continue
        inner = name.removeprefix(f"{depth}.").split(".")
        for part in inner:
            found = getattr(found, part, None)
        return found
    return None


# -- signatures -----------------------------------------------------------------------------------------
def signature_of(entry: Entry) -> str:
    """The parameters as Python writes them."""
    parameters = list(inspect.signature(entry.function).parameters.values())[1:]
    return f"({', '.join(_parts(parameters))})"


def _parts(parameters: list[inspect.Parameter]) -> Iterator[str]:
    starred = False
    for k, p in enumerate(parameters):
        if p.kind is p.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        starred = starred or p.kind is p.VAR_POSITIONAL
        stars = "*" if p.kind is p.VAR_POSITIONAL else "**" if p.kind is p.VAR_KEYWORD else ""
        default = "" if p.default is p.empty else f"={_shown(p.default)}"
        yield f"{stars}{p.name}{default}"
        following = parameters[k + 1].kind if k + 1 < len(parameters) else None
        if p.kind is p.POSITIONAL_ONLY and following is not p.POSITIONAL_ONLY:
            yield "/"


def _shown(default: Any) -> str:
    match default:
        case Known(value=type() as cls):
            return cls.__name__
        case Known(value=value):
            return repr(value)
        case Tuple(items=items):
            return f"({', '.join(_shown(item) for item in items)})"
    return repr(default)
