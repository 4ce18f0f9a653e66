"""What is saved for the reverse sweep: the predicted bytes are those that executed code allocates."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.llvm_backend.kernel import LlvmKernel
from adgen.loops.buffers import InArena, OnHeap, OnStack
from adgen.numpy_backend.function import print_function
from adgen.numpy_backend.names import imported
from adgen.runtime.keys import take_apart
from adgen.runtime.surface import Lowered
from tests import corpus
from tests.oracle.compare import copy_of

PROGRAMS = {name: corpus.load(name) for name in corpus.names()}
NAMES = [name for name, p in PROGRAMS.items() if "vector" not in p.tags]
SLICE = set(NAMES[::5])

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


# -- counting -------------------------------------------------------------------------------------------
class Counting:
    """NumPy whose `empty` notes the bytes of arrays that a comment of the source says are tapes.

    What a line makes again takes the place of what it made before.
    """

    def __init__(self, source: str) -> None:
        self.made: dict[int, int] = {}
        self._lines = source.splitlines()

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def empty(self, *args: Any, **kwargs: Any) -> np.ndarray:
        """An array; the generated line or the one before it says what for."""
        made = np.empty(*args, **kwargs)
        at = sys._getframe(1).f_lineno
        if any("# keeps" in line for line in self._lines[at - 2 : at]):
            self.made[at] = max(self.made.get(at, 0), made.nbytes)
        return made


def numpy_bytes(lowered: Lowered) -> int:
    """The bytes of the tapes that generated source allocates in one call."""
    text = print_function(lowered.artifacts.program.final, "generated")
    counting = Counting(text)
    scope: dict[str, Any] = {}
    exec("".join(f"import {module}\n" for module in sorted({"math", *imported(text)})), scope)
    scope["np"] = counting
    exec(compile(text, "generated", "exec"), scope)
    scope["generated"](*leaves_of(lowered))
    return sum(counting.made.values())


def leaves_of(lowered: Lowered) -> list[Any]:
    """What a program was made for: leaves of the arguments, and of what the function reads besides."""
    assert lowered.artifacts.leaves is not None
    return copy_of([*lowered.artifacts.leaves, *lowered.artifacts.traced.examples])


def kernel_bytes(kernel: LlvmKernel, leaves: list[Any]) -> int:
    """The bytes of the tapes that a kernel has in its memory after one run, from a fresh workspace."""
    kernel(leaves)
    held_by = [entry.workspace for entry in kernel._entries]
    work, plan = getattr(kernel._local, "work", None) or held_by[0], kernel.kernel
    held = [b for b, place in plan.places.items() if isinstance(place, OnHeap | OnStack)]
    sizes = kernel_sizes(kernel, leaves)
    total = 0
    for tape in plan.tapes:
        place = plan.places[tape]
        if isinstance(place, InArena):
            total += plan.arena[place.slot].evaluate(sizes)
        else:
            assert isinstance(place, OnHeap), place
            total += max(int(work._header[2 * held.index(tape) + 1]) - 64, 0)
    return total


def kernel_sizes(kernel: LlvmKernel, leaves: list[Any]) -> dict[str, int]:
    """The sizes that the arguments of a kernel have."""
    from adgen.llvm_backend.running import _argument, _sizes

    plan = kernel.interface
    return _sizes(plan, [_argument(a, t) for a, t in zip(leaves, plan.param_types, strict=True)])


# -- the corpus -----------------------------------------------------------------------------------------
def specialised(name: str, backend: str) -> Lowered:
    """Value and gradient of a program of the corpus, as a call is answered."""
    program = PROGRAMS[name]
    args = program.arguments()
    transform = adgen.value_and_grad(program.fun, wrt=program.wrt, backend=backend)
    transform(*copy_of(args))
    lowered = transform._current()
    lowered.artifacts.leaves = leaves = []
    take_apart(transform._dispatcher.subject.bind(copy_of(args), {}), leaves, [])
    if lowered.storage.bytes is None:
        pytest.skip("its loops run until something happens")
    return lowered


@pytest.mark.parametrize("name", NAMES)
def test_numpy_allocates_what_is_predicted(name: str) -> None:
    lowered = specialised(name, "numpy")
    assert numpy_bytes(lowered) == lowered.storage.bytes


@pytest.mark.parametrize("name", NAMES)
def test_kernels_allocate_what_is_predicted(name: str, request: pytest.FixtureRequest) -> None:
    if name not in SLICE and not request.config.getoption("--all-programs"):
        pytest.skip("compiled with --all-programs")
    if "host" in PROGRAMS[name].tags:
        pytest.skip("not covered by kernels")
    lowered = specialised(name, "llvm")
    assert kernel_bytes(lowered.artifacts.program.kernel, leaves_of(lowered)) == lowered.storage.bytes


# -- the report -----------------------------------------------------------------------------------------
def logistic(rate: float, x: float, steps: int) -> float:
    for _ in range(steps):
        x = rate * x * (1.0 - x)
    return x


def test_report_names_the_value_its_lines_and_its_bytes() -> None:
    storage = adgen.grad(logistic, backend="numpy").lower(2.5, 0.3, 7).storage
    (entry,) = storage.tapes
    line = f"test_storage.py:{logistic.__code__.co_firstlineno + 2}"
    assert (entry.kind, entry.name, entry.value) == ("tape", "x_tape", "x")
    assert (entry.made, entry.needed, entry.lost) == (line, line, line)
    assert (entry.formula, entry.bytes) == ("8*max(steps, 0)", 56)
    assert (storage.total, storage.bytes) == ("8*max(steps, 0)", 56)
    text = adgen.grad(logistic, backend="numpy").lower(2.5, 0.3, 7).explain()
    assert "x_tape: f64[max(steps, 0)], 8*max(steps, 0) bytes = 56" in text
    assert f"keeps x of {line}, needed by {line}, lost at {line}" in text


def test_comments_of_modules_say_what_tapes_are_for() -> None:
    source = adgen.grad(logistic, backend="numpy").lower("f64, f64, i64").source
    line = f"test_storage.py:{logistic.__code__.co_firstlineno + 2}"
    assert any("x_tape = np.empty(" in text and f"# keeps x of {line}" in text for text in source.split("\n"))


def _pairs(x: np.ndarray[Any, Any], steps: int) -> float:
    total, y = 0.0, x.copy()
    for _ in range(steps):
        y *= 0.9
        for i in range(x.shape[0]):
            for j in range(i):
                gap = y[i] - y[j]
                near = gap * gap + 0.1
                total += 1.0 / (near * near)
    return total


def test_differences_of_a_state_are_computed_again_from_the_state() -> None:
    """One state for each step, no numbers for each pair but what is slow to compute."""
    plan = adgen.value_and_grad(_pairs).lower("f64[n], i64").storage
    assert {entry.value for entry in plan.tapes} & {"gap", "near"} == set()
    assert "y" in {entry.value for entry in plan.tapes}
