"""Every kernel on both backends: value and gradient against its twin in PyTorch, and what the gradient costs.

Where PyTorch is not installed, gradients are checked along random directions by dual numbers through the
kernel itself. A run without options compiles a fixed slice of the kernels, `--all-programs` all of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from tests.kernels import Kernel, kernels, torch
from tests.oracle import dual_run, finite
from tests.oracle.compare import assert_close, copy_of, random_like

KERNELS = kernels()
SLICE = set(list(KERNELS)[::4])
#: kernels whose second derivative is checked in every run
TWICE = {"numpy": set(list(KERNELS)[1::4]), "llvm": set(list(KERNELS)[4::12])}
TOLERANCE = 1e-8
#: kernels that make plain arrays of what they compute, which dual numbers cannot follow: differences instead
OUT_OF_DUALS = {"nbody", "vadv"}

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
every_kernel = pytest.mark.parametrize("name", KERNELS)
every_backend = pytest.mark.parametrize("backend", ["numpy", "llvm"])
needs_torch = pytest.mark.skipif(torch is None, reason="PyTorch is an optional peer")


@pytest.fixture
def kernel(request: pytest.FixtureRequest, name: str) -> Kernel:
    """The kernel, unless it would be compiled and is not in the slice."""
    compiled = request.node.callspec.params.get("backend") == "llvm"
    if compiled and name not in SLICE and not request.config.getoption("--all-programs"):
        pytest.skip("compiled with --all-programs")
    return KERNELS[name]


# -- references -----------------------------------------------------------------------------------------
def as_tensors(args: tuple[Any, ...], wrt: tuple[int, ...]) -> list[Any]:
    """Copies of the arguments for a twin; numbers that are not differentiated stay numbers."""
    made: list[Any] = []
    for k, a in enumerate(args):
        plain = not isinstance(a, np.ndarray) and k not in wrt
        made.append(a if plain else torch.tensor(np.array(a)).requires_grad_(k in wrt))
    return made


def twin_gradients(kernel: Kernel, args: tuple[Any, ...]) -> list[np.ndarray]:
    """The gradients of the twin."""
    tensors = as_tensors(args, kernel.wrt)
    value = kernel.twin(*tensors)
    np.testing.assert_allclose(value.item(), kernel.fun(*copy_of(args)), rtol=1e-10)
    return [g.numpy() for g in torch.autograd.grad(value, [tensors[k] for k in kernel.wrt])]


def directions(kernel: Kernel, args: tuple[Any, ...], seed: int) -> tuple[Any, ...]:
    """Random tangents of the differentiated arguments, zero for other floats, None for integers."""
    moved = random_like(args, np.random.default_rng(seed))
    still = dual_run.zero_tangents(args)
    return tuple(
        None if moved[k] is None else moved[k] if k in kernel.wrt else still[k] for k in range(len(args))
    )


def slope(name: str, kernel: Kernel, args: tuple[Any, ...], tangents: tuple[Any, ...]) -> float:
    """The derivative along a direction, by dual numbers where they can follow the kernel."""
    filled = tuple(a if t is None else t for a, t in zip(args, tangents, strict=True))
    if name in OUT_OF_DUALS:
        return float(finite.jvp(kernel.fun, copy_of(args), filled)[0])
    return float(dual_run.jvp(kernel.fun, copy_of(args), filled)[1])


def along(kernel: Kernel, gradients: tuple[Any, ...], tangents: tuple[Any, ...]) -> float:
    """The inner product of gradients and a direction."""
    return float(sum(np.sum(g * tangents[k]) for g, k in zip(gradients, kernel.wrt, strict=True)))


# -- first order ----------------------------------------------------------------------------------------
def check(name: str, kernel: Kernel, transform: Any, args: tuple[Any, ...]) -> None:
    """Value, gradients and what happens to the arguments are those of the kernel."""
    given, plain = copy_of(args), copy_of(args)
    value, gradients = transform(*given)
    np.testing.assert_allclose(value, kernel.fun(*plain), rtol=1e-11)
    for mine, theirs in zip(given, plain, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-13, err_msg="an argument after the call")
    if torch is not None:
        assert_close(list(gradients), twin_gradients(kernel, args), TOLERANCE, "gradient")
        return
    for seed in (1, 2):
        tangents = directions(kernel, args, seed)
        tolerance = 1e-6 if name in OUT_OF_DUALS else TOLERANCE
        assert_close(along(kernel, gradients, tangents), slope(name, kernel, args, tangents), tolerance)


@every_backend
@every_kernel
def test_gradient(name: str, kernel: Kernel, backend: str) -> None:
    transform = adgen.value_and_grad(kernel.fun, wrt=kernel.wrt, backend=backend, fast_compile=True)
    check(name, kernel, transform, kernel.arguments())


@every_kernel
def test_sizes(name: str, kernel: Kernel) -> None:
    """Another size is another call of the same program."""
    transform = adgen.value_and_grad(kernel.fun, wrt=kernel.wrt, backend="numpy")
    for n in (kernel.size, kernel.size + 2):
        check(name, kernel, transform, kernel.arguments(n, seed=n))


# -- second order ---------------------------------------------------------------------------------------
@needs_torch
@every_backend
@every_kernel
def test_second_order(request: pytest.FixtureRequest, name: str, kernel: Kernel, backend: str) -> None:
    """The Hessian of the first argument times a direction."""
    if name not in TWICE[backend] and not request.config.getoption("--all-programs"):
        pytest.skip("with --all-programs")
    args, first = kernel.arguments(), kernel.wrt[0]
    direction = random_like(args[first], np.random.default_rng(3))
    tensors = as_tensors(args, kernel.wrt)
    (slope,) = torch.autograd.grad(kernel.twin(*tensors), tensors[first], create_graph=True)
    along_it = (slope * torch.tensor(np.asarray(direction))).sum()
    (expected,) = torch.autograd.grad(along_it, tensors[first], allow_unused=True)
    gradient = adgen.grad(kernel.fun, wrt=first, backend=backend, fast_compile=True)
    tangents = tuple(direction if k == first else t for k, t in enumerate(directions(kernel, args, 0)))
    tangents = tuple(t if k == first or t is None else 0.0 * t for k, t in enumerate(tangents))
    _, found = adgen.jvp(gradient, copy_of(args), tangents)
    assert_close(found, np.zeros(np.shape(direction)) if expected is None else expected.numpy(), TOLERANCE)
