"""Arrays that a segment leaves behind and nobody needs: they are deleted at its end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adgen.ir.core import Op, Value
from adgen.ir.types import Type
from adgen.numpy_backend.variables import Variables

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*(?:, [A-Za-z_]\w*)*) = ")


def dead_arrays(lines: Sequence[str], end: Op, variables: Variables) -> list[str]:
    """Names that these lines certainly assign, of arrays that are not needed behind a segment's end."""
    assigned: dict[str, None] = {}
    for line in lines:
        found = _ASSIGNMENT.match(line)
        assigned.update(dict.fromkeys(found[1].split(", ") if found else ()))
        for name in line[4:].split(", ") if line.startswith("del ") else ():
            assigned.pop(name, None)
    here = 2 * variables.numbering.head[end] + 1
    by_name: dict[str, list[bool]] = {}
    arrays: set[str] = set()
    for variable in set(variables.table.values()):
        by_name.setdefault(variable.name, []).append(bool(variable.life >> here & 1))
        if any(_is_array(value) for value in variable.values):
            arrays.add(variable.name)
    return [name for name in assigned if name in arrays and not any(by_name[name])]


def _is_array(value: Value) -> bool:
    return isinstance(value.any_type, Type) and bool(value.type.rank)
