"""``FILE.py:FUNC``."""

from __future__ import annotations

import re
from pathlib import Path

from adgen.diagnostics import refuse
from adgen.records import dataclass

_TARGET = re.compile(r"(?P<path>.+\.pyw?):(?P<name>[^\W\d]\w*)")


@dataclass(frozen=True, slots=True)
class Target:
    """A function at the top level of a file."""

    path: Path
    name: str

    @classmethod
    def parse(cls, text: str) -> Target:
        """Split ``FILE.py:FUNC``; a path may hold colons itself."""
        found = _TARGET.fullmatch(text)
        if found is None:
            raise refuse("AG804", target=text)
        return cls(Path(found["path"]), found["name"])

    @staticmethod
    def is_one(text: str) -> bool:
        """Whether ``text`` has the form of a target."""
        return _TARGET.fullmatch(text) is not None

    def __str__(self) -> str:
        return f"{self.path}:{self.name}"
