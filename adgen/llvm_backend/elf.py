"""The little we read from ELF objects: which symbols they leave undefined."""

from __future__ import annotations

import struct

_SYMTAB = 2
#: Made by the linker itself, never looked up.
_LINKER_MADE = frozenset({"_GLOBAL_OFFSET_TABLE_"})


def undefined_symbols(code: bytes) -> list[str]:
    """Names of undefined symbols of a 64-bit ELF object, sorted; of other formats nothing is known."""
    if code[:5] != b"\x7fELF\x02":
        return []
    order = "<" if code[5] == 1 else ">"
    (start,) = struct.unpack_from(order + "Q", code, 40)
    size, count = struct.unpack_from(order + "HH", code, 58)
    headers = [struct.unpack_from(order + "IIQQQQIIQQ", code, start + k * size) for k in range(count)]
    found: set[str] = set()
    for header in headers:
        if header[1] == _SYMTAB:
            found.update(_undefined_in(code, order, header, headers[header[6]][4]))
    return sorted(found - _LINKER_MADE)


def _undefined_in(code: bytes, order: str, header: tuple[int, ...], strings: int) -> set[str]:
    offset, size = header[4], header[5]
    names = set()
    for at in range(offset, offset + size, 24):
        name, _, _, section = struct.unpack_from(order + "IBBH", code, at)
        if section == 0 and name:
            end = code.index(b"\0", strings + name)
            names.add(code[strings + name : end].decode())
    return names
