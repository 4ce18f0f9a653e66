"""Derivatives taken inside a function: ``adgen.grad(f)(x)``, or a transform that was made outside.

They are resolved first: the inner function becomes a program of its own (what it takes from around it becomes
parameters), that program is differentiated, and the derivative is inlined. To the function around it there is
nothing left to see but ordinary operations, so it can be differentiated in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adgen.frontend.abstract import Abstract, Array, Derivative, Known, Tuple, UserFunction
from adgen.frontend.finishing import finished
from adgen.ir.calls import calls_in
from adgen.ir.core import Func, If, Node, Op, Region, Value, captures, walk
from adgen.ir.dims import Dim
from adgen.transform.rebuild import inline, with_dims

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments
    from adgen.frontend.reader import Reader

TRANSFORMS = frozenset(f"adgen.{name}" for name in ("grad", "value_and_grad", "jit"))
"""Transforms that may be used inside a function."""

#: From a program and the positions of parameters to the program of its results followed by gradients.
Differentiate = Callable[[Func, Sequence[int]], Func]

_OPTIONS = ("backend", "static_shapes", "strict", "fast_compile", "borrow")


def transform(r: Reader, name: str, given: Arguments) -> Abstract:
    """What ``adgen.grad(f, wrt)`` is inside a function."""
    short = name.rpartition(".")[2]
    named = {k: v for k, v in given.named.items() if k not in _OPTIONS}
    items = dict(zip(("fun", "wrt"), given.positional, strict=False)) | named
    function = items.get("fun")
    if not isinstance(function, UserFunction | Derivative) or len(given.positional) > 2:
        raise r.error("AG205", function=name, reason="it takes a function")
    unknown = next((k for k in items if k not in ("fun", "wrt", "has_aux")), None)
    if unknown is not None:
        raise r.error("AG204", given.keywords.get(unknown), function=name, name=unknown)
    if short == "jit":
        return function
    wrt = r.static(items.get("wrt", Known(0)), "`wrt`")
    has_aux = bool(r.static(items.get("has_aux", Known(False)), "`has_aux`"))
    single = not isinstance(wrt, tuple)
    return Derivative(function, short, (wrt,) if single else wrt, single, has_aux)


def apply(r: Reader, function: Abstract, given: Arguments) -> Abstract:
    """The result of calling a derivative."""
    from adgen.frontend.calls import bind_arguments

    base = function
    while isinstance(base, Derivative):
        base = base.function
    assert isinstance(base, UserFunction)
    return _Application(r).call(function, bind_arguments(r, base, given))


@dataclass(slots=True)
class _Application:
    r: Reader

    def call(self, function: Abstract, bound: Mapping[str, Abstract]) -> Abstract:
        from adgen.frontend.calls import run

        if isinstance(function, Derivative):
            return self.derivative(function, bound)
        assert isinstance(function, UserFunction)
        if function.rule is not None:
            from adgen.frontend.custom import apply as apply_rule

            return apply_rule(self.r, function, bound)
        return run(self.r, function.name, function.definition, bound, self.r.b.span)

    def derivative(self, made: Derivative, bound: Mapping[str, Abstract]) -> Abstract:
        """The gradient (and value) at the bound arguments."""
        r = self.r
        if r.differentiate is None:
            raise r.error("AG401", name="a derivative inside a function")
        wrt = [self._parameter(item, tuple(bound)) for item in made.wrt]
        outer = [leaf for name in wrt for leaf in self._leaves(name, bound[name])]
        params = [Value(v.any_type, v.hint) for v in outer]
        with r.branch(r.state, conditional=False) as (nodes, state):
            before = dict(state.versions)
            roots: list[tuple[Array, Value]] = []
            fresh = iter(params)
            opened = {name: self._opened(bound[name], fresh, roots) for name in wrt}
            result = self.call(made.function, {**bound, **opened})
            value, aux = self._parts(made, result)
            yields = [self._scalar(value), *(self._values(aux) if aux is not None else ())]
            if any(state.versions[a.root] is not v for a, v in roots) or any(
                state.versions.get(root) is not v for root, v in before.items()
            ):
                raise r.error("AG401", name="a derivative of a function that writes")
        results = self._inlined(tuple(nodes), params, outer, yields)
        arguments = [bound[name] for name in wrt]
        gradients = self._gradients(made, arguments, results[len(yields) :])
        return self._result(made, results[: len(yields)], gradients, aux)

    # -- arguments --------------------------------------------------------------------------------------
    def _parameter(self, item: Any, names: Sequence[str]) -> str:
        if isinstance(item, str) and item in names:
            return item
        if isinstance(item, int) and -len(names) <= item < len(names):
            return names[item]
        raise self.r.error("AG275", what=repr(item))

    def _leaves(self, name: str, x: Abstract) -> list[Value]:
        """The floats of an argument. Raises AG302 where there is none."""
        found = [v for v in self._values(x) if v.type.is_float]
        if not found:
            dtype = next((v.type.dtype.value for v in self._values(x)), "none")
            raise self.r.error("AG302", name=name, dtype=dtype)
        return found

    def _values(self, x: Abstract) -> list[Value]:
        if isinstance(x, Tuple):
            return [v for item in x.items for v in self._values(item)]
        if isinstance(x, Known) and not isinstance(x.value, bool | int | float | complex):
            return []
        return [self.r.value(x)]

    def _opened(self, x: Abstract, params: Iterator[Value], roots: list[tuple[Array, Value]]) -> Abstract:
        """An argument with its floats replaced by parameters."""
        if isinstance(x, Tuple):
            return replace(x, items=tuple(self._opened(item, params, roots) for item in x.items))
        type_ = self.r.type_of(x)
        if type_ is None or not type_.is_float:
            return x
        param = next(params)
        found = self.r.wrap(param)
        if isinstance(found, Array):
            roots.append((found, param))
        return found

    # -- results ----------------------------------------------------------------------------------------
    def _parts(self, made: Derivative, result: Abstract) -> tuple[Abstract, Abstract | None]:
        if not made.has_aux:
            return result, None
        if not isinstance(result, Tuple) or len(result.items) != 2:
            raise self.r.error("AG308", name=_name(made))
        return result.items

    def _scalar(self, value: Abstract) -> Value:
        type_ = self.r.type_of(value)
        if type_ is None or type_.rank:
            what = "several values" if type_ is None else f"an array {type_}"
            raise self.r.error("AG303", name=_name(value), what=what)
        if not type_.is_float or type_.is_complex:
            raise self.r.error("AG304", name=_name(value), dtype=type_.dtype.value)
        return self.r.value(value)

    def _inlined(
        self, nodes: tuple[Node, ...], params: list[Value], outer: list[Value], yields: list[Value]
    ) -> tuple[Value, ...]:
        """Close the inner function, differentiate it, and emit the derivative."""
        r = self.r
        assert r.differentiate is not None
        body = Region(tuple(params), nodes, tuple(yields))
        if next(calls_in(body), None) is not None:
            raise r.error("AG401", name="a derivative, inside a function, of one that calls itself")
        around = captures(If(yields[0], body, Region((), (), ()), ()))
        closed = Func("inner", Region((*params, *around), nodes, tuple(yields)), span=r.b.span)
        derived = r.differentiate(finished(closed, r.names), range(len(params)))
        new = [s for s in _bound_symbols(derived) if s not in set(_bound_symbols(closed))]
        renamed = with_dims(derived, {s: Dim.symbol(r.b.fresh_symbol(s)) for s in new}) if new else derived
        return inline(r.b, renamed, [*outer, *around])

    def _gradients(self, made: Derivative, wrt: Sequence[Abstract], values: Sequence[Value]) -> Abstract:
        rest = iter(values)
        each = tuple(self._rebuilt(x, rest, floats=True) for x in wrt)
        return each[0] if made.single else Tuple(each)

    def _result(
        self, made: Derivative, results: Sequence[Value], gradients: Abstract, aux: Abstract | None
    ) -> Abstract:
        extra = None if aux is None else self._rebuilt(aux, iter(results[1:]), floats=False)
        if made.mode == "grad":
            return gradients if extra is None else Tuple((gradients, extra))
        value = self.r.wrap(results[0])
        return Tuple((value if extra is None else Tuple((value, extra)), gradients))

    def _rebuilt(self, x: Abstract, values: Iterator[Value], floats: bool) -> Abstract:
        """The structure of ``x`` with new values; with ``floats`` everything else becomes None."""
        if isinstance(x, Tuple):
            return replace(x, items=tuple(self._rebuilt(item, values, floats) for item in x.items))
        type_ = self.r.type_of(x)
        if floats:
            return self.r.wrap(next(values)) if type_ is not None and type_.is_float else Known(None)
        return x if type_ is None else self.r.wrap(next(values))


def _name(x: Any) -> str:
    while isinstance(x, Derivative):
        x = x.function
    return x.name if isinstance(x, UserFunction) else "the inner function"


def _bound_symbols(func: Func) -> list[str]:
    found = (n for n in walk(func.body) if isinstance(n, Op) and n.prim.name == "bind_dim")
    return [op.attr("sym") for op in found]
