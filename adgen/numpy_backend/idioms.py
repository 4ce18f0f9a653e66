"""Shorter ways to write what a program says: means, kept dims, signs, doubled values.

Every idiom gives the bits that the operations themselves give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adgen.analysis.ownership import is_view
from adgen.ir.core import Op, Value
from adgen.ir.dims import ONE, Dim, product
from adgen.ir.types import Type
from adgen.primitives.define import Prec, Text

if TYPE_CHECKING:
    from adgen.numpy_backend.expressions import Expressions, OperationSpeller

_SIGNED = ("neg", "mul", "div")
_ORDERED = ("lt", "le", "gt", "ge")
_ROUNDING = (" // ", " % ")
"""Operators that a sign in front of the left operand changes."""
_REDUCTIONS = ("sum", "max", "min", "prod")


class Idioms:
    """Finds idioms in operations; :meth:`text` gives None where the plain text is best."""

    def __init__(self, expressions: Expressions) -> None:
        self._in = expressions

    def text(self, op: Op) -> Text | None:
        """The idiomatic source of an operation."""
        match op.prim.name:
            case "add":
                return self._doubled(op) or self._sum(op, "+", "-") or self._swapped(op)
            case "sub":
                return self._sum(op, "-", "+")
            case "div":
                return self._mean(op) or self._signed(op)
            case "mul":
                return self._unit(op) or self._signed(op)
            case "neg":
                return self._signed(op)
            case "reshape":
                return self._reshaped(op)
            case "logical_and":
                return self._chained(op)
        return None

    def _unit(self, op: Op) -> Text | None:
        """``x`` for ``1.0 * x`` where the one is only there to be repeated."""
        for one, other in ((0, 1), (1, 0)):
            value = self._in.operands.loose(op.operands[one], casts=False).value
            made = self._in.folding.op(value)
            if made is None or made.prim.name != "const" or made.attr("value") != 1.0:
                continue
            if self._is_whole(op, other):
                return self._in.operand_text(self._speller(op), other)
        return None

    def _is_whole(self, op: Op, k: int) -> bool:
        """Whether operand ``k`` alone has the type and all the dims of the (array) result."""
        operand = self._speller(op).operand(k)
        if operand is None or operand.lift or not op.result.type.rank:
            return False
        made = self._in.folding.op(operand.value)
        if made is None or is_view(made):
            return False  # the product is an array of its own, which may be written to
        return operand.value.type == op.result.type and all(self._in.operands.covered(operand.value))

    # -- signs ------------------------------------------------------------------------------------------
    def negations(self, op: Op) -> int:
        """How many negations can be taken out of a product."""
        if op.prim.name not in _SIGNED:
            return 0
        return (op.prim.name == "neg") + sum(self._inside(op, k) for k in range(len(op.operands)))

    def _inside(self, op: Op, k: int) -> int:
        inner = self._inner(op, k)
        return 0 if inner is None else self.negations(inner)

    def _inner(self, op: Op, k: int) -> Op | None:
        """The operation written out as operand ``k``, as it stands."""
        operand = self._speller(op).operand(k)
        if operand is None or operand.lift or operand.strong:
            return None
        return self._in.folding.op(operand.value)

    def _speller(self, op: Op) -> OperationSpeller:
        return self._in.speller(op)

    def without_signs(self, op: Op) -> Text:
        """A product with its negations left out."""
        if op.prim.name == "neg":
            inner = self._inner(op, 0)
            if inner is not None and self.negations(inner):
                return self.without_signs(inner)
            return self._in.operand_text(self._speller(op), 0)
        symbol = "*" if op.prim.name == "mul" else "/"
        left, right = self._factor(op, 0, Prec.MUL), self._factor(op, 1, Prec.MUL + 1)
        if left == "1.0" and symbol == "*" and self._is_whole(op, 1):
            return Text(right, Prec.MUL)
        return Text(f"{left} {symbol} {right}", Prec.MUL)

    def _factor(self, op: Op, k: int, precedence: int) -> str:
        inner = self._inner(op, k)
        if inner is None or not self.negations(inner):
            return self._speller(op).arg(k, precedence)
        return self._in.wrapped(self.without_signs(inner), precedence)

    def _sum(self, op: Op, same: str, opposite: str) -> Text | None:
        """``a - b * c`` for ``a + b * -c``."""
        inner = self._inner(op, 1)
        count = 0 if inner is None else self.negations(inner)
        if inner is None or not count:
            return None
        symbol = opposite if count % 2 else same
        right = self._in.wrapped(self.without_signs(inner), Prec.ADD + 1)
        return Text(f"{self._speller(op).arg(0, Prec.ADD)} {symbol} {right}", Prec.ADD)

    def _swapped(self, op: Op) -> Text | None:
        """``a - b * c`` for ``-b * c + a``."""
        inner = self._inner(op, 0)
        if inner is None or self.negations(inner) % 2 == 0:
            return None
        right = self._in.wrapped(self.without_signs(inner), Prec.ADD + 1)
        return Text(f"{self._speller(op).arg(1, Prec.ADD)} - {right}", Prec.ADD)

    def _signed(self, op: Op) -> Text | None:
        """``-a * b * c`` for ``a * -b * c``; signs that cancel go."""
        count = self.negations(op)
        plain = op.prim.name == "neg" and count == 1
        direct = count == 1 and any(
            inner is not None and inner.prim.name == "neg"
            for inner in (self._inner(op, k) for k in range(len(op.operands)))
        )
        if not count or plain or direct:
            return None
        text = self.without_signs(op)
        if count % 2 == 0:
            return text
        bound = "**" in text.text.partition(" * ")[0] or any(s in text.text for s in _ROUNDING)
        if text.text.startswith(("-", "~", "not ")) or text.precedence < Prec.MUL or bound:
            return None if op.prim.name != "neg" else Text(f"-({text.text})", Prec.UNARY)
        return Text(f"-{text.text}", min(text.precedence, Prec.UNARY))

    def _doubled(self, op: Op) -> Text | None:
        """``2.0 * x`` for ``x + x``."""
        if op.operands[0] is not op.operands[1] or not op.result.type.is_float:
            return None
        first = self._speller(op).operand(0)
        converted = first is not None and first.value.any_type == op.operands[0].any_type
        return Text(f"2.0 * {self._speller(op).arg(0 if converted else 1, Prec.MUL + 1)}", Prec.MUL)

    def _chained(self, op: Op) -> Text | None:
        """``low < x < high`` for ``low < x and x < high``."""
        one, other = (self._in.folding.op(v) for v in op.operands)
        if one is None or other is None or not all(v.type.is_py for v in op.operands):
            return None
        if any(o.prim.name not in _ORDERED for o in (one, other)) or one.operands[1] is not other.operands[0]:
            return None
        if one.operands[1] in self._in.folding.folded:
            return None
        texts = [self._in.operation(o).text for o in (one, other)]
        middle = self._in.exact(one.operands[1])
        if not texts[1].startswith(f"{middle} "):
            return None
        return Text(f"{texts[0]}{texts[1].removeprefix(middle)}", Prec.COMPARE)

    # -- reductions -------------------------------------------------------------------------------------
    def _mean(self, op: Op) -> Text | None:
        """``x.mean(axis=0)`` for a sum divided by the number of its terms."""
        total = self._inner(op, 0)
        if total is None or total.prim.name != "sum" or not total.attr("axes"):
            return None
        source: Type = total.operands[0].type
        terms = product(tuple(source.dims[axis] for axis in total.attr("axes")))
        if not source.is_float or self._number(op.operands[1]) != terms:
            return None
        text = self._in.operation(total).text
        swapped = text.replace("np.sum(", "np.mean(", 1) if text.startswith("np.sum(") else None
        if swapped is None and ".sum(" in text:
            head, _, tail = text.rpartition(".sum(")
            swapped = f"{head}.mean({tail}"
        return None if swapped is None else Text(swapped)

    def _number(self, value: Value) -> Dim | None:
        """The polynomial that a (converted, repeated) number is."""
        base = self._in.operands.loose(value, casts=True).value
        op = self._in.folding.defs.op(base)
        if op is not None and op.prim.name == "const" and _is_whole(op.attr("value")):
            return Dim.const(int(complex(op.attr("value")).real))
        if base.type.rank or not base.type.dtype.is_integer:
            return None
        return self._in.integers.polynomial(base)

    def _reshaped(self, op: Op) -> Text | None:
        """``keepdims=True`` after a reduction; ``x[:, None]`` and ``x[:, 0]`` for axes of length 1."""
        source, target = op.operands[0].type, op.result.type
        inner = self._in.folding.op(op.operands[0])
        reduction = inner
        if inner is not None and inner.prim.name == "div" and self._mean(inner) is not None:
            reduction = self._inner(inner, 0)
        if inner is not None and reduction is not None and reduction.prim.name in _REDUCTIONS:
            kept = tuple(
                ONE if axis in reduction.attr("axes") else d
                for axis, d in enumerate(reduction.operands[0].type.dims)
            )
            text = self._in.operation(inner).text
            if kept == target.dims and text.endswith(")"):
                comma = "" if text.endswith("(" + ")") else ", "
                return Text(f"{text[:-1]}{comma}keepdims=True)")
        marks = inserted(source.dims, target.dims) or dropped(source.dims, target.dims)
        if marks is None or op.result.type.is_py:
            return None
        return Text(f"{self._in.exact(op.operands[0], Prec.ATOM)}[{', '.join(marks)}]")


def inserted(source: tuple[Dim, ...], target: tuple[Dim, ...]) -> list[str] | None:
    """The index that puts axes of length 1 in."""
    marks, rest = [], list(source)
    for d in target:
        if rest and rest[0] == d:
            marks.append(":")
            rest.pop(0)
        elif d == ONE:
            marks.append("None")
        else:
            return None
    return marks if not rest and "None" in marks and ":" in marks else None


def dropped(source: tuple[Dim, ...], target: tuple[Dim, ...]) -> list[str] | None:
    """The index that takes axes of length 1 out."""
    marks, rest = [], list(target)
    for d in source:
        if rest and rest[0] == d:
            marks.append(":")
            rest.pop(0)
        elif d == ONE:
            marks.append("0")
        else:
            return None
    while marks and marks[-1] == ":":
        marks.pop()
    return marks if not rest and marks else None


def _is_whole(value: complex) -> bool:
    number = complex(value)
    return number.imag == 0.0 and number.real.is_integer()
