"""Options of transforms: which there are, which values they take, what is not available yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from adgen.diagnostics import Span, UserError, refuse
from adgen.objects.quantities import bytes_of
from adgen.records import dataclass

BACKENDS = ("auto", "numpy", "llvm")


@dataclass(frozen=True, slots=True)
class Options:
    """Options with their defaults; see the documentation of each name.

    ``static_shapes`` pins every length, ``strict`` keeps sequential sums, ``fast_compile`` prefers short
    compilation, ``borrow`` allows residuals to refer to arguments, ``memory`` bounds the tapes of loops,
    ``warmup="numpy"`` answers from NumPy while kernels are compiled, ``threads`` bounds a kernel's threads.
    """

    backend: str = "auto"
    static_shapes: bool = False
    strict: bool = False
    fast_compile: bool = False
    borrow: bool = False
    memory: object = None
    warmup: object = None
    threads: int = 1
    max_ops: int | None = None

    @property
    def budget(self) -> int | None:
        """The bytes for the tapes of loops."""
        return bytes_of(self.memory)

    def changed(self) -> dict[str, Any]:
        """The options that differ from their defaults, in order."""
        pairs = ((field.name, field.default, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, default, value in pairs if value != default}


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_ACCEPTED: dict[str, Callable[[Any], bool]] = {
    "static_shapes": _flag,
    "strict": _flag,
    "fast_compile": _flag,
    "borrow": _flag,
    "memory": lambda value: value is None or bytes_of(value) is not None,
    "warmup": lambda value: value is None or value == "numpy",
    "threads": _positive,
    "max_ops": lambda value: value is None or _positive(value),
}


def read_options(backend: object, given: Mapping[str, Any], place: Callable[[], Span | None]) -> Options:
    """Validated options.

    Raises AG273 (no such option) or AG274 (a value it does not take) at ``place()``.
    """
    if backend not in BACKENDS:
        raise _bad_value("backend", backend, place)
    for name, value in given.items():
        if name not in _ACCEPTED:
            raise refuse("AG273", place(), name=name, notes=[f"options are {', '.join(_ACCEPTED)}"])
        if not _ACCEPTED[name](value):
            raise _bad_value(name, value, place)
    return Options(str(backend), **given)


def _bad_value(name: str, value: object, place: Callable[[], Span | None]) -> UserError:
    return refuse("AG274", place(), name=name, value=repr(value))
