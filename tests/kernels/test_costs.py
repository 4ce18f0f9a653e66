"""What gradients of kernels cost, counted on the interpreter: an update of one element never costs an array.

As multiples of the kernel's own, flops and moves are bounded, and stay bounded while arrays grow, to second
order. One copy of a row for every changed element would break both bounds many times over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.cost import cost_of
from adgen.autodiff.reverse import joint
from adgen.ir.core import Func
from adgen.runtime.stages import in_place, optimised
from tests.kernels import Kernel, kernels

KERNELS = kernels()
#: kernels whose loops change single cells, rows or columns
UPDATING = (
    *("cholesky", "cholesky_loops", "cholesky_columns", "lu", "lu_loops", "lu_rows"),
    *("ludcmp", "gauss_jordan"),
    *("durbin", "durbin_reversed", "durbin_loops", "gramschmidt", "gramschmidt_norm", "gramschmidt_loops"),
    *("trisolv", "trisolv_loops", "trisolv_columns", "thomas", "seidel_2d", "seidel_2d_loops", "adi"),
    *("jacobi_1d_loops", "trmm", "trmm_loops", "syrk", "syrk_loops", "syr2k", "symm", "symm_loops"),
    *("gemm_loops", "mvt_loops", "atax_loops", "doitgen_rows", "covariance", "covariance_loops"),
    *("correlation", "correlation_loops", "spmv", "spmv_loops", "deriche", "conv2d_loops", "nbody_loops"),
    *("floyd_warshall_rows", "floyd_warshall_loops", "floyd_warshall_if", "nussinov", "matrix_chain"),
)
#: those that are counted to second order, too
TWICE = UPDATING[::3]
SIZES = (6, 12)
#: the most that value and gradient, and the gradient of a derivative of it, may cost
MOST = {1: 9.0, 2: 30.0}
GROWTH = 1.4


def program(kernel: Kernel, args: tuple[Any, ...], order: int) -> Func:
    """The kernel; value and gradient; the gradient of a directional derivative, in reverse mode again.

    The direction is one more argument of the last.
    """
    if order == 1:
        transform = adgen.value_and_grad(kernel.fun, wrt=kernel.wrt, backend="numpy")
        return transform.lower(*args).artifacts.program.final
    primal = adgen.jit(kernel.fun, backend="numpy").lower(*args).artifacts
    if order == 0:
        return primal.program.final
    first = kernel.wrt[:1]
    once = optimised(joint(optimised(primal.primal), first))
    return in_place(optimised(joint(once, first, (len(once.results) - 1,), seeded=True)))


def ratios(kernel: Kernel, order: int) -> list[tuple[float, float]]:
    """Flops and moves as multiples of those of the kernel, at both sizes."""
    found = []
    for n in SIZES:
        args = kernel.arguments(n)
        seeds = (np.ones_like(args[kernel.wrt[0]]),) if order == 2 else ()
        own = cost_of(program(kernel, args, 0), args)
        every = cost_of(program(kernel, args, order), (*args, *seeds))
        found.append((every.flops / own.flops, every.moves / max(own.moves, own.flops)))
    return found


def check(kernel: Kernel, order: int) -> None:
    """Bounded, and not growing."""
    small, large = ratios(kernel, order)
    for before, after in zip(small, large, strict=True):
        assert after <= MOST[order]
        assert after <= GROWTH * before


@pytest.mark.parametrize("name", UPDATING)
def test_first_order(name: str) -> None:
    check(KERNELS[name], 1)


@pytest.mark.parametrize("name", TWICE)
def test_second_order(name: str) -> None:
    check(KERNELS[name], 2)
