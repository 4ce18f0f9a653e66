"""How objects of Python and NumPy lie in memory, as native entries take it, and what an entry is made for."""

from __future__ import annotations

from adgen.ir.dims import Dim
from adgen.records import dataclass

ENTRY, STATE = "adgen_entry", "adgen_state"
#: Offsets in objects: the value of a number, and fields of an array (checked at import by `native`).
VALUE, DATA, RANK, DIMS, DESCR, FLAGS, CELL = 16, 16, 24, 32, 56, 64, 16
#: Where a tuple has its size and its items.
SIZE, ITEMS = 16, 24
#: C-contiguous, aligned; writeable.
WANTED_FLAGS, WRITEABLE = 0x0001 | 0x0100, 0x0400

FIXED, MADE = "fixed", "made"


@dataclass(frozen=True, slots=True)
class Shape:
    """How an argument is taken apart, or a result put together.

    `kind` is that of a container, or `FIXED` for one object that is always the same, or `MADE` for what a
    callable makes of the parts. Parts that are numbers are leaves (of results: which). `objects` says where
    the objects it needs are among those of the call form: the fixed one, the callable, the class of a named
    tuple or a record and the names of its fields, the keys of a dict.
    """

    kind: str
    parts: tuple[Shape | int, ...] = ()
    objects: tuple[int, ...] = ()


Template = Shape | int | None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold for a call besides types and sizes, and where its arguments and results are.

    `pinned` are arguments (by position) with the values the kernel was made for; `names` counts entries of
    dicts, `cells` closure cells, `attributes` attributes of objects, that must still hold the objects they
    held (given to `native`, in order), `types` objects that must be of the class they were of. `keywords`
    says of each argument of the call whether it may be given by position, by name, and not at all; further
    ones are found in dicts (`name`), closure cells (`cell`) or attributes (`attribute`), or are always the
    same (`object`), as `hidden` says, and come last or at `captured_at`; a number in `either` may be a
    float of Python or of NumPy. Of dims that are `alike` one is 1 where the other is, and one of those in
    `refuted` is negative, if there are any. The results `outputs` (by position) go to arrays that are there
    already. `arguments` is the structure of each argument (none: they are the leaves), and `written` are
    pairs of a leaf and of the result that it holds afterwards.
    """

    pinned: tuple[tuple[int, int], ...] = ()
    names: int = 0
    cells: int = 0
    attributes: int = 0
    types: int = 0
    keywords: tuple[tuple[bool, bool, bool], ...] = ()
    hidden: tuple[str, ...] = ()
    alike: tuple[tuple[Dim, Dim], ...] = ()
    refuted: tuple[Dim, ...] = ()
    outputs: tuple[int, ...] = ()
    arguments: tuple[Shape | int, ...] = ()
    written: tuple[tuple[int, int], ...] = ()
    captured_at: int | None = None
    either: tuple[int, ...] = ()
