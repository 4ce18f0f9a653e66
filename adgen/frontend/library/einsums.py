"""Sums of products by letters: einsum."""

from __future__ import annotations

import string
from collections.abc import Sequence

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, Result, Table
from adgen.frontend.library.products import contracted, diagonal_of
from adgen.ir.core import Value
from adgen.ir.dims import ONE, Dim
from adgen.primitives.reduce import sum_
from adgen.primitives.shape import reshape, transpose

table = Table()


@table.function("numpy.einsum")
def einsum(
    c: LibraryContext, subscripts: Abstract, *operands: Abstract, optimize: Abstract = FALSE
) -> Result:
    """Sums of products by letters (or lists of numbers), two operands at a time from the left."""
    spec, given = _spelled(c, subscripts, operands)
    values = list(c.promote(*given))
    inputs, result = _subscripts(c, spec, values)
    values, inputs = _unstretched(c, values, inputs)
    x, left = _reduced(c, values[0], inputs[0], result + "".join(inputs[1:]))
    for k in range(1, len(values)):
        later = result + "".join(inputs[k + 1 :])
        y, right = _reduced(c, values[k], inputs[k], left + later)
        x, left = _reduced(c, x, left, right + later)
        kept = "".join(dict.fromkeys(letter for letter in left + right if letter in later))
        kept = result if k == len(values) - 1 else kept
        x, left = contracted(c, x, y, left, right, kept), kept
    if left != result:
        x = transpose(c.b, x, perm=tuple(left.index(letter) for letter in result))
    return x if len(values) > 1 or x.type.rank == 0 else c.fresh(x)


# -- letters --------------------------------------------------------------------------------------------
def _spelled(c: LibraryContext, first: Abstract, rest: Sequence[Abstract]) -> tuple[str, Sequence[Abstract]]:
    """The subscripts as text, and the operands: lists of numbers behind each operand are another spelling."""
    if isinstance(first, Known) and isinstance(first.value, str):
        return first.value.replace(" ", ""), rest
    everything = (first, *rest)
    texts = [_letters(c, x) for x in everything[1::2]]
    operands = everything[: len(texts) * 2 : 2]
    if len(everything) % 2:
        texts.append(_letters(c, everything[-1]))
        operands = everything[:-1:2]
        return f"{','.join(texts[:-1])}->{texts[-1]}", operands
    return ",".join(texts), operands


_LETTERS = string.ascii_uppercase + string.ascii_lowercase


def _letters(c: LibraryContext, x: Abstract) -> str:
    found = []
    for item in c.static(x, "the subscripts of np.einsum"):
        if item is not Ellipsis and not (isinstance(item, int) and 0 <= item < len(_LETTERS)):
            raise _unfit(c, f"{item!r} is no subscript")
        found.append("..." if item is Ellipsis else _LETTERS[item])
    return "".join(found)


def _subscripts(c: LibraryContext, spec: str, values: Sequence[Value]) -> tuple[list[str], str]:
    """The letters of the operands and of the result, those of dots too."""
    before, arrow, result = spec.partition("->")
    inputs = before.split(",")
    if len(inputs) != len(values):
        raise _unfit(c, f"{spec!r} with {len(values)} operands")
    unused = "".join(x for x in reversed(_LETTERS) if x not in spec)
    inputs = [_without_dots(c, text, v, unused) for text, v in zip(inputs, values, strict=True)]
    hidden = "".join(sorted({x for text in inputs for x in text if x in unused}, key=unused.index))[::-1]
    everything = "".join(inputs)
    if not arrow:
        single = sorted(x for x in set(everything) if everything.count(x) == 1 and x not in unused)
        result = hidden + "".join(single)
    elif "..." in result:
        result = result.replace("...", hidden, 1)
    good = (everything + result).isalpha() or not everything + result
    if not good or any(x not in everything for x in result) or not (set(hidden) <= set(result)):
        raise _unfit(c, f"{spec!r} with {len(values)} operands")
    return inputs, result


def _without_dots(c: LibraryContext, text: str, value: Value, unused: str) -> str:
    """The letters of one operand, with letters in the place of dots: the same ones counted from the right."""
    count = value.type.rank - len(text.replace("...", ""))
    if count < 0 or (count and "..." not in text):
        raise _unfit(c, f"{text!r} does not fit {value.type}")
    return text.replace("...", unused[:count][::-1], 1)


def _unfit(c: LibraryContext, reason: str) -> UserError:
    return c.error("AG205", None, function="np.einsum", reason=reason)


# -- operands -------------------------------------------------------------------------------------------
def _unstretched(
    c: LibraryContext, values: Sequence[Value], inputs: Sequence[str]
) -> tuple[list[Value], list[str]]:
    """The operands without dims of length 1 that other operands stretch."""
    sizes: dict[str, Dim] = {}
    for value, letters in zip(values, inputs, strict=True):
        for letter, size in zip(letters, value.type.dims, strict=True):
            if sizes.get(letter, ONE) == ONE:
                sizes[letter] = size
    found: list[Value] = []
    texts = []
    for value, letters in zip(values, inputs, strict=True):
        pairs = list(zip(letters, value.type.dims, strict=True))
        kept = [(letter, size) for letter, size in pairs if size != ONE or sizes[letter] == ONE]
        dims = tuple(size for _, size in kept)
        found.append(value if len(kept) == len(pairs) else reshape(c.b, value, dims=dims))
        texts.append("".join(letter for letter, _ in kept))
    return found, texts


def _reduced(c: LibraryContext, x: Value, letters: str, needed: str) -> tuple[Value, str]:
    """``x`` with repeated letters replaced by diagonals, and letters nobody needs summed."""
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            x = diagonal_of(c, x, first, second)
            rest = "".join(t for k, t in enumerate(letters) if k not in (first, second))
            letters = letter + rest
    axes = tuple(k for k, letter in enumerate(letters) if letter not in needed)
    if axes:
        x, letters = sum_(c.b, x, axes=axes), "".join(t for t in letters if t in needed)
    return x, letters
