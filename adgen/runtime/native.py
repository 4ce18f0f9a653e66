"""Calls that never reach Python: a transform whose ``__call__`` is the native entry of its kernel.

The entry checks types, sizes, entry assumptions and surroundings itself and hands every other call on: to the
entry of an earlier specialisation, in the end to the Python path.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any

from adgen.ir.types import DType, Kind
from adgen.objects.containers import TUPLE
from adgen.runtime.captures import Fixed, Hidden, cell_of, holder_of
from adgen.runtime.trees import LEAF, TreeSpec

if TYPE_CHECKING:
    from adgen.llvm_backend.layout import Template
    from adgen.llvm_backend.native import CallForm, Surroundings
    from adgen.runtime.executables import Executable
    from adgen.runtime.specialise import Bound
    from adgen.runtime.subject import Subject

_PINNABLE = (DType.i64, DType.bool)


def entry_of(bound: Bound, subject: Subject, slow: Callable[..., Any]) -> Callable[..., Any] | None:
    """A builtin function that answers the calls of one specialisation; None where there can be none."""
    executable: Any = bound.run
    form = call_form(executable, bound, subject)
    if form is None:
        return None
    made = executable.program.kernel.entry(slow, form)
    return None if made is None else made.function


def entry_into(
    bound: Bound,
    subject: Subject,
    slow: Callable[..., Any],
    returned: TreeSpec | None,
    outputs: tuple[tuple[int, Any], ...],
    workspace: Any,
) -> Callable[..., Any] | None:
    """An entry that has some results written to arrays and gives the others."""
    executable: Any = bound.run
    form = call_form(executable, bound, subject)
    if form is None:
        return None
    taken = {position for position, _ in outputs}
    first = next(k for k in range(len(taken) + 1) if k not in taken)
    template = None if returned is None else _template(returned, [first])
    if template is None and returned is not None:
        return None
    kernel = executable.program.kernel
    made = kernel.entry(slow, replace(form, template=template, outputs=outputs), workspace)
    return None if made is None else made.function


def call_form(executable: Executable, bound: Bound, subject: Subject) -> CallForm | None:
    """How the entry is called, or None where leaves and arguments are not the same thing."""
    from adgen.llvm_backend.native import CallForm

    traced = bound.specialisation.traced
    plain = all(tree.spec.kind == LEAF for tree in traced.arguments)
    types = (*traced.leaf_types, *(hidden.type for hidden in traced.hidden))
    if not plain or traced.mutated or any(not t.rank and t.kind is Kind.array for t in types):
        return None
    template = _template(executable.traced.result, [0])
    surroundings = _surroundings(traced.fixed, subject.root)
    hidden = _hidden(traced.hidden, subject.root)
    if template is None or surroundings is None or hidden is None:
        return None
    if any(traced.leaf_types[k].dtype not in _PINNABLE for k in traced.demanded):
        return None
    return CallForm(
        template,
        tuple((k, int(value)) for k, value in traced.demanded.items()),
        surroundings,
        tuple(_parameter(p) for p in subject.signature.parameters.values()),
        hidden,
        traced.alike,
        bound.specialisation.guard.refuted,
    )


def _parameter(parameter: inspect.Parameter) -> tuple[str, bool, bool]:
    """The name of a parameter, and whether it may be given by position and by name."""
    kinds = inspect.Parameter
    positional = parameter.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
    return parameter.name, positional, parameter.kind in (kinds.KEYWORD_ONLY, kinds.POSITIONAL_OR_KEYWORD)


def _hidden(
    hidden: tuple[Hidden, ...], function: Any
) -> tuple[CellType | tuple[dict[str, Any], str], ...] | None:
    """Where captured values are found; None where one is neither a global nor in a closure cell."""
    found: list[CellType | tuple[dict[str, Any], str]] = []
    for item in hidden:
        holder = holder_of(item.root or function, item.path)
        kind, name = item.path[-1] if item.path else ("", "")
        if not isinstance(holder, FunctionType) or kind != "name":
            return None
        cell = cell_of(holder, name)
        key = next((key for key in holder.__globals__ if key == name), None)
        if cell is None and key is None:
            return None
        found.append(cell or (holder.__globals__, str(key)))
    return tuple(found)


def _template(spec: TreeSpec, position: list[int]) -> int | tuple[Template, ...] | None:
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
