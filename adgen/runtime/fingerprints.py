"""Fingerprints: texts that are equal in two processes where the objects mean the same to a program.

What has none (an object of a class of the user's, say) keeps a program from being stored.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import BuiltinFunctionType, EllipsisType, FunctionType, ModuleType, NoneType
from typing import Any

import numpy as np

from adgen.runtime.captures import MISSING
from adgen.runtime.digests import code_digest, function_digest
from adgen.version import __version__

_PLAIN = (NoneType, EllipsisType, bool, int, float, complex, str, bytes)
_LIBRARIES = (
    "builtins",
    "math",
    "cmath",
    "numpy",
    "scipy",
    "functools",
    "itertools",
    "operator",
    "collections",
)
_OF_EVERY_CLASS = frozenset({"__dict__", "__weakref__", "__doc__", "__dataclass_fields__", "__slotnames__"})


class Unknown(Exception):
    """An object without a fingerprint."""


def fingerprint(value: Any) -> str:
    """The fingerprint of an object. Raises :class:`Unknown`."""
    if type(value) in _PLAIN:
        return f"{type(value).__name__}:{value!r}"
    if isinstance(value, tuple | list) and type(value) in (tuple, list):
        return f"{type(value).__name__}({','.join(map(fingerprint, value))})"
    if isinstance(value, np.dtype):
        return f"dtype:{value.str}"
    if isinstance(value, type):
        return _of_class(value)
    if isinstance(value, FunctionType):
        return f"function:{value.__module__}:{function_digest(value)}"
    if isinstance(value, ModuleType):
        return f"module:{value.__name__}"
    if value is MISSING:
        return "missing"
    return _of_library(value)


def _of_library(value: Any) -> str:
    """Functions and ufuncs of libraries, whose versions are part of every key."""
    name, home = getattr(value, "__name__", None), getattr(value, "__module__", None)
    owner = getattr(value, "__self__", None)
    if isinstance(value, np.ufunc):
        home = home or "numpy"
    elif isinstance(value, BuiltinFunctionType) and owner is not None and not isinstance(owner, ModuleType):
        raise Unknown(type(value).__name__)
    if not name or not home or home.partition(".")[0] not in _LIBRARIES:
        raise Unknown(type(value).__name__)
    return f"object:{home}.{getattr(value, '__qualname__', name)}"


@lru_cache(maxsize=1024)
def _of_class(cls: type) -> str:
    """A class: by name where it is a library's, else by everything in it."""
    name = f"class:{cls.__module__}.{cls.__qualname__}"
    if cls.__module__.partition(".")[0] in _LIBRARIES:
        return name
    parts = [f"{key}={_member(value)}" for key, value in vars(cls).items() if key not in _OF_EVERY_CLASS]
    bases = [_of_class(base) for base in cls.__bases__]
    return f"{name}:{hashlib.sha256(';'.join([*bases, *sorted(parts)]).encode()).hexdigest()}"


def _member(value: Any) -> str:
    if isinstance(value, property):
        return ",".join(fingerprint(part) for part in (value.fget, value.fset, value.fdel))
    if isinstance(value, staticmethod | classmethod):
        return f"{type(value).__name__}:{fingerprint(value.__func__)}"
    if isinstance(value, FunctionType) and not _of_file(value):
        return f"made:{code_digest(value.__code__, '')}"
    if isinstance(value, dict) and type(value) is dict:
        return fingerprint(tuple((key, _annotation(item)) for key, item in value.items()))
    if type(value).__module__ in ("builtins", "collections", "dataclasses"):
        try:
            return fingerprint(value)
        except Unknown:
            return type(value).__qualname__
    return fingerprint(value)


def _annotation(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _of_file(function: FunctionType) -> bool:
    return not function.__code__.co_filename.startswith("<")


# -- what every key contains ----------------------------------------------------------------------------
@cache
def installation() -> str:
    """What stored programs depend on besides the user's: adgen itself, Python, libraries, processor."""
    parts = [
        __version__,
        _package_stamp(),
        sys.version,
        sys.implementation.cache_tag or "",
        np.__version__,
        *(_module_stamp(name) for name in ("llvmlite", "scipy")),
        platform.machine(),
        sys.platform,
        _processor(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _package_stamp() -> str:
    """Sizes and times of adgen's own files: what it makes changes with them."""
    found: list[str] = []
    pending = [str(Path(__file__).parents[1])]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append(f"{entry.path}:{status.st_size}:{status.st_mtime_ns}")
                elif entry.is_dir() and not entry.name.startswith(("_", ".")):
                    pending.append(entry.path)
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()


def _module_stamp(name: str) -> str:
    """Where a library is and when it was installed, without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return f"no {name}"
    version = Path(spec.origin).with_name("_version.py" if name == "llvmlite" else "version.py")
    try:
        status = version.stat()
    except OSError:
        return f"{name}:{spec.origin}"
    return f"{name}:{version}:{status.st_size}:{status.st_mtime_ns}"


def _processor() -> str:
    """Model and features of the processor."""
    try:
        with Path("/proc/cpuinfo").open() as file:
            lines = [line for line, _ in zip(file, range(40), strict=False)]
    except OSError:
        return platform.processor()
    wanted = ("flags", "Features", "model name", "vendor_id", "cpu family", "model", "CPU part")
    first = lines[: lines.index("\n")] if "\n" in lines else lines
    return "".join(line for line in first if line.partition("\t")[0].strip(": ") in wanted)
