"""The error function, by the rational approximations of Sun's fdlibm (below one unit in the last place).

NumPy has none, so the printed module gets a helper of its own.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.define import Call, elementwise
from adgen.primitives.elementwise import mul, neg
from adgen.primitives.exponential import exp
from adgen.primitives.literals import of_helper, samples, scaled

#: numerators and denominators below 0.84375, below 1.25, below 1 / 0.35 and above, highest power first
# fmt: off
_COEFFICIENTS = (
    (
        (
            -2.3763016656650163e-05, -0.005770270296489442, -0.02848174957559851, -0.3250421072470015,
            0.12837916709551256,
        ),
        (
            -3.960228278775368e-06, 0.00013249473800432164, 0.005081306281875766, 0.0650222499887673,
            0.39791722395915535, 1.0,
        ),
    ),
    (
        (
            -0.002166375594868791, 0.035478304325618236, -0.11089469428239668, 0.31834661990116175,
            -0.3722078760357013, 0.41485611868374833, -0.0023621185607526594,
        ),
        (
            0.011984499846799107, 0.01363708391202905, 0.12617121980876164, 0.07182865441419627,
            0.540397917702171, 0.10642088040084423, 1.0,
        ),
    ),
    (
        (
            -9.814329344169145, -81.2874355063066, -184.60509290671104, -162.39666946257347,
            -62.375332450326006, -10.558626225323291, -0.6938585727071818, -0.009864944034847148,
        ),
        (
            -0.0604244152148581, 6.570249770319282, 108.63500554177944, 429.00814002756783,
            645.3872717332679, 434.56587747522923, 137.65775414351904, 19.651271667439257,
            1.0,
        ),
    ),
    (
        (
            -483.5191916086514, -1025.0951316110772, -637.5664433683896, -160.63638485582192,
            -17.757954917754752, -0.799283237680523, -0.0098649429247001,
        ),
        (
            -22.44095244658582, 474.52854120695537, 2553.0504064331644, 3199.8582195085955,
            1536.729586084437, 325.7925129965739, 30.33806074348246, 1.0,
        ),
    ),
)
# fmt: on


def error_function(x: Any) -> Any:
    """erf of a NumPy array or scalar, in its dtype.

    >>> float(error_function(np.float64(0.5))) == math.erf(0.5)
    True
    """
    a = np.minimum(np.abs(x), 6.0)
    b = np.maximum(a, 1.25)
    s = 1.0 / (b * b)
    places = (a * a, a - 1.0, s, s)
    r = [np.polyval(p, t) / np.polyval(q, t) for (p, q), t in zip(_COEFFICIENTS, places, strict=True)]
    far = 1.0 - np.exp(np.where(b < 1.0 / 0.35, r[2], r[3]) - b * b - 0.5625) / b
    y = np.where(a < 1.25, 0.8450629115104675 + r[1], far)
    return np.copysign(np.where(a < 0.84375, a + a * r[0], y), x).astype(x.dtype)


def _polynomial(side: tuple[float, ...]) -> str:
    """A list of coefficients, four to a line."""
    lines = [", ".join(map(repr, side[k : k + 4])) for k in range(0, len(side), 4)]
    inner = "".join(f"                {line},\n" for line in lines)
    return f"            [\n{inner}            ],\n"


_PIECES = "".join(f"        (\n{_polynomial(p)}{_polynomial(q)}        ),\n" for p, q in _COEFFICIENTS)
_SOURCE = f'''
def _erf(x):
    """The error function, by rational approximations."""
    rational = (
{_PIECES}    )
    a = np.minimum(np.abs(x), 6.0)
    b = np.maximum(a, 1.25)
    s = 1.0 / (b * b)
    places = (a * a, a - 1.0, s, s)
    r = [np.polyval(p, t) / np.polyval(q, t) for (p, q), t in zip(rational, places, strict=True)]
    far = 1.0 - np.exp(np.where(b < 1.0 / 0.35, r[2], r[3]) - b * b - 0.5625) / b
    y = np.where(a < 1.25, 0.8450629115104675 + r[1], far)
    return np.copysign(np.where(a < 0.84375, a + a * r[0], y), x).astype(x.dtype)
'''


def _slope(b: Builder, x: Value) -> Value:
    """2 / sqrt(pi) exp(-x^2)."""
    return scaled(b, 2.0 / math.sqrt(math.pi), exp(b, neg(b, mul(b, x, x))))


erf = elementwise(
    "erf",
    eval=lambda x: error_function(np.asarray(x)),
    spell=of_helper("_erf", _SOURCE),
    python=(math.erf, Call("math.erf")),
    partials=lambda b, r, x: (_slope(b, x),),
    doc="Error function; derivative 2 / sqrt(pi) exp(-x^2).",
    samples=(*samples(), *samples(-8.0, 8.0)),
)

PRIMITIVES = (erf,)
