"""Complex numbers: parts, conjugates, angles, and the functions of ``cmath``."""

from __future__ import annotations

import cmath
from collections.abc import Callable

from adgen.frontend.abstract import Abstract, Array, Known, Part
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, Result, Table, documented
from adgen.frontend.library.operands import computed, floating, require
from adgen.frontend.library.ufuncs import fresh_scalar
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives import complexes, exponential, hyperbolic, powers, rounding, trigonometric
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import div, eq, mul, ne
from adgen.primitives.indexing import zeros_of
from adgen.primitives.literals import literal, scaled

table = Table()
_ZERO = Known(0)


# -- parts ----------------------------------------------------------------------------------------------
def _part(name: str, prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, val: Abstract) -> Result:
        if isinstance(val, Known):
            return Known(getattr(val.value, name))
        value = c.value(val)
        if not value.type.is_complex:
            return val if name == "real" else zeros_of(c.b, value.type)
        return c.view(val, Part(name)) if isinstance(val, Array) else prim(c.b, value)

    doc = "The real part, as a view." if name == "real" else "The imaginary part, as a view."
    return documented(apply, doc)


_real, _imag = _part("real", complexes.real), _part("imag", complexes.imag)
table.attribute("numpy.ndarray.real")(_real)
table.attribute("numpy.ndarray.imag")(_imag)


table.function("numpy.real")(_real)
table.function("numpy.imag")(_imag)


@table.function("numpy.conj", "numpy.conjugate")
def conj(c: LibraryContext, x: Abstract) -> Result:
    """The complex conjugate."""
    return complexes.conjugated(c.b, fresh_scalar(c, x))


@table.function("numpy.ndarray.conj", "numpy.ndarray.conjugate")
def conj_method(c: LibraryContext, x: Abstract) -> Result:
    """The complex conjugate; of real arrays the array itself."""
    value = c.value(x)
    return complexes.conj(c.b, value) if value.type.is_complex else x


@table.function("numpy.angle")
def angle(c: LibraryContext, z: Abstract, deg: Abstract = FALSE) -> Result:
    """The angle of the polar form, in radians or degrees."""
    value = floating(c, fresh_scalar(c, z))
    if value.type.is_complex:
        y, x = complexes.imag(c.b, value), complexes.real(c.b, value)
    else:
        y, x = literal(c.b, value, 0), value
    found = trigonometric.arctan2(c.b, y, x)
    return scaled(c.b, 180.0 / cmath.pi, found) if c.static_bool(deg, "deg") else found


# -- questions ------------------------------------------------------------------------------------------
def _kind(wanted: bool, doc: str) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract) -> Result:
        return Known(c.value(x).type.is_complex == wanted)

    return documented(apply, doc)


table.function("numpy.iscomplexobj")(_kind(True, "Whether the dtype is complex."))
table.function("numpy.isrealobj")(_kind(False, "Whether the dtype is not complex."))


@table.function("numpy.iscomplex")
def iscomplex(c: LibraryContext, x: Abstract) -> Result:
    """Whether the imaginary part is not zero."""
    part = _imaginary(c, x)
    return ne(c.b, part, literal(c.b, part, 0))


@table.function("numpy.isreal")
def isreal(c: LibraryContext, x: Abstract) -> Result:
    """Whether the imaginary part is zero."""
    part = _imaginary(c, x)
    return eq(c.b, part, literal(c.b, part, 0))


def _imaginary(c: LibraryContext, x: Abstract) -> Value:
    value = fresh_scalar(c, x)
    return complexes.imag(c.b, value) if value.type.is_complex else zeros_of(c.b, value.type)


# -- Python's complex numbers ---------------------------------------------------------------------------
@table.function("builtins.complex")
def complex_(c: LibraryContext, real: Abstract = _ZERO, imag: Abstract = NONE) -> Result:
    """A Python complex number of one number, or of two parts."""
    known = computed(complex, (real,) if c.is_none(imag) else (real, imag))
    if known is not None:
        return known
    re = c.value(real)
    require(c, re.type.rank == 0, "complex", real)
    if c.is_none(imag):
        return c.cast(re, DType.c128, Kind.py)
    im = c.value(imag)
    require(c, im.type.rank == 0 and not re.type.is_complex and not im.type.is_complex, "complex", re, im)
    return complexes.compose(c.b, *(c.cast(v, DType.f64, Kind.py) for v in (re, im)))


table.attribute("builtins.complex.real")(_real)
table.attribute("builtins.complex.imag")(_imag)
table.function("builtins.complex.conjugate")(conj_method)


# -- cmath ----------------------------------------------------------------------------------------------
_OF_ONE = {
    **{p.name: p for p in (exponential.exp, exponential.log10, powers.sqrt)},
    **{p.name: p for p in (trigonometric.sin, trigonometric.cos, trigonometric.tan)},
    **{p.name: p for p in (hyperbolic.sinh, hyperbolic.cosh, hyperbolic.tanh)},
    "asin": trigonometric.arcsin,
    "acos": trigonometric.arccos,
    "atan": trigonometric.arctan,
    "asinh": hyperbolic.arcsinh,
    "atanh": hyperbolic.arctanh,
}


def _python_complex(c: LibraryContext, x: Abstract) -> Value:
    """``x`` as a complex number that NumPy's functions take."""
    value = c.value(x)
    require(c, value.type.rank == 0, "cmath", x)
    return c.cast(value, DType.c128, Kind.np)


def _apply(name: str, prim: Primitive) -> Callable[..., Result]:
    python = getattr(cmath, name)

    def apply(c: LibraryContext, z: Abstract) -> Result:
        known = computed(python, (z,))
        return known or c.cast(prim(c.b, _python_complex(c, z)), DType.c128, Kind.py)

    return documented(apply, prim.doc)


for _name, _prim in _OF_ONE.items():
    table.function(f"cmath.{_name}")(_apply(_name, _prim))


@table.function("cmath.log")
def log(c: LibraryContext, z: Abstract, base: Abstract = NONE) -> Result:
    """Natural logarithm, or to a base."""
    found = exponential.log(c.b, _python_complex(c, z))
    if not c.is_none(base):
        found = div(c.b, found, exponential.log(c.b, _python_complex(c, base)))
    return c.cast(found, DType.c128, Kind.py)


@table.function("cmath.phase")
def phase(c: LibraryContext, z: Abstract) -> Result:
    """The angle of the polar form."""
    value = _python_complex(c, z)
    found = trigonometric.arctan2(c.b, complexes.imag(c.b, value), complexes.real(c.b, value))
    return c.cast(found, DType.f64, Kind.py)


@table.function("cmath.polar")
def polar(c: LibraryContext, z: Abstract) -> Result:
    """Length and angle."""
    length = complexes.modulus(c.b, _python_complex(c, z))
    return c.cast(length, DType.f64, Kind.py), phase(c, z)


@table.function("cmath.rect")
def rect(c: LibraryContext, r: Abstract, phi: Abstract) -> Result:
    """The number with a length and an angle."""
    length, angle_ = (c.cast(c.value(x), DType.f64, Kind.np) for x in (r, phi))
    parts = [mul(c.b, length, f(c.b, angle_)) for f in (trigonometric.cos, trigonometric.sin)]
    return complexes.compose(c.b, *(c.cast(v, DType.f64, Kind.py) for v in parts))


def _test(prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, z: Abstract) -> Result:
        return c.cast(prim(c.b, _python_complex(c, z)), DType.bool, Kind.py)

    return documented(apply, prim.doc)


for _prim in (rounding.isnan, rounding.isinf, rounding.isfinite):
    table.function(f"cmath.{_prim.name}")(_test(_prim))
