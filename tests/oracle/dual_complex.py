"""Complex duals: parts, conjugates, lengths, angles, and the Fourier transforms, which are linear."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.oracle.dual import FUNCTIONS, Dual, elementwise, make, primal, strip, tangent
from tests.oracle.dual_functions import _linear, rule


def is_complex(x: Any) -> bool:
    """Has the primal at the bottom an imaginary part?"""
    return np.asarray(strip(x)).dtype.kind == "c"


@rule(np.real)
def real(x: Any) -> Any:
    """The real part of both halves."""
    return Dual(real(x.p), real(x.t)) if isinstance(x, Dual) else np.real(x)


@rule(np.imag)
def imag(x: Any) -> Any:
    """The imaginary part of both halves."""
    return Dual(imag(x.p), imag(x.t)) if isinstance(x, Dual) else np.imag(x)


@rule(np.conjugate, ("conj",), ("conjugate",))
def conj(x: Any) -> Any:
    """The conjugate of both halves."""
    return Dual(conj(x.p), conj(x.t)) if isinstance(x, Dual) else np.conjugate(x)


@rule(np.absolute)
def modulus(x: Any) -> Any:
    """|z| by its parts; flat at zero."""
    if not is_complex(x):
        return elementwise(np.absolute, x, function=abs)
    p = primal(x)
    r = abs(p)
    safe = np.where(strip(r) == 0, 1.0, r)[()]
    slope = (real(p) * real(tangent(x)) + imag(p) * imag(tangent(x))) / safe
    return make(r, np.where(strip(r) == 0, 0.0, slope)[()])


@rule(np.angle)
def angle(x: Any, deg: bool = False) -> Any:
    """The angle by its parts."""
    found = np.arctan2(imag(x), real(x))
    return found * (180.0 / np.pi) if deg else found


@rule(np.vdot)
def vdot(x: Any, y: Any) -> Any:
    """The sum of products, the first conjugated."""
    return np.dot(np.ravel(np.conjugate(x)), np.ravel(y))


@rule(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The Euclidean norm."""
    if ord not in (None, 2, "fro"):
        raise NotImplementedError("norm: orders other than 2")
    squares = real(x) * real(x) + imag(x) * imag(x) if is_complex(x) else x * x
    s = np.sum(squares, axis=axis, keepdims=keepdims)
    return np.where(strip(s) == 0, 0.0, np.sqrt(s))


for _name in (
    *("fft", "ifft", "fft2", "ifft2", "fftn", "ifftn", "rfft", "irfft", "rfft2", "irfft2"),
    *("rfftn", "irfftn", "fftshift", "ifftshift"),
):
    FUNCTIONS[getattr(np.fft, _name)] = _linear(getattr(np.fft, _name))


class ComplexMathFunction:
    """A function of the module cmath that also takes duals."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *args: Any) -> Any:
        if not any(isinstance(a, Dual) for a in args):
            return self._function(*args)
        match self._function.__name__:
            case "phase":
                return _python(angle(args[0]))
            case "polar":
                return _python(modulus(args[0])), _python(angle(args[0]))
            case "rect":
                return complex_number(args[0] * np.cos(args[1]), args[0] * np.sin(args[1]))
        ufunc = getattr(np, self._function.__name__)
        return _python(elementwise(ufunc, *(complex_number(a) for a in args), function=ufunc))


def _python(x: Any) -> Any:
    """The same as Python numbers."""
    if isinstance(x, Dual):
        return Dual(_python(x.p), _python(x.t))
    return np.asarray(x).item()


def complex_number(re: Any = 0.0, im: Any = 0.0) -> Any:
    """``complex(re, im)``."""
    if not isinstance(re, Dual) and not isinstance(im, Dual):
        return complex(re, im)
    halves = [(primal(x), tangent(x) if isinstance(x, Dual) else 0.0) for x in (re, im)]
    return Dual(*(complex_number(a, b) for a, b in zip(*halves, strict=True)))
