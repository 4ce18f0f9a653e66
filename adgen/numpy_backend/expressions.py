"""Expressions: operations written inside each other, with the parentheses Python needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any

from adgen.analysis.conditions import known
from adgen.ir.core import Indexer, Node, Op, Value
from adgen.ir.dims import Dim
from adgen.ir.types import I64, DType, Kind, Type
from adgen.numpy_backend.dimtext import Integers, polynomial_text
from adgen.numpy_backend.folding import Folding
from adgen.numpy_backend.idioms import Idioms
from adgen.numpy_backend.indices import IndexPrinter
from adgen.numpy_backend.names import imported
from adgen.numpy_backend.operands import Operand, Operands
from adgen.numpy_backend.variables import Variables
from adgen.primitives.define import Absent, Call, Infix, Prec, Prefix, Text
from adgen.primitives.sizes import complex_text
from adgen.records import dataclass

_ROUNDING = ("floor", "ceil", "trunc", "rint")
_PYTHON_TYPES = {DType.c64: "complex", DType.c128: "complex", DType.i64: "int", DType.bool: "bool"}


@dataclass(slots=True)
class Module:
    """What the printed text needs around it: helper functions and imports."""

    helpers: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)


class Expressions:
    """Prints values. ``sizes`` names the symbols; those that are used are noted in ``used_sizes``."""

    def __init__(self, folding: Folding, variables: Variables, sizes: dict[str, str], module: Module) -> None:
        self.folding = folding
        self.variables = variables
        self.sizes = sizes
        self.module = module
        self.used_sizes: dict[str, None] = {}
        #: truth values known where the next text stands, and values that stand for others there
        self.facts: dict[Value, bool] = {}
        self.aliases: dict[Value, Value] = {}
        #: the nodes that read each variable for a value; ``consumer`` is the one whose test is being printed
        self.readers: dict[Value, list[Node | None]] = {}
        self.written: dict[Value, list[Node | None]] = {}
        self.consumer: Node | None = None
        self.operands = Operands(folding)
        self.integers = Integers(folding.defs, lambda v: v not in folding.folded)
        self.idioms = Idioms(self)
        self._stored_into = False
        self.indices = IndexPrinter(folding.defs, self.integers, self.polynomial, self.exact)

    # -- values -----------------------------------------------------------------------------------------
    def exact(self, value: Value, precedence: int = 0) -> str:
        """Source of a value with all its dims, in parentheses where it binds weaker than ``precedence``."""
        return self.wrapped(self.exact_text(value), precedence)

    def exact_text(self, value: Value) -> Text:
        """Source of a value with all its dims."""
        value = self.meant(value)
        if self.facts and (fact := known(value, self.facts, self.folding.defs)) is not None:
            return Text(str(fact))
        op = self.folding.op(value)
        return Text(self.read(value)) if op is None else self.whole(op, self._stored_into)

    def meant(self, value: Value) -> Value:
        """The value that stands for another one here; of a condition of which a part is known, the rest."""
        while value in self.aliases:
            value = self.aliases[value]
        op = self.folding.op(value)
        if self.facts and op is not None and op.prim.name in ("logical_and", "logical_or"):
            sides = [known(v, self.facts, self.folding.defs) for v in op.operands]
            if sides.count(None) == 1 and not value.type.rank:
                return self.meant(op.operands[sides.index(None)])
        return value

    def whole(self, op: Op, fresh: bool) -> Text:
        """Source of an operation's result with all its dims; ``fresh`` where it must own its memory.

        What a view is taken of must own it too then.
        """
        outer, self._stored_into = self._stored_into, fresh and op.prim.view
        try:
            text = self.operation(op)
        finally:
            self._stored_into = outer
        if len(op.results) != 1 or not getattr(op.prim, "elementwise", False):
            return text
        covered = self.operands.covered_by(op)
        if all(covered):
            return text
        shape = self.shape(op.result.type.dims)
        if not any(covered):
            dtype = op.result.type.dtype
            suffix = "" if dtype in _OF_LITERALS else f", dtype={dtype_text(dtype)}"
            return Text(f"np.full({shape}, {text.text}{suffix})")
        return Text(f"np.broadcast_to({text.text}, {shape}){'.copy()' if fresh else ''}")

    def loose(self, operand: Operand, precedence: int = 0) -> str:
        """Source of an operand that NumPy broadcasts."""
        op = self.folding.op(operand.value)
        if operand.strong:
            const = op is not None and op.prim.name == "const"
            text = literal(op.attr("value")).text if op and const else self.exact(operand.value)
            return f"np.{operand.value.type.dtype.numpy.name}({text})"
        if operand.lift:
            return f"{self.exact(operand.value, Prec.ATOM)}{operand.lift}"
        if op is None:
            return self.wrapped(self.exact_text(operand.value), precedence)
        if op.prim.name == "const":
            return self.wrapped(literal(op.attr("value")), precedence)
        return self.wrapped(self.operation(op), precedence)

    def stored(self, value: Value) -> str:
        """Source of a value that is assigned into an array, which broadcasts and converts it."""
        return self.loose(self.operands.loose(value, casts=True))

    def returned(self, value: Value) -> str:
        """Source of a result of the function: of the right kind."""
        value = self.meant(value)
        op = self.folding.op(value)
        if op is not None and op.prim.name == "const" and value.type.kind is Kind.np:
            return f"np.{value.type.dtype.numpy.name}({literal(op.attr('value')).text})"
        return self.exact(value)

    def constant(self, value: Value) -> str | None:
        """The text of a value that is a constant here."""
        fact = known(value, self.facts, self.folding.defs)
        op = self.folding.op(value)
        if fact is None and (op is None or op.prim.name != "const"):
            return None
        return self.exact(value)

    def read(self, value: Value) -> str:
        """The variable a value lives in, where it is read."""
        self.readers.setdefault(value, []).append(self.consumer)
        return self.variables.table[value].name

    def name(self, value: Value) -> str:
        """The variable a value lives in."""
        return self.variables.table[value].name

    def operation(self, op: Op) -> Text:
        """Source of one operation."""
        for value in op.results:
            self.written.setdefault(value, []).append(self.consumer)
        match op.prim.name:
            case "call" | "checked_call":
                given = ", ".join(self.returned(v) for v in op.operands)
                return Text(f"{called_name(op.attr('callee'))}({given})")
            case "const":
                return literal(op.attr("value")) if op.attr("kind") is Kind.py else _np_literal(op)
            case "dim":
                return self.polynomial(op.attr("dim"))
            case "wrap":
                return Text(
                    f"{self.exact(op.operands[0], Prec.MUL)} % {self.dim(op.attr('dim'), Prec.UNARY)}",
                    Prec.MUL,
                )
            case "cast":
                rounded = self._rounded_integer(op)
                if rounded is not None:
                    return rounded
                inner = self.folding.op(op.operands[0])
                same = inner is not None and inner.result.type.dtype is op.result.type.dtype
                if (
                    inner is not None
                    and same
                    and inner.prim.name == "cast"
                    and op.result.type.kind is Kind.np
                ):
                    return Text(f"{dtype_text(op.result.type.dtype)}({self.exact(inner.operands[0])})")
            case "broadcast" if op.result.type.dtype not in _OF_LITERALS:
                inner = self.folding.op(op.operands[0])
                fixed = inner if inner is not None and inner.prim.name == "const" else None
                if fixed is not None or op.operands[0].type.is_py:
                    exact = self.exact(op.operands[0]) if fixed is None else literal(fixed.attr("value")).text
                    number = f"{dtype_text(op.result.type.dtype)}({exact})"
                    return Text(f"np.broadcast_to({number}, {self.shape(op.result.type.dims)})")
            case "copy":
                filled = self._filled(op)
                if filled is not None:
                    return filled
        return self._spelled(op)

    def _rounded_integer(self, cast: Op) -> Text | None:
        """``math.floor(x)`` and the like are integers in Python already."""
        inner = self.folding.op(cast.operands[0])
        if inner is None or inner.prim.name not in _ROUNDING or cast.result.any_type != I64:
            return None
        text = self._spelled(inner).text
        return Text(text[6:-1]) if text.startswith("float(") else None

    def _filled(self, copy: Op) -> Text | None:
        """A copy of a repeated scalar is an array filled with it."""
        source = self.operands.loose(copy.operands[0], casts=False)
        if source.axes or not source.rank:
            return None
        inner = self.folding.op(source.value)
        shape, dtype = self.shape(copy.result.type.dims), copy.result.type.dtype
        suffix = "" if dtype is DType.f64 else f", dtype={dtype_text(dtype)}"
        if inner is not None and inner.prim.name == "const" and inner.attr("value") in (0, 1):
            return Text(f"np.{'ones' if inner.attr('value') else 'zeros'}({shape}{suffix})")
        return Text(f"np.full({shape}, {self.exact(source.value)}{suffix})")

    def _spelled(self, op: Op) -> Text:
        """The primitive's own text, converted where NumPy computes what is a Python scalar here."""
        text = self._by_primitive(op)
        prim: Any = op.prim
        if not prim.elementwise or prim.python is not None or prim.name in ("cast", "where", "stop_gradient"):
            return text
        if not op.result.type.is_py:
            return text
        return Text(f"{_PYTHON_TYPES.get(op.result.type.dtype, 'float')}({text.text})")

    def _by_primitive(self, op: Op) -> Text:
        prim: Any = op.prim
        spell = prim.spell
        if prim.python is not None and all(v.type.is_py for v in op.operands):
            spell = prim.python[1]
        idiom = self.idioms.text(op)
        if idiom is not None:
            return idiom
        speller = self.speller(op)
        match spell:
            case Infix(symbol, precedence, right):
                left = speller.arg(0, precedence + 1 if right or precedence == Prec.COMPARE else precedence)
                other = speller.arg(1, Prec.UNARY if right else precedence + 1)
                return Text(f"{left} {symbol} {other}", precedence)
            case Prefix(symbol, precedence):
                inner = Prec.ATOM if symbol == "-" else precedence
                return Text(f"{symbol}{speller.arg(0, inner)}", precedence)
            case Call(name):
                text = Text(f"{name}({', '.join(speller.arg(k) for k in range(len(op.operands)))})")
            case Absent(reason):
                raise NotImplementedError(f"{prim.name} has no source text: {reason}")
            case _:
                text = spell(speller)
        self.module.imports.update(imported(text.text))
        return text

    def wrapped(self, text: Text, precedence: int) -> str:
        """The text, in parentheses where it binds weaker than ``precedence``."""
        return f"({text.text})" if text.precedence < precedence else text.text

    def speller(self, op: Op) -> OperationSpeller:
        """The printer as an operation's primitive sees it."""
        return OperationSpeller(op, self)

    def operand_text(self, speller: OperationSpeller, index: int) -> Text:
        """Source of an operand with the strength of its outermost operator."""
        operand = speller.operand(index)
        inner = None if operand is None or operand.lift else self.folding.op(operand.value)
        if inner is None:
            return Text(speller.arg(index))
        return self.operation(inner)

    def test(self, value: Value, precedence: int = 0) -> str:
        """Source of a condition of ``if`` or ``while``, which needs no conversion to ``bool``."""
        value = self.meant(value)
        op = self.folding.op(value)
        if op is not None and op.prim.name == "cast" and op.operands[0].type.dtype is DType.bool:
            return self.exact(op.operands[0], precedence)
        return self.exact(value, precedence)

    # -- sizes ------------------------------------------------------------------------------------------
    def polynomial(self, dim: Dim) -> Text:
        """Source of a polynomial over sizes and integer values."""
        for symbol in dim.symbols()[:1]:
            if dim == Dim.symbol(symbol) and symbol in self.integers.values:
                return self.exact_text(self.integers.values[symbol])
        return polynomial_text(dim, self._symbol)

    def _symbol(self, symbol: str) -> str:
        value = self.integers.values.get(symbol)
        if value is not None:
            return self.exact(value, Prec.MUL + 1)
        self.used_sizes[symbol] = None
        return self.sizes[symbol]

    def dim(self, dim: Dim, precedence: int = 0) -> str:
        """Source of a size."""
        return self.wrapped(self.polynomial(dim), precedence)

    def shape(self, dims: Sequence[Dim]) -> str:
        """Source of a shape: a number for rank 1, else a tuple."""
        if len(dims) == 1:
            return self.dim(dims[0])
        return f"({', '.join(self.dim(d) for d in dims)})"


class OperationSpeller:
    """The printer as a primitive's ``spell`` sees it."""

    def __init__(self, op: Op, expressions: Expressions) -> None:
        self.op = op
        self._in = expressions

    def arg(self, index: int, precedence: int = 0) -> str:
        """Source of an operand."""
        operand = self.operand(index)
        if operand is None:
            return self._in.exact(self.op.operands[index], precedence)
        inner = self._in.folding.op(operand.value)
        if inner is not None and not operand.lift and self._hides_product(inner, precedence):
            precedence = Prec.ATOM
        return self._in.loose(operand, precedence)

    def operand(self, index: int) -> Operand | None:
        """How an operand is printed that NumPy broadcasts or converts; None where it stands as it is."""
        name = self.op.prim.name
        if name == "broadcast":
            outer, value = self.op, self.op.operands[0]
            return Operand(value, tuple(outer.attr("axes")), len(outer.attr("dims")))
        if name == "cast" or not getattr(self.op.prim, "elementwise", False):
            return None
        return self._in.operands.plan(self.op)[index]

    def _hides_product(self, inner: Op, precedence: int) -> bool:
        """A matrix product among factors is easier to read in parentheses."""
        factors = self.op.prim.name in ("mul", "div", "contract") or precedence > Prec.MUL + 1
        return inner.prim.name == "contract" and factors and precedence >= Prec.MUL

    def arg_type(self, index: int) -> Type:
        """Type of an operand."""
        return self.op.operands[index].type

    def folded(self, index: int) -> Op | None:
        """The operation written out inside this operand's source."""
        return self._in.folding.op(self.op.operands[index])

    def dim(self, dim: Dim, precedence: int = 0) -> str:
        """Source of a dimension."""
        return self._in.dim(dim, precedence)

    def shape(self, dims: Sequence[Dim]) -> str:
        """Source of a shape."""
        return self._in.shape(dims)

    def index(self, indexer: Indexer, first: int) -> str:
        """Source of an index without brackets."""
        return self._in.indices.index(indexer, self.op.operands[first:], self.op.operands[0].type.dims)

    def helper(self, name: str, source: str) -> str:
        """Have a helper function at the end of the module."""
        self._in.module.helpers.setdefault(name, source)
        return name

    def dtype(self, dtype: DType) -> str:
        """Source of a dtype."""
        return dtype_text(dtype)


def dtype_text(dtype: DType) -> str:
    """``np.float64``, ``np.int64``, ``np.bool_``..."""
    return "np.bool_" if dtype is DType.bool else f"np.{dtype.numpy.name}"


def called_name(function: str) -> str:
    """What a function of the program is called in the text."""
    return f"_{function}"


def literal(value: Any) -> Text:
    """Source of a Python number; what has no literal is taken from NumPy."""
    if isinstance(value, complex):
        text = complex_text(value)
        return Text(text, Prec.UNARY if text.startswith("-") else Prec.ATOM)
    if isinstance(value, float) and value != value:
        return Text("np.nan")
    if value in (float("inf"), float("-inf")):
        return Text("np.inf") if value > 0 else Text("-np.inf", Prec.UNARY)
    text = repr(value)
    return Text(text, Prec.UNARY if text.startswith("-") else Prec.ATOM)


def _np_literal(op: Op) -> Text:
    if op.attr("dtype") in _OF_LITERALS:
        return literal(op.attr("value"))
    return Text(f"{dtype_text(op.attr('dtype'))}({literal(op.attr('value')).text})")


#: dtypes that NumPy gives arrays made of plain literals
_OF_LITERALS = (DType.f64, DType.c128, DType.i64, DType.bool)
