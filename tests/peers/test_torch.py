"""Gradients against PyTorch on hand-written twins (an optional extra: ``pip install -e '.[peers]'``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from tests.peers import programs

torch = pytest.importorskip("torch", reason="PyTorch is an optional peer")
RNG = np.random.default_rng(12)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    return scale * RNG.standard_normal(shape)


def cross_entropy(w1: Any, b1: Any, w2: Any, b2: Any, x: Any, labels: Any) -> Any:
    return torch.nn.functional.cross_entropy(torch.relu(x @ w1 + b1) @ w2 + b2, labels)


def recurrent(wx: Any, wh: Any, b: Any, wo: Any, x: Any, y: Any) -> Any:
    h = torch.zeros(x.shape[1], wh.shape[0], dtype=x.dtype)
    for step in x:
        h = torch.tanh(step @ wx + h @ wh + b)
    return ((h @ wo - y) ** 2).sum()


def diffusion(u: Any, k: Any, steps: int) -> Any:
    for _ in range(steps):
        lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        inner = u[1:-1, 1:-1] + k * lap
        new = u.clone()
        new[1:-1, 1:-1] = inner * torch.cos(inner)
        u = new
    return (u * u).sum()


def attention(q: Any, k: Any, v: Any) -> Any:
    a = torch.softmax(q @ k.T / q.shape[1] ** 0.5, dim=1)
    return ((a @ v) ** 2).sum()


def pendulum(theta: Any, omega: Any, dt: float, steps: int) -> Any:
    for _ in range(steps):
        mid, speed = theta + 0.5 * dt * omega, omega - 0.5 * dt * (torch.sin(theta) + 0.1 * omega)
        theta, omega = theta + dt * speed, omega - dt * (torch.sin(mid) + 0.1 * speed)
    return theta**2 + omega**2


def factor(a: Any) -> Any:
    return torch.logdet(a @ a.T + torch.eye(a.shape[0], dtype=a.dtype))


CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], tuple[int, ...]]] = {
    "cross_entropy": (
        cross_entropy,
        (normal(4, 6), normal(6), normal(6, 3), normal(3), normal(7, 4), RNG.integers(0, 3, 7)),
        (0, 1, 2, 3, 4),
    ),
    "recurrent": (
        recurrent,
        (normal(3, 5), normal(5, 5, scale=0.4), normal(5), normal(5, 2), normal(6, 4, 3), normal(4, 2)),
        (0, 1, 2, 3, 4, 5),
    ),
    "diffusion": (diffusion, (normal(7, 6), 0.1, 4), (0, 1)),
    "attention": (attention, (normal(5, 3), normal(6, 3), normal(6, 2)), (0, 1, 2)),
    "pendulum": (pendulum, (0.8, -0.3, 0.1, 25), (0, 1)),
    "factor": (factor, (normal(5, 5),), (0,)),
}


def as_tensors(args: tuple[Any, ...], wrt: tuple[int, ...]) -> list[Any]:
    made = [torch.tensor(np.asarray(a)) if not isinstance(a, int) else a for a in args]
    for k in wrt:
        made[k].requires_grad_(True)
    return made


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("name", CASES)
def test_value_and_gradient(name: str, backend: str) -> None:
    twin, args, wrt = CASES[name]
    tensors = as_tensors(args, wrt)
    expected = twin(*tensors)
    expected.backward()
    value, gradients = adgen.value_and_grad(getattr(programs, name), wrt=wrt, backend=backend)(*args)
    np.testing.assert_allclose(value, expected.item(), rtol=1e-12)
    for k, found in zip(wrt, gradients, strict=True):
        np.testing.assert_allclose(found, tensors[k].grad.numpy(), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("name", CASES)
def test_hessian_vector_product(name: str, backend: str) -> None:
    twin, args, wrt = CASES[name]
    first, rng = wrt[0], np.random.default_rng(5)
    direction = rng.standard_normal(np.shape(args[first]))
    direction = direction if direction.shape else float(direction)
    tensors = as_tensors(args, wrt)
    (slope,) = torch.autograd.grad(twin(*tensors), tensors[first], create_graph=True)
    (expected,) = torch.autograd.grad((slope * torch.tensor(np.asarray(direction))).sum(), tensors[first])
    gradient = adgen.grad(getattr(programs, name), wrt=first, backend=backend)
    tangents = tuple(direction if k == first else zero_like(a) for k, a in enumerate(args))
    _, found = adgen.jvp(gradient, args, tangents)
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-8, atol=1e-10)


def zero_like(value: Any) -> Any:
    if isinstance(value, float):
        return 0.0
    is_float = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return np.zeros_like(value) if is_float else None
