"""Gradients and second derivatives through both backends give what the interpreter gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.autodiff.reverse import joint
from adgen.ir.core import Func
from adgen.ir.interpret import interpret
from adgen.llvm_backend.kernel import LlvmKernel
from adgen.numpy_backend.execute import compile_function
from adgen.transform.copies import insert_copies
from tests.autodiff.programs import PROGRAMS, Program
from tests.autodiff.test_modes import contracted, optimised, read


def derived(program: Program, order: int) -> tuple[Func, list[Any]]:
    func, args = optimised(joint(read(program), program.wrt)), list(program.args)
    if order == 2:
        weight = np.random.default_rng(9).normal(size=np.shape(args[program.wrt[0]]))
        args.append(weight if weight.shape else float(weight))
        func = optimised(joint(contracted(func, 1), program.wrt))
    return insert_copies(func), args


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_backends_agree_with_the_interpreter(program: Program, backend: str, order: int) -> None:
    func, args = derived(program, order)
    before = [np.copy(a) for a in args]
    run = compile_function(func) if backend == "numpy" else LlvmKernel.build(func)
    found = run(*args) if backend == "numpy" else run(args)
    for got, expected in zip(found, interpret(func, args), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-12)
    for arg, old in zip(args, before, strict=True):
        np.testing.assert_array_equal(arg, old)
