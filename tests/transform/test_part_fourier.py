"""Kernels transform real numbers, and what only the real part is used of, by half spectra."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import adgen
from adgen.ir.core import Func, walk
from adgen.ir.core import Op as Operation
from adgen.ir.verify import verify
from adgen.transform.parts import in_parts

Array = NDArray[np.float64]


def _power(x: Array, w: Array) -> float:
    return np.sum(w * np.abs(np.fft.fft(x, axis=0)) ** 2)


def _filtered(x: Array, w: Array) -> float:
    return np.sum(np.fft.ifft(np.fft.fft(x, norm="ortho") * w, norm="ortho").real ** 3)


def _turned(x: Array, w: Array) -> float:
    return np.sum(np.real(np.fft.fft2(x * (w + 2j), norm="forward")) ** 2) + np.sum(np.fft.ifft2(w).imag * x)


def _transforms(func: Func) -> dict[str, int]:
    names = [n.prim.name for n in walk(verify(in_parts(func)).body) if isinstance(n, Operation)]
    return {name: names.count(name) for name in ("fft", "rfft", "irfft")}


def test_a_loss_of_a_spectrum_takes_two_half_transforms() -> None:
    x = np.arange(1.0, 8.0)
    gradient = adgen.value_and_grad(_power, backend="numpy").lower(x, x)
    found = _transforms(gradient.artifacts.program.final)
    assert found == {"fft": 0, "rfft": 1, "irfft": 1}


@pytest.mark.parametrize("fun", [_power, _filtered, _turned])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 4), (4, 1)])
def test_kernels_agree_with_numpy(fun: Callable[..., float], shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    args = rng.normal(size=shape), rng.normal(size=shape)
    value, grads = adgen.value_and_grad(fun, (0, 1), backend="llvm")(*args)
    expected, wanted = adgen.value_and_grad(fun, (0, 1), backend="numpy")(*args)
    np.testing.assert_allclose(value, fun(*args), rtol=1e-12)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    for one, other in zip(grads, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-13)
