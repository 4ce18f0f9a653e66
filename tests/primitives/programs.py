"""A program with its derivatives and its code, each made once however often it runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from adgen.ir.core import Func
from adgen.ir.interpret import interpret
from adgen.ir.verify import verify
from adgen.runtime.backends import Program
from adgen.runtime.programs import Run
from adgen.runtime.stages import optimised
from tests.primitives.cases import Derivatives, floats


class Programs(Derivatives):
    """What comes of one program; ``outputs`` are the results that are differentiated."""

    # -- derivatives ------------------------------------------------------------------------------------
    @cached_property
    def pushed(self) -> Programs:
        """The forward-mode program, verified."""
        return self._derived(verify(self.forward()))

    @cached_property
    def reversed(self) -> Programs:
        """The reverse-mode program, verified."""
        return self._derived(verify(self.reverse()))

    def _derived(self, func: Func) -> Programs:
        return Programs(func, tuple(range(len(self.func.results), len(func.results))))

    @cached_property
    def simpler(self) -> Programs:
        """The program after the general transformations."""
        return Programs(optimised(self.func), self.outputs)

    # -- code -------------------------------------------------------------------------------------------
    @cached_property
    def on_numpy(self) -> Run:
        """The NumPy source."""
        return Program(self.simpler.func, "numpy", ()).run

    @cached_property
    def in_kernels(self) -> Run:
        """The kernel, called as it is: calls that arguments of Python take are tested elsewhere."""
        program = Program(self.simpler.func, "llvm", (), fast_compile=True)
        assert not isinstance(program.covered, Sequence), f"kernels do not cover {program.covered}"
        run, outputs = program.run, [None] * len(self.func.results)
        return (lambda args: program.kernel(args, outputs)) if run is program.kernel else run

    def interpreted(self, args: Sequence[Any]) -> tuple[Any, ...]:
        """What the interpreter gives."""
        with np.errstate(all="ignore"):
            return interpret(self.func, args)


@lru_cache(maxsize=4)
def programs_of(func: Func) -> Programs:
    """The programs of a function, which forms of one thing share."""
    return Programs(func, tuple(floats([r.any_type for r in func.results])))
