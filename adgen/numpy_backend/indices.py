"""Text of indices: points, slices that are provably the elements meant, index arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.ir.core import Definitions, Full, Gather, Indexer, Point, Range, Value
from adgen.ir.dims import ZERO, Dim
from adgen.numpy_backend.dimtext import Integers
from adgen.primitives.define import Text

Polynomial = Callable[[Dim], Text]


class IndexPrinter:
    """Writes what stands between the brackets.

    ``polynomial`` spells a polynomial over sizes and values; ``value`` spells an index array.
    """

    def __init__(
        self, defs: Definitions, integers: Integers, polynomial: Polynomial, value: Callable[[Value], str]
    ) -> None:
        self._defs = defs
        self._integers = integers
        self._polynomial = polynomial
        self._value = value

    def index(self, indexer: Indexer, operands: Sequence[Value], dims: Sequence[Dim]) -> str:
        """The index, without its outer brackets (it may hold inner ones: ``1:4][::-1``)."""
        rest = iter(operands)
        first: list[str] = []
        then: list[str] = []
        for access, dim in zip(indexer.access, dims, strict=True):
            text, flip = self._access(access, dim, rest)
            first.append(text)
            if not isinstance(access, Point):
                then.append(flip)
        text = _joined(first)
        return f"{text}][{_joined(then)}" if any(f != ":" for f in then) else text

    def _access(self, access: object, dim: Dim, rest: object) -> tuple[str, str]:
        match access:
            case Full():
                return ":", ":"
            case Point():
                return self._point(next(rest), dim), ":"  # type: ignore[call-overload]
            case Gather():
                return self._value(self._unwrapped(next(rest), dim)[0]), ":"  # type: ignore[call-overload]
            case Range(size, step):
                return self._range(next(rest), size, step, dim)  # type: ignore[call-overload]
        raise AssertionError(access)

    def _unwrapped(self, value: Value, dim: Dim) -> tuple[Value, bool]:
        """The user's index, which NumPy itself counts from the end where it is negative.

        Not so the index of a view that is shorter than what is indexed here.
        """
        wrapped = False
        while value.hint is None and (op := self._defs.op(value)) is not None:
            if op.prim.name == "wrap":
                if self._difference(op.attr("dim"), dim) != ZERO:
                    break
                wrapped = True
            elif op.prim.name != "cast" or not _is_integer(op.operands[0]) or self._integers.named(value):
                break
            value = op.operands[0]
        return value, wrapped

    def _point(self, value: Value, dim: Dim) -> str:
        inner, wrapped = self._unwrapped(value, dim)
        place = self._integers.polynomial(inner)
        from_end = None if wrapped else self._from_end(place, dim)
        return from_end or self._spelled(inner, place)

    def _spelled(self, value: Value, place: Dim) -> str:
        if value.any_type.dims if hasattr(value.any_type, "dims") else ():
            return self._value(value)
        return self._polynomial(place).text

    def _from_end(self, place: Dim, dim: Dim) -> str | None:
        """``-2`` for ``n - 2`` in a dim of length n."""
        offset = self._difference(place, dim).value
        return str(offset) if offset is not None and offset < 0 and dim.value is None else None

    def _difference(self, one: Dim, other: Dim) -> Dim:
        return self._integers.resolved(one) - self._integers.resolved(other)

    def _range(self, start: Value, size: Dim, step: int, dim: Dim) -> tuple[str, str]:
        begin = self._integers.polynomial(start)
        if step > 0:
            return self._slice(begin, begin + size * step, step, dim), ":"
        last = begin + size * step
        top = self._difference(begin, dim - 1) == ZERO
        if top and (self._integers.resolved(last).value == -1 or (size == dim and step == -1)):
            return f"::{step}", ":"
        if self._never_negative(last):
            return self._slice(begin, last, step, dim), ":"
        low = begin + (size - 1) * step
        return self._slice(low, begin + 1, -step, dim), "::-1"

    def _slice(self, begin: Dim, end: Dim, step: int, dim: Dim) -> str:
        first = "" if step > 0 and self._integers.resolved(begin) == ZERO else self._bound(begin, dim)
        beyond = self._difference(end, dim)
        past = beyond == ZERO or (step > 1 and self._never_negative(beyond))
        last = "" if past else self._bound(end, dim)
        return slice_text(first, last, "" if step == 1 else str(step))

    def _never_negative(self, place: Dim) -> bool:
        """Whether a place is known not to be negative; integers that are no sizes may be anything."""
        resolved = self._integers.resolved(place)
        bound = resolved.lower_bound()
        return bound is not None and bound >= 0 and not any(s.startswith("%") for s in resolved.symbols())

    def _bound(self, place: Dim, dim: Dim) -> str:
        return self._from_end(place, dim) or self._polynomial(place).text


def _is_integer(value: Value) -> bool:
    return not value.type.rank and value.type.dtype.is_integer


def slice_text(first: str, last: str, step: str) -> str:
    """``first:last:step``, spaced as formatters do it.

    >>> slice_text("i", "i + 3", ""), slice_text("1", "-1", ""), slice_text("", "", "-1")
    ('i : i + 3', '1:-1', '::-1')
    """
    simple = all(
        part.lstrip("-").replace("_", "a").replace(".", "a").isalnum() for part in (first, last, step) if part
    )
    space = "" if simple else " "
    text = f"{first}{space if first else ''}:{space if last else ''}{last}"
    if step:
        text += f"{space if last else ''}:{space}{step}"
    return text


def _joined(texts: list[str]) -> str:
    """Index texts with what NumPy does not need left out."""
    kept = list(texts)
    while len(kept) > 1 and kept[-1] == ":":
        kept.pop()
    return ", ".join(kept) if kept else "()"


def whole(indexer: Indexer) -> bool:
    """Whether an index names all cells in order."""
    return all(isinstance(a, Full) for a in indexer.access)
