"""Functions with a rule of their own: what they compute, and the rule as a function of the program.

The function is written out where it is called, and its results pass through ``ruled``, which names the
rule. A rule for reverse mode is ``fwd`` and then ``bwd``, one for forward mode the user's rule as it
stands. Inside its own rule the function has the same rule, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

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
from adgen.frontend.leaves import converted, cotangent, floats, matched, with_floats
from adgen.frontend.reader import describe
from adgen.frontend.recursion import Raw
from adgen.frontend.state import roots_of
from adgen.ir.core import Node, Value
from adgen.primitives.calling import ruled

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments
    from adgen.frontend.reader import Reader

Bound = Mapping[str, Abstract]


@dataclass(slots=True, eq=False)
class Open:
    """A rule that is being lowered: calls of the function inside it with equal arguments are by this rule."""

    key: str
    function: UserFunction
    shape: tuple[Any, ...]


def apply(r: Reader, function: UserFunction, bound: Bound) -> Abstract:
    """The result of a function with a rule of its own. Raises AG310 where it has none yet."""
    from adgen.frontend.calls import run

    rule = r.given_rules.get(function, function.rule)
    assert rule is not None
    if not rule.functions:
        raise r.error("AG310", name=function.name, method=f"def{rule.kind}")
    call = _Call(r, function, rule, bound)
    before = dict(r.state.versions)
    plain = run(r, function.name, function.definition, bound, r.b.span)
    call.refuse_writes(before, "the function itself")
    return call.linked(plain)


@dataclass(slots=True)
class _Call:
    r: Reader
    function: UserFunction
    rule: Rule
    bound: Bound
    span: Span | None = field(init=False)

    def __post_init__(self) -> None:
        self.span = self.r.b.span

    # -- the call -------------------------------------------------------------------------------------------
    def linked(self, plain: Abstract) -> Abstract:
        """The results of the function, with the rule on them."""
        r = self.r
        values = list(floats(r, plain))
        inputs = [v for x in self.bound.values() for v in floats(r, x)]
        if not values or not inputs:
            return plain
        key = self._key(values, inputs)
        attrs = {
            "callee": key,
            "kind": self.rule.kind,
            "count": len(values),
            "inputs": len(inputs),
            "name": self.function.name,
        }
        found = [r.wrap(v) for v in r.b.emit(ruled, (*values, *inputs), attrs)]
        self._note_sharing(plain, found)
        return with_floats(r, plain, iter(found))

    def _note_sharing(self, plain: Abstract, found: Sequence[Abstract]) -> None:
        """What a function gives back of its arguments still shares their memory."""
        r = self.r
        sources = {root for root in roots_of(plain) if root.origin != "local" or root in self._outer()}
        for x in found:
            if isinstance(x, Array) and sources:
                r.state.shared[x.root] = {root: r.state.versions[root] for root in sources}

    def _outer(self) -> set[Any]:
        return set().union(*(roots_of(x) for x in self.bound.values()))

    def _key(self, values: Sequence[Value], inputs: Sequence[Value]) -> str:
        r = self.r
        shape = (
            *(v.any_type for v in values),
            *(v.any_type for v in inputs),
            *(s for x in self.bound.values() for s in statics(r, x)),
        )
        for other in r.rules:
            same = other.function.definition.node is self.function.definition.node
            if same and other.shape == shape:
                return other.key
        key = f"{self.function.name}_rule#{len(r.raw)}.{r.activations}"
        r.activations += 1
        r.rules.append(Open(key, self.function, shape))
        try:
            r.raw[key] = self._lowered(values, inputs)
        finally:
            r.rules.pop()
        return key

    # -- the rule -------------------------------------------------------------------------------------------
    def _lowered(self, values: Sequence[Value], inputs: Sequence[Value]) -> Raw:
        """The rule as a function of the program; what it uses of the functions around it is added later."""
        r = self.r
        params = [Value(v.any_type, r.hint_of(v)) for v in inputs]
        kinds = values if self.rule.kind == "vjp" else inputs
        suffix = "bar" if self.rule.kind == "vjp" else "dot"
        names = [r.hint_of(v) for v in kinds]
        seeds = [Value(v.any_type, f"{n or 'out'}_{suffix}") for v, n in zip(kinds, names, strict=True)]
        with r.branch(r.state, conditional=False) as (nodes, state):
            fresh = iter(params)
            opened = {name: with_floats(r, x, (r.wrap(v) for v in fresh)) for name, x in self.bound.items()}
            before = dict(state.versions)
            lower = self._reverse if self.rule.kind == "vjp" else self._forward
            cut, yields = lower(opened, values, seeds, nodes)
            self.refuse_writes(before, "its rule")
        return Raw(f"{self.function.name}_rule", (*params, *seeds), tuple(nodes), yields, self.span, cut)

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
        names = list(opened)
        items = self._per_argument(bars, list(opened.values()))
        found: list[Value] = []
        for name, item in zip(names, items, strict=True):
            found += matched(r, opened[name], item, f"the cotangent of `{name}`", self._wrong)
        return cut, (*primals, *found)

    def _forward(
        self, opened: Bound, values: Sequence[Value], seeds: Sequence[Value], nodes: list[Node]
    ) -> tuple[int, tuple[Value, ...]]:
        from adgen.frontend.calls import Arguments, called

        r = self.r
        (rule,) = self.rule.functions
        wraps = (r.wrap(v) for v in seeds)
        primals = Tuple(tuple(opened.values()))
        tangents = Tuple(tuple(cotangent(r, x, wraps) for x in opened.values()))
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
        positional = [opened[p.name.value] for p in (*params.posonly_params, *params.params)]
        star = getattr(getattr(params.star_arg, "name", None), "value", None)
        if star is not None:
            rest = opened[star]
            assert isinstance(rest, Tuple)
            positional += rest.items
        named = {p.name.value: opened[p.name.value] for p in params.kwonly_params}
        return Arguments(positional, named)

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
