"""Products with Jacobians inside a function: ``adgen.vjp``, ``adgen.jvp`` and ``adgen.hvp``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, Derivative, Known, Pullback, Tuple
from adgen.frontend.derivatives import Application, differentiator, wrapped
from adgen.frontend.inner import lowered, placed
from adgen.frontend.leaves import cotangent, matched, paired, template, with_values
from adgen.frontend.reader import describe
from adgen.ir.core import Value

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments
    from adgen.frontend.reader import Reader

_OPTIONS = ("backend", "static_shapes", "strict", "fast_compile", "borrow", "memory", "warmup", "threads")


def _function(r: Reader, given: Arguments, name: str, count: int) -> tuple[Abstract, list[Abstract]]:
    """The function and what is given behind it. Raises AG204 or AG205."""
    names = ("fun", "primals", "tangents")[: count + 1]
    named = {k: v for k, v in given.named.items() if k not in _OPTIONS}
    wrong = next((k for k in named if k not in names or count == 0), None)
    if wrong is not None:
        raise r.error("AG204", given.keywords.get(wrong), function=f"adgen.{name}", name=wrong)
    items = [*given.positional, *(named[k] for k in names[len(given.positional) :] if k in named)]
    if not items or (count and len(items) != count + 1):
        raise r.error("AG205", function=f"adgen.{name}", reason=f"it got {len(items)} arguments")
    return items[0], items[1:]


def _vjp(r: Reader, given: Arguments) -> Abstract:
    """The result, and a pullback."""
    from adgen.frontend.calls import Arguments as Given

    function, primals = _function(r, given, "vjp", 0)

    def run(opened: list[Abstract]) -> Abstract:
        return Application.of(r, function, Given(opened)).call(function)

    inner = lowered(r, primals, run)
    program = differentiator(r).pullback(inner.func, range(inner.count), inner.outputs)
    parts = placed(r, program, inner.given)
    results = parts.early.values(program.results[: len(inner.func.results)])
    shape = tuple(template(r, x) for x in primals)
    out = with_values(r, inner.result, wrapped(r, results))
    return Tuple((out, Pullback(parts, len(results), template(r, out), shape)))


def pull(r: Reader, pullback: Pullback, given: Arguments) -> Abstract:
    """The cotangents of the primals, for one of the result."""
    if len(given.positional) != 1 or given.named:
        raise r.error("AG205", function="the pullback", reason="it takes one cotangent")
    wrong = _wrong(r, "the cotangent", "the result")
    seeds = list(matched(r, pullback.result, given.positional[0], "it", wrong))
    found = pullback.parts.rest(r.b, seeds)[pullback.count :]
    bars = wrapped(r, found)
    return Tuple(tuple(cotangent(r, x, bars) for x in pullback.primals))


def _jvp(r: Reader, given: Arguments) -> Abstract:
    """The result and its tangent."""
    function, (primals, tangents) = _function(r, given, "jvp", 2)
    return _pushed(r, function, _items(r, primals, "jvp"), _items(r, tangents, "jvp"))


def _items(r: Reader, x: Abstract, name: str) -> tuple[Abstract, ...]:
    if not isinstance(x, Tuple) or x.kind not in ("tuple", "list"):
        reason = f"primals and tangents are tuples, one item per argument, not {describe(r, x)}"
        raise r.error("AG205", function=f"adgen.{name}", reason=reason)
    return x.items


def _pushed(
    r: Reader, function: Abstract, primals: Sequence[Abstract], tangents: Sequence[Abstract]
) -> Tuple:
    from adgen.frontend.calls import Arguments as Given

    wrong = _wrong(r, "`tangents`", "`primals`")
    if len(primals) != len(tangents):
        raise wrong(f"{len(tangents)} items instead of {len(primals)}")
    pairs = [p for x, t in zip(primals, tangents, strict=True) for p in paired(r, x, t, "it", wrong)]
    moved = [k for k, (dot, _) in enumerate(pairs) if dot is not None]
    dots: list[Value] = [dot for dot, _ in pairs if dot is not None]

    def run(opened: list[Abstract]) -> Abstract:
        return Application.of(r, function, Given(opened)).call(function)

    inner = lowered(r, primals, run)
    program = differentiator(r).pushforward(inner.func, moved, inner.outputs)
    found = placed(r, program, inner.given).rest(r.b, dots)
    count = len(inner.func.results)
    out = with_values(r, inner.result, wrapped(r, found[:count]))
    return Tuple((out, cotangent(r, inner.result, wrapped(r, found[count:]))))


def _hvp(r: Reader, given: Arguments) -> Abstract:
    """The Hessian times tangents: forward mode over the gradient."""
    function, (first, second) = _function(r, given, "hvp", 2)
    primals, tangents = _items(r, first, "hvp"), _items(r, second, "hvp")
    moved = tuple(k for k, t in enumerate(tangents) if t != Known(None))
    pushed = _pushed(r, Derivative(function, "grad", moved, False, False), primals, tangents)
    products = pushed.items[1]
    assert isinstance(products, Tuple)
    rest = iter(products.items)
    each = tuple(Known(None) if t == Known(None) else next(rest) for t in tangents)
    return each[0] if len(primals) == 1 else Tuple(each)


def _wrong(r: Reader, what: str, of: str) -> Callable[[str], UserError]:
    return lambda reason: r.error("AG307", what=what, of=of, reason=reason)


FORMS: dict[str, Callable[[Reader, Arguments], Abstract]] = {
    "adgen.vjp": _vjp,
    "adgen.jvp": _jvp,
    "adgen.hvp": _hvp,
}
