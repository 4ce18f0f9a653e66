"""The numbers and arrays in an argument or result, and the same structure with others in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, Known, Number, Tuple
from adgen.frontend.merging import convert
from adgen.ir.core import Value
from adgen.ir.types import Kind, Type
from adgen.primitives.indexing import owned_zeros

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader

Wrong = Callable[[str], UserError]


def values(r: Reader, x: Abstract) -> Iterator[Value]:
    """The numbers and arrays, in order."""
    if isinstance(x, Tuple):
        for item in x.items:
            yield from values(r, item)
    elif r.type_of(x) is not None:
        yield r.value(x)


def floats(r: Reader, x: Abstract) -> Iterator[Value]:
    """Those that can have a derivative."""
    return (v for v in values(r, x) if v.type.is_float)


def template(r: Reader, x: Abstract) -> Abstract:
    """The structure with the values as they are now, wherever they came from."""
    if isinstance(x, Tuple):
        return replace(x, items=tuple(template(r, item) for item in x.items), owner=None)
    return x if r.type_of(x) is None else Number(r.value(x))


def with_values(r: Reader, x: Abstract, fresh: Iterator[Abstract]) -> Abstract:
    """The structure with other numbers and arrays."""
    if isinstance(x, Tuple):
        return replace(x, items=tuple(with_values(r, item, fresh) for item in x.items), owner=None)
    return x if r.type_of(x) is None else next(fresh)


def with_floats(r: Reader, x: Abstract, fresh: Iterator[Abstract]) -> Abstract:
    """The structure with other floats."""
    if isinstance(x, Tuple):
        return replace(x, items=tuple(with_floats(r, item, fresh) for item in x.items), owner=None)
    type_ = r.type_of(x)
    return next(fresh) if type_ is not None and type_.is_float else x


def cotangent(r: Reader, x: Abstract, fresh: Iterator[Abstract]) -> Abstract:
    """The structure with cotangents (or tangents) for floats and None for everything else."""
    if isinstance(x, Tuple):
        return replace(x, items=tuple(cotangent(r, item, fresh) for item in x.items), owner=None)
    type_ = r.type_of(x)
    return next(fresh) if type_ is not None and type_.is_float else Known(None)


# -- what is given for floats -------------------------------------------------------------------------------
def matched(r: Reader, like: Abstract, x: Abstract, what: str, wrong: Wrong) -> Iterator[Value]:
    """The cotangent (or tangent) that ``x`` has for every float of ``like``, zeros for None."""
    for found, type_ in paired(r, like, x, what, wrong):
        yield owned_zeros(r.b, type_) if found is None else found


def paired(
    r: Reader, like: Abstract, x: Abstract, what: str, wrong: Wrong
) -> Iterator[tuple[Value | None, Type]]:
    """For every float of ``like`` what ``x`` has in its place, None for nothing, and the type it is of."""
    from adgen.frontend.reader import describe

    if isinstance(like, Tuple):
        none = x == Known(None)
        if not none and not (isinstance(x, Tuple) and (len(x.items), x.keys) == (len(like.items), like.keys)):
            raise wrong(f"{what} is {describe(r, x)}, not {describe(r, like)}")
        parts = x.items if isinstance(x, Tuple) else (x,) * len(like.items)
        for item, part in zip(like.items, parts, strict=True):
            yield from paired(r, item, part, what, wrong)
        return
    type_ = r.type_of(like)
    if type_ is None or not type_.is_float:
        return
    if isinstance(x, Tuple):
        raise wrong(f"{what} is {describe(r, x)}, not {describe(r, like)}")
    yield (None if x == Known(None) else converted(r, r.value(x), type_, what, wrong)), type_


def converted(r: Reader, value: Value, wanted: Type, what: str, wrong: Wrong) -> Value:
    """A value in a type that it has up to its kind, and sizes that are equal."""
    given = value.type
    number = not given.rank and given.kind is Kind.py
    differ = any((d - w).value not in (None, 0) for d, w in zip(given.dims, wanted.dims, strict=False))
    real = given.is_complex and not wanted.is_complex
    if given.rank != wanted.rank or differ or real or not (given.is_float or number):
        raise wrong(f"{what} is `{given}`, not `{wanted}`")
    try:
        return convert(r, value, wanted)
    except UserError:
        raise wrong(f"{what} is `{given}`, not `{wanted}`") from None
