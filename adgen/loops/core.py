"""The loop-level program: statements over buffers and scalars.

Scalars are named once (`Ref`) or are literals; what changes lives in a `Slot`. Array elements live in
buffers, addressed by one flat index, which is a polynomial (`Dim`) over size symbols, loop variables and
names of integer scalars; strides are read off its coefficients. Domains whose points are independent are a
`Nest`; sums and extrema over a domain are a `Reduce` with a fixed order; loops of the program are a `Loop`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from adgen.ir.core import Assumption
from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import AnyType
from adgen.loops.buffers import Buffer, OnHeap, OnStack, Operand, Place, Ref, Slot
from adgen.loops.calls import Draw, Library, Product, Routine
from adgen.loops.interface import ARRAY, HEAP, NUMBER, Failure, Interface
from adgen.records import dataclass


# -- statements -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Let:
    """result = op(args)."""

    result: Ref
    op: str
    args: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class IndexOf:
    """result = the value of a polynomial."""

    result: Ref
    index: Dim


@dataclass(frozen=True, slots=True)
class Load:
    """result = buffer[index]."""

    result: Ref
    buffer: Buffer
    index: Dim


@dataclass(frozen=True, slots=True)
class Store:
    """buffer[index] = value, or with `op` buffer[index] = op(buffer[index], value)."""

    buffer: Buffer
    index: Dim
    value: Operand
    op: str = ""


@dataclass(frozen=True, slots=True)
class Get:
    """result = slot."""

    result: Ref
    slot: Slot


@dataclass(frozen=True, slots=True)
class Set:
    """slot = value."""

    slot: Slot
    value: Operand


@dataclass(frozen=True, slots=True)
class Var:
    """A loop variable running from 0 to its extent."""

    name: str
    extent: Dim


@dataclass(frozen=True, slots=True)
class Nest:
    """The body once for every point of a domain; the last variable runs fastest.

    A `rim` has few points: it is compiled without further ado.
    """

    vars: tuple[Var, ...]
    body: tuple[Stmt, ...]
    rim: bool = False


@dataclass(frozen=True, slots=True)
class Reduce:
    """results[k] = the kinds[k]-reduction of values[k] over a domain, in the fixed order of lanes."""

    results: tuple[Ref, ...]
    kinds: tuple[str, ...]
    vars: tuple[Var, ...]
    body: tuple[Stmt, ...]
    values: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A sequential loop of the program: `range(lo, hi, step)`."""

    var: Ref
    lo: Operand
    hi: Operand
    step: Operand
    body: tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class WhileLoop:
    """while test: body; `head` computes the test."""

    head: tuple[Stmt, ...]
    test: Operand
    body: tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """if test: then else: orelse."""

    test: Operand
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """Fail with the kernel's failure `number` unless `ok`."""

    ok: Operand
    number: int


@dataclass(frozen=True, slots=True)
class BindSize:
    """From here on the symbol stands for a value."""

    symbol: str
    value: Operand


@dataclass(frozen=True, slots=True)
class Reserve:
    """Make sure a heap buffer has room for its size."""

    buffer: Buffer


@dataclass(frozen=True, slots=True)
class SetPointers:
    """Pointer variables take over addresses, all at once."""

    targets: tuple[Buffer, ...]
    sources: tuple[Buffer, ...]


@dataclass(frozen=True, slots=True)
class Alternate:
    """The pointer variable `target` takes the one of two buffers that `current` does not point at."""

    target: Buffer
    current: Buffer
    first: Buffer
    second: Buffer


@dataclass(frozen=True, slots=True)
class TapeClear:
    """Forget what is on a tape."""

    tape: Buffer


@dataclass(frozen=True, slots=True)
class TapeGrow:
    """Make room for `count` elements on top of a tape; they start at `base`."""

    base: Ref
    tape: Buffer
    count: Dim


@dataclass(frozen=True, slots=True)
class TapeShrink:
    """Take `count` elements off a tape; they started at `base`."""

    base: Ref
    tape: Buffer
    count: Dim


@dataclass(frozen=True, slots=True)
class TapeMove:
    """A tape takes over what is on another one, which is not used any more."""

    target: Buffer
    source: Buffer


Stmt = (
    Let
    | IndexOf
    | Load
    | Store
    | Get
    | Set
    | Nest
    | Reduce
    | Loop
    | WhileLoop
    | Branch
    | Check
    | BindSize
    | Reserve
    | SetPointers
    | Alternate
    | Product
    | Library
    | Routine
    | Draw
    | TapeClear
    | TapeGrow
    | TapeShrink
    | TapeMove
)


@dataclass(frozen=True, slots=True)
class Kernel:
    """A whole kernel.

    `params` and `results` are scalars or buffers; `symbols` are the sizes known on entry. Buffers of one
    family may share memory, those of different families never do; nor do, at any one time,
    those with the same number in `apart`. `arena` has the bytes of each slot. `bound` are symbols that
    are integer parameters, by position; `tapes` are the arrays that hold what is saved for derivatives.
    """

    name: str
    params: tuple[Ref | Buffer, ...]
    param_types: tuple[AnyType, ...]
    results: tuple[Operand | Buffer, ...]
    result_types: tuple[AnyType, ...]
    symbols: tuple[str, ...]
    body: tuple[Stmt, ...]
    places: dict[Buffer, Place]
    families: dict[Buffer, int]
    arena: tuple[Dim, ...]
    slots: tuple[Slot, ...]
    failures: tuple[Failure, ...]
    apart: dict[Buffer, int] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    bound: tuple[tuple[str, int], ...] = ()
    tapes: tuple[Buffer, ...] = ()

    @property
    def interface(self) -> Interface:
        """What callers need to know."""
        inside = [type(stmt) for stmt in walk(self.body)]
        return Interface(
            self.name,
            self.param_types,
            tuple(isinstance(p, Buffer) for p in self.params),
            self.result_types,
            tuple(self._kind(r) for r in self.results),
            self.symbols,
            self.bound,
            self.failures,
            self.assumptions,
            self.pieces,
            Draw in inside,
            Loop in inside or WhileLoop in inside,
        )

    def _kind(self, result: Operand | Buffer) -> str:
        if not isinstance(result, Buffer):
            return NUMBER
        return HEAP if isinstance(self.places[result], OnHeap | OnStack) else ARRAY

    @property
    def pieces(self) -> int:
        """How many pieces of heap memory the workspace holds."""
        return sum(isinstance(place, OnHeap | OnStack) for place in self.places.values())


def bodies(stmt: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    """The statement lists inside a statement."""
    match stmt:
        case Nest() | Reduce() | Loop():
            return (stmt.body,)
        case WhileLoop():
            return (stmt.head, stmt.body)
        case Branch():
            return (stmt.then, stmt.orelse)
        case _:
            return ()


def walk(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """All statements, outer before inner, in order."""
    for stmt in body:
        yield stmt
        for inner in bodies(stmt):
            yield from walk(inner)


def coefficient(index: Dim, name: str) -> tuple[Dim, Dim]:
    """(c, rest) with index = c*name + rest. Raises ValueError where the index is not linear in the name."""
    scaled, rest = ZERO, ZERO
    for monomial, factor in index.terms:
        count = monomial.count(name)
        if count == 0:
            rest = rest + Dim(((monomial, factor),))
        elif count == 1:
            at = monomial.index(name)
            scaled = scaled + Dim(((monomial[:at] + monomial[at + 1 :], factor),))
        else:
            raise ValueError(f"{index} is not linear in {name}")
    return scaled, rest
