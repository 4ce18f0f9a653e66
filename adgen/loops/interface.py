"""What callers need to know of a kernel: everything but its body.

It is kept beside compiled code, so it depends on nothing but types.
"""

from __future__ import annotations

from dataclasses import dataclass

from adgen.diagnostics.spans import Span
from adgen.ir.core import Assumption
from adgen.ir.types import AnyType

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
