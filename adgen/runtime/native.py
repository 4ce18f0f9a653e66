"""Calls that never reach Python: a transform whose ``__call__`` is the native entry of its kernel.

The entry checks types, sizes, entry assumptions and surroundings itself and hands every other call on: to the
entry of an earlier specialisation, in the end to the Python path.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any

from adgen.ir.types import DType, Kind
from adgen.objects.containers import TUPLE
from adgen.runtime.captures import Fixed, cell_of, holder_of
from adgen.runtime.trees import LEAF, TreeSpec

if TYPE_CHECKING:
    from adgen.llvm_backend.layout import Template
    from adgen.llvm_backend.native import CallForm, Surroundings
    from adgen.runtime.executables import Executable
    from adgen.runtime.specialise import Bound

_PINNABLE = (DType.i64, DType.bool)


def entry_of(bound: Bound, function: Any, slow: Callable[..., Any]) -> Callable[..., Any] | None:
    """A builtin function that answers the calls of one specialisation; None where there can be none."""
    executable: Any = bound.run
    form = _form(executable, bound, function)
    if form is None:
        return None
    made = executable.program.kernel.entry(slow, form)
    return None if made is None else made.function


def _form(executable: Executable, bound: Bound, function: Any) -> CallForm | None:
    """How the entry is called, or None where leaves and arguments are not the same thing."""
    from adgen.llvm_backend.native import CallForm

    traced = bound.specialisation.traced
    plain = all(tree.spec.kind == LEAF for tree in traced.arguments)
    numbers = all(t.rank or t.kind is not Kind.array for t in traced.leaf_types)
    if not plain or not numbers or traced.hidden or traced.mutated:
        return None
    if traced.alike or bound.specialisation.guard.refuted:
        return None
    template = _template(executable.traced.result, [0])
    surroundings = _surroundings(traced.fixed, function)
    if template is None or surroundings is None:
        return None
    if any(traced.leaf_types[k].dtype not in _PINNABLE for k in traced.demanded):
        return None
    pinned = tuple((k, int(value)) for k, value in traced.demanded.items())
    return CallForm(template, pinned, surroundings)


def _template(spec: TreeSpec, position: list[int]) -> Template | None:
    """Numbers of results in the structure of the result; None for what an entry does not build."""
    if spec.kind == LEAF:
        position[0] += 1
        return position[0] - 1
    if spec.kind != TUPLE:
        return None
    parts = [_template(child, position) for child in spec.children]
    found = tuple(part for part in parts if part is not None)
    return found if len(found) == len(parts) else None


def _surroundings(fixed: tuple[Fixed, ...], function: Any) -> Surroundings | None:
    """Where the baked objects are found; None where one is neither a global nor in a closure cell."""
    from adgen.llvm_backend.native import ABSENT, Surroundings

    names: list[tuple[dict[str, Any], str, Any]] = []
    cells: list[tuple[CellType, Any]] = []
    for item in fixed:
        holder = holder_of(item.root or function, item.path)
        kind, name = item.path[-1] if item.path else ("", "")
        if not isinstance(holder, FunctionType) or kind not in ("name", "absent"):
            return None
        if kind == "absent":
            names.append((holder.__globals__, name, ABSENT))
            continue
        cell = cell_of(holder, name)
        if cell is not None:
            cells.append((cell, cell.cell_contents))
        elif name in holder.__globals__:
            names.append((holder.__globals__, name, holder.__globals__[name]))
        else:
            return None
    return Surroundings(tuple(names), tuple(cells))
