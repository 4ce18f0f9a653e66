"""The program: values, operations, regions, functions.

Everything is a frozen record with identity equality. There are no use-lists and no parent pointers: facts
about a program are side tables made by analyses.

Structure is closed: a node is an :class:`Op` (a leaf), a :class:`For`, a :class:`While` or an :class:`If`,
and every stage matches these four exhaustively. Regions are single blocks that may use values of the regions
around them; what a loop changes it carries explicitly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any

from adgen.diagnostics.spans import Span
from adgen.ir.dims import Dim
from adgen.ir.types import AnyType, StackType, Type
from adgen.records import dataclass

Attrs = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One value; ``hint`` is the name the user (or a rule) gave it."""

    any_type: AnyType
    hint: str | None = None

    @property
    def type(self) -> Type:
        """The type of a value that is not a stack."""
        assert isinstance(self.any_type, Type), self.any_type
        return self.any_type

    @property
    def is_stack(self) -> bool:
        """Whether this is a growable tape."""
        return isinstance(self.any_type, StackType)

    def __repr__(self) -> str:
        return f"%{self.hint or '_'}: {self.any_type}"


class Opcode:
    """What the structure needs to know about a leaf operation; primitives extend it."""

    name: str
    #: has an effect (a check) and is neither removed, merged nor moved
    pinned: bool = False
    #: the result may share the memory of operand 0
    view: bool = False
    #: operands whose storage the result takes over
    consumes: tuple[int, ...] = ()

    def infer(self, types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
        """Result types. Raises TypeError where operands or attributes do not fit."""
        raise NotImplementedError(self.name)


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """A leaf operation."""

    prim: Opcode
    operands: tuple[Value, ...]
    results: tuple[Value, ...]
    attrs: Attrs = ()
    span: Span | None = None

    def attr(self, name: str, default: Any = None) -> Any:
        """The attribute ``name``."""
        for key, value in self.attrs:
            if key == name:
                return value
        return default

    @property
    def result(self) -> Value:
        """The only result."""
        (value,) = self.results
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A block: parameters, nodes in order, and the values it yields."""

    params: tuple[Value, ...]
    nodes: tuple[Node, ...]
    yields: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class For:
    """``for i in range(lo, hi, step)``; ``body.params`` are the counter and the carried values.

    ``attrs`` may hold ``accumulators`` (positions of carried values that the body only adds to) and
    ``unroll``; schedules of checkpoints belong here too.
    """

    lo: Value
    hi: Value
    step: Value
    inits: tuple[Value, ...]
    body: Region
    results: tuple[Value, ...]
    attrs: Attrs = ()
    span: Span | None = None

    @property
    def counter(self) -> Value:
        """The loop variable."""
        return self.body.params[0]

    @property
    def carried(self) -> tuple[Value, ...]:
        """The carried values as the body sees them."""
        return self.body.params[1:]

    def attr(self, name: str, default: Any = None) -> Any:
        """The attribute ``name``."""
        return dict(self.attrs).get(name, default)


@dataclass(frozen=True, slots=True, eq=False)
class While:
    """``while cond``; both regions take the carried values, ``cond`` yields one boolean."""

    inits: tuple[Value, ...]
    cond: Region
    body: Region
    results: tuple[Value, ...]
    attrs: Attrs = ()
    span: Span | None = None

    @property
    def carried(self) -> tuple[Value, ...]:
        """The carried values as the body sees them."""
        return self.body.params


@dataclass(frozen=True, slots=True, eq=False)
class If:
    """``if pred``; the regions have no parameters and yield the results."""

    pred: Value
    then: Region
    orelse: Region
    results: tuple[Value, ...]
    span: Span | None = None


Node = Op | For | While | If


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact required on entry: ``dim`` is at least (or, with ``exact``, is equal to) zero."""

    dim: Dim
    exact: bool = False
    reason: str = ""
    span: Span | None = None


PLAIN = -1
"""In ``Func.takes`` and ``Func.gives``: a value of its own, not a tape."""


@dataclass(frozen=True, slots=True, eq=False)
class Func:
    """A function: ``body.params`` are its parameters and ``body.yields`` its results.

    ``cut`` is the number of top-level nodes that belong to the forward sweep of a joint program (None for a
    program that is not a joint one). ``result_names`` name the results in printed code.

    ``functions`` are those that calls in the program name; only the outermost function has any. A function
    that is called may bundle parameters or results: ``takes`` and ``gives`` say for each argument or result
    of a call how many of them it is, as one tape, or PLAIN for a value of its own (nothing: all are plain).
    """

    name: str
    body: Region
    assumptions: tuple[Assumption, ...] = ()
    comments: tuple[tuple[int, str], ...] = ()
    span: Span | None = None
    cut: int | None = None
    result_names: tuple[str, ...] = ()
    doc: str = ""
    functions: tuple[Func, ...] = ()
    takes: tuple[int, ...] = ()
    gives: tuple[int, ...] = ()

    @property
    def params(self) -> tuple[Value, ...]:
        """Parameters."""
        return self.body.params

    @property
    def results(self) -> tuple[Value, ...]:
        """Results."""
        return self.body.yields


@dataclass(frozen=True, slots=True)
class Point:
    """One index, an i64 operand; drops the dim."""


@dataclass(frozen=True, slots=True)
class Range:
    """``size`` elements from a start (an i64 operand), ``step`` apart."""

    size: Dim
    step: int = 1


@dataclass(frozen=True, slots=True)
class Gather:
    """The elements an integer array operand names; all gathers of an indexer have equal dims."""


@dataclass(frozen=True, slots=True)
class Full:
    """The whole dim; no operand."""


Access = Point | Range | Gather | Full


@dataclass(frozen=True, slots=True)
class Indexer:
    """How ``read``, ``write`` and ``add_at`` address an array: one access per dim.

    The dims of the gathers stand where the first gather stands when the gathers are neighbours, else in
    front (as in NumPy). Points and gathers are never mixed. ``once`` says that no cell is named twice.
    """

    access: tuple[Access, ...]
    once: bool = True

    @property
    def operand_count(self) -> int:
        """Number of index operands."""
        return sum(not isinstance(a, Full) for a in self.access)

    def __str__(self) -> str:
        texts = {Point: "point", Gather: "gather", Full: "full"}
        parts = [f"range({a.size};{a.step})" if isinstance(a, Range) else texts[type(a)] for a in self.access]
        return f"ix({' '.join(parts)}{'' if self.once else ' repeated'})"


def regions_of(node: Node) -> tuple[Region, ...]:
    """The regions of a node, in order of execution."""
    match node:
        case Op():
            return ()
        case For():
            return (node.body,)
        case While():
            return (node.cond, node.body)
        case If():
            return (node.then, node.orelse)


def operands_of(node: Node) -> tuple[Value, ...]:
    """The values a node itself uses (its regions not included)."""
    match node:
        case Op():
            return node.operands
        case For():
            return (node.lo, node.hi, node.step, *node.inits)
        case While():
            return node.inits
        case If():
            return (node.pred,)


def walk(region: Region) -> Iterator[Node]:
    """All nodes of a region, outer before inner, in order."""
    for node in region.nodes:
        yield node
        for inner in regions_of(node):
            yield from walk(inner)


def uses_of(node: Node) -> Iterator[Value]:
    """Every value used in a node, those used in its regions included."""
    yield from operands_of(node)
    for region in regions_of(node):
        for inner in region.nodes:
            yield from uses_of(inner)
        yield from region.yields


def captures(node: Node) -> tuple[Value, ...]:
    """Values of enclosing regions that the regions of ``node`` use, in order of first use, each once."""
    found: dict[Value, None] = {}
    for region in regions_of(node):
        _captures(region, set(), found)
    return tuple(found)


def _captures(region: Region, outer: set[Value], found: dict[Value, None]) -> None:
    local = outer | set(region.params)
    for node in region.nodes:
        for value in operands_of(node):
            if value not in local:
                found.setdefault(value)
        for inner in regions_of(node):
            _captures(inner, local, found)
        local.update(node.results)
    for value in region.yields:
        if value not in local:
            found.setdefault(value)


@dataclass(slots=True)
class Definitions:
    """Side table: the node that defines each value of a function (parameters have none)."""

    table: dict[Value, Node] = field(default_factory=dict)

    @staticmethod
    def of(region: Region) -> Definitions:
        """The definitions in a region and everything inside it."""
        return Definitions({value: node for node in walk(region) for value in node.results})

    def op(self, value: Value) -> Op | None:
        """The leaf operation that makes ``value``, if one does."""
        node = self.table.get(value)
        return node if isinstance(node, Op) else None
