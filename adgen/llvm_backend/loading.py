"""From object bytes to addresses. Objects are loaded into one shared LLJIT.

A loaded object keeps its library alive as long as it lives itself.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from dataclasses import field
from functools import cache
from typing import Any

from adgen.llvm_backend import externals
from adgen.records import dataclass

LOCK = threading.RLock()
TABLE = "adgen_table"
KERNEL, WORKSPACE = "adgen_kernel", "adgen_workspace"


@dataclass(slots=True)
class Loaded:
    """A loaded object: addresses of its exports; the code lives as long as this."""

    addresses: dict[str, int]
    library: Any = field(repr=False)


@cache
def initialise() -> None:
    """Prepare LLVM for code of this machine."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


@cache
def _jit() -> Any:
    import llvmlite.binding as llvm

    initialise()
    return llvm.create_lljit_compiler()


_loaded_count = 0


def load(code: bytes, exports: Sequence[str], table: Sequence[str]) -> Loaded:
    """Load an object and fill its pointer table with the externals named in `table`."""
    return load_at(code, exports, [externals.address(name) for name in table])


def load_at(code: bytes, exports: Sequence[str], pointers: Sequence[int]) -> Loaded:
    """Load an object and fill its pointer table with these addresses."""
    global _loaded_count
    import llvmlite.binding as llvm

    with LOCK:
        _loaded_count += 1
        library = llvm.JITLibraryBuilder().add_object_img(code)
        for name in (*exports, TABLE):
            library = library.export_symbol(name)
        tracker = library.link(_jit(), f"adgen{_loaded_count}")
        addresses = {name: int(tracker[name]) for name in exports}
        start = ctypes.CFUNCTYPE(ctypes.c_void_p)(tracker[TABLE])()
    slots = (ctypes.c_void_p * max(len(pointers), 1)).from_address(start or 0)
    for k, pointer in enumerate(pointers):
        slots[k] = pointer
    return Loaded(addresses, tracker)
