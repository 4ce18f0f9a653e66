"""What callers need to know of a kernel: everything but its body.

It is kept beside compiled code, so it depends on nothing but types.
"""

from __future__ import annotations

from adgen.diagnostics.spans import Span
from adgen.ir.core import Assumption
from adgen.ir.dims import Dim, linear_in
from adgen.ir.types import AnyType, Type
from adgen.records import dataclass

NUMBER, ARRAY, HEAP = "number", "array", "heap"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed check means: the Python type of the error, its text and its place."""

    kind: str
    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """The arguments and results of a kernel.

    `arrays` says of each parameter whether it is an address, `results` of each result whether it is a number,
    an array that the caller makes, or one that the kernel allocates (a heap result). `symbols` are the sizes
    known on entry, `bound` those that are integer parameters, by position. `pieces` is how much heap memory
    the workspace keeps. `draws` and `loops` say whether there are draws or loops of the program.
    """

    name: str
    param_types: tuple[AnyType, ...]
    arrays: tuple[bool, ...]
    result_types: tuple[AnyType, ...]
    results: tuple[str, ...]
    symbols: tuple[str, ...]
    bound: tuple[tuple[str, int], ...]
    failures: tuple[Failure, ...]
    assumptions: tuple[Assumption, ...]
    pieces: int
    draws: bool
    loops: bool


Place = tuple[int, int]
"""A parameter and an axis; -1 stands for the value of an integer."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the size that a symbol stands for is found: ``dim``, which is linear in it, is what is there."""

    symbol: str
    dim: Dim
    place: Place


def dims_of(kernel: Interface) -> list[tuple[Place, Dim]]:
    """The dims of all arguments, with where they are."""
    arrays = [(k, t) for k, t in enumerate(kernel.param_types) if isinstance(t, Type)]
    return [((k, axis), d) for k, t in arrays for axis, d in enumerate(t.dims)]


def sources(kernel: Interface) -> list[Source]:
    """Sources of the symbols, each after those its dim needs; symbols that nothing gives are left out."""
    given = [((position, -1), Dim.symbol(name)) for name, position in kernel.bound]
    waiting = sorted((*dims_of(kernel), *given), key=lambda item: len(item[1].terms))
    found: dict[str, Source] = {}
    while True:
        for place, d in waiting:
            unknown = [name for name in d.symbols() if name not in found]
            if len(unknown) == 1 and linear_in(d, unknown[0]):
                found[unknown[0]] = Source(unknown[0], d, place)
                break
        else:
            return list(found.values())
