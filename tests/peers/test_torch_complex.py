"""Gradients by complex numbers and through transforms against PyTorch, whose convention is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen

torch = pytest.importorskip("torch", reason="PyTorch is an optional peer")
RNG = np.random.default_rng(4)


def random_complex(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


def elementary(z: Any) -> Any:
    return np.sum((np.exp(z) * np.conj(np.sin(z)) + np.sqrt(z) / (z + 2.0)).real + np.abs(z) ** 3)


def elementary_twin(z: Any) -> Any:
    return ((torch.exp(z) * torch.conj(torch.sin(z)) + torch.sqrt(z) / (z + 2.0)).real + z.abs() ** 3).sum()


def quadratic(a: Any, v: Any) -> Any:
    return np.vdot(v, a @ v).imag + np.linalg.norm(a @ v)


def quadratic_twin(a: Any, v: Any) -> Any:
    w = a @ v
    return torch.vdot(v, w).imag + torch.linalg.vector_norm(w)


def spectra(x: Any, z: Any) -> Any:
    half = np.fft.irfft(np.fft.rfft(x, norm="ortho") * z[:4], 7)
    whole = np.fft.ifft2(np.outer(z, z.conj()), norm="forward")
    return np.sum(half**3) + np.sum(np.abs(whole)) + np.sum(np.fft.hfft(z, 7) ** 2)


def spectra_twin(x: Any, z: Any) -> Any:
    half = torch.fft.irfft(torch.fft.rfft(x, norm="ortho") * z[:4], 7)
    whole = torch.fft.ifft2(torch.outer(z, z.conj()), norm="forward")
    return (half**3).sum() + whole.abs().sum() + (torch.fft.hfft(z, 7) ** 2).sum()


CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = {
    "elementary": (elementary, elementary_twin, (random_complex(5),)),
    "quadratic": (quadratic, quadratic_twin, (random_complex(4, 4), random_complex(4))),
    "spectra": (spectra, spectra_twin, (RNG.standard_normal(7), random_complex(5))),
}


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("name", CASES)
def test_gradients_and_products(name: str, backend: str) -> None:
    fun, twin, args = CASES[name]
    tensors = [torch.tensor(a, requires_grad=True) for a in args]
    expected = torch.autograd.grad(twin(*tensors), tensors, create_graph=True)
    wrt = tuple(range(len(args)))
    found = adgen.grad(fun, wrt=wrt, backend=backend)(*args)
    for f, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(f, e.detach().numpy(), rtol=1e-10, atol=1e-11)
    drawn = [RNG.standard_normal(a.shape) for a in args]
    directions = [d * (1 + 0.5j) if a.dtype.kind == "c" else d for d, a in zip(drawn, args, strict=True)]
    inner = sum(
        (torch.conj(e) * torch.tensor(d)).real.sum() for e, d in zip(expected, directions, strict=True)
    )
    second = torch.autograd.grad(inner, tensors)
    slopes = adgen.jvp(adgen.grad(fun, wrt=wrt, backend=backend), args, tuple(directions))[1]
    for f, e in zip(slopes, second, strict=True):
        np.testing.assert_allclose(f, e.numpy(), rtol=1e-9, atol=1e-10)
