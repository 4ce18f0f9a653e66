"""Functions with a rule of their own: what they compute, and the rule as a function of the program.

The function is written out where it is called, and its results pass through ``ruled``, which names the
rule. A rule for reverse mode is ``fwd`` and then ``bwd``, one for forward mode the user's rule as it
stands. Inside its own rule the function has the same rule, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from adgen.analysis.activity import carries_derivative
from adgen.diagnostics import Span, UserError
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Grown,
    Known,
    LibraryFunction,
    Number,
    Partial,
    Rule,
    Tuple,
    UserFunction,
)
from adgen.frontend.leaves import converted, cotangent, floats, matched, template, with_floats
from adgen.frontend.reader import describe
from adgen.frontend.recursion import DEPTH, Raw
from adgen.frontend.state import roots_of
from adgen.frontend.surroundings import opened
from adgen.ir.core import If, Node, Region, Value, captures
from adgen.ir.types import BOOL
from adgen.primitives.calling import held, ruled
from adgen.primitives.opaque import opaque
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments
    from adgen.frontend.reader import Reader

Bound = Mapping[str, Abstract]


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """A rule that is being lowered: calls of the function inside it with equal arguments are by this rule.

    ``params`` stand for the floats of the arguments and ``values`` for those of the result, which has the
    structure ``plain``: called for these very arguments, the function has given them already. So many
    calls were ``running`` around it.
    """

    key: str
    node: Any
    shape: tuple[Any, ...]
    params: tuple[Value, ...]
    values: tuple[Value, ...]
    plain: Abstract
    running: int


def apply(r: Reader, function: UserFunction, bound: Bound) -> Abstract:
    """The result of a function with a rule of its own. Raises AG310 where it has none yet."""
    rule = r.given_rules.get(function, function.rule)
    assert rule is not None
    if not rule.functions:
        raise r.error("AG310", name=function.name, method=f"def{rule.kind}")
    node = function.definition.node
    if sum(a.node is node for a in r.running) >= DEPTH:
        raise r.error("AG124", name=function.name, how=f"more than {DEPTH} times by its own rule")
    ordered: Bound = {name: bound[name] for name in _in_order(function)}
    if rule.solver:
        ordered = opened(r, ordered, lambda v: may_vary(r, v))
    call = _Call(r, function, rule, ordered, tuple(v for x in ordered.values() for v in floats(r, x)))
    given = call.given_already()
    return call.linked(*(call.plain() if given is None else given))


def may_vary(r: Reader, value: Value) -> bool:
    """Whether a value can have a derivative: one that is not known."""
    op = r.b.defs.op(value)
    known = op is not None and not op.operands
    return not known and carries_derivative(value.any_type)


@dataclass(slots=True)
class _Call:
    """A call for arguments whose floats are ``inputs``."""

    r: Reader
    function: UserFunction
    rule: Rule
    bound: Bound
    inputs: tuple[Value, ...]
    span: Span | None = field(init=False)

    def __post_init__(self) -> None:
        self.span = self.r.b.span

    @property
    def statics(self) -> tuple[Any, ...]:
        """What the arguments are beside their floats."""
        return tuple(s for x in self.bound.values() for s in statics(self.r, x))

    # -- the function itself --------------------------------------------------------------------------------
    def given_already(self) -> tuple[Abstract, dict[Any, set[Any]]] | None:
        """What the function gives, where its own rule calls it for the arguments of the rule."""
        for own in self.r.rules:
            same = own.node is self.function.definition.node and own.params == self.inputs
            if same and own.shape[len(own.params) + len(own.values) :] == self.statics:
                return with_floats(self.r, own.plain, iter([self.r.wrap(v) for v in own.values])), {}
        return None

    def plain(self) -> tuple[Abstract, dict[Any, set[Any]]]:
        """What the function computes, and the arrays outside whose memory each array inside may share."""
        from adgen.frontend.calls import run

        r = self.r
        fresh = iter([r.wrap(v) for v in self.inputs])
        opened = {name: with_floats(r, x, fresh) for name, x in self.bound.items()}
        before, start = dict(r.state.versions), len(r.b.nodes)
        result = run(r, self.function.name, self.function.definition, opened, self.span)
        if self.rule.opaque is not None:
            return self._called(self.rule.opaque, result, opened), {}
        self.refuse_writes(before, "the function itself")
        region = Region((), tuple(r.b.nodes[start:]), ())
        used = captures(If(Value(BOOL), region, Region((), (), ()), ()))
        around = [v for v in used if v not in self.inputs and may_vary(r, v)]
        pairs = zip(self.bound.values(), opened.values(), strict=True)
        shared = {root: {root} for root in before} | {
            root: roots_of(outer) for outer, inner in pairs for root in roots_of(inner)
        }
        found = list(floats(r, result))
        if around and found:
            kept = r.b.emit(held, (*found, *around), {"count": len(found)})
            self._note_sharing(result, wrapped := [r.wrap(v) for v in kept], shared)
            result, shared = with_floats(r, result, iter(wrapped)), {}
        return result, shared

    def _called(self, place: tuple[str, str, Any, Any], like: Abstract, opened: Bound) -> Abstract:
        """The call of a function that cannot be read, whose result is like ``like``."""
        r = self.r
        module, name, path, function = place
        r.baked[path] = function
        if r.type_of(like) is None or any(r.type_of(x) is None for _, x in self._each(opened)):
            raise self._wrong("what it takes are numbers and arrays, and what it gives is one of them")
        operands = [r.value(x) for _, x in self._each(opened)]
        attrs = {"module": module, "function": name, "types": (r.value(like).type,)}
        (found,) = r.b.emit(opaque, operands, attrs)
        return r.wrap(found)

    # -- the rule on it -------------------------------------------------------------------------------------
    def linked(self, plain: Abstract, shared: Mapping[Any, set[Any]]) -> Abstract:
        """The results of the function, with the rule on them."""
        r = self.r
        values = tuple(floats(r, plain))
        if not values:
            return plain
        attrs = {
            "callee": self._key(plain, values),
            "kind": self.rule.kind,
            "count": len(values),
            "inputs": len(self.inputs),
            "name": self.function.name,
        }
        found = [r.wrap(v) for v in r.b.emit(ruled, (*values, *self.inputs), attrs)]
        self._note_sharing(plain, found, shared)
        return with_floats(r, plain, iter(found))

    def _note_sharing(
        self, plain: Abstract, found: Sequence[Abstract], shared: Mapping[Any, set[Any]]
    ) -> None:
        """What a function gives back of its arguments still shares their memory."""
        r = self.r
        sources = {outer for root in roots_of(plain) for outer in shared.get(root, ())}
        sources |= {outer for root in roots_of(plain) for outer in r.state.shared.get(root, {})}
        for x in found:
            if isinstance(x, Array) and sources:
                r.state.shared[x.root] = {root: r.state.versions[root] for root in sources}

    def _key(self, plain: Abstract, values: tuple[Value, ...]) -> str:
        r = self.r
        shape = (
            *(v.any_type for v in values),
            *(v.any_type for v in self.inputs),
            *self.statics,
        )
        node = self.function.definition.node
        for other in r.rules:
            if other.node is node and other.shape == shape:
                return other.key
        key = f"{self.function.name}_rule#{len(r.raw)}.{r.activations}"
        r.activations += 1
        params = tuple(Value(v.any_type, r.hint_of(v)) for v in self.inputs)
        results = tuple(Value(v.any_type, r.hint_of(v)) for v in values)
        r.rules.append(Open(key, node, shape, params, results, template(r, plain), len(r.running)))
        try:
            r.raw[key] = self._lowered(r.rules[-1])
        finally:
            r.rules.pop()
        return key

    # -- the rule -------------------------------------------------------------------------------------------
    def _lowered(self, own: Open) -> Raw:
        """The rule as a function of the program; what it uses of the functions around it is added later."""
        r = self.r
        kinds, suffix = (own.values, "bar") if self.rule.kind == "vjp" else (own.params, "dot")
        seeds = tuple(Value(v.any_type, f"{v.hint or 'out'}_{suffix}") for v in kinds)
        with r.branch(r.state, conditional=False) as (nodes, state):
            fresh = iter([r.wrap(v) for v in own.params])
            opened = {name: with_floats(r, x, fresh) for name, x in self.bound.items()}
            before = dict(state.versions)
            lower = self._reverse if self.rule.kind == "vjp" else self._forward
            cut, yields = lower(opened, own.values, seeds, nodes)
            self.refuse_writes(before, "its rule")
        name = f"{self.function.name}_rule"
        return Raw(name, (*own.params, *seeds, *own.values), tuple(nodes), yields, self.span, cut)

    def refuse_writes(self, before: Mapping[Any, Value], what: str) -> None:
        """Raise AG311 where an array from outside was written into."""
        versions = self.r.state.versions
        for root, value in before.items():
            if versions.get(root) is not value:
                name = self.r.root_names.get(root, "an array")
                raise self._wrong(f"{what} writes into `{name}`")

    def _reverse(
        self, opened: Bound, values: Sequence[Value], seeds: Sequence[Value], nodes: list[Node]
    ) -> tuple[int, tuple[Value, ...]]:
        from adgen.frontend.calls import Arguments, called

        r = self.r
        forward, backward = self.rule.functions
        both = called(r, forward, self._given(opened), "fwd", self.span)
        if not isinstance(both, Tuple) or len(both.items) != 2:
            raise self._wrong(f"fwd gives {describe(r, both)}, not the result and what `bwd` needs")
        out, saved = both.items
        if isinstance(saved, Grown | Cells):
            raise self._wrong("what fwd keeps for `bwd` is a list whose length is not known before")
        primals = self._typed(out, values, "the result of fwd")
        cut = len(nodes)
        wraps = (r.wrap(v) for v in seeds)
        bars = called(r, backward, Arguments([saved, cotangent(r, out, wraps)]), "bwd", self.span)
        each = self._each(opened)
        found: list[Value] = []
        for (name, x), item in zip(each, self._per_argument(bars, [x for _, x in each]), strict=True):
            found += matched(r, x, item, f"the cotangent of `{name}`", self._wrong)
        return cut, (*primals, *found)

    def _forward(
        self, opened: Bound, values: Sequence[Value], seeds: Sequence[Value], nodes: list[Node]
    ) -> tuple[int, tuple[Value, ...]]:
        from adgen.frontend.calls import Arguments, called

        r = self.r
        (rule,) = self.rule.functions
        wraps = (r.wrap(v) for v in seeds)
        given = [x for _, x in self._each(opened)]
        primals = Tuple(tuple(given))
        tangents = Tuple(tuple(cotangent(r, x, wraps) for x in given))
        both = called(r, rule, Arguments([primals, tangents]), "the rule", self.span)
        if not isinstance(both, Tuple) or len(both.items) != 2:
            raise self._wrong(f"the rule gives {describe(r, both)}, not the result and its tangent")
        out, dot = both.items
        found = list(self._typed(out, values, "the result of the rule"))
        found += matched(r, out, dot, "the tangent of the result", self._wrong)
        return len(nodes), tuple(found)

    def _given(self, opened: Bound) -> Arguments:
        """The arguments as ``fwd`` takes them: those of the function, in its order."""
        from adgen.frontend.calls import Arguments

        params = self.function.definition.node.params
        named = {p.name.value: opened[p.name.value] for p in params.kwonly_params}
        return Arguments([x for name, x in self._each(opened) if name not in named], named)

    def _each(self, opened: Bound) -> list[tuple[str, Abstract]]:
        """The arguments one by one, those of ``*args`` too."""
        star = self.function.definition.node.params.star_arg
        rest = getattr(getattr(star, "name", None), "value", None)
        found: list[tuple[str, Abstract]] = []
        for name, x in opened.items():
            if name == rest and isinstance(x, Tuple):
                found += [(f"{name}[{k}]", item) for k, item in enumerate(x.items)]
            else:
                found.append((name, x))
        return found

    def _per_argument(self, bars: Abstract, arguments: Sequence[Abstract]) -> Sequence[Abstract]:
        """What ``bwd`` gives, one for every argument; for a single one it may stand alone."""
        count = len(arguments)
        several = isinstance(bars, Tuple) and bars.kind in ("tuple", "list")
        if isinstance(bars, Tuple) and several and len(bars.items) == count:
            return bars.items
        if count == 1 and (isinstance(arguments[0], Tuple) or not isinstance(bars, Tuple)):
            return (bars,)
        many = (
            f"{len(bars.items)} cotangents" if isinstance(bars, Tuple) and several else describe(self.r, bars)
        )
        raise self._wrong(f"bwd gives {many}, not one for each of {count} arguments")

    # -- what a rule gives ----------------------------------------------------------------------------------
    def _typed(self, out: Abstract, values: Sequence[Value], what: str) -> list[Value]:
        """The results as the rule computes them, in the types of the function's own."""
        found = list(floats(self.r, out))
        if len(found) != len(values):
            raise self._wrong(f"{what} has {len(found)} arrays and numbers, not {len(values)}")
        pairs = zip(found, values, strict=True)
        return [converted(self.r, v, w.type, what, self._wrong) for v, w in pairs]

    def _wrong(self, reason: str) -> UserError:
        return self.r.error("AG311", self.span, name=self.function.name, reason=reason)


# -- rules given inside a function --------------------------------------------------------------------------
def _ruled(kind: str) -> Callable[[Reader, Arguments], Abstract]:
    def apply(r: Reader, given: Arguments) -> Abstract:
        function = given.positional[0] if len(given.positional) == 1 and not given.named else None
        if not isinstance(function, UserFunction) or function.rule is not None:
            raise r.error("AG205", function=f"adgen.custom_{kind}", reason="it takes a function")
        return replace(function, rule=Rule(kind, ()))

    return apply


def _give(r: Reader, given: Arguments) -> Abstract:
    """``f.defvjp(fwd, bwd)`` or ``f.defjvp(rule)``."""
    function, *rules = given.positional
    assert isinstance(function, UserFunction)
    assert function.rule is not None
    kind = function.rule.kind
    names = ("fwd", "bwd") if kind == "vjp" else ("rule",)
    rules += [given.named[name] for name in names[len(rules) :] if name in given.named]
    if len(rules) != len(names) or set(given.named) - {*names, "check"}:
        raise r.error("AG205", function=f"def{kind}", reason=f"it takes {' and '.join(names)}")
    r.given_rules[function] = Rule(kind, tuple(rules))
    return rules[0] if kind == "jvp" else Known(None)


def giver(function: UserFunction, name: str) -> Abstract | None:
    """What ``f.defvjp`` (or ``f.defjvp``) is where ``f`` takes such a rule; None for any other attribute."""
    if function.rule is None or name != f"def{function.rule.kind}":
        return None
    return Partial(LibraryFunction(GIVE, _not_called), (function,), ())


def _not_called(*args: object) -> None:
    raise AssertionError("a form of the frontend is not called through the library")


GIVE = "adgen.defrule"
FORMS: dict[str, Callable[[Reader, Arguments], Abstract]] = {
    "adgen.custom_vjp": _ruled("vjp"),
    "adgen.custom_jvp": _ruled("jvp"),
    GIVE: _give,
}


def _in_order(function: UserFunction) -> list[str]:
    """The names of a function's parameters, as they stand."""
    params = function.definition.node.params
    stars = [getattr(getattr(p, "name", None), "value", None) for p in (params.star_arg, params.star_kwarg)]
    plain = [p.name.value for p in (*params.posonly_params, *params.params)]
    named = [p.name.value for p in params.kwonly_params]
    rest, others = ([name] if name is not None else [] for name in stars)
    return [*plain, *rest, *named, *others]


# -- what two calls have to agree in ------------------------------------------------------------------------
def statics(r: Reader, x: Abstract) -> Iterator[Any]:
    """What there is beside floats, as far as two calls have to agree in it."""
    if isinstance(x, Tuple):
        yield (x.kind, x.keys, x.cls, len(x.items))
        for item in x.items:
            yield from statics(r, item)
        return
    type_ = r.type_of(x)
    if type_ is None or not type_.is_float:
        yield x if isinstance(x, Known | UserFunction) else x.value if isinstance(x, Number) else x
