"""sin and cos: three-part Cody-Waite reduction with a compensated remainder, fdlibm's polynomials.

The reduction is exact enough up to |x| = 2**45 (the three parts hold pi/2 to about 2**-160, and the first
difference is exact under fma). Larger arguments go to libm through a call that is never inlined.
"""

from __future__ import annotations

from adgen.llvm_backend.elementary.text import Body, Reg
from adgen.records import dataclass

TWO_OVER_PI = 0.6366197723675814
PI_2 = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)
FAR = 2.0**45
SIN = [
    -1.66666666666666324348e-01,
    8.33333333332248946124e-03,
    -1.98412698298579493134e-04,
    2.75573137070700676789e-06,
    -2.50507602534068634195e-08,
    1.58969099521155010221e-10,
]
COS = [
    4.16666666666666019037e-02,
    -1.38888888888741095749e-03,
    2.48015872894767294178e-05,
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
]


@dataclass(frozen=True, slots=True)
class Reduced:
    """x = n pi/2 + high + low with |high| <= pi/4 (a little more)."""

    high: Reg
    low: Reg


def near(b: Body, x: Reg) -> Reg:
    """Whether the functions of this module are right for an argument."""
    return b.compare(b.abs(x), "<=", FAR)


def _reduce(b: Body, x: Reg) -> tuple[Reduced, Reg]:
    """The reduced argument and the integer n."""
    n, quadrant = b.round_product(x, TWO_OVER_PI)
    minus_n = -n
    first = b.fma(minus_n, PI_2[0], x)
    product = n * PI_2[1]
    product_low = b.fma(n, PI_2[1], -product)
    second = first - product
    lost = (first - second) - product - product_low
    return Reduced(second, b.fma(minus_n, PI_2[2], lost)), quadrant


def sin_of(b: Body, r: Reduced) -> Reg:
    """Sine of a reduced argument."""
    x, y = r.high, r.low
    z = x * x
    small = b.fma(z * -0.5, y, y)
    return x + b.fma(z * x, b.estrin(z, SIN), small)


def cos_of(b: Body, r: Reduced) -> Reg:
    """Cosine of a reduced argument."""
    x, y = r.high, r.low
    z = x * x
    half = z * 0.5
    w = 1.0 - half
    small = (1.0 - w) - half - x * y
    return w + b.fma(z * z, b.estrin(z, COS), small)


def _turn(b: Body, x: Reg, shift: int) -> Reg:
    """sin(x + shift pi/2)."""
    r, n = _reduce(b, x)
    quadrant = n + shift
    odd = b.test(b.integer("and", quadrant, 1), "ne", 0)
    value = b.select(odd, cos_of(b, r), sin_of(b, r))
    flip = b.integer("shl", b.integer("and", quadrant, 2), 62)
    return b.from_bits(b.integer("xor", b.bits(value), flip))


def sin(b: Body, x: Reg) -> Reg:
    """Sine for |x| <= 2**45."""
    value = _turn(b, x, 0)
    return b.seldom(b.compare(x, "==", 0.0), x, value)


def cos(b: Body, x: Reg) -> Reg:
    """Cosine for |x| <= 2**45."""
    return _turn(b, x, 1)


def tan(b: Body, x: Reg) -> Reg:
    """Tangent for |x| <= 2**45: sine over cosine, or minus the inverse in odd quadrants."""
    r, n = _reduce(b, x)
    sine, cosine = sin_of(b, r), cos_of(b, r)
    odd = b.test(b.integer("and", n, 1), "ne", 0)
    value = b.select(odd, -cosine, sine) / b.select(odd, sine, cosine)
    return b.seldom(b.compare(x, "==", 0.0), x, value)
