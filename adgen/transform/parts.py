"""Complex numbers taken apart: the same program over real and imaginary parts, for kernels.

Complex values remain in few places, where they lie in memory as NumPy lays them out: parameters (``real`` and
``imag`` are views of them), results (``compose``), and the operands and results of library routines such as
Fourier transforms. Everything else, what loops carry and tapes keep too, is two real values. An imaginary
part that is zero by construction is no value at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adgen.ir.builder import Builder
from adgen.ir.core import Attrs, For, Func, If, Op, Region, Value, While, operands_of, regions_of, walk
from adgen.ir.types import AnyType, Kind, StackType, Type
from adgen.primitives.complexes import compose, imag, real
from adgen.primitives.elementwise import cast
from adgen.primitives.indexing import zeros_of
from adgen.transform.fold import fold
from adgen.transform.pairs import Pair
from adgen.transform.part_rules import RULES
from adgen.transform.rebuild import Rebuild


class NoParts(Exception):
    """An operation that has no rule for parts."""

    def __init__(self, op: Op) -> None:
        super().__init__(op.prim.name)
        self.op = op


def is_complex(type_: AnyType) -> bool:
    """Whether values of a type, or the elements of such a list, are complex."""
    element = type_.element if isinstance(type_, StackType) else type_
    return isinstance(element, Type) and element.is_complex


def has_complex(func: Func) -> bool:
    """Whether complex numbers occur in a program."""
    values = (v for node in walk(func.body) for v in node.results)
    return any(is_complex(v.any_type) for v in (*func.params, *values))


def part_type(type_: AnyType) -> AnyType:
    """The type of one part; Python numbers become NumPy numbers, which check nothing."""
    if isinstance(type_, StackType):
        inner = part_type(type_.element)
        assert isinstance(inner, Type)
        return StackType(inner)
    assert isinstance(type_, Type)
    kind = Kind.np if type_.kind is Kind.py else type_.kind
    return Type(type_.dtype.real, type_.dims, kind)


def in_parts(func: Func) -> Func:
    """A program without complex arithmetic; a tape of complex numbers among its parameters or results is two.

    Raises :class:`NoParts`.
    """
    if not has_complex(func):
        return func
    rebuild = _Parts(_used_whole(func))
    rebuild.b.reserve(_symbols(func))
    if func.cut is not None and func.cut < len(func.body.nodes):
        rebuild.turn = func.body.nodes[func.cut]
    params = tuple(new for p in func.params for new in rebuild.parameters(p))
    with rebuild.b.block() as nodes:
        for param in func.params:
            if is_complex(param.any_type) and not param.is_stack:
                rebuild.take_apart(param, rebuild.env[param])
        rebuild.nodes(func.body.nodes)
        results = tuple(new for v in func.results for new in rebuild.results(v))
    return replace(func, body=Region(params, tuple(nodes), results), cut=rebuild.cut)


def _symbols(func: Func) -> list[str]:
    """The symbols of sizes: of parameters, and those that operations bind."""
    types = [p.any_type for p in func.params]
    given = [s for t in types if isinstance(t, Type) for d in t.dims for s in d.symbols()]
    bound = [n.attr("sym") for n in walk(func.body) if isinstance(n, Op) and n.prim.name == "bind_dim"]
    return [*given, *bound]


def _used_whole(func: Func) -> set[Value]:
    """The values that are used for more than their real parts."""
    found = set(func.results)
    for node in walk(func.body):
        if not isinstance(node, Op) or node.prim is not real:
            found.update(operands_of(node))
        for region in regions_of(node):
            found.update(region.yields)
    return found


class _Parts(Rebuild):
    def __init__(self, whole: set[Value]) -> None:
        super().__init__(Builder(fold))
        self.pairs: dict[Value, Pair] = {}
        self._whole = whole

    def only_real(self, value: Value) -> bool:
        """Whether nothing but the real part of a complex value is used."""
        return value not in self._whole

    # -- values -------------------------------------------------------------------------------------------
    def take_apart(self, old: Value, new: Value) -> None:
        """Read the parts of a complex value in memory."""
        self.bind(old, (real(self.b, new), imag(self.b, new)))

    def bind(self, old: Value, pair: Pair) -> None:
        """The parts of an old value, of the types that they are to have."""
        wanted = part_type(old.any_type)
        re, im = pair
        self.pairs[old] = self._fitted(re, wanted), None if im is None else self._fitted(im, wanted)

    def _fitted(self, value: Value, wanted: AnyType) -> Value:
        if value.any_type == wanted or not isinstance(wanted, Type):
            return value
        return cast(self.b, value, dtype=wanted.dtype, kind=wanted.kind)

    def pair(self, value: Value) -> Pair:
        """The parts of a value; a real one has no imaginary part."""
        return self.pairs[value] if value in self.pairs else (self.value(value), None)

    def both(self, value: Value) -> tuple[Value, Value]:
        """The parts of a value, both of them."""
        re, im = self.pair(value)
        return re, zeros_of(self.b, re.type) if im is None else im

    def whole(self, value: Value) -> Value:
        """The new value in one piece: complex numbers as they lie in memory."""
        if value not in self.pairs:
            return self.value(value)
        parts = self.both(value)
        if value.type.is_py:
            parts = tuple(cast(self.b, v, dtype=v.type.dtype, kind=Kind.py) for v in parts)  # type: ignore[assignment]
        return compose(self.b, *parts)

    def parameters(self, old: Value) -> tuple[Value, ...]:
        """The parameters that an old one becomes."""
        return self._fresh_several((old,)) if old.is_stack else (self.fresh(old),)

    def results(self, old: Value) -> tuple[Value, ...]:
        """The results that an old one becomes."""
        return self._several((old,)) if old.is_stack else (self.whole(old),)

    def _several(self, values: Sequence[Value]) -> tuple[Value, ...]:
        """New values, two for each complex one."""
        found: list[Value] = []
        for value in values:
            found += self.both(value) if value in self.pairs else [self.value(value)]
        return tuple(found)

    def _fresh_several(self, values: Sequence[Value]) -> tuple[Value, ...]:
        found: list[Value] = []
        for value in values:
            if not is_complex(value.any_type):
                found.append(self.fresh(value))
                continue
            made = Value(part_type(value.any_type), value.hint), Value(part_type(value.any_type), value.hint)
            self.pairs[value] = made
            found += made
        return tuple(found)

    # -- nodes --------------------------------------------------------------------------------------------
    def op(self, op: Op) -> None:
        """Emit an operation, or what it is on parts."""
        if not any(is_complex(v.any_type) for v in (*op.operands, *op.results)):
            return super().op(op)
        rule = RULES.get(op.prim.name)
        if rule is None:
            raise NoParts(op)
        with self.b.at(op.span):
            found = rule(self, op)
        for old, new in zip(op.results, found, strict=True):
            if isinstance(new, tuple):
                self.bind(old, new)
            elif is_complex(old.any_type):
                self.take_apart(old, new)
            else:
                self.env[old] = self._fitted(new, old.any_type)
        return None

    def region(self, region: Region) -> Region:
        """A region whose parameters and yields are parts."""
        params = self._fresh_several(region.params)
        with self.b.block() as nodes:
            self.nodes(region.nodes)
            yields = self._several(region.yields)
        return Region(params, tuple(nodes), yields)

    def for_(self, node: For) -> None:
        """Emit a ``for`` that carries parts."""
        inits = self._several(node.inits)
        bounds = (self.value(node.lo), self.value(node.hi), self.value(node.step))
        body = self.region(node.body)
        results = self._fresh_several(node.results)
        self.b.append(For(*bounds, inits, body, results, self._loop_attrs(node), node.span))

    def _loop_attrs(self, node: For) -> Attrs:
        """Attributes with the positions of carried values moved."""
        places: list[list[int]] = []
        count = 0
        for value in node.inits:
            width = 2 if is_complex(value.any_type) else 1
            places.append([*range(count, count + width)])
            count += width
        moved: dict[str, Any] = dict(node.attrs)
        if "accumulators" in moved:
            moved["accumulators"] = tuple(p for k in moved["accumulators"] for p in places[k])
        return tuple(moved.items())

    def while_(self, node: While) -> None:
        """Emit a ``while`` that carries parts."""
        inits = self._several(node.inits)
        cond, body = self.region(node.cond), self.region(node.body)
        results = self._fresh_several(node.results)
        self.b.append(While(inits, cond, body, results, node.attrs, node.span))

    def if_(self, node: If) -> None:
        """Emit an ``if`` that gives parts."""
        pred = self.value(node.pred)
        then, orelse = self.region(node.then), self.region(node.orelse)
        results = self._fresh_several(node.results)
        self.b.append(If(pred, then, orelse, results, node.span))
