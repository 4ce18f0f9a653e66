"""What a function returns, as results of a program and the structure they are put into."""

from __future__ import annotations

from enum import Enum

from adgen.frontend import places
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Known, Maybe, Number, Tuple, UserFunction
from adgen.frontend.arguments import Branch, Leaf, Rows, Spec, Static
from adgen.frontend.cells import columns
from adgen.frontend.elements import LEAF
from adgen.frontend.lists import contents
from adgen.frontend.optional import present
from adgen.frontend.reader import Reader, describe
from adgen.frontend.sequences import static_items
from adgen.ir.core import Value
from adgen.ir.types import Kind

NO_RESULT = "the function returns None for these arguments, and a value for others"


def result_of(r: Reader, x: Abstract, yields: list[Value]) -> Spec:
    """The structure of a result; its leaves join ``yields``."""
    match x:
        case Known(value) if value is None or isinstance(value, str | Enum):
            return Static(value)
        case Tuple(items=items, kind=kind, keys=keys, cls=cls):
            return Branch(kind, tuple(result_of(r, item, yields) for item in items), keys, cls)
        case Known() | Number() | Array():
            value = r.value(x)
            yields.append(value)
            return Leaf(value.type)
        case UserFunction():
            raise r.error("AG129")
        case Maybe():
            return result_of(r, present(r, x, NO_RESULT), yields)
        case Cells():
            if x.form is not None and x.form != LEAF:
                raise r.error(
                    "AG115", notes=["return a list of numbers or arrays, one for each of their items"]
                )
            return _rows(r, columns(r, x)[0], yields)
        case Grown(count=count):
            if count.value is None:
                return _rows(r, x, yields)
            return result_of(r, Tuple(static_items(r, x) or (), "list"), yields)
    raise r.error("AG234", operation="return", types=describe(r, x))


def _rows(r: Reader, x: Grown, yields: list[Value]) -> Spec:
    """A list whose length is known only at run time: the array of its elements."""
    if x.inner is not None:
        raise r.error("AG115", notes=["return an array of a list of lists: `np.array(rows)`"])
    value = places.read(r, contents(r, x))
    yields.append(value)
    return Rows(value.type, x.element is not None and x.element.kind is Kind.py)


__all__ = ["result_of"]
