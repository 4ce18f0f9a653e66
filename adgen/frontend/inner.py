"""The program of a function that is called inside another one: closed, so that it can be differentiated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from adgen.frontend.abstract import Abstract
from adgen.frontend.closing import closed, missing_sizes
from adgen.frontend.finishing import finished
from adgen.frontend.leaves import floats, template, values, with_floats
from adgen.ir.builder import Builder
from adgen.ir.calls import called, named_in
from adgen.ir.core import Func, If, Region, Value, captures
from adgen.ir.dims import Dim
from adgen.ir.types import I64
from adgen.primitives.sizes import bind_dim, size_value
from adgen.records import dataclass
from adgen.transform.parting import Parted

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader


class Differentiate(Protocol):
    """What makes derivatives of programs; the frontend itself knows none."""

    @staticmethod
    def gradient(func: Func, wrt: Sequence[int]) -> Func:
        """The results followed by gradients of the first."""

    @staticmethod
    def pullback(func: Func, wrt: Sequence[int], outputs: Sequence[int]) -> Func:
        """The results followed by gradients, for cotangents of ``outputs`` as further parameters."""

    @staticmethod
    def pushforward(func: Func, wrt: Sequence[int], outputs: Sequence[int]) -> Func:
        """The results followed by tangents of ``outputs``, for tangents of ``wrt`` as further parameters."""

    @staticmethod
    def jacobian(func: Func, wrt: Sequence[int], outputs: Sequence[int], mode: str) -> Func:
        """The results followed by the Jacobian of each of ``outputs`` by each of ``wrt``."""


@dataclass(frozen=True, slots=True, eq=False)
class Inner:
    """A function at its arguments.

    The parameters of ``func`` are the floats of the arguments and then what it uses from around; ``given``
    are their values. Its results are the numbers and arrays of ``result``.
    """

    func: Func
    given: tuple[Value, ...]
    count: int
    result: Abstract

    @property
    def outputs(self) -> tuple[int, ...]:
        """The results that can have a derivative."""
        return tuple(k for k, v in enumerate(self.func.results) if v.type.is_float)


def lowered(r: Reader, arguments: Sequence[Abstract], run: Callable[[list[Abstract]], Abstract]) -> Inner:
    """The program of ``run``, which takes the arguments with parameters for their floats. Raises AG401."""
    outer = [v for x in arguments for v in floats(r, x)]
    params = [Value(v.any_type, r.hint_of(v)) for v in outer]
    with r.branch(r.state, conditional=False) as (nodes, state):
        fresh = (r.wrap(v) for v in params)
        opened = [with_floats(r, x, fresh) for x in arguments]
        before = dict(state.versions)
        result = template(r, run(opened))
        yields = list(values(r, result))
        if any(state.versions.get(root) is not v for root, v in before.items()):
            raise r.error("AG401", name="a derivative, inside a function, of one that writes")
    body = Region(tuple(params), tuple(nodes), tuple(yields))
    missing = [op for op in named_in(body) if op.attr("callee") not in (*r.raw, *r.whole)]
    if missing:
        raise r.error("AG401", name="a derivative, inside a function, of one that is not complete yet")
    found, ends, functions = closed(body.nodes, body.yields, r.raw, r.names, r.comments, r.whole)
    region = Region(body.params, found, ends)
    around = captures(If(params[0] if params else ends[0], region, Region((), (), ()), ()))
    around = tuple(v for v in around if v not in params)
    region = replace(region, params=(*params, *around))
    symbols = missing_sizes(region, region.params)
    func = Func("inner", _told(region, symbols), span=r.b.span, functions=functions)
    sizes = tuple(size_value(r.b, Dim.symbol(s)) for s in symbols)
    return Inner(finished(func, r.names), (*outer, *around, *sizes), len(params), result)


def _told(region: Region, symbols: Sequence[str]) -> Region:
    """The program with the sizes of the program around it as further parameters."""
    if not symbols:
        return region
    b, sizes = Builder(), tuple(Value(I64, s.partition(".")[0]) for s in symbols)
    with b.block() as bound:
        for size, symbol in zip(sizes, symbols, strict=True):
            b.emit(bind_dim, (size,), {"sym": symbol})
    return replace(region, params=(*region.params, *sizes), nodes=(*bound, *region.nodes))


def placed(r: Reader, program: Func, args: Sequence[Value]) -> Parted:
    """A derivative emitted here; what depends on parameters that are not given yet is left."""
    r.whole.update({f.name: f for f in called(program)})
    return Parted.of(r.b, program, args)
