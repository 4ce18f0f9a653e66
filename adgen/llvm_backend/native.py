"""Making builtin functions of native entries: addresses of Python and NumPy, and a check of their layout."""

from __future__ import annotations

import builtins
import ctypes
import hashlib
import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import field, replace
from functools import cache
from pathlib import Path
from types import CellType
from typing import Any

import numpy as np

from adgen.ir.dims import Dim
from adgen.ir.types import DType, StackType, Type
from adgen.llvm_backend.layout import (
    CELL,
    DATA,
    DESCR,
    DIMS,
    ENTRY,
    FLAGS,
    RANK,
    STATE,
    VALUE,
    WANTED_FLAGS,
    Conditions,
    Shape,
    Template,
)
from adgen.llvm_backend.loading import KERNEL, WORKSPACE, Loaded, load_at
from adgen.llvm_backend.workspace import Workspace
from adgen.loops.interface import HEAP, Interface, sources
from adgen.objects import disk
from adgen.records import dataclass

#: METH_FASTCALL | METH_KEYWORDS
_FASTCALL = 0x0080 | 0x0002


class _MethodDef(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    ]


ABSENT = object()
"""Stands for no object: the key must not be in the dict."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Objects that must be where they were.

    That is (dict, key, object), (closure cell, object), (owner, attribute, object); `types` are objects with
    the class that they must be of.
    """

    names: tuple[tuple[dict[str, Any], str, Any], ...] = ()
    cells: tuple[tuple[CellType, Any], ...] = ()
    attributes: tuple[tuple[Any, str, Any], ...] = ()
    types: tuple[tuple[Any, type], ...] = ()

    def addresses(self) -> dict[str, int]:
        """What the entry's table calls them."""
        found: dict[str, int] = {}
        for k, (table, key, value) in enumerate(self.names):
            found |= {f"condition.dict{k}": id(table), f"condition.key{k}": id(key)}
            found[f"condition.name{k}"] = 0 if value is ABSENT else id(value)
        for k, (cell, value) in enumerate(self.cells):
            found |= {f"condition.cell{k}": id(cell), f"condition.content{k}": id(value)}
        for k, (owner, name, value) in enumerate(self.attributes):
            found |= {f"condition.owner{k}": id(owner), f"condition.attribute{k}": id(name)}
            found[f"condition.found{k}"] = id(value)
        for k, (item, kind) in enumerate(self.types):
            found |= {f"condition.object{k}": id(item), f"condition.class{k}": id(kind)}
        return found


@dataclass(frozen=True, slots=True)
class Attribute:
    """An argument that is an attribute of an object."""

    owner: Any
    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """An argument that is always the same object."""

    value: Any


Source = CellType | tuple[dict[str, Any], str] | Attribute | Constant
"""Where an argument is found that the caller does not give."""


@dataclass(frozen=True, slots=True)
class CallForm:
    """How a kernel is called: how its results are put together, and what must hold for a call.

    `parameters` are the names of the arguments with whether each may be given by position and by name,
    `defaults` those that need not be given, by position, with what takes their place; `hidden` says where
    further arguments are, which come last, or at the position `captured_at`; those in `either` may be
    floats of Python or of NumPy. `outputs` are arrays that take results, by position; `objects` are what
    the structures of arguments and results refer to. See `Conditions` for the rest.
    """

    template: Template
    pinned: tuple[tuple[int, int], ...] = ()
    surroundings: Surroundings = field(default_factory=Surroundings)
    parameters: tuple[tuple[str, bool, bool], ...] = ()
    hidden: tuple[Source, ...] = ()
    alike: tuple[tuple[Dim, Dim], ...] = ()
    refuted: tuple[Dim, ...] = ()
    outputs: tuple[tuple[int, Any], ...] = ()
    arguments: tuple[Shape | int, ...] = ()
    objects: tuple[Any, ...] = ()
    written: tuple[tuple[int, int], ...] = ()
    captured_at: int | None = None
    either: tuple[int, ...] = ()
    defaults: tuple[tuple[int, Any], ...] = ()

    @property
    def conditions(self) -> Conditions:
        """What the text of the entry depends on."""
        absent = {k for k, _ in self.defaults}
        return Conditions(
            self.pinned,
            len(self.surroundings.names),
            len(self.surroundings.cells),
            len(self.surroundings.attributes),
            len(self.surroundings.types),
            tuple((at, named, k in absent) for k, (_, at, named) in enumerate(self.parameters)),
            tuple(_KINDS.get(type(item), "name") for item in self.hidden),
            self.alike,
            self.refuted,
            tuple(position for position, _ in self.outputs),
            self.arguments,
            self.written,
            self.captured_at,
            self.either,
        )

    def addresses(self) -> dict[str, int]:
        """What the entry's table calls the objects of this form, which keeps them alive."""
        found = self.surroundings.addresses()
        found |= {f"keyword.{k}": id(sys.intern(name)) for k, (name, *_) in enumerate(self.parameters)}
        found |= {f"output.{k}": id(array) for k, (_, array) in enumerate(self.outputs)}
        found |= {f"held.{k}": id(item) for k, item in enumerate(self.objects)}
        found |= {f"default.{k}": id(value) for k, value in self.defaults}
        for k, item in enumerate(self.hidden):
            match item:
                case Attribute(owner, name) | (owner, name):
                    found |= {f"hidden.holder{k}": id(owner), f"hidden.key{k}": id(name)}
                case Constant(value):
                    found[f"hidden.holder{k}"] = id(value)
                case _:
                    found[f"hidden.holder{k}"] = id(item)
        return found


_KINDS: dict[type, str] = {CellType: "cell", Attribute: "attribute", Constant: "object"}


class NativeEntry:
    """A builtin function in front of a kernel, with the workspace it uses.

    `slow` answers every call that the entry does not: with the same positional and keyword arguments.
    """

    def __init__(
        self,
        kernel: Interface,
        loaded: Loaded,
        slow: Callable[..., Any],
        form: CallForm,
        digest: str,
        workspace: Workspace | None,
    ) -> None:
        code, table = entry_code(kernel, form, digest)
        known = form.addresses() | {
            "object.slow": id(slow),
            "kernel.run": loaded.addresses[KERNEL],
            "kernel.workspace": loaded.addresses[WORKSPACE],
        }
        pointers = [known[n] if n in known else python_address(n) for n in table]
        self._held = (load_at(code, (ENTRY, STATE), pointers), loaded, slow, form)
        self.workspace = workspace or Workspace(kernel.pieces)
        entry = self._held[0].addresses
        start = ctypes.CFUNCTYPE(ctypes.c_void_p)(entry[STATE])() or 0
        self._state = (ctypes.c_int64 * 3).from_address(start)
        self.reserve(0)
        self._definition = _MethodDef(kernel.name.encode(), entry[ENTRY], _FASTCALL, None)
        self.function = _new_function(self._definition, self)

    def reserve(self, size: int) -> None:
        """Make the workspace of the entry at least this large, unless a call is working in it."""
        if not self._state[2] and (not self._state[0] or size > self._state[1]):
            self._state[0] = self.workspace.at_least(size)
            self._state[1] = max(size, self.workspace.size)

    @property
    def address(self) -> int:
        """The workspace."""
        return int(self._state[0])

    def take(self) -> bool:
        """Mark the workspace as busy, unless a call is working in it: native calls go the slow way then."""
        free = not self._state[2]
        self._state[2] = 1
        return free

    def give_back(self) -> None:
        """No call is working in the workspace any more."""
        self._state[2] = 0


def entry_code(kernel: Interface, form: CallForm, digest: str) -> tuple[bytes, tuple[str, ...]]:
    """The object of an entry and the names of its table; kept beside the kernel's, which `digest` tells."""
    directory = disk.cache_directory()
    if directory is None or not digest:
        return _made_code(kernel, form)
    path = directory / f"{_key(kernel, form, digest)}.entry"
    found = disk.read(path)
    if found is not None:
        names, _, code = found.partition(b"\n")
        return code, tuple(names.decode().split())
    code, table = _made_code(kernel, form)
    disk.write(path, " ".join(table).encode() + b"\n" + code)
    return code, table


def _key(kernel: Interface, form: CallForm, digest: str) -> str:
    """What an entry is made from, and what makes it; its text takes longer to write than to look up."""
    interface = replace(kernel, failures=())
    parts = (digest, form.template, form.conditions, interface, _writers(), sys.version, np.__version__)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@cache
def _writers() -> tuple[tuple[str, int, int], ...]:
    """Sizes and times of the files that entries are made by."""
    with os.scandir(Path(__file__).parent) as files:
        found = ((file.name, file.stat()) for file in files if file.name.endswith(".py"))
        return tuple(sorted((name, status.st_size, status.st_mtime_ns) for name, status in found))


def _made_code(kernel: Interface, form: CallForm) -> tuple[bytes, tuple[str, ...]]:
    from adgen.llvm_backend.compile import CompileOptions, emit_object
    from adgen.llvm_backend.entry import emit_entry

    module = emit_entry(kernel, form.template, form.conditions)
    return emit_object(module.text, options=CompileOptions(fast=True)), module.table


def supported(kernel: Interface) -> bool:
    """Whether a kernel can have an entry: sizes are dims of arguments, results are of known size."""
    known = {source.symbol for source in sources(kernel)}
    types = (*kernel.param_types, *kernel.result_types)
    if any(isinstance(t, Type) and t.is_complex and not t.rank for t in types):
        return False
    scalars = all(
        array or (isinstance(t, Type) and t.dtype in (DType.f64, DType.f32, DType.i64, DType.bool))
        for array, t in zip(kernel.arrays, kernel.param_types, strict=True)
    )
    tapes = any(isinstance(t, StackType) for t in kernel.param_types)
    if kernel.draws or HEAP in kernel.results:
        return False
    return scalars and not tapes and set(kernel.symbols) <= known


def native_entry(
    kernel: Interface,
    loaded: Loaded,
    slow: Callable[..., Any],
    form: CallForm,
    digest: str,
    workspace: Workspace | None = None,
) -> NativeEntry | None:
    """The native entry of a kernel, or None where the kernel or this Python does not allow one."""
    if not supported(kernel) or not layout_is_known():
        return None
    return NativeEntry(kernel, loaded, slow, form, digest, workspace)


def _new_function(definition: _MethodDef, owner: NativeEntry) -> Callable[..., Any]:
    """A builtin function; its `__self__` is the entry, which so lives as long as the function."""
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    made: Callable[..., Any] = make(ctypes.addressof(definition), owner, None)
    return made


@cache
def _numpy_table() -> int:
    module = importlib.import_module("numpy._core._multiarray_umath")
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(get(module._ARRAY_API, None) or 0)


@cache
def python_address(name: str) -> int:
    """The address of something of Python or NumPy that entries use."""
    group, _, rest = name.partition(".")
    match group:
        case "py":
            return ctypes.cast(getattr(ctypes.pythonapi, rest), ctypes.c_void_p).value or 0
        case "numpy":
            pointers = (ctypes.c_void_p * (int(rest) + 1)).from_address(_numpy_table())
            return int(pointers[int(rest)] or 0)
        case "type":
            return id(np.ndarray if rest == "ndarray" else getattr(builtins, rest))
        case "object":
            return id({"True": True, "False": False, "None": None}[rest])
        case "dtype":
            return id(_DTYPES[rest])
        case "scalar":
            return id(_DTYPES[rest].type)
    raise LookupError(name)


#: Kept alive: entries compare with the addresses of these.
_DTYPES = {d.value: np.dtype(d.numpy) for d in DType}


@cache
def layout_is_known() -> bool:
    """Whether objects lie in memory as entries assume; read back from an array and two numbers."""
    if object.__basicsize__ != VALUE:
        return False
    array = np.zeros((3, 4))

    def at(obj: Any, offset: int, kind: Any) -> int:
        return int(kind.from_address(id(obj) + offset).value or 0)

    dims = (ctypes.c_int64 * 2).from_address(at(array, DIMS, ctypes.c_int64))
    number, scalar, cell = 2.5, np.float64(3.5), CellType(array)
    return (
        at(array, 8, ctypes.c_int64) == id(np.ndarray)
        and at(array, DATA, ctypes.c_int64) == array.ctypes.data
        and at(array, RANK, ctypes.c_int32) == 2
        and list(dims) == [3, 4]
        and at(array, DESCR, ctypes.c_int64) == id(array.dtype)
        and at(array, FLAGS, ctypes.c_int32) & WANTED_FLAGS == WANTED_FLAGS
        and at(cell, CELL, ctypes.c_int64) == id(array)
        and ctypes.c_double.from_address(id(number) + VALUE).value == number
        and ctypes.c_double.from_address(id(scalar) + VALUE).value == float(scalar)
    )
