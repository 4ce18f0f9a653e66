"""What ``forward`` hands to ``backward``: names of the fields, the class that holds them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adgen.ir.types import Type
from adgen.numpy_backend.annotations import dims_text, type_text
from adgen.numpy_backend.entry import Context, Entry, body_of, leaf_names
from adgen.numpy_backend.names import Namer, clean
from adgen.numpy_backend.trees import count

if TYPE_CHECKING:
    from adgen.numpy_backend.module import Delegate

_UNNAMED = re.compile(r"(t|tmp|saved|value)(_\d+)?$")


def field_names(wishes: Sequence[str], taken: Sequence[str]) -> tuple[str, ...]:
    """Names of the residuals: their own, made unique; ``taken`` are local names that are no residuals."""
    namer = Namer(("count", "index", *(t for t in taken if t not in wishes)))
    return tuple(namer.fresh(clean(wish).lstrip("_") or f"saved_{k}") for k, wish in enumerate(wishes))


def named_residuals(functions: Sequence[Entry | Delegate]) -> list[Entry | Delegate]:
    """The functions with the residuals called what ``forward`` calls them."""
    entries = [f for f in functions if isinstance(f, Entry)]
    forward = next((f for f in entries if f.residuals_out), None)
    if forward is None:
        return list(functions)
    first = count(forward.result) + len(forward.mutated)
    body = body_of(forward, (*leaf_names(forward),), Context(()))
    wishes = [_wish(text, old) for text, old in zip(body.results[first:], forward.residuals_out, strict=True)]
    arguments = [a.name for f in entries if f.residuals_in for a in f.arguments]
    arguments += forward.kept
    names = field_names(wishes, arguments)
    return [
        replace(f, residuals_out=names)
        if f is forward
        else replace(f, residuals_in=names)
        if isinstance(f, Entry) and f.residuals_in
        else f
        for f in functions
    ]


def _wish(text: str, old: str) -> str:
    name = text.removesuffix(".copy()")
    return name if name.isidentifier() and not _UNNAMED.match(name) else old


def residual_class(entry: Entry, sizes: dict[str, str]) -> list[str]:
    """The NamedTuple that ``forward`` returns and ``backward`` takes."""
    start = count(entry.result) + len(entry.mutated)
    lines = [
        "class Residuals(NamedTuple):",
        '    """What `backward` needs of the forward sweep."""',
        "",
    ]
    for name, value in zip(entry.residuals_out, entry.func.results[start:], strict=True):
        if not isinstance(value.any_type, Type):
            lines.append(f"    {name}: {type_text(value.any_type)}")
            continue
        note = f"  # {dims_text(value.type, sizes)}" if value.type.rank else ""
        lines.append(f"    {name}: {type_text(value.type)}{note}")
    lines += [f"    {name}: Any  # its type is that of its gradient" for name in entry.kept]
    return lines
