"""How objects of Python and NumPy lie in memory, as native entries take it, and what an entry is made for."""

from __future__ import annotations

from dataclasses import dataclass

ENTRY, STATE = "adgen_entry", "adgen_state"
#: Offsets in objects: the value of a number, and fields of an array (checked at import by `native`).
VALUE, DATA, RANK, DIMS, DESCR, FLAGS, CELL = 16, 16, 24, 32, 56, 64, 16
#: C-contiguous, aligned.
WANTED_FLAGS = 0x0001 | 0x0100

Template = int | tuple["Template", ...]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold for a call besides types and sizes.

    `pinned` are arguments (by position) with the values the kernel was made for; `names` counts entries of
    dicts, `cells` closure cells, that must still hold the objects they held (given to `native`, in order).
    """

    pinned: tuple[tuple[int, int], ...] = ()
    names: int = 0
    cells: int = 0
