"""The source of a live function: found by its code object, and compared with it."""

from __future__ import annotations

import dis
import linecache
import tokenize
import types
from collections.abc import Iterator, Mapping
from typing import Any

from adgen.diagnostics import Span, UserError, refuse
from adgen.frontend.source import FunctionSource, lambda_text, parse_definition, parse_lambda

_FUTURES = 0x1000000 | 0x100000 | 0x800000


def live_source(function: types.FunctionType) -> FunctionSource:
    """The source of a Python function. Raises AG210 (changed), AG211 (none), AG212 (ambiguous)."""
    code = function.__code__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    key = (id(code), id(lines), id(function.__globals__))
    known = _FOUND.get(key)
    if known is None:
        if len(_FOUND) >= _MOST:
            _FOUND.clear()
        known = _FOUND[key] = (code, lines, _found(function, code, lines))
    return known[2]


#: sources that were found, with what is kept alive so that nothing else has its identity
_FOUND: dict[tuple[int, int, int], tuple[types.CodeType, list[str], FunctionSource]] = {}
_MOST = 1 << 10


def _found(function: types.FunctionType, code: types.CodeType, lines: list[str]) -> FunctionSource:
    if not lines or code.co_firstlineno > len(lines):
        raise refuse("AG211", name=function.__name__) if not lines else _changed(code)
    if function.__name__ == "<lambda>" or code.co_name == "<lambda>":
        return _lambda_source(code, lines, function.__globals__)
    try:
        source = parse_definition(code.co_filename, lines, code.co_firstlineno)
    except (AssertionError, IndexError, SyntaxError, tokenize.TokenError, UserError):
        raise _changed(code) from None
    if not _compiles_to(source.text.text, code, function.__globals__):
        raise _changed(code)
    return source


def has_source(function: types.FunctionType) -> bool:
    """Whether there is any text where a function says it comes from."""
    return bool(linecache.getlines(function.__code__.co_filename, function.__globals__))


def _changed(code: types.CodeType) -> Exception:
    line = code.co_firstlineno
    return refuse("AG210", Span(code.co_filename, line, 1, line, 2))


def _lambda_source(code: types.CodeType, lines: list[str], names: Mapping[str, Any]) -> FunctionSource:
    line = code.co_firstlineno
    body = _body_range(code, lines)
    fitting = []
    for column in _lambda_columns(lines[line - 1]):
        text = lambda_text(lines, line, column, None if body is None else body[1])
        if text is None or not _compiles_to(f"(\n{text}\n)\n", code, names):
            continue
        if body is None or _contains(text, line, column, body):
            fitting.append((column, text))
    if not fitting:
        raise _changed(code)
    if body is None and len({text for _, text in fitting}) > 1:
        raise refuse("AG212", Span(code.co_filename, line, fitting[0][0] + 1, line, fitting[0][0] + 7))
    column, text = fitting[-1]
    return parse_lambda(code.co_filename, text, line, column)


def _contains(text: str, line: int, column: int, body: tuple[tuple[int, int], tuple[int, int]]) -> bool:
    rows = text.splitlines() or [""]
    end = (line + len(rows) - 1, len(rows[-1]) + (column if len(rows) == 1 else 0))
    return (line, column) <= body[0] and body[1] <= end


def _lambda_columns(line: str) -> Iterator[int]:
    at = line.find("lambda")
    while at >= 0:
        yield at
        at = line.find("lambda", at + 1)


def _body_range(code: types.CodeType, lines: list[str]) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """First and last place (line, column from 0 in characters) of the body's instructions."""
    starts, ends = [], []
    for instruction in dis.get_instructions(code):
        place = instruction.positions
        if place is None or place.col_offset is None or place.lineno is None:
            continue
        if not place.end_col_offset:
            continue  # what sets up and leaves the frame has no place
        if place.end_lineno is None:
            continue
        starts.append((place.lineno, _characters(lines, place.lineno, place.col_offset)))
        ends.append((place.end_lineno, _characters(lines, place.end_lineno, place.end_col_offset)))
    return (min(starts), max(ends)) if starts else None


def _characters(lines: list[str], line: int, offset: int) -> int:
    """A column in characters for one in UTF-8 bytes."""
    if line > len(lines):
        return offset
    return len(lines[line - 1].encode()[:offset].decode(errors="replace"))


# -- is it still the same? --------------------------------------------------------------------------------
def _compiles_to(text: str, code: types.CodeType, names: Mapping[str, Any]) -> bool:
    """Whether the definition in ``text`` compiles to ``code``, among the global ``names``."""
    if any(name.startswith("@py") for name in (*code.co_names, *code.co_varnames)):
        return True  # rewritten by pytest, which replaces every assert
    free = ", ".join(code.co_freevars)
    indented = text[:1] in (" ", "\t")
    if indented or code.co_freevars:
        body = text if indented else "  return " + text
        text = f"def _({free}):\n{body}"
    for imports in _import_variants(code, names):
        try:
            compiled = compile(
                imports + text, code.co_filename, "exec", code.co_flags & _FUTURES, dont_inherit=True
            )
        except SyntaxError:
            return False
        if any(_same(found, code) for found in _codes(compiled) if found.co_name == code.co_name):
            return True
    return False


def _import_variants(code: types.CodeType, names: Mapping[str, Any]) -> Iterator[str]:
    """Imports to put before a definition: calls on imported names compile in a way of their own (3.12)."""
    used = dict.fromkeys(n for c in (code, *_codes(code)) for n in c.co_names if n in names)
    modules = [n for n in used if isinstance(names[n], types.ModuleType)]
    home = names.get("__name__")
    foreign = [n for n in used if n in modules or getattr(names[n], "__module__", home) != home]
    for chosen in dict.fromkeys((tuple(modules), tuple(foreign), tuple(used), ())):
        yield f"import {', '.join(chosen)}\n" if chosen else ""


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def _same(left: types.CodeType, right: types.CodeType) -> bool:
    def key(code: types.CodeType) -> tuple[Any, ...]:
        return (
            _instructions(code),
            code.co_varnames,
            code.co_freevars,
            code.co_cellvars,
            code.co_argcount,
            code.co_kwonlyargcount,
            code.co_posonlyargcount,
        )

    return (
        key(left) == key(right)
        and len(left.co_consts) == len(right.co_consts)
        and all(_same_constant(a, b) for a, b in zip(left.co_consts, right.co_consts, strict=True))
    )


_IGNORED = frozenset(("PUSH_NULL", "PRECALL", "CACHE", "NOP", "EXTENDED_ARG", "RESUME"))


def _instructions(code: types.CodeType) -> list[tuple[str, Any]]:
    """The instructions without what depends on the module around them.

    Python compiles a call of a module's function another way than a method call, and tells the two apart by
    the imports in the same file, which are not compiled here.
    """
    kept = [i for i in dis.get_instructions(code) if i.opname not in _IGNORED]
    numbers = {instruction.offset: number for number, instruction in enumerate(kept)}
    jumps = frozenset((*dis.hasjrel, *dis.hasjabs))
    found: list[tuple[str, Any]] = []
    for instruction in kept:
        name = "LOAD_ATTR" if instruction.opname == "LOAD_METHOD" else instruction.opname
        value = instruction.argval
        if instruction.opcode in jumps:
            value = numbers.get(value, "end")
        elif isinstance(value, types.CodeType):
            value = value.co_name
        found.append((name, repr(value)))
    return found


def _same_constant(left: Any, right: Any) -> bool:
    if isinstance(left, types.CodeType) and isinstance(right, types.CodeType):
        return _same(left, right)
    return type(left) is type(right) and repr(left) == repr(right)
