"""What a primitive is: one record with all its facets side by side.

A primitive is one block in one family file; the record is callable and emits itself::

    sin = elementwise("sin", eval=np.sin, spell=Call("np.sin"), partials=lambda b, r, x: [cos(b, x)], ...)
    y = sin(b, x)

To add one, write its block in a family file and list it in that file's ``PRIMITIVES``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any, Protocol

from adgen.ir.builder import Builder
from adgen.ir.core import Indexer, Op, Opcode, Value
from adgen.ir.dims import Dim
from adgen.ir.interpret import Context as Context
from adgen.ir.types import AnyType, DType, Kind, Type
from adgen.records import dataclass


# -- three kinds of nothing -----------------------------------------------------------------------------
class Zero:
    """A structural zero: a tangent or cotangent that is never materialised."""

    def __repr__(self) -> str:
        return "ZERO"


ZERO = Zero()


@dataclass(frozen=True, slots=True)
class Inactive:
    """The derivative is zero or does not exist because of what the operation is (integer result, floor)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A facet that is deliberately not there, with the reason a user is told."""

    reason: str


# -- derivative rules -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Over:
    """A partial derivative given as 1 / denominator: the seed is divided instead of multiplied."""

    denominator: Value


@dataclass(frozen=True, slots=True)
class Indexed:
    """A contribution to some cells of an operand's cotangent: ``x_bar[index] += value``."""

    indexer: Indexer
    operands: tuple[Value, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class CellOf:
    """A contribution to one element of a list's cotangent."""

    position: Value
    value: Value


@dataclass(frozen=True, slots=True)
class RowsOf:
    """A contribution to the first elements of a list's cotangent: the rows of an array."""

    rows: Value


@dataclass(frozen=True, slots=True)
class Masked:
    """A contribution that counts only where ``mask`` is ``keep``; elsewhere it may be anything, NaN too.

    Reverse mode carries the mask along and selects once, so that nothing escapes from the side not taken.
    """

    value: Value
    mask: Value
    keep: bool


@dataclass(frozen=True, slots=True)
class Later:
    """A partial derivative that takes much to compute: built only where its operand is differentiated."""

    build: Callable[[], Value]


@dataclass(frozen=True, slots=True)
class Strong:
    """A contribution whose zeros stand for what was not taken: they stay zero, whatever comes after."""

    value: Value


Partial = Value | Over | Later | float | Zero
Partials = Callable[..., Sequence[Partial]]
Contribution = Value | Indexed | CellOf | RowsOf | Masked | Strong | Zero
#: From the cotangent of the result (of several results: a tuple, with ZERO where there is none).
Vjp = Callable[[Builder, Op, Any], Sequence[Contribution]]
#: To the tangent of the result (of several results: a tuple).
Jvp = Callable[[Builder, Op, Sequence["Value | Zero"]], Any]


# -- spelling -------------------------------------------------------------------------------------------
class Prec:
    """Binding strength of Python operators, weakest first."""

    TERNARY, OR, AND, NOT, COMPARE, BITOR, BITXOR, BITAND, SHIFT, ADD, MUL, UNARY, POWER, ATOM = range(14)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of Python source with the strength of its outermost operator."""

    text: str
    precedence: int = Prec.ATOM


class Speller(Protocol):
    """What a primitive's ``spell`` may ask of the printer."""

    op: Op

    def arg(self, index: int, precedence: int = 0) -> str:
        """Source of an operand, in parentheses where it binds weaker than ``precedence``."""

    def arg_type(self, index: int) -> Type:
        """Type of an operand."""

    def folded(self, index: int) -> Op | None:
        """The operation that is written out inside this operand's source, if it is not a name."""

    def dim(self, dim: Dim, precedence: int = 0) -> str:
        """Source of a dimension."""

    def shape(self, dims: Sequence[Dim]) -> str:
        """Source of a shape tuple (of a number for rank 1)."""

    def index(self, indexer: Indexer, first: int) -> str:
        """Source of an index, without brackets; its operands start at ``first``."""

    def helper(self, name: str, source: str) -> str:
        """Have a helper function at the end of the module and return its name."""

    def dtype(self, dtype: DType) -> str:
        """Source of a dtype, such as ``np.float32``."""


@dataclass(frozen=True, slots=True)
class Infix:
    """``{0} symbol {1}``."""

    symbol: str
    precedence: int
    right_associative: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    """``symbol{0}``."""

    symbol: str
    precedence: int = Prec.UNARY


@dataclass(frozen=True, slots=True)
class Call:
    """``name({0}, {1}, ...)``."""

    name: str


Spell = Infix | Prefix | Call | Callable[[Any], Text]


# -- kernels --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Ufunc:
    """Kernels call the inner loop of this public ufunc, on the dtypes of the operation.

    ``core`` is the signature of a generalised ufunc, such as ``(m,m),(m,n)->(m,n)``; empty for an elementwise
    one. ``fails`` are the Python type and the text of the error when the loop reports an invalid value.
    """

    name: str
    core: str = ""
    fails: tuple[str, str] | tuple[()] = ()


@dataclass(frozen=True, slots=True)
class Routine:
    """Kernels call this routine of BLAS or LAPACK (`lapack.getrf`) for every matrix.

    ``core`` is a signature as those of generalised ufuncs. ``arguments`` are, in the routine's order:

    - ``'L'``: a letter; ``=1``: a number; ``null``: a null pointer,
    - ``n``, ``64*n``: a size, from the letters of ``core``; ``+64*n`` the same, but at least 1,
    - ``a0``: the first operand, in a copy by columns; ``t0``: by rows, as its transposed matrix,
    - ``r0``: the first result, by columns,
    - ``work 64*n``, ``iwork n``: room for that many numbers, or 32-bit integers,
    - ``info``, at the end: whether it failed, which raises ``fails`` where that is given.

    ``starts`` are pairs of a result and the operand it is a copy of before the call.
    """

    name: str
    core: str
    arguments: tuple[str, ...]
    starts: tuple[tuple[int, int], ...] = ()
    fails: tuple[str, str] | tuple[()] = ()


# -- samples --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Sample:
    """One case for the checks: operand types as text with literal dims, the domain of floats, attributes.

    ``values`` fixes operands (None: drawn uniformly from ``low`` to ``high``). ``smooth`` is False where a
    numerical derivative would be wrong (kinks, degenerate sizes where nothing is left to differentiate).
    """

    types: tuple[str, ...]
    low: float = -2.0
    high: float = 2.0
    attrs: tuple[tuple[str, Any], ...] = ()
    values: tuple[Any, ...] | None = None
    smooth: bool = True


class NotComplex(TypeError):
    """An operation that complex numbers do not have (its name is the argument)."""


# -- the record -----------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Primitive(Opcode):
    """One operation with all its facets. ``partials`` gives both jvp and vjp of elementwise operations.

    ``complex`` says that operands may be complex; the partials of such an operation are those of a
    holomorphic function.
    """

    name: str
    type_rule: Callable[[tuple[AnyType, ...], dict[str, Any]], tuple[AnyType, ...]]
    eval: Callable[..., Any]
    spell: Spell | Absent
    doc: str
    samples: tuple[Sample, ...] | Absent
    partials: Partials | Inactive | None = None
    jvp: Jvp | Inactive | Absent | None = None
    vjp: Vjp | Inactive | Absent | None = None
    lower: Any = None
    expand: Callable[[Builder, Op], Value | tuple[Value, ...]] | None = None
    kinks: tuple[str, ...] = ()
    pinned: bool = False
    view: bool = False
    consumes: tuple[int, ...] = ()
    elementwise: bool = False
    commutative: bool = False
    python: tuple[Callable[..., Any], Spell] | None = None
    cheap: bool = False
    complex: bool = False

    def infer(self, types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
        """Result types; see :class:`Opcode`. Raises :class:`NotComplex`."""
        if not self.complex and any(isinstance(t, Type) and t.is_complex for t in types):
            raise NotComplex(self.name)
        return self.type_rule(types, attrs)

    def __call__(self, b: Builder, *operands: Value, hint: str | None = None, **attrs: Any) -> Value:
        """Emit this operation and return its only result."""
        (result,) = b.emit(self, operands, attrs, hint)
        return result

    @property
    def inactive(self) -> Inactive | None:
        """Why no derivative flows, where none does."""
        for facet in (self.partials, self.vjp):
            if isinstance(facet, Inactive):
                return facet
        return None


def elementwise(
    name: str,
    *,
    eval: Callable[..., Any],
    spell: Spell,
    partials: Partials | Inactive,
    doc: str,
    samples: tuple[Sample, ...],
    result: DType | None = None,
    python: tuple[Callable[..., Any], Spell] | None = None,
    scalar: Any = None,
    expand: Callable[[Builder, Op], Value] | None = None,
    kinks: tuple[str, ...] = (),
    commutative: bool = False,
    cheap: bool = False,
    view: bool = False,
    complex: bool = False,
) -> Primitive:
    """A function applied to corresponding elements of operands of equal dtype and dims.

    ``eval`` takes the operand values; ``partials(b, r, *operands)`` gives one partial derivative per operand,
    where ``r`` is the result; both take the attributes by name, where there are any. ``result`` is the dtype
    of the result where it differs; ``python`` is how Python scalars are computed and spelled (it raises on
    zero division and domain errors); ``scalar`` names the kernel operation (default: ``name``); ``expand``
    gives simpler primitives for kernels; ``cheap`` marks what may be recomputed freely; ``complex`` what also
    takes complex numbers.
    """
    return Primitive(
        name=name,
        type_rule=lambda types, attrs: (same_shape(name, types, result),),
        eval=lambda ctx, *args: eval(*args, **dict(ctx.op.attrs)),
        spell=spell,
        doc=doc,
        samples=samples,
        partials=partials,
        lower=scalar or name,
        expand=expand,
        kinks=kinks,
        elementwise=True,
        commutative=commutative,
        python=python,
        cheap=cheap,
        view=view,
        complex=complex,
    )


def same_shape(name: str, types: Sequence[AnyType], result: DType | None = None) -> Type:
    """The type of an elementwise result. Raises TypeError unless dtypes and dims agree."""
    arrays = [t for t in types if isinstance(t, Type)]
    first = arrays[0]
    for other in arrays[1:]:
        if other.dims != first.dims or other.dtype is not first.dtype:
            raise TypeError(f"{name}: {' and '.join(map(str, types))} differ in dtype or dims")
    return Type(result or first.dtype, first.dims, join_kinds(arrays))


def join_kinds(types: Sequence[Type]) -> Kind:
    """The kind of a result computed from these: a Python scalar only when all are, and never a 0-d array."""
    if types[0].dims:
        return Kind.array
    return Kind.py if all(t.kind is Kind.py for t in types) else Kind.np


@dataclass(slots=True)
class Registry:
    """The primitives by name."""

    table: dict[str, Primitive] = field(default_factory=dict)

    def add(self, primitives: Sequence[Primitive]) -> None:
        """Add a family. Raises ValueError on a name that is taken."""
        for primitive in primitives:
            if primitive.name in self.table:
                raise ValueError(f"primitive {primitive.name} is defined twice")
            self.table[primitive.name] = primitive
