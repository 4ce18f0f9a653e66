"""Names in generated code: what is reserved, and how collisions are numbered."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator

#: what generated code itself may refer to; other builtins may be shadowed as the user does
USED_BUILTINS = (
    "bool",
    "float",
    "int",
    "len",
    "range",
    "reversed",
    "tuple",
    "type",
    "list",
    "dict",
    "NotImplementedError",
)
MODULES = ("np", "math", "numpy", "scipy")
_IMPORTED = re.compile(r"\b(math|scipy\.\w+)\.")


def imported(text: str) -> set[str]:
    """The modules besides NumPy that a piece of source refers to."""
    return set(_IMPORTED.findall(text))


class Namer:
    """Hands out names that are not taken."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = {*USED_BUILTINS, *MODULES, *reserved}

    def is_free(self, name: str) -> bool:
        """Whether a name can be given."""
        return name not in self._taken and not keyword.iskeyword(name)

    def take(self, name: str) -> None:
        """Mark a name as taken."""
        self._taken.add(name)

    def fresh(self, wish: str) -> str:
        """The wish, or the wish with the smallest number that is free; taken from now on."""
        name = next(n for n in self.candidates(clean(wish)) if self.is_free(n))
        self.take(name)
        return name

    @staticmethod
    def candidates(wish: str) -> Iterator[str]:
        """``wish``, ``wish_1``, ``wish_2``, ..."""
        yield wish
        count = 1
        while True:
            yield f"{wish}_{count}"
            count += 1


def clean(hint: str) -> str:
    """An identifier close to ``hint``, which is neither a keyword nor a builtin that users expect intact."""
    text = "".join(c if c.isalnum() or c == "_" else "_" for c in hint).strip() or "t"
    if text[0].isdigit():
        text = f"_{text}"
    shadows = text in USED_BUILTINS or text in MODULES
    return f"{text}_" if keyword.iskeyword(text) or shadows else text


def is_ambiguous(name: str) -> bool:
    """Whether linters call a name hard to read (E741)."""
    return name in ("l", "I", "O")
