"""Numbers of bytes as users write them."""

from __future__ import annotations

import re

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_TEXT = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*([a-zA-Z]*)\s*")


def bytes_of(value: object) -> int | None:
    """A number of bytes, or a text such as "64 MB"; None for what is neither.

    >>> bytes_of("0.5 KiB")
    512
    """
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    found = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[2].lower() not in _UNITS:
        return None
    return int(float(found[1]) * _UNITS[found[2].lower()]) or None
