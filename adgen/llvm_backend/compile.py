"""From LLVM text to object bytes, and from object bytes to addresses.

Text is parsed, optimised at O2 without SLP, and emitted as one object without undefined symbols. Objects are
loaded into one shared LLJIT; a loaded object keeps its library alive as long as it lives itself.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from adgen.llvm_backend import externals
from adgen.llvm_backend.elf import undefined_symbols

_LOCK = threading.RLock()
TABLE = "adgen_table"


@dataclass(frozen=True, slots=True)
class Target:
    """What code is generated for; part of the key of the object cache."""

    triple: str
    cpu: str
    features: str

    @staticmethod
    @cache
    def host() -> Target:
        """This machine."""
        _initialise()
        features = llvm.get_host_cpu_features().flatten()
        return Target(llvm.get_process_triple(), llvm.get_host_cpu_name(), features)


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """`fast`: compile quickly, without vectorisation."""

    fast: bool = False


def versions() -> str:
    """Versions that decide the bytes of an object."""
    return f"llvmlite {llvmlite.__version__} llvm {'.'.join(map(str, llvm.llvm_version_info))}"


@cache
def _initialise() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def _target_machine(target: Target, options: CompileOptions) -> Any:
    _initialise()
    chosen = llvm.Target.from_triple(target.triple)
    return chosen.create_target_machine(
        cpu=target.cpu,
        features=target.features,
        opt=1 if options.fast else 3,
        reloc="pic",
        codemodel="default",
    )


def optimised(text: str, target: Target, options: CompileOptions) -> tuple[Any, Any]:
    """The optimised module and the target machine. Raises RuntimeError on text that LLVM rejects."""
    machine = _target_machine(target, options)
    module = llvm.parse_assembly(text)
    module.verify()
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    tuning = llvm.create_pipeline_tuning_options(speed_level=1 if options.fast else 2)
    tuning.loop_vectorization = not options.fast
    tuning.loop_interleaving = not options.fast
    tuning.loop_unrolling = not options.fast
    tuning.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    _inline_wide_forms(module, builder)
    return module, machine


def _inline_wide_forms(module: Any, builder: Any) -> None:
    """Wide forms of elementary functions come in as calls from the vectoriser; inline those too."""
    passes = llvm.create_new_module_pass_manager()
    passes.add_always_inliner_pass()
    passes.run(module, builder)


def emit_object(text: str, target: Target | None = None, options: CompileOptions | None = None) -> bytes:
    """Compile to an object. Raises RuntimeError where it would need an undefined symbol."""
    target, options = target or Target.host(), options or CompileOptions()
    with _LOCK:
        module, machine = optimised(text, target, options)
        code = bytes(machine.emit_object(module))
    missing = undefined_symbols(code)
    if missing:
        raise RuntimeError(f"the object has undefined symbols: {', '.join(missing)}")
    return code


def assembly(text: str, target: Target | None = None, options: CompileOptions | None = None) -> str:
    """The assembly of a module."""
    with _LOCK:
        module, machine = optimised(text, target or Target.host(), options or CompileOptions())
        return str(machine.emit_assembly(module))


@dataclass(slots=True)
class Loaded:
    """A loaded object: addresses of its exports; the code lives as long as this."""

    addresses: dict[str, int]
    library: Any = field(repr=False)


@cache
def _jit() -> Any:
    _initialise()
    return llvm.create_lljit_compiler()


_loaded_count = 0


def load(code: bytes, exports: Sequence[str], table: Sequence[str]) -> Loaded:
    """Load an object and fill its pointer table with the externals named in `table`."""
    return load_at(code, exports, [externals.address(name) for name in table])


def load_at(code: bytes, exports: Sequence[str], pointers: Sequence[int]) -> Loaded:
    """Load an object and fill its pointer table with these addresses."""
    global _loaded_count
    with _LOCK:
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
