"""Functions whose calls are segments: what ``adgen.recompute`` gives."""

from __future__ import annotations

import functools
import sys
from typing import Any


class Recomputed(functools.partial[Any]):
    """A function whose calls the reverse sweep evaluates again; called as it stands it is the function."""

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __reduce__(self) -> Any:
        home: Any = sys.modules.get(str(getattr(self.func, "__module__", "")))
        name = getattr(self.func, "__qualname__", "")
        for part in name.split("."):
            home = getattr(home, part, None)
        return name if home is self else (type(self), (self.func,))
