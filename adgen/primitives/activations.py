"""Activations of neural networks: functions of one value that are accurate and do not overflow."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.primitives.define import Text, elementwise
from adgen.primitives.elementwise import add, gt, mul, neg, sub
from adgen.primitives.exponential import exp, log1p
from adgen.primitives.extrema import maximum
from adgen.primitives.literals import as_number, literal, of_helper, samples
from adgen.primitives.rounding import absolute

# -- sigmoid --------------------------------------------------------------------------------------------
_SIGMOID = '''
def _sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)
'''


def _sigmoid_eval(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(np.greater_equal(x, 0), np.ones_like(e), e) / (1 + e)


sigmoid = elementwise(
    "sigmoid",
    eval=_sigmoid_eval,
    spell=of_helper("_sigmoid", _SIGMOID),
    python=(
        lambda x: float(_sigmoid_eval(x)),
        lambda s: Text(f"float({s.helper('_sigmoid', _SIGMOID)}({s.arg(0)}))"),
    ),
    partials=lambda b, r, x: (mul(b, r, sub(b, literal(b, r, 1), r)),),
    doc="1 / (1 + exp(-x)); derivative r (1 - r).",
    samples=samples(),
)

# -- relu -----------------------------------------------------------------------------------------------
relu = elementwise(
    "relu",
    eval=lambda x: np.maximum(x, 0),
    spell=lambda s: Text(f"np.maximum({s.arg(0)}, 0.0)"),
    python=(lambda x: max(x, 0.0), lambda s: Text(f"max({s.arg(0)}, 0.0)")),
    partials=lambda b, r, x: (as_number(b, gt(b, r, literal(b, r, 0)), r),),
    doc="x where it is positive, else 0; derivative 1 where positive, else 0.",
    samples=(*samples(0.3, 2.0), *(samples(-2.0, -0.3))),
    kinks=("relu(0) -> 0",),
    cheap=True,
)


# -- softplus -------------------------------------------------------------------------------------------
def _expand_softplus(b: Builder, op: Op) -> Value:
    """max(x, 0) + log1p(exp(-|x|))."""
    (x,) = op.operands
    return add(b, maximum(b, x, literal(b, x, 0)), log1p(b, exp(b, neg(b, absolute(b, x)))))


softplus = elementwise(
    "softplus",
    eval=lambda x: np.logaddexp(x, np.zeros_like(x)),
    spell=lambda s: Text(f"np.logaddexp({s.arg(0)}, 0.0)"),
    python=(lambda x: float(np.logaddexp(x, 0.0)), lambda s: Text(f"float(np.logaddexp({s.arg(0)}, 0.0))")),
    partials=lambda b, r, x: (sigmoid(b, x),),
    expand=_expand_softplus,
    doc="log(1 + exp(x)) without overflow; derivative sigmoid(x).",
    samples=samples(),
)


PRIMITIVES = (sigmoid, relu, softplus)
