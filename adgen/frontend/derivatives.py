"""Derivatives taken inside a function: ``adgen.grad(f)(x)``, or a transform that was made outside.

They are resolved first: the inner function becomes a program of its own (what it takes from around it becomes
parameters), that program is differentiated, and the derivative is inlined. To the function around it there is
nothing left to see but ordinary operations, so it can be differentiated in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adgen.frontend.abstract import Abstract, Derivative, Known, LibraryFunction, Partial, Tuple, UserFunction
from adgen.frontend.inner import Differentiate, Inner, lowered, placed
from adgen.frontend.leaves import cotangent, values, with_values
from adgen.ir.core import Value
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments
    from adgen.frontend.reader import Reader

MATRICES = {"jacobian": "auto", "jacrev": "reverse", "jacfwd": "forward", "hessian": "forward"}
TRANSFORMS = frozenset(f"adgen.{name}" for name in ("grad", "value_and_grad", "jit", *MATRICES))
"""Transforms of a function that may be used inside a function."""

_OPTIONS = ("backend", "static_shapes", "strict", "fast_compile", "borrow", "memory", "warmup", "threads")

#: a parameter, or with a second part one item of ``*args`` or ``**kwargs``
Selector = tuple[Any, Any]
Bound = Mapping[Any, Abstract]


def transform(r: Reader, name: str, given: Arguments) -> Abstract:
    """What ``adgen.grad(f, wrt)`` is inside a function."""
    short = name.rpartition(".")[2]
    named = {k: v for k, v in given.named.items() if k not in _OPTIONS}
    items = dict(zip(("fun", "wrt"), given.positional, strict=False)) | named
    if not given.positional and "fun" not in items:
        return Partial(LibraryFunction(name, _never), (), tuple(named.items()))
    function = items.get("fun")
    if not _is_function(function) or len(given.positional) > 2:
        raise r.error("AG205", function=name, reason="it takes a function")
    assert function is not None
    extra = {"jacobian": "mode", "grad": "has_aux", "value_and_grad": "has_aux"}.get(short)
    unknown = next((k for k in items if k not in ("fun", "wrt", extra)), None)
    if unknown is not None:
        raise r.error("AG204", given.keywords.get(unknown), function=name, name=unknown)
    if short == "jit":
        return function
    wrt = r.static(items.get("wrt", Known(0)), "`wrt`")
    single = not isinstance(wrt, tuple)
    positions = (wrt,) if single else wrt
    if short in MATRICES:
        mode = r.static(items.get("mode", Known(MATRICES[short])), "`mode`")
        if mode not in MATRICES.values():
            raise r.error("AG274", name="mode", value=repr(mode))
        if short == "hessian":
            function = Derivative(function, "grad", positions, single, False)
        return Derivative(function, "jacobian", positions, single, False, mode)
    has_aux = bool(r.static(items.get("has_aux", Known(False)), "`has_aux`"))
    return Derivative(function, short, positions, single, has_aux)


def _never(*args: object) -> None:
    raise AssertionError("a form of the frontend is not called through the library")


def _is_function(x: Abstract | None) -> bool:
    from adgen.frontend.abstract import Class, Instance, Pullback

    return isinstance(x, UserFunction | Derivative | Partial | LibraryFunction | Instance | Class | Pullback)


def apply(r: Reader, function: Derivative, given: Arguments) -> Abstract:
    """The result of calling a derivative."""
    return Application.of(r, function, given).call(function)


@dataclass(slots=True)
class Application:
    """A call of a derivative; ``bound`` are the arguments by parameter, or as they were given."""

    r: Reader
    base: Abstract
    bound: Bound

    @staticmethod
    def of(r: Reader, function: Abstract, given: Arguments) -> Application:
        """Bind the arguments of a call to the function behind all derivatives."""
        from adgen.frontend.calls import bind_arguments

        base = function
        while isinstance(base, Derivative):
            base = base.function
        if isinstance(base, UserFunction):
            return Application(r, base, bind_arguments(r, base, given))
        return Application(r, base, {**dict(enumerate(given.positional)), **given.named})

    def call(self, function: Abstract, bound: Bound | None = None) -> Abstract:
        """The result of the function, or of a derivative of it."""
        from adgen.frontend.calls import Arguments, called, invoked

        bound = self.bound if bound is None else bound
        if isinstance(function, Derivative):
            return self.derivative(function, bound)
        if isinstance(function, UserFunction):
            return invoked(self.r, function, bound)
        positional = [x for key, x in bound.items() if isinstance(key, int)]
        named = {key: x for key, x in bound.items() if isinstance(key, str)}
        return called(self.r, function, Arguments(positional, named), "the function", self.r.b.span)

    def derivative(self, made: Derivative, bound: Bound) -> Abstract:
        """A derivative at the bound arguments."""
        differentiate = differentiator(self.r)
        chosen = [self._selector(item, bound) for item in made.wrt]
        arguments = [_picked(bound, selector) for selector in chosen]
        for selector, x in zip(chosen, arguments, strict=True):
            self._check_floats(selector, x, made.mode == "jacobian")

        def run(opened: list[Abstract]) -> Abstract:
            return self.call(made.function, _replaced(bound, chosen, opened))

        if made.mode == "jacobian":
            return self._jacobian(differentiate, made, lowered(self.r, arguments, run), arguments)
        return self._gradient(
            differentiate, made, lowered(self.r, arguments, self._checked(made, run)), arguments
        )

    # -- arguments --------------------------------------------------------------------------------------
    def _selector(self, item: Any, bound: Bound) -> Selector:
        """The parameter that ``wrt`` names. Raises AG275."""
        names, rest, others = _parameters(self.base, bound)
        if isinstance(item, str):
            if item in names:
                return item, None
            if others is not None and item in getattr(bound[others], "keys", ()):
                return others, item
        elif isinstance(item, int) and not isinstance(item, bool):
            before = names.index(rest) if rest is not None else len(names)
            if -len(names) <= item < before:
                return names[item], None
            if rest is not None and item - before < len(getattr(bound[rest], "items", ())):
                return rest, item - before
        raise self.r.error("AG275", what=repr(item))

    def _check_floats(self, selector: Selector, x: Abstract, every: bool) -> None:
        """Raise AG302 where nothing (or, with ``every``, not all) of an argument can vary."""
        found = list(values(self.r, x))
        wrong = [v for v in found if not v.type.is_float]
        if len(wrong) == len(found) or (every and wrong):
            name = selector[0] if selector[1] is None else f"{selector[0]}[{selector[1]!r}]"
            dtype = wrong[0].type.dtype.value if wrong else "none"
            raise self.r.error("AG302", name=name, dtype=dtype)

    # -- gradients --------------------------------------------------------------------------------------
    def _checked(
        self, made: Derivative, run: Callable[[list[Abstract]], Abstract]
    ) -> Callable[[list[Abstract]], Abstract]:
        """The function, whose result has to be one number (and aux). Raises AG303, AG304 or AG308."""

        def result(opened: list[Abstract]) -> Abstract:
            found = run(opened)
            value = found
            if made.has_aux:
                if not isinstance(found, Tuple) or len(found.items) != 2:
                    raise self.r.error("AG308", name=_name(made))
                value = found.items[0]
            type_ = self.r.type_of(value)
            if type_ is None or type_.rank:
                what = "several values" if type_ is None else f"an array {type_}"
                raise self.r.error("AG303", name=_name(made), what=what)
            if not type_.is_float or type_.is_complex:
                raise self.r.error("AG304", name=_name(made), dtype=type_.dtype.value)
            return found

        return result

    def _gradient(
        self, differentiate: Differentiate, made: Derivative, inner: Inner, arguments: list[Abstract]
    ) -> Abstract:
        r = self.r
        program = differentiate.gradient(inner.func, range(inner.count))
        found = placed(r, program, inner.given).rest(r.b, ())
        results, rest = found[: len(inner.func.results)], wrapped(r, found[len(inner.func.results) :])
        each = tuple(cotangent(r, x, rest) for x in arguments)
        gradients = each[0] if made.single else Tuple(each)
        result = with_values(r, inner.result, wrapped(r, results))
        if made.mode == "value_and_grad":
            return Tuple((result, gradients))
        return (
            Tuple((gradients, result.items[1])) if made.has_aux and isinstance(result, Tuple) else gradients
        )

    # -- Jacobians --------------------------------------------------------------------------------------
    def _jacobian(
        self, differentiate: Differentiate, made: Derivative, inner: Inner, arguments: list[Abstract]
    ) -> Abstract:
        """An array for every float of the result and of the arguments."""
        r = self.r
        outputs = inner.outputs
        if len(outputs) != len(inner.func.results) or not outputs:
            dtype = next((v.type.dtype.value for v in inner.func.results if not v.type.is_float), "none")
            raise r.error("AG304", name=_name(made), dtype=dtype)
        for v in (*inner.func.params[: inner.count], *inner.func.results):
            if v.type.is_complex:
                raise r.error("AG318", dtype=v.type.dtype.value)
        program = differentiate.jacobian(inner.func, range(inner.count), outputs, made.direction)
        found = placed(r, program, inner.given).rest(r.b, ())
        blocks = wrapped(r, found[len(outputs) :])

        def block() -> Iterator[Abstract]:
            while True:
                each = tuple(cotangent(r, x, blocks) for x in arguments)
                yield each[0] if made.single else Tuple(each)

        return with_values(r, inner.result, block())


def differentiator(r: Reader) -> Differentiate:
    """What makes derivatives. Raises AG401 where there is nothing."""
    if r.differentiate is None:
        raise r.error("AG401", name="a derivative inside a function")
    return r.differentiate


def wrapped(r: Reader, found: Sequence[Value]) -> Iterator[Abstract]:
    """Values of the program as numbers and arrays of their own."""
    return (r.wrap(v) for v in found)


def _parameters(base: Abstract, bound: Bound) -> tuple[list[Any], str | None, str | None]:
    """The names of the parameters in their order, and those of ``*args`` and ``**kwargs``."""
    if not isinstance(base, UserFunction):
        return list(bound), None, None
    params = base.definition.node.params
    rest, others = (
        getattr(getattr(p, "name", None), "value", None) for p in (params.star_arg, params.star_kwarg)
    )
    plain, named = (*params.posonly_params, *params.params), params.kwonly_params
    names = [p.name.value for p in plain] + [rest] * (rest is not None) + [p.name.value for p in named]
    return names + [others] * (others is not None), rest, others


def _picked(bound: Bound, selector: Selector) -> Abstract:
    name, item = selector
    x = bound[name]
    if item is None or not isinstance(x, Tuple):
        return x
    return x.items[x.keys.index(item) if isinstance(item, str) else item]


def _replaced(bound: Bound, chosen: Sequence[Selector], opened: Sequence[Abstract]) -> Bound:
    """The arguments with some of them replaced."""
    from dataclasses import replace

    found = dict(bound)
    for (name, item), x in zip(chosen, opened, strict=True):
        whole = found[name]
        if item is None or not isinstance(whole, Tuple):
            found[name] = x
            continue
        at = whole.keys.index(item) if isinstance(item, str) else item
        found[name] = replace(whole, items=(*whole.items[:at], x, *whole.items[at + 1 :]))
    return found


def _name(x: Abstract) -> str:
    while isinstance(x, Derivative):
        x = x.function
    return x.name if isinstance(x, UserFunction | LibraryFunction) else "the inner function"
