"""Functions that call themselves: each is lowered once for the kinds of arguments it gets, and called.

What a function gives is found as a fixed point: first from the paths that do not call it again, then from
all of them, with the types and sizes of the round before. Arguments that differ between calls become values
of the program; what has another structure is a function of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from adgen.diagnostics import Span, UserError
from adgen.frontend.abstract import Abstract, Array, Known, Number, Root
from adgen.frontend.recursive_results import aliases, mutated, refused, result_of, yields_of
from adgen.frontend.signals import Restart, Unfounded, Widen
from adgen.frontend.state import Closure, State, roots_of
from adgen.frontend.templates import (
    Fixed,
    Mismatch,
    Path,
    Plain,
    Template,
    filled,
    flat,
    joined,
    own_dims,
    plains,
    retyped,
    template,
    values_of,
    widened,
)
from adgen.ir.calls import instantiated
from adgen.ir.core import If, Node, Region, Value, captures
from adgen.ir.dims import Dim
from adgen.ir.types import BOOL, DType, Type
from adgen.primitives.calling import call as call_
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader

DEPTH = 100
"""How deep a function may call itself while it is read, where no value of the program decides it."""
ROUNDS = 24
NESTED = 12
"""How many versions of one function, for arguments of different structure, may call each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """A function as it was lowered: values of the functions around it may still occur in it.

    ``cut`` is the number of nodes in front of the second part of a rule for reverse mode.
    """

    name: str
    params: tuple[Value, ...]
    nodes: tuple[Node, ...]
    yields: tuple[Value, ...]
    span: Span | None
    cut: int | None = None


@dataclass(slots=True, eq=False)
class Recursive:
    """A function that is being lowered; ``result`` is what it gives, as far as that is known.

    ``mutated`` are the positions of arrays it writes into, whose contents it gives too; ``aliased`` those
    (and ``around`` the arrays from outside) whose memory a result may share.
    """

    key: str
    name: str
    definition: Closure
    span: Span
    arguments: dict[str, Template]
    result: Template | None = None
    mutated: tuple[int, ...] = ()
    aliased: frozenset[int] = frozenset()
    around: dict[Root, None] = field(default_factory=dict)
    fixed: set[Path] = field(default_factory=set)
    free: set[Value] = field(default_factory=set)

    @property
    def leaves(self) -> list[Plain]:
        """The parameters of the program, in order."""
        return [leaf for t in self.arguments.values() for leaf in plains(t)]

    @property
    def types(self) -> list[Type]:
        """Their types."""
        return [leaf.type for leaf in self.leaves]

    def retype(self, types: list[Type]) -> None:
        """Give the parameters other types; what was known of the result holds no more."""
        rest = iter(types)
        self.arguments = {name: retyped(t, rest) for name, t in self.arguments.items()}
        self.result = None


# -- is it one ----------------------------------------------------------------------------------------------
def place_of(definition: Closure) -> Span:
    """What identifies a function of the user."""
    return definition.source.span(definition.node)


def note(r: Reader, name: str, definition: Closure, span: Span | None) -> None:
    """Look at a call of a function that may be running already.

    Where a value of the program decides whether the call is made, the function is lowered on its own from
    now on. Otherwise what is known now decides, and the call is written out like any other.
    """
    place = place_of(definition)
    inside = r.rules[-1].running if r.rules else 0
    running = [a for a in r.running[inside:] if a.name == name and a.source.span(a.node) == place]
    if not running:
        return
    if r.b.depth > running[-1].depth:
        r.recursive.add(place)
        raise Restart(())
    if len(running) >= DEPTH or r.activations > DEPTH * DEPTH:
        raise _endless(r, name, span, f"more than {DEPTH} times before the program is known")


def _endless(r: Reader, name: str, span: Span | None, how: str) -> UserError:
    return r.error("AG124", span, name=name, how=how)


# -- calls --------------------------------------------------------------------------------------------------
def call(r: Reader, name: str, definition: Closure, bound: Mapping[str, Abstract], span: Span) -> Abstract:
    """The result of a call of a function that calls itself."""
    place = place_of(definition)
    open_ = [
        i for i in r.instances if place_of(i.definition) == place and i.definition.parent is definition.parent
    ]
    for instance in reversed(open_):
        try:
            return _again(r, instance, bound)
        except Mismatch:
            continue
    if len(open_) >= NESTED:
        raise _endless(r, name, span, "with arguments of ever different structure")
    instance = Recursive(f"{name}#{len(r.raw)}.{r.activations}", name, definition, span, {})
    r.activations += 1
    return _lowered(r, instance, bound)


def _again(r: Reader, instance: Recursive, bound: Mapping[str, Abstract]) -> Abstract:
    """A call of a function while it is lowered."""
    wanted = {n: joined(r, t, bound[n], (n,)) for n, t in instance.arguments.items()}
    for path in instance.fixed:
        if not isinstance(_at(wanted, path), Fixed):
            raise Mismatch(wanted[str(path[0])], bound[str(path[0])])
    if wanted != instance.arguments:
        instance.arguments, instance.result = wanted, None
        raise Widen(instance)
    given = _given(r, instance, bound)
    wider = widened(instance.types, [v.type for v in given], r.b.fresh_symbol)
    if wider is not None:
        instance.retype(wider)
        raise Widen(instance)
    if instance.result is None:
        raise Unfounded
    return _emitted(r, instance, bound, given)


def _at(wanted: Mapping[str, Template], path: Path) -> Template:
    found = wanted[str(path[0])]
    for step in path[1:]:
        found = found.items[int(step)]  # type: ignore[union-attr]
    return found


def _given(r: Reader, instance: Recursive, bound: Mapping[str, Abstract]) -> list[Value]:
    parts = [x for n, t in instance.arguments.items() for x in flat(t, bound[n])]
    return values_of(r, parts, instance.types)


def _emitted(r: Reader, instance: Recursive, bound: Mapping[str, Abstract], given: list[Value]) -> Abstract:
    """Emit the call: its result, and new contents of the arrays that it writes into."""
    from adgen.frontend.places import replace_contents

    assert instance.result is not None
    parts = [x for n, t in instance.arguments.items() for x in flat(t, bound[n])]
    _check_overlaps(r, instance, parts)
    sizes = instantiated(instance.types, [v.type for v in given])
    wanted = [_sized(leaf.type, sizes) for leaf in plains(instance.result)]
    types = (*wanted, *(given[k].type for k in instance.mutated))
    found = r.b.emit(call_, given, {"callee": instance.key, "types": types})
    for k, value in zip(instance.mutated, found[len(wanted) :], strict=True):
        place = parts[k]
        assert isinstance(place, Array)
        replace_contents(r, place, value)
    results = [r.wrap(v) for v in found[: len(wanted)]]
    sources = {root for k in instance.aliased for root in roots_of(parts[k])} | set(instance.around)
    for x in results:
        if isinstance(x, Array) and sources:
            r.state.shared[x.root] = {root: r.state.versions[root] for root in sources}
    return filled(instance.result, iter(results))


def _sized(type_: Type, sizes: Mapping[str, Dim]) -> Type:
    return Type(type_.dtype, tuple(d.substitute(sizes) for d in type_.dims), type_.kind)


def _check_overlaps(r: Reader, instance: Recursive, parts: list[Abstract]) -> None:
    """Refuse a call that writes into an array which it reaches another way too."""
    for k in instance.mutated:
        place = parts[k]
        if not isinstance(place, Array):
            raise refused(r, instance, "it writes into what is not an array here")
        others = [x for n, x in enumerate(parts) if n != k]
        mine = roots_of(place)
        apart = mine.isdisjoint(root for x in others for root in roots_of(x))
        if not apart or any(r.state.versions[root] in instance.free for root in mine):
            name = r.root_names.get(place.root, "an array")
            raise refused(r, instance, f"it writes into `{name}`, which it also reads under another name")


# -- lowering -----------------------------------------------------------------------------------------------
def _lowered(r: Reader, instance: Recursive, bound: Mapping[str, Abstract]) -> Abstract:
    """Lower a function until what it takes and gives does not change any more, and call it."""
    _begin(r, instance, bound)
    for _ in range(ROUNDS):
        try:
            if _attempt(r, instance):
                break
        except Widen as signal:
            if signal.instance is not instance:
                raise
        except Restart as signal:
            own = {d for d in signal.demanded if isinstance(d, tuple) and d and d[0] is instance}
            if not own:
                raise
            instance.fixed.update(d[1] for d in own)
            _begin(r, instance, bound)
    else:
        raise refused(r, instance, "what it takes or gives is different at every level")
    return _emitted(r, instance, bound, _given(r, instance, bound))


def _begin(r: Reader, instance: Recursive, bound: Mapping[str, Abstract]) -> None:
    """Start with the arguments of the call from outside."""
    try:
        found = {name: template(r, x, (name,), numbers=False) for name, x in bound.items()}
    except Mismatch:
        raise refused(
            r, instance, "it takes a random generator, or a list whose length is not known before"
        ) from None
    for path in instance.fixed:
        found[str(path[0])] = _fixed(r, found[str(path[0])], bound[str(path[0])], path[1:])
    instance.arguments, instance.result = found, None
    parts = [x for n, t in found.items() for x in flat(t, bound[n])]
    types = [v.type for v in values_of(r, parts, instance.types)]
    instance.retype(own_dims(types, r.b.fresh_symbol))


def _fixed(r: Reader, t: Template, x: Abstract, path: Path) -> Template:
    """The template with a number that has to be known now."""
    if path:
        assert not isinstance(t, Plain | Fixed)
        k = int(path[0])
        items = list(t.items)
        items[k] = _fixed(r, items[k], x.items[k], path[1:])  # type: ignore[union-attr]
        return type(t)(t.like, tuple(items))
    return Fixed(Known(r.static(x, "an argument of a function that calls itself")))


def _attempt(r: Reader, instance: Recursive) -> bool:
    """One round; whether it found what was assumed."""
    from adgen.frontend.calls import run

    leaves = instance.leaves
    values = [Value(leaf.type, "_".join(map(str, leaf.path))) for leaf in leaves]
    outside = r.state
    with r.branch(r.state) as (nodes, state):
        _forget_reads(state, instance.types)
        before = dict(state.versions)
        parts = [_parameter(r, instance, leaf, v) for leaf, v in zip(leaves, values, strict=True)]
        rest = iter(parts)
        bound = {name: filled(t, rest) for name, t in instance.arguments.items()}
        r.instances.append(instance)
        try:
            result = run(r, instance.name, instance.definition, bound, instance.span)
        except Unfounded:
            if r.unread or any(i.result is None for i in r.instances[:-1]):
                raise
            raise _endless(r, instance.name, instance.span, "on every path") from None
        finally:
            r.instances.pop()
        _check_around(r, instance, outside, before)
        found = result_of(r, instance, result)
        yields = yields_of(r, instance, found, result, nodes)
        written = mutated(r, parts, values)
        yields += [r.state.versions[parts[k].root] for k in written]  # type: ignore[union-attr]
        aliased, around = aliases(r, result, parts, before)
    region = Region(tuple(values), tuple(nodes), tuple(yields))
    instance.free = set(captures(If(Value(BOOL), region, Region((), (), ()), ())))
    if any(v.is_stack for v in instance.free):
        raise refused(r, instance, "it uses a list of another function whose length is not known before")
    if any(isinstance(v.any_type, Type) and v.type.dtype is DType.Generator for v in instance.free):
        raise refused(r, instance, "it draws random numbers")
    settled = (found, written, aliased, set(around)) == (
        instance.result,
        instance.mutated,
        instance.aliased,
        set(instance.around),
    )
    instance.result, instance.mutated, instance.aliased, instance.around = found, written, aliased, around
    r.raw[instance.key] = Raw(instance.name, *_parts_of(region), place_of(instance.definition))
    return settled


def _parts_of(region: Region) -> tuple[tuple[Value, ...], tuple[Node, ...], tuple[Value, ...]]:
    return region.params, region.nodes, region.yields


def _forget_reads(state: State, types: list[Type]) -> None:
    """What was read around the function is read again inside it; sizes with a name keep it."""
    kept = ("dim", "bound")
    state.cache = {k: v for k, v in state.cache.items() if isinstance(k, tuple) and k[0] in kept}
    for symbol in (s for t in types for d in t.dims for s in d.symbols()):
        state.cache["dim", symbol] = Dim.symbol(symbol)


def _parameter(r: Reader, instance: Recursive, leaf: Plain, value: Value) -> Abstract:
    if leaf.type.rank or leaf.type.kind.value == "array":
        return r.new_array(value, "local", value.hint)
    if leaf.type.dtype.is_integer or leaf.type.dtype is DType.bool:
        r.statics[value] = ((instance, leaf.path), None)
    return Number(value)


def _check_around(r: Reader, instance: Recursive, outside: State, before: Mapping[Root, Value]) -> None:
    """Refuse functions that change what belongs to the functions around them."""
    for root, version in before.items():
        if r.state.versions[root] is not version:
            name = r.root_names.get(root, "an array")
            raise refused(r, instance, f"it writes into `{name}`, which is not one of its arguments")
    for key, names in outside.frames.items():
        now = r.state.frames.get(key, {})
        changed = [n for n, x in names.items() if not n.startswith("$") and now.get(n) is not x]
        if changed:
            raise refused(r, instance, f"it changes `{changed[0]}`, which is not one of its arguments")
