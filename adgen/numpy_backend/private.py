"""Functions that others of the same text call: ``_power(x, n)``, ``_power_forward(x, n)``.

Several values that travel as one tape are a tuple.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adgen.ir.calls import bundled
from adgen.ir.core import Func
from adgen.ir.text import to_text
from adgen.ir.types import AnyType, StackType
from adgen.numpy_backend.annotations import type_text
from adgen.numpy_backend.checks import named_types, size_bindings
from adgen.numpy_backend.entry import Context, Entry
from adgen.numpy_backend.expressions import Module, called_name
from adgen.numpy_backend.function import Style, parameter_names, print_body
from adgen.numpy_backend.layout import formatted
from adgen.numpy_backend.names import Namer
from adgen.transform.rebuild import with_callees

if TYPE_CHECKING:
    from adgen.numpy_backend.module import Delegate


def reserved_names(func: Func) -> tuple[str, ...]:
    """The names of the functions that a program calls."""
    return tuple(called_name(f.name) for f in func.functions)


def private_function(
    func: Func, module: Module, reserved: Sequence[str] = (), annotated: bool = False
) -> list[str]:
    """The lines of one function."""
    names = parameter_names(func)
    style = Style(
        names,
        reserved=tuple(reserved),
        module=module,
        comments=not func.takes,
        finish=lambda results: [_returned(bundled(results, func.gives))],
    )
    body = print_body(func, style)
    parameters, opening = _parameters(func, names, annotated)
    result = f" -> {_annotation(func)}" if annotated else ""
    lines = formatted(f"def {called_name(func.name)}({', '.join(parameters)}){result}:", 0)
    opening += size_bindings(named_types(func, names), _unnamed(body.sizes, names), checked=False)
    return [*lines, *(line for s in opening for line in formatted(s, 1)), *body.lines]


def private_functions(programs: Sequence[Func], context: Context) -> list[list[str]]:
    """The functions that programs call, each once."""
    found = {f.name: f for program in programs for f in program.functions}
    reserved = tuple(called_name(name) for name in found)
    blocks = [
        private_function(f, context.module, (*context.reserved, *reserved), True) for f in found.values()
    ]
    return [[context.short(line) for line in block] for block in blocks]


def named_apart(functions: Sequence[Entry | Delegate]) -> list[Entry | Delegate]:
    """The functions, where two call different ones by one name under other names."""
    texts: dict[str, str] = {}
    found: list[Entry | Delegate] = []
    for function in functions:
        if isinstance(function, Entry):
            names = _other_names(function.func, texts)
            function = replace(function, func=with_callees(function.func, names)) if names else function
            texts.update((f.name, to_text(f)) for f in function.func.functions)
        found.append(function)
    return found


def _other_names(func: Func, texts: Mapping[str, str]) -> dict[str, str]:
    if all(texts.get(f.name, to_text(f)) == to_text(f) for f in func.functions):
        return {}
    return {f.name: next(_numbered(f.name, texts)) for f in func.functions}


def _numbered(name: str, taken: Mapping[str, str]) -> Iterator[str]:
    return (n for k in range(1, len(taken) + 2) if (n := f"{name}_{k}") not in taken)


def _unnamed(sizes: dict[str, str], names: Sequence[str]) -> dict[str, str]:
    return {symbol: name for symbol, name in sizes.items() if name not in names}


def _parameters(func: Func, names: Sequence[str], annotated: bool) -> tuple[list[str], list[str]]:
    """The parameters of a call, and the statements that open tapes."""
    namer = Namer(names)
    found: list[str] = []
    opening: list[str] = []
    types = bundled([p.any_type for p in func.params], func.takes)
    for bundle, type_ in zip(bundled(names, func.takes), types, strict=True):
        if isinstance(bundle, str):
            assert not isinstance(type_, tuple)
            found.append(f"{bundle}: {type_text(type_)}" if annotated else bundle)
            continue
        assert isinstance(type_, tuple)
        tape = namer.fresh("saved")
        found.append(f"{tape}: Any" if annotated else tape)
        opening += _opened(tape, bundle, type_)
    return found, opening


def _opened(tape: str, names: Sequence[str], types: Sequence[AnyType]) -> list[str]:
    """Statements that take a tape apart; stacks are copied, because popping empties them."""
    if not names:
        return []
    targets = f"({names[0]},)" if len(names) == 1 else ", ".join(names)
    copies = [
        f"{name} = {name}.copy()" for name, t in zip(names, types, strict=True) if isinstance(t, StackType)
    ]
    return [f"{targets} = {tape}", *copies]


def _returned(results: Sequence[str | tuple[str, ...]]) -> str:
    texts = [r if isinstance(r, str) else f"({', '.join(r)}{',' if len(r) == 1 else ''})" for r in results]
    return f"return {', '.join(texts) or '()'}"


def _annotation(func: Func) -> str:
    types = bundled([v.any_type for v in func.results], func.gives)
    texts = ["Any" if isinstance(t, tuple) else type_text(t) for t in types]
    if len(texts) == 1:
        return texts[0]
    return f"tuple[{', '.join(texts) or '()'}]"
