"""A program compiled to a kernel, with its text at every stage."""

from __future__ import annotations

from adgen.ir.core import Func
from adgen.llvm_backend.compile import CompileOptions, assembly
from adgen.llvm_backend.emit import Module, emit_module
from adgen.llvm_backend.objects import object_for
from adgen.llvm_backend.running import CompiledKernel
from adgen.loops.core import Kernel
from adgen.loops.lower import lower


class LlvmKernel(CompiledKernel):
    """One kernel with its loops, its text and its assembly."""

    def __init__(self, kernel: Kernel, options: CompileOptions | None = None) -> None:
        self.kernel = kernel
        self.options = options or CompileOptions()
        self.module: Module = emit_module(kernel, self.options.threads)
        super().__init__(kernel.interface, self.module.table, lambda: self.object_code)

    @staticmethod
    def build(func: Func, options: CompileOptions | None = None) -> LlvmKernel:
        """The kernel of a function whose copies are explicit; compiled at the first call or by `load`."""
        return LlvmKernel(lower(func), options)

    @property
    def text(self) -> str:
        """The LLVM text."""
        return self.module.text

    @property
    def object_code(self) -> bytes:
        """The object, from the cache or compiled."""
        return object_for(self.module.text, options=self.options)

    @property
    def assembly(self) -> str:
        """The assembly for this machine."""
        return assembly(self.module.text, options=self.options)
