"""The library: what functions of NumPy, ``math``, ``builtins`` and adgen mean, by qualified name."""

from __future__ import annotations

from adgen.frontend.entries import Found, merge

TABLE: dict[str, Found] = merge()


def lookup(name: str) -> Found | None:
    """The entry of a qualified name such as ``numpy.linalg.norm``, or None."""
    return TABLE.get(name)
