"""Whole Jacobians as programs: a loop over the rows (reverse mode) or the columns (forward mode).

What does not depend on the row or column stands in front of the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from adgen.autodiff.forward import pushforward
from adgen.autodiff.reverse import joint, symbols_of
from adgen.ir.builder import Builder
from adgen.ir.core import Access, Full, Func, Indexer, Op, Point, Region, Value, walk
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import I64, Kind, Type
from adgen.primitives.elementwise import cast
from adgen.primitives.indexing import owned_zeros, write
from adgen.primitives.shape import reshape
from adgen.primitives.sizes import constant, size_value
from adgen.records import dataclass
from adgen.transform.fold import HOOK
from adgen.transform.parting import Parted

FORWARD, REVERSE = "forward", "reverse"


def jacobian(func: Func, wrt: Sequence[int], outputs: Sequence[int], mode: str) -> Func:
    """The program of all results of ``func`` and then, for each of ``outputs``, its Jacobians by ``wrt``.

    ``mode`` is "forward", "reverse" or "auto", which goes by the sizes.
    """
    if _draws(func):
        mode = REVERSE  # its loop draws nothing
    elif mode not in (FORWARD, REVERSE):
        mode = _cheaper([func.params[k] for k in wrt], [func.results[k] for k in outputs])
    b = Builder(HOOK)
    b.reserve(symbols_of(func))
    functions = {f.name: f for f in func.functions}
    results: tuple[Value, ...] | None = None
    found: dict[tuple[int, int], Value] = {}
    with b.block() as nodes:
        for seed in outputs if mode == REVERSE else wrt:
            program = (
                joint(func, wrt, (seed,), seeded=True)
                if mode == REVERSE
                else pushforward(func, (seed,), outputs)
            )
            functions.update({f.name: f for f in program.functions})
            parts = Parted.of(b, program, func.params)
            blocks = _Swept(b, mode, parts, len(func.results)).blocks()
            for k, block in zip(wrt if mode == REVERSE else outputs, blocks, strict=True):
                found[(seed, k) if mode == REVERSE else (k, seed)] = block
            results = parts.ready(len(func.results)) if results is None else results
        if results is None:
            results = Parted.of(b, func, func.params).rest(b, ())
    ordered = tuple(found[k, i] for k in outputs for i in wrt)
    body = Region(func.params, tuple(nodes), (*results, *ordered))
    return replace(func, body=body, cut=None, result_names=(), functions=tuple(functions.values()))


def _cheaper(inputs: Sequence[Value], outputs: Sequence[Value]) -> str:
    """Reverse mode where there are no more results than arguments, as far as that is known."""
    least = surplus(inputs, outputs).lower_bound()
    return FORWARD if least is not None and least > 0 else REVERSE


def surplus(inputs: Sequence[Value], outputs: Sequence[Value]) -> Dim:
    """How many more numbers there are in the results than in the arguments."""
    return _total(outputs) - _total(inputs)


def _draws(func: Func) -> bool:
    return any(isinstance(n, Op) and n.prim.name == "draw" for n in walk(func.body))


def _total(values: Sequence[Value]) -> Dim:
    return reduce(Dim.__add__, (count_of(v.type) for v in values), Dim.const(0))


def count_of(type_: Type) -> Dim:
    """The number of elements."""
    return reduce(Dim.__mul__, type_.dims, ONE)


@dataclass(frozen=True, slots=True)
class _Swept:
    """A program that is linear in its last parameter, which becomes one element after the other."""

    b: Builder
    mode: str
    parts: Parted
    count: int

    @property
    def seed(self) -> Type:
        """The type of the last parameter, with the sizes of the program around."""
        found = self.parts.early.type(self.parts.seeds[0].any_type)
        assert isinstance(found, Type)
        return found

    def blocks(self) -> list[Value]:
        """One block of the Jacobian for each of the results behind the first ``count``."""
        b, seed = self.b, self.seed
        if not seed.rank:
            found = self._at(constant(b, 1.0, seed))
            return [cast(b, v, dtype=v.type.dtype, kind=Kind.array) if not v.type.rank else v for v in found]
        size = count_of(seed)
        shapes = [self._type(v) for v in self.parts.program.results[self.count :]]
        whole = [Type(t.dtype, self._joined((size,), t.dims)) for t in shapes]
        inits = tuple(owned_zeros(b, t) for t in whole)
        bounds = (constant(b, 0), size_value(b, size), constant(b, 1))
        counter = Value(I64, "row" if self.mode == REVERSE else "column")
        carried = tuple(Value(t, "jacobian") for t in whole)
        found = b.for_loop(bounds, inits, self._body(size, counter, carried))
        dims = [self._joined(seed.dims, t.dims) for t in shapes]
        return [reshape(b, v, dims=d) if v.type.dims != d else v for v, d in zip(found, dims, strict=True)]

    def _joined(self, seed: tuple[Dim, ...], other: tuple[Dim, ...]) -> tuple[Dim, ...]:
        return (*seed, *other) if self.mode == REVERSE else (*other, *seed)

    def _type(self, value: Value) -> Type:
        found = self.parts.early.type(value.any_type)
        assert isinstance(found, Type)
        return found

    def _at(self, seed: Value) -> tuple[Value, ...]:
        return self.parts.rest(self.b, [seed])[self.count :]

    def _body(self, size: Dim, counter: Value, carried: tuple[Value, ...]) -> Region:
        """One round: the seed is one at a single element."""
        b, seed = self.b, self.seed
        with b.block() as nodes:
            flat = owned_zeros(b, Type(seed.dtype, (size,)))
            one = constant(b, 1.0, Type(seed.dtype, (), Kind.np))
            basis = write(b, flat, one, counter, index=Indexer((Point(),)))
            ends = []
            found = self._at(reshape(b, basis, dims=seed.dims) if seed.rank > 1 else basis)
            for whole, value in zip(carried, found, strict=True):
                rest: tuple[Access, ...] = (Full(),) * (whole.type.rank - 1)
                access: tuple[Access, ...] = (Point(), *rest) if self.mode == REVERSE else (*rest, Point())
                if not value.type.rank:
                    value = cast(b, value, dtype=value.type.dtype, kind=Kind.np)
                ends.append(write(b, whole, value, counter, index=Indexer(access)))
        return Region((counter, *carried), tuple(nodes), tuple(ends))
