"""erf and erfc.

Around 0 an odd polynomial. Beyond, erf(x) = 1 - exp(-x*x) h(u) with u = (x - 4)/(x + 4), up to 6, and
erfc(x) = exp(-x*x) g(t) / (1 + 2x) with t = (x - 3)/(x + 3), where g is smooth on the whole half line
(Shepherd and Laframboise, Math. Comp. 36, 1981); there the square is taken with its rounding error.
Coefficients interpolate at Chebyshev nodes: relative errors below 1e-16.
"""

from __future__ import annotations

from adgen.llvm_backend.elementary.exponentials import scaled_exp
from adgen.llvm_backend.elementary.text import Body, Reg

SMALL = [
    1.1283791670955126,
    -0.37612638903183343,
    0.11283791670932568,
    -0.026866170640250445,
    0.005223977571219506,
    -0.0008548323503896113,
    0.00012055190243801408,
    -1.492191972724604e-05,
    1.6399099292465962e-06,
    -1.5696950914003972e-07,
    1.0675214301587227e-08,
]
LARGE = [
    1.2530080582697296,
    -0.1356211061245812,
    -0.04756229435345068,
    0.12964515870276164,
    -0.11927366341531231,
    0.06830802734396167,
    -0.023770514918525755,
    0.002529391815994557,
    0.0018886903563243383,
    -0.0007798322678093783,
    -0.0001051597602438321,
    0.00012509930361898067,
    4.94917719592702e-06,
    -2.010027821760931e-05,
    -7.300938805091438e-07,
    3.4713639059084536e-06,
    3.528257297184754e-07,
    -6.142340842013089e-07,
    -1.345757565695529e-07,
    9.841885063988726e-08,
    3.448928992712608e-08,
    -1.052429631387803e-08,
    -4.43334641759637e-09,
]
MIDDLE = [
    0.13699945762506138,
    -0.25906804876017175,
    0.21871967891827232,
    -0.16425781669726489,
    0.10896317739787639,
    -0.06310781564618662,
    0.03129905656104971,
    -0.012843945656413391,
    0.004060263497586938,
    -0.0007991350725218509,
    -2.1784796792872953e-05,
    7.900967378816067e-05,
    -2.2268460856469303e-05,
    -1.1726979619526647e-06,
    3.886640008760338e-06,
    2.0026126627506334e-07,
    -1.9200852416169086e-07,
]
#: Up to where the polynomials are taken for erf and for erfc.
SPLIT_ERF, SPLIT_ERFC = 0.85, 0.5


def _small(b: Body, x: Reg) -> Reg:
    """erf(x) for |x| <= 0.85."""
    z = x * x
    return b.fma(x * z, b.estrin(z, SMALL[1:]), x * SMALL[0])


def _tail(b: Body, a: Reg) -> Reg:
    """erfc(a) for a >= 1/2."""
    a = b.select(b.compare(a, ">", 28.0), 28.0, a)
    square = a * a
    lost = b.fma(a, a, -square)
    t = (a - 3.0) / (a + 3.0)
    g = b.fma(t, b.estrin(t, LARGE[1:]), LARGE[0])
    below = b.fma(a, 2.0, 1.0)
    inverse = 1.0 / below
    quotient = g * inverse
    rest = b.fma(-quotient, below, g) - quotient * b.fma(a, 2.0, 1.0 - below)
    return scaled_exp(b, -square, rest=-lost, factor=(quotient, rest * inverse))


def erf(b: Body, x: Reg) -> Reg:
    """The error function."""
    a = b.abs(x)
    bounded = b.select(b.compare(a, ">", 6.0), 6.0, a)
    u = (bounded - 4.0) / (bounded + 4.0)
    tail = scaled_exp(b, bounded * -bounded, factor=(b.estrin(u, MIDDLE), None))
    large = b.copysign(1.0 - tail, x)
    value = b.select(b.compare(a, "<", SPLIT_ERF), _small(b, x), large)
    value = b.seldom(b.compare(x, "==", 0.0), x, value)
    return b.seldom(b.compare(x, "unordered", x), x, value)


def erfc(b: Body, x: Reg) -> Reg:
    """1 - erf(x), with small relative error in the tail."""
    a = b.abs(x)
    tail = _tail(b, a)
    large = b.select(b.compare(x, "<", 0.0), 2.0 - tail, tail)
    value = b.select(b.compare(a, "<", SPLIT_ERFC), 1.0 - _small(b, x), large)
    return b.seldom(b.compare(x, "unordered", x), x, value)
