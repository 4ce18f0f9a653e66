"""Composites whose derivative is simpler, and stays finite where the chain of its parts does not.

======================  ==============================  =================================================
value                   spelled                         derivative
======================  ==============================  =================================================
r = sigmoid(t)          1 / (1 + exp(-t)),              r (1 - r)
                        exp(t) / (1 + exp(t))
log of a sigmoid        log(r), log(1 - r)              1 - r, -r
softplus(t)             log1p(exp(t)), log(1 + exp(t))  sigmoid(t) = exp(t) / (1 + exp(t))
log of a softmax        log(exp(t) / s)                 1 by t, -1/s by s
======================  ==============================  =================================================

The value is computed as the user wrote it, in the same operations: only the derivative goes another way. It
is a side table, so that nothing else has to know these patterns; in a derivative of the derivative they are
found again. The parts have to stand in one region, where all of them are active or none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.ir.builder import Builder
from adgen.ir.core import Definitions, Func, Op, Region, Value, regions_of
from adgen.ir.types import DType, Type
from adgen.primitives.define import Over, Partial
from adgen.primitives.elementwise import add, div, mul, neg, sub
from adgen.primitives.extrema import minimum
from adgen.primitives.literals import literal
from adgen.records import dataclass
from adgen.transform.fold import constant_of

SIGMOID, SOFTPLUS = "sigmoid", "softplus"
LOG_SIGMOID, LOG_SOFTMAX = "the logarithm of a sigmoid", "the logarithm of a softmax"

#: numbers that one can be added to and that are far from the largest of their type
_LARGE = {DType.f64: 1e300, DType.f32: 1e30, DType.f16: 1e3}

Partials = Callable[[Builder], Sequence[Partial]]


@dataclass(frozen=True, slots=True, eq=False)
class Composite:
    """What a value depends on, and the partial derivatives by that.

    A sigmoid ``falls`` where its source has the other sign than in the table.
    """

    sources: tuple[Value, ...]
    partials: Partials
    name: str
    falls: bool = False


def find_composites(func: Func) -> dict[Op, Composite]:
    """The operations of a function that complete a composite."""
    found: dict[Op, Composite] = {}
    _Finder(Definitions.of(func.body), found).region(func.body)
    return found


class _Finder:
    def __init__(self, defs: Definitions, found: dict[Op, Composite]) -> None:
        self._constants = Builder()
        self._constants.defs = defs
        self._found = found
        self._here: dict[Value, Op] = {}

    def region(self, region: Region) -> None:
        """Find the composites in a region and those inside it."""
        outer, self._here = self._here, {}
        for node in region.nodes:
            if isinstance(node, Op):
                self._op(node)
            for inner in regions_of(node):
                self.region(inner)
        self._here = outer

    def _op(self, op: Op) -> None:
        if len(op.results) == 1:
            self._here[op.result] = op
        if len(op.results) == 1 and isinstance(op.result.any_type, Type) and op.result.type.dtype in _LARGE:
            composite = self._composite(op)
            if composite is not None:
                self._found[op] = composite

    def _composite(self, op: Op) -> Composite | None:
        match op.prim.name:
            case "div":
                return self._sigmoid(op, *op.operands)
            case "reciprocal":
                return self._sigmoid(op, None, op.operands[0])
            case "log":
                return self._log(op)
            case "log1p":
                return self._log1p(op)
        return None

    # -- parts ------------------------------------------------------------------------------------------
    def _is(self, value: Value, name: str) -> Op | None:
        op = self._here.get(value)
        return op if op is not None and op.prim.name == name else None

    def _is_one(self, value: Value) -> bool:
        return bool(constant_of(self._constants, value) == 1.0)

    def _one_plus(self, value: Value) -> Value | None:
        """What one is added to."""
        op = self._is(value, "add")
        if op is None:
            return None
        first, second = op.operands
        return second if self._is_one(first) else first if self._is_one(second) else None

    def _exponent(self, value: Value | None) -> Value | None:
        op = None if value is None else self._is(value, "exp")
        return None if op is None else op.operands[0]

    def _negated(self, value: Value) -> Value | None:
        op = self._is(value, "neg")
        return None if op is None else op.operands[0]

    def _is_sigmoid(self, value: Value) -> Composite | None:
        op = self._here.get(value)
        found = None if op is None else self._found.get(op)
        return found if found is not None and found.name == SIGMOID else None

    # -- composites -------------------------------------------------------------------------------------
    def _sigmoid(self, op: Op, numerator: Value | None, denominator: Value) -> Composite | None:
        grown = self._one_plus(denominator)
        exponent = self._exponent(grown)
        if exponent is None:
            return None
        r = op.result
        if numerator is grown:
            return Composite((exponent,), lambda b: (_slope(b, r),), SIGMOID)
        if numerator is not None and not self._is_one(numerator):
            return None
        inner = self._negated(exponent)
        if inner is not None:
            return Composite((inner,), lambda b: (_slope(b, r),), SIGMOID)
        return Composite((exponent,), lambda b: (neg(b, _slope(b, r)),), SIGMOID, falls=True)

    def _log(self, op: Op) -> Composite | None:
        (value,) = op.operands
        grown = self._one_plus(value)
        if grown is not None and self._exponent(grown) is not None:
            return self._softplus(grown)
        activated = self._is_sigmoid(value)
        if activated is not None:
            return self._of_sigmoid(activated, value, of_rest=False)
        left = self._is(value, "sub")
        if left is not None and self._is_one(left.operands[0]):
            activated = self._is_sigmoid(left.operands[1])
            if activated is not None:
                return self._of_sigmoid(activated, left.operands[1], of_rest=True)
        quotient = self._is(value, "div")
        exponent = None if quotient is None else self._exponent(quotient.operands[0])
        if quotient is None or exponent is None:
            return None
        total = quotient.operands[1]
        return Composite((exponent, total), lambda b: (1.0, Over(neg(b, total))), LOG_SOFTMAX)

    def _log1p(self, op: Op) -> Composite | None:
        (value,) = op.operands
        if self._exponent(value) is not None:
            return self._softplus(value)
        negated = self._negated(value)
        activated = None if negated is None else self._is_sigmoid(negated)
        if activated is None or negated is None:
            return None
        return self._of_sigmoid(activated, negated, of_rest=True)

    def _softplus(self, e: Value) -> Composite:
        """The logarithm of one plus an exponential ``e``."""
        exponent = self._exponent(e)
        assert exponent is not None
        return Composite((exponent,), lambda b: (_share(b, e),), SOFTPLUS)

    def _of_sigmoid(self, activated: Composite, r: Value, of_rest: bool) -> Composite:
        """log(r), or log(1 - r)."""

        def partials(b: Builder) -> Sequence[Partial]:
            slope = r if of_rest else sub(b, literal(b, r, 1), r)
            return (slope if of_rest == activated.falls else neg(b, slope),)

        return Composite(activated.sources, partials, LOG_SIGMOID)


def _share(b: Builder, e: Value) -> Value:
    """e / (1 + e), also where e is infinite."""
    e = minimum(b, e, literal(b, e, _LARGE[e.type.dtype]))
    return div(b, e, add(b, literal(b, e, 1), e))


def _slope(b: Builder, r: Value) -> Value:
    return mul(b, r, sub(b, literal(b, r, 1), r))


# -- what is worth saying about them --------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Naive:
    """A value that overflows, or loses its digits, where the same function need not."""

    op: Op
    what: str
    instead: str


_INSTEAD = {
    SOFTPLUS: "np.logaddexp(x, 0.0)",
    LOG_SIGMOID: "-np.logaddexp(-x, 0.0)",
    LOG_SOFTMAX: "adgen.log_softmax(x)",
}


def naive_composites(func: Func) -> list[Naive]:
    """Composites of a function that have a stable spelling, in the order of the source."""
    defs = Definitions.of(func.body)
    found = [
        Naive(op, composite.name, _INSTEAD[composite.name])
        for op, composite in find_composites(func).items()
        if composite.name in _INSTEAD
    ]
    spelled = {n.op for n in found} | {defs.op(n.op.operands[0]) for n in found}
    for op in dict.fromkeys(n for n in defs.table.values() if isinstance(n, Op) and n not in spelled):
        if op.prim.name == "log" and _is_risky(_summed(defs, op.operands[0]), defs):
            found.append(Naive(op, "the logarithm of a sum of exponentials", "adgen.logsumexp(x)"))
        elif op.prim.name == "div" and _is_quotient(op, defs):
            found.append(Naive(op, "a softmax", "adgen.softmax(x)"))
    order = {node: k for k, node in enumerate(defs.table.values())}
    return sorted(found, key=lambda n: order[n.op])


def _through(defs: Definitions, value: Value) -> Op | None:
    """What makes a value, looked for behind operations that only repeat or rename it."""
    op = defs.op(value)
    while op is not None and op.prim.name in ("broadcast", "reshape", "cast"):
        op = defs.op(op.operands[0])
    return op


def _summed(defs: Definitions, value: Value) -> Op | None:
    """The exponential whose sum a value is."""
    op = _through(defs, value)
    if op is None or op.prim.name != "sum":
        return None
    inner = defs.op(op.operands[0])
    return inner if inner is not None and inner.prim.name == "exp" else None


def _is_quotient(op: Op, defs: Definitions) -> bool:
    above, below = defs.op(op.operands[0]), _summed(defs, op.operands[1])
    if above is None or below is None or above.prim.name != "exp":
        return False
    return above.operands == below.operands and _is_risky(above, defs)


def _is_risky(op: Op | None, defs: Definitions) -> bool:
    """Whether an exponential is of something that nothing was subtracted from."""
    if op is None:
        return False
    shifted = defs.op(op.operands[0])
    return shifted is None or shifted.prim.name != "sub"
