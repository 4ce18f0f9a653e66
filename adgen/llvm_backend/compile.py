"""From LLVM text to object bytes.

Text is parsed, optimised at O2 without SLP, and emitted as one object without undefined symbols.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from adgen.llvm_backend.elf import undefined_symbols
from adgen.llvm_backend.loading import LOCK, initialise
from adgen.llvm_backend.portable import portable
from adgen.llvm_backend.vector_math import LATE, late_inlining
from adgen.records import dataclass


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
        initialise()
        features = llvm.get_host_cpu_features().flatten()
        return Target(llvm.get_process_triple(), llvm.get_host_cpu_name(), features)


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """`fast`: compile quickly, without vectorisation. `threads`: among how many work may be shared."""

    fast: bool = False
    threads: int = 1


def versions() -> str:
    """Versions that decide the bytes of an object."""
    return f"llvmlite {llvmlite.__version__} llvm {'.'.join(map(str, llvm.llvm_version_info))}"


def _target_machine(target: Target, options: CompileOptions) -> Any:
    initialise()
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
    module = llvm.parse_assembly(text if _has_instructions(target) else portable(text))
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
    late = late_inlining(str(module)) if LATE in text else None
    return (module if late is None else _inlined(late, machine)), machine


#: What processors of the last ten years have in one instruction each.
_PROBE = """define double @f(double %x, double %y) {
  %r = call double @llvm.roundeven.f64(double %x)
  %s = call double @llvm.fma.f64(double %r, double %y, double %y)
  ret double %s
}
declare double @llvm.roundeven.f64(double)
declare double @llvm.fma.f64(double, double, double)"""


@cache
def _has_instructions(target: Target) -> bool:
    """Whether rounding and fused multiply-add are instructions: else LLVM has them call libm."""
    if "+fma," in f"{target.features},":
        return True
    machine = _target_machine(target, CompileOptions(fast=True))
    return not undefined_symbols(bytes(machine.emit_object(llvm.parse_assembly(_PROBE))))


def converts_halves() -> bool:
    """Whether this processor converts numbers of 16 bits from and to single precision."""
    return "+f16c" in Target.host().features.split(",")


#: Modules with longer texts than this are cleaned up by fewer passes.
_LONG = 150_000


def _inlined(text: str, machine: Any) -> Any:
    """The module with what was kept from the first passes inlined, and what that leaves cleaned up."""
    module = llvm.parse_assembly(text)
    tuning = llvm.create_pipeline_tuning_options(speed_level=1)
    tuning.loop_unrolling = tuning.loop_interleaving = False
    builder = llvm.create_pass_builder(machine, tuning)
    passes = builder.getModulePassManager()
    if len(text) > _LONG:
        passes = llvm.create_new_module_pass_manager()
        passes.add_always_inliner_pass()
        passes.add_instruction_combine_pass()
        passes.add_simplify_cfg_pass()
        passes.add_global_dead_code_eliminate_pass()
    passes.run(module, builder)
    return module


def emit_object(text: str, target: Target | None = None, options: CompileOptions | None = None) -> bytes:
    """Compile to an object. Raises RuntimeError where it would need an undefined symbol."""
    target, options = target or Target.host(), options or CompileOptions()
    with LOCK:
        module, machine = optimised(text, target, options)
        code = bytes(machine.emit_object(module))
    missing = undefined_symbols(code)
    if missing:
        raise RuntimeError(f"the object has undefined symbols: {', '.join(missing)}")
    return code


def assembly(text: str, target: Target | None = None, options: CompileOptions | None = None) -> str:
    """The assembly of a module."""
    with LOCK:
        module, machine = optimised(text, target or Target.host(), options or CompileOptions())
        return str(machine.emit_assembly(module))
