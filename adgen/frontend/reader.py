"""The reader of one function: the builder, the state, and what every part of lowering needs of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING, Any

import libcst as cst
import numpy as np

from adgen.diagnostics import Diagnostic, SourceText, Span, UserError, diagnose, refuse
from adgen.frontend import layout, places
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Class,
    DTypeObject,
    Generator,
    Grown,
    Instance,
    Known,
    LibraryFunction,
    Maybe,
    Message,
    Number,
    Root,
    Rule,
    Schedule,
    Tuple,
    UserFunction,
)
from adgen.frontend.promotion import cast, with_dims
from adgen.frontend.scope import Path
from adgen.frontend.signals import Restart, Unroll
from adgen.frontend.sizes import Sizes
from adgen.frontend.state import Activation, State
from adgen.ir.builder import Builder
from adgen.ir.core import Func, Node, Opcode, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import GENERATOR, DType, Kind, Type, dtype_of, is_half
from adgen.objects.containers import container_of, structure
from adgen.objects.generators import is_generator
from adgen.primitives.define import NotComplex
from adgen.primitives.registry import SINGLE_AT_LEAST
from adgen.primitives.sizes import constant, python_dtype
from adgen.primitives.stacking import stack
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.custom import Open
    from adgen.frontend.inner import Differentiate
    from adgen.frontend.recursion import Raw, Recursive

MAX_OPS = 4096


class _Checked(Builder):
    """Says of an operation that complex numbers do not have where it stands."""

    def emit(
        self,
        prim: Opcode,
        operands: Sequence[Value],
        attrs: Mapping[str, Any] | None = None,
        hint: str | Sequence[str | None] | None = None,
        span: Span | None = None,
    ) -> tuple[Value, ...]:
        if prim.name in SINGLE_AT_LEAST and any(is_half(v.any_type) for v in operands):
            raise refuse("AG238", span or self.span, dtype="float16 in linear algebra and transforms")
        try:
            return super().emit(prim, operands, attrs, hint, span)
        except NotComplex as error:
            raise refuse("AG255", span or self.span, name=str(error)) from None


@dataclass(frozen=True, slots=True)
class CapturedLeaf:
    """A hidden argument: where its value is fetched, and its parameter of the program."""

    path: Path
    value: Value
    example: Any


@dataclass(slots=True)
class Reader:
    """One attempt at lowering a function; :mod:`adgen.frontend.lowering` starts over where it has to."""

    demanded: Mapping[object, Any]
    refuted: frozenset[Dim] = frozenset()
    max_ops: int = MAX_OPS
    substitution: Mapping[str, Dim] = field(default_factory=dict)
    differentiate: Differentiate | None = None
    recursive: set[Span] = field(default_factory=set)
    followed: set[object] = field(default_factory=set)
    b: Builder = field(default_factory=lambda: _Checked())
    state: State = field(default_factory=State)
    statics: dict[Value, tuple[object, Any]] = field(default_factory=dict)
    counters: list[Value] = field(default_factory=list)
    loops: dict[Value, cst.CSTNode] = field(default_factory=dict)
    peeled: set[cst.CSTNode] = field(default_factory=set)
    changed: dict[object, tuple[Root, ...]] = field(default_factory=dict)
    captures: dict[Path, CapturedLeaf] = field(default_factory=dict)
    meanings: dict[Path, Abstract] = field(default_factory=dict)
    baked: dict[Path, Any] = field(default_factory=dict)
    names: dict[Value, str] = field(default_factory=dict)
    root_names: dict[Root, str] = field(default_factory=dict)
    remarks: list[Diagnostic] = field(default_factory=list)
    sources: dict[SourceText, None] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    running: list[Activation] = field(default_factory=list)
    activations: int = 0
    elements: dict[object, Any] = field(default_factory=dict)
    sites: dict[Root, object] = field(default_factory=dict)
    unread: dict[object, None] = field(default_factory=dict)
    calls: list[Span | None] = field(default_factory=list)
    classes: dict[type, Any] = field(default_factory=dict)
    changes: int = 0
    growing: dict[Root, Any] = field(default_factory=dict)
    rounds: list[object] = field(default_factory=list)
    born: dict[Root, tuple[object, ...]] = field(default_factory=dict)
    sealed: dict[Root, None] = field(default_factory=dict)
    rows: dict[Root, Any] = field(default_factory=dict)
    leaves: dict[object, Type] = field(default_factory=dict)
    appended: list[tuple[Any, Root, Value, Span | None, bool]] = field(default_factory=list)
    written: dict[Root, None] = field(default_factory=dict)
    rebuilt: dict[Root, None] = field(default_factory=dict)
    joined: dict[Root, object] = field(default_factory=dict)
    orders: dict[Root, bool] = field(default_factory=dict)
    ordered: dict[Value, None] = field(default_factory=dict)
    disordered: dict[Value, None] = field(default_factory=dict)
    copies: dict[Root, tuple[Dim, ...] | None] = field(default_factory=dict)
    instances: list[Recursive] = field(default_factory=list)
    raw: dict[str, Raw] = field(default_factory=dict)
    whole: dict[str, Func] = field(default_factory=dict)
    rules: list[Open] = field(default_factory=list)
    given_rules: dict[UserFunction, Rule] = field(default_factory=dict)
    schedule: Schedule | None = None
    sizes: Sizes = field(init=False)
    _numbers: dict[Value, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sizes = Sizes(self, self.refuted)

    # -- places in the source -----------------------------------------------------------------------------
    @contextmanager
    def at(self, act: Activation, node: cst.CSTNode) -> Iterator[None]:
        """Give nodes emitted inside, and errors, the place of a syntax node."""
        with self.b.at(act.source.span(node)):
            yield

    def error(self, code: str, span: Span | None = None, **fields: Any) -> UserError:
        """The diagnostic to raise, at ``span`` or where lowering is."""
        return refuse(code, span or self.b.span, **fields)

    def refuse(self, code: str, act: Activation, node: cst.CSTNode, **fields: Any) -> UserError:
        """The diagnostic to raise at a syntax node."""
        return refuse(code, act.source.span(node), **fields)

    def remark(self, code: str, span: Span | None, **fields: Any) -> None:
        """Record a remark."""
        self.remarks.append(diagnose(code, span or self.b.span, **fields))

    # -- naming -------------------------------------------------------------------------------------------
    def number(self, value: Value) -> str:
        """A short name for a value inside this reader."""
        return str(self._numbers.setdefault(value, len(self._numbers)))

    def hint_of(self, value: Value) -> str | None:
        """The user's name of a value."""
        return self.names.get(value, value.hint)

    def give_name(self, x: Abstract, name: str) -> None:
        """Name a value after the variable it is first assigned to."""
        match x:
            case Number(value) | Generator(value):
                if value.hint is None:
                    self.names.setdefault(value, name)
            case Array(root, ()):
                self.root_names.setdefault(root, name)
                version = self.state.versions[root]
                if version.hint is None:
                    self.names.setdefault(version, name)
            case Array():
                self.names.setdefault(self.value(x), name)
            case Cells(roots=roots):
                for at, root in enumerate(roots):
                    shown = name if len(roots) == 1 else f"{name}_{at}"
                    self.root_names.setdefault(root, shown)
                    self.names.setdefault(self.state.versions[root], shown)

    # -- values -------------------------------------------------------------------------------------------
    def value(self, x: Abstract | Value) -> Value:
        """The value of anything that has one; a tuple becomes an array as in ``np.asarray``."""
        match x:
            case Value() | Number():
                return x if isinstance(x, Value) else x.value
            case Known(value) if isinstance(value, bool | int | float | complex):
                if not x.fits:
                    raise self.error("AG234", operation="arithmetic", types="integers of more than 64 bits")
                return constant(self.b, value)
            case Array():
                return places.read(self, x)
            case Maybe():
                from adgen.frontend.optional import present

                return self.value(present(self, x))
            case Grown():
                from adgen.frontend.lists import contents, not_empty

                if x.element is not None and x.element.rank:
                    not_empty(self, x, "an array of it")
                return places.read(self, contents(self, x))
            case Cells():
                from adgen.frontend.cells import snapshot

                return self.value(snapshot(self, x))
            case Tuple(items=items) if is_sequence(x):
                return self._stacked([self.value(item) for item in items])
            case LibraryFunction() | UserFunction():
                raise self.error("AG129")
        raise self.error("AG234", operation="arithmetic", types=describe(self, x))

    def _stacked(self, values: list[Value]) -> Value:
        """The array of these rows: of one shape, for nothing is stretched here."""
        first = values[0].type.dims
        if any(v.type.rank != len(first) for v in values):
            found = sorted({f"rank {v.type.rank}" for v in values})
            raise self.error("AG234", operation="an array", types=f"elements of {' and '.join(found)}")
        rows = self.promoted(values)
        return stack(self.b, *(with_dims(self, row, first) for row in rows), axis=0)

    def promoted(self, values: list[Value]) -> tuple[Value, ...]:
        """Values of one dtype, Python numbers among them as NumPy numbers."""
        from adgen.frontend.promotion import promote

        return promote(self, values, strong=True)

    def wrap(self, value: Value) -> Abstract:
        """A new value as an abstract one: a number, or an array with a root of its own."""
        if value.type.dtype is DType.Generator:
            return Generator(value)
        if not value.type.rank and value.type.kind is not Kind.array:
            return Number(value)
        return self.new_array(value, "local")

    def new_array(self, value: Value, origin: str, name: str | None = None) -> Array:
        """An array whose contents are ``value``."""
        root = Root(origin, name, self.b.span)
        self.state.versions[root] = value
        self.orders[root] = layout.in_order(self, value)
        if name is not None:
            self.root_names[root] = name
        return Array(root)

    def type_of(self, x: Abstract) -> Type | None:
        """The type a value of ``x`` would have, without making one; None for what has none."""
        match x:
            case Number(value) | Generator(value):
                return value.type
            case Known(value) if isinstance(value, bool | int | float | complex):
                return Type(python_dtype(value), (), Kind.py)
            case Array(root, path):
                return places.type_through(self.state.versions[root].type, path)
        return None

    def cast(self, value: Value, dtype: DType, kind: Kind | None = None) -> Value:
        """``value`` in another dtype or kind."""
        return cast(self, value, dtype, kind)

    # -- hidden arguments -----------------------------------------------------------------------------------
    def capture(self, path: Path, found: Any, name: str) -> Abstract:
        """A captured number, array or container as an abstract value; its leaves become hidden arguments."""
        container = container_of(found)
        if container is not None:
            kind, parts, keys, cls = container
            labels, step = keys or tuple(range(len(parts))), "item" if cls is None else "attribute"
            items = tuple(
                self.capture((*path, (step, label)), part, f"{name}_{label}")
                for label, part in zip(labels, parts, strict=True)
            )
            self.fix_structure(path, found)
            return Tuple(items, kind, keys, cls)
        if path in self.demanded or found is None or found is ... or isinstance(found, str | Enum):
            self.baked[path] = found
            return Known(found)
        value = Value(self._captured_type(found, name), name)
        self.captures[path] = CapturedLeaf(path, value, found)
        if isinstance(found, bool | int | float):
            self.statics[value] = (path, found)
        return self.input_of(value, "captured", name)

    def input_of(self, value: Value, origin: str, name: str) -> Abstract:
        """A parameter of the program: an array has its root from the start, in every state."""
        return self.new_input(value, origin, name) if value.type.kind is Kind.array else self.wrap(value)

    def fix_structure(self, path: Path, container: Any) -> None:
        """Have it checked at every call that a captured container has the items it has now."""
        if path and path[0][0] != "adgen":
            self.baked[(*path, ("structure", ""))] = structure(container)

    def new_input(self, value: Value, origin: str, name: str) -> Array:
        """An array parameter: its root is there from the start, in every state."""
        root = Root(origin, name, self.b.span)
        self.inputs[root] = value
        self.ordered.setdefault(value)
        self.state.versions[root] = value
        self.root_names[root] = name
        return Array(root)

    inputs: dict[Root, Value] = field(default_factory=dict)

    def _captured_type(self, found: Any, name: str) -> Type:
        if isinstance(found, bool | int | float | complex) and not isinstance(found, np.generic):
            return Type(python_dtype(found), (), Kind.py)
        if is_generator(found):
            return GENERATOR
        joined = dtype_of(found.dtype)
        assert joined is not None
        if isinstance(found, np.generic):
            return Type(joined, (), Kind.np)
        dims = tuple(self._captured_dim(size, f"{name}_{axis}") for axis, size in enumerate(found.shape))
        return Type(joined, tuple(d.substitute(self.substitution) for d in dims))

    def _captured_dim(self, size: int, name: str) -> Dim:
        if size == 1:
            return ONE
        self.b.reserve([name])
        if name not in self.sizes.inputs:
            self.sizes.inputs.append(name)
        return Dim.symbol(name)

    # -- what has to be known now ---------------------------------------------------------------------------
    def static(self, x: Abstract, what: str, span: Span | None = None) -> Any:
        """The constant that ``x`` is; starts over with an argument baked in where that helps."""
        match x:
            case Known(value):
                return value
            case DTypeObject(dtype):
                return dtype
            case Tuple(items=items):
                return tuple(self.static(item, what, span) for item in items)
            case Number(value):
                return self.static_number(value, what, span)
            case Message(integers=integers):
                for value in integers:
                    self.static_number(value, what, span)
        raise self.error("AG240", span, what=what)

    def static_number(self, value: Value, what: str, span: Span | None = None) -> Any:
        """As :meth:`static`, of a computed number."""
        known = self.sizes.polynomial(value).value if value.type.dtype.is_integer else None
        if known is not None:
            return known
        op = self.b.defs.op(value)
        if op is not None and op.prim.name == "const":
            return op.attr("value")
        self.demand(value)
        raise self.error("AG240", span, what=what)

    def demand(self, value: Value) -> None:
        """Start over with the integers and captured numbers behind ``value`` baked in, if those are all."""
        found: dict[object, None] = {}
        if self._sources_of(value, found):
            counters = [c for c in found if isinstance(c, Value)]
            if counters:
                raise Unroll(counters[0])
            if found:
                raise Restart(tuple(found))

    def _sources_of(self, value: Value, found: dict[object, None]) -> bool:
        if value in self.statics:
            found.setdefault(self.statics[value][0])
            return True
        if value in self.counters:
            found.setdefault(value)
            return True
        op = self.b.defs.op(value)
        if op is None or not op.operands:
            return op is not None and op.prim.name == "const"
        return all(self._sources_of(v, found) for v in op.operands)

    def counters_of(self, node: cst.CSTNode) -> list[Value]:
        """Counters that stood for a loop in some attempt at it."""
        return [counter for counter, loop in self.loops.items() if loop is node]

    def restore(self, state: State, entry: State) -> None:
        """Put a state back to what it was."""
        state.frames, state.versions, state.cache, state.shared = (
            entry.frames,
            {**self.inputs, **entry.versions},
            entry.cache,
            entry.shared,
        )

    # -- blocks ---------------------------------------------------------------------------------------------
    @contextmanager
    def branch(
        self, base: State, conditional: bool = True, known: Sequence[Dim] = ()
    ) -> Iterator[tuple[list[Node], State]]:
        """Work on a fork of ``base``, collecting nodes; the caller decides what becomes of them.

        ``known`` are sizes that are not negative where the branch is taken.
        """
        facts = self.sizes.known
        self.sizes.known = [*facts, *known]
        outer, self.state = self.state, base.fork()
        self.state.versions.update({root: v for root, v in self.inputs.items() if root not in base.versions})
        self.sizes.conditional += conditional
        try:
            with self.b.block() as nodes:
                yield nodes, self.state
        finally:
            self.sizes.conditional -= conditional
            self.sizes.known = facts
            self.state = outer
            for root, value in self.inputs.items():
                self.state.versions.setdefault(root, value)

    @contextmanager
    def inside(self, nodes: list[Node], state: State) -> Iterator[None]:
        """Append to a block that was left, in the state it was left with."""
        outer, self.state = self.state, state
        try:
            with self.b.reopen(nodes):
                yield
        finally:
            self.state = outer

    def splice(self, nodes: list[Node]) -> None:
        """Append nodes that were collected apart."""
        for node in nodes:
            self.b.append(node)


def is_sequence(x: Abstract) -> bool:
    """Whether this is a container that is an array to NumPy."""
    return isinstance(x, Tuple) and bool(x.items) and x.kind in ("tuple", "list", "namedtuple")


def has_value(x: Abstract) -> bool:
    """Whether this is a number, an array, or something that is an array to NumPy."""
    if isinstance(x, Known):
        return isinstance(x.value, bool | int | float | complex)
    return isinstance(x, Number | Generator | Array | Grown | Cells) or is_sequence(x)


def describe(r: Reader, x: Abstract) -> str:
    """How a value is called in a message."""
    match x:
        case Known(value):
            return f"`{value!r}`"
        case Maybe(item=item):
            return f"{describe(r, item)} or None"
        case Tuple(cls=type() as cls):
            return f"{'an' if cls.__name__[:1].lower() in 'aeiou' else 'a'} {cls.__name__}"
        case Tuple(items=items, kind=kind):
            return f"a {kind} of {len(items)}"
        case Class(cls=cls):
            return f"the class {cls.__name__}"
        case Instance(cls=kind_):
            return f"an object of {kind_.name}"
        case Grown() | Cells():
            return "a list that was filled in a loop"
        case DTypeObject(dtype):
            return f"the dtype {dtype.value}"
        case Message():
            return "a formatted string"
        case Generator():
            return "a generator of random numbers"
        case LibraryFunction(name=name) | UserFunction(name=name):
            return f"the function {name}"
    found = r.type_of(x)
    return f"`{found}`" if found is not None else f"a {type(x).__name__.lower()}"
