"""What is measured of a program: counts on the interpreter, which never vary, and times, which do."""

from __future__ import annotations

import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen
from adgen.analysis.cost import Cost, cost_of
from adgen.ir.core import Func, walk
from adgen.ir.core import Op as Operation
from adgen.ir.interpret import interpret
from tests.benchmarks.programs import Program


# -- counts ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Counted:
    """Costs of the function and of its value and gradient.

    ``compulsory`` is the bytes of arguments and results with the gradient, as a multiple of those without it:
    what has to be moved whatever the storage between.
    """

    primal: Cost
    gradient: Cost
    compulsory: float

    @property
    def flops(self) -> float:
        """How many times the function's own arithmetic the gradient takes."""
        return self.gradient.flops / max(self.primal.flops, 1)

    @property
    def moves(self) -> float:
        """How many times the function's own traffic the gradient has (0 where the function has none)."""
        return self.gradient.moves / self.primal.moves if self.primal.moves else 0.0

    @property
    def floor(self) -> float:
        """The multiple of the function's time that no schedule beats: of its arithmetic, or of its bytes."""
        return max(self.flops, self.compulsory)


def programs_of(fun: Callable[..., Any], args: tuple[Any, ...], wrt: tuple[int, ...]) -> tuple[Func, Func]:
    """The function and its value and gradient, as the backends take them."""
    primal = adgen.jit(fun, backend="numpy").lower(*args)
    gradient = adgen.value_and_grad(fun, wrt=wrt, backend="numpy").lower(*args)
    return primal.artifacts.program.final, gradient.artifacts.program.final


def counted(program: Program, size: int) -> Counted:
    """The costs at a size."""
    args = program.make(size)
    primal, gradient = programs_of(program.fun, args, program.wrt)
    taken = sum(np.asarray(a).nbytes for a in args)
    before = taken + sum(np.asarray(r).nbytes for r in interpret(primal, args))
    after = taken + sum(np.asarray(r).nbytes for r in interpret(gradient, args))
    return Counted(cost_of(primal, args), cost_of(gradient, args), after / before)


def copies_in(func: Func) -> int:
    """How many copies of arrays are written in a program."""
    return sum(isinstance(node, Operation) and node.prim.name == "copy" for node in walk(func.body))


# -- times ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Timed:
    """Seconds per call of a gradient, and of its first call, which compiles."""

    seconds: float
    first: float


def best(
    call: Callable[[], Any], seconds: float = 0.1, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Seconds per call: the best of five runs that last about ``seconds`` together."""
    timer = timeit.Timer(call, timer=clock)
    once = max(timer.timeit(1), 1e-7)
    number = max(1, int(seconds / 5 / once))
    return min(timer.repeat(5, number)) / number


def timed(transform: Callable[..., Any], args: tuple[Any, ...]) -> Timed:
    """Times of a transform that was not called before."""
    start = time.perf_counter()
    transform(*args)
    first = time.perf_counter() - start
    return Timed(best(lambda: transform(*args)), first)


def import_seconds(repeats: int = 5) -> float:
    """How long `import adgen` takes in a fresh process that has imported NumPy."""
    code = "import time, numpy; start = time.perf_counter(); import adgen; print(time.perf_counter() - start)"
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(repeats)]
    return min(float(run.stdout) for run in runs)
