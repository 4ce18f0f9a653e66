"""Python's operators on abstract values: constants are computed now, the rest becomes operations."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import libcst as cst

from adgen.frontend import cell_loops, cells
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Known, Number, Tuple
from adgen.frontend.library import bitwise
from adgen.frontend.library import operators as library
from adgen.frontend.library_context import CallContext, context_of
from adgen.frontend.reader import Reader, describe
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives import bits
from adgen.primitives import elementwise as e
from adgen.primitives.define import Primitive
from adgen.primitives.rounding import floor_divide, mod
from adgen.primitives.shape import reshape
from adgen.primitives.sizes import constant

_PYTHON: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARE: dict[str, Primitive] = {"==": e.eq, "!=": e.ne, "<": e.lt, "<=": e.le, ">": e.gt, ">=": e.ge}

_BITS: dict[str, Primitive] = {
    "&": bits.bit_and,
    "|": bits.bit_or,
    "^": bits.bit_xor,
    "<<": bits.left_shift,
    ">>": bits.right_shift,
}

BINARY_FUNCTIONS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
    "and_": "&",
    "or_": "|",
    "xor": "^",
    "lshift": "<<",
    "rshift": ">>",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}
"""Functions of the module ``operator`` and what they compute."""

SYMBOLS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.MatrixMultiply: "@",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.AddAssign: "+",
    cst.SubtractAssign: "-",
    cst.MultiplyAssign: "*",
    cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//",
    cst.ModuloAssign: "%",
    cst.PowerAssign: "**",
    cst.MatrixMultiplyAssign: "@",
    cst.BitAndAssign: "&",
    cst.BitOrAssign: "|",
    cst.BitXorAssign: "^",
    cst.LeftShiftAssign: "<<",
    cst.RightShiftAssign: ">>",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.In: "in",
    cst.NotIn: "not in",
}


def binary(r: Reader, symbol: str, left: Abstract, right: Abstract) -> Abstract:
    """``left symbol right``."""
    known = _computed(symbol, left, right) or (_either(left, right) if symbol == "|" else None)
    if known is not None:
        return known
    if any(isinstance(x, Cells | Grown) or _is_list(x) for x in (left, right)):
        joined = _lists(r, symbol, left, right)
        if joined is not None:
            return joined
    if isinstance(left, Tuple) or isinstance(right, Tuple):
        found = _by_method(r, symbol, left, right) or _tuples(r, symbol, left, right)
        if found is not None:
            return found
    for operand in (left, right):
        if not isinstance(operand, Number | Array | Known) or _is_text(operand):
            raise _wrong(r, symbol, left, right)
    left, right = _as_float(r, left, right), _as_float(r, right, left)
    return r.wrap(_emit(r, context_of(r, symbol), symbol, left, right))


_RECORDS = ("object", "dataclass")
_METHODS = {
    **{"+": "add", "-": "sub", "*": "mul", "/": "truediv", "@": "matmul"},
    **{"//": "floordiv", "%": "mod", "**": "pow"},
}


def _by_method(r: Reader, symbol: str, left: Abstract, right: Abstract) -> Abstract | None:
    """What the class of an operand says: ``__add__`` of the left one, ``__radd__`` of the right one."""
    from adgen.frontend.calls import Arguments, called
    from adgen.frontend.classes import record_member

    for mine, other, prefix in ((left, right, ""), (right, left, "r")):
        if symbol in _METHODS and isinstance(mine, Tuple) and mine.kind in _RECORDS:
            method = record_member(r, mine, f"__{prefix}{_METHODS[symbol]}__")
            if method is not None:
                return called(r, method, Arguments([other]))
    return None


def _either(left: Abstract, right: Abstract) -> Tuple | None:
    """``A | B`` of classes, as tests of a type take it."""
    from adgen.frontend.reflection import named_classes

    found = [named_classes(x) for x in (left, right)]
    return None if None in found else Tuple(tuple(x for names in found for x in names or ()))


def _as_float(r: Reader, x: Abstract, other: Abstract) -> Abstract:
    """An integer of more than 64 bits as the float that it becomes where it meets one."""
    if not isinstance(x, Known) or x.fits:
        return x
    type_ = r.type_of(other)
    return Known(float(x.value)) if type_ is not None and type_.is_float and abs(x.value) < 1e308 else x


def _is_text(x: Abstract) -> bool:
    return isinstance(x, Known) and not isinstance(x.value, bool | int | float | complex)


def _wrong(r: Reader, symbol: str, left: Abstract, right: Abstract) -> Exception:
    from adgen.frontend.abstract import LibraryFunction, UserFunction

    if isinstance(left, LibraryFunction | UserFunction) or isinstance(right, LibraryFunction | UserFunction):
        return r.error("AG129")
    return r.error("AG234", operation=symbol, types=f"{describe(r, left)} and {describe(r, right)}")


def _computed(symbol: str, left: Abstract, right: Abstract) -> Known | None:
    """The result where both sides are constants (and Python does not raise)."""
    if not (isinstance(left, Known) and isinstance(right, Known)) or symbol not in _PYTHON:
        return None
    if symbol in ("**", "<<") and _is_huge(left.value, right.value):
        return None
    try:
        found = _PYTHON[symbol](left.value, right.value)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return Known(found) if isinstance(found, bool | int | float | complex | str) else None


def _is_huge(base: object, exponent: object) -> bool:
    """Whether an integer would have more bits than any use of it."""
    if not isinstance(base, int) or not isinstance(exponent, int):
        return False
    return max(base.bit_length(), 1) * exponent > 100_000


def _tuples(r: Reader, symbol: str, left: Abstract, right: Abstract) -> Abstract | None:
    if any(isinstance(x, Tuple) and x.kind in _RECORDS for x in (left, right)) and symbol in _METHODS:
        return None
    if symbol == "+" and isinstance(left, Tuple) and isinstance(right, Tuple):
        return _sequence(r, (*left.items, *right.items), left.kind)
    if (
        symbol == "*"
        and isinstance(left, Tuple)
        and isinstance(right, Known)
        and isinstance(right.value, int)
    ):
        return _repeated(r, left, right.value)
    if symbol == "*" and isinstance(right, Tuple) and isinstance(left, Known) and isinstance(left.value, int):
        return _repeated(r, right, left.value)
    if symbol in ("==", "!=") and isinstance(left, Tuple) and isinstance(right, Tuple):
        same = len(left.items) == len(right.items)
        constants = [*left.items, *right.items]
        if not same or all(isinstance(c, Known) for c in constants):
            return Known((same and left.items == right.items) == (symbol == "=="))
        return _items_equal(r, symbol, left, right)
    if symbol == "|" and isinstance(left, Tuple) and left.kind == "dict":
        from adgen.frontend.dicts import merged
        from adgen.frontend.mutation import owned

        return owned(r, merged(r, left, right))
    if isinstance(left, Array) or isinstance(right, Array):
        pair = [r.wrap(r.value(x)) if isinstance(x, Tuple) else x for x in (left, right)]
        return binary(r, symbol, pair[0], pair[1])
    return None


def _is_list(x: Abstract) -> bool:
    return isinstance(x, Tuple) and x.kind == "list"


def _lists(r: Reader, symbol: str, left: Abstract, right: Abstract) -> Abstract | None:
    """``xs + ys`` and ``xs * n`` where a length is known only at run time; arrays go by their elements."""
    if symbol == "+" and all(isinstance(x, Cells | Grown) or _is_list(x) for x in (left, right)):
        if _is_list(left) and _is_list(right):
            return None
        return cell_loops.concatenated(r, left, right)
    for one, other in ((left, right), (right, left)):
        if symbol == "*" and isinstance(other, Number) and isinstance(one, Tuple) and _is_list(one):
            return cell_loops.filled(r, one.items, other.value)
        if isinstance(one, Cells | Grown) and isinstance(other, Array):
            pair = [r.wrap(r.value(x)) for x in (left, right)]
            return binary(r, symbol, pair[0], pair[1])
    return None


def _sequence(r: Reader, items: tuple[Abstract, ...], kind: str) -> Abstract:
    """A new sequence of a kind."""
    from adgen.frontend.lists import new_list

    return new_list(r, items) if kind == "list" else Tuple(items, kind)


def _repeated(r: Reader, x: Tuple, times: int) -> Abstract:
    """``x * times`` of a sequence that is not too long to be known item by item."""
    if len(x.items) * times > STATIC_LIMIT:
        raise r.error("AG234", operation="*", types=f"a sequence of more than {STATIC_LIMIT} items")
    return _sequence(r, x.items * times, x.kind)


STATIC_LIMIT = 100_000
"""The longest sequence whose items are known one by one."""


def _items_equal(r: Reader, symbol: str, left: Tuple, right: Tuple) -> Abstract:
    """``left == right`` of tuples, item by item."""
    total: Abstract = Known(True)
    for a, b in zip(left.items, right.items, strict=True):
        one = truth(r, binary(r, "==", a, b))
        if one == Known(False):
            return Known(symbol == "!=")
        if one != Known(True):
            together = total == Known(True)
            total = one if together else Number(e.logical_and(r.b, r.value(total), r.value(one)))
    return total if symbol == "==" else negated(r, total)


def _emit(r: Reader, c: CallContext, symbol: str, left: Abstract, right: Abstract) -> Value:
    match symbol:
        case "+":
            return library.add(c, left, right, python=True)
        case "*":
            return library.multiply(c, left, right, python=True)
        case "-":
            return _difference(r, c, left, right)
        case "**":
            return library.power(c, left, right, python=True)
        case "/":
            return library.divide(c, left, right, python=True)
        case "//" | "%":
            return library.quotient(c, floor_divide if symbol == "//" else mod, left, right, python=True)
        case "@":
            return _product(r, c, left, right)
    if symbol in _COMPARE:
        return library.compare(c, _COMPARE[symbol], left, right, python=True)
    if symbol in _BITS:
        return bitwise.combined(c, _BITS[symbol], left, right, symbol, python=True)
    raise r.error("AG120", operator=symbol)


def _difference(r: Reader, c: CallContext, left: Abstract, right: Abstract) -> Value:
    a, b = r.value(left), r.value(right)
    if a.type.dtype is b.type.dtype is DType.bool:
        if not (a.type.is_py and b.type.is_py):
            raise _wrong(r, "-", left, right)
        return e.sub(r.b, r.cast(a, DType.i64), r.cast(b, DType.i64))
    return c.elementwise(e.sub, a, b, python=True)


def _product(r: Reader, c: CallContext, left: Abstract, right: Abstract) -> Value:
    from adgen.frontend.entries import Entry
    from adgen.frontend.library import lookup

    found = lookup("operator.matmul") or lookup("numpy.matmul")
    assert isinstance(found, Entry)
    result = found.function(c, left, right)
    return r.value(result)  # type: ignore[arg-type]


def unary(r: Reader, operator_: cst.BaseUnaryOp, x: Abstract) -> Abstract:
    """``-x``, ``+x``, ``~x``, ``not x``."""
    if isinstance(operator_, cst.Not):
        return negated(r, truth(r, x))
    if isinstance(x, Known) and isinstance(x.value, bool | int | float | complex):
        if isinstance(operator_, cst.Minus):
            return Known(-x.value)
        if isinstance(operator_, cst.Plus):
            return Known(+x.value)
        if isinstance(x.value, bool | int):
            return Known(~int(x.value))
    if not isinstance(x, Number | Array):
        raise r.error("AG234", operation=type(operator_).__name__.lower(), types=describe(r, x))
    value = r.value(x)
    if isinstance(operator_, cst.BitInvert):
        return r.wrap(bitwise.inverted(context_of(r, "~"), value))
    if value.type.dtype is DType.bool:
        if not value.type.is_py:
            raise r.error("AG234", operation="-", types=describe(r, x))
        value = r.cast(value, DType.i64)
    if isinstance(operator_, cst.Minus):
        return r.wrap(e.neg(r.b, value))
    return r.wrap(r.cast(value, value.type.dtype, Kind.np) if value.type.kind is Kind.array else value)


# -- truth --------------------------------------------------------------------------------------------------
def truth(r: Reader, x: Abstract) -> Abstract:
    """``bool(x)`` as a test takes it: a constant, or a number of dtype bool."""
    match x:
        case Known(value):
            return Known(bool(value))
        case Tuple(items=items):
            return Known(bool(items))
        case Cells():
            return Number(e.gt(r.b, cells.count(r, x), constant(r.b, 0)))
        case Grown():
            return Number(e.gt(r.b, r.sizes.value(x.count), constant(r.b, 0)))
        case Number(value):
            test = _nonzero(r, value)
            op = r.b.defs.op(test)
            known = op is not None and op.prim.name == "const"
            return Known(bool(op.attr("value"))) if op is not None and known else Number(test)
        case Array():
            value = r.value(x)
            if any(d.value != 1 for d in value.type.dims):
                raise r.error("AG241", type=f"`{value.type}`")
            return Number(_nonzero(r, reshape(r.b, value, dims=()) if value.type.rank else value))
    raise r.error("AG129")


def _nonzero(r: Reader, value: Value) -> Value:
    if value.type.dtype is not DType.bool:
        zero = constant(r.b, 0, value.type)
        value = e.ne(r.b, value, zero)
    return r.cast(value, DType.bool, Kind.py)


def negated(r: Reader, x: Abstract) -> Abstract:
    """``not x`` of a truth value."""
    if isinstance(x, Known):
        return Known(not x.value)
    return Number(e.logical_not(r.b, r.value(x)))
