"""The generated module: header, imports, public functions, helpers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from adgen.numpy_backend.checks import APART, CHECK, SHAPE
from adgen.numpy_backend.entry import Context, Entry, made_records, print_entry, signature
from adgen.numpy_backend.layout import formatted
from adgen.numpy_backend.names import imported, is_ambiguous
from adgen.numpy_backend.private import named_apart, private_functions, reserved_names
from adgen.numpy_backend.residuals import named_residuals, residual_class
from adgen.numpy_backend.trees import class_name, record_class
from adgen.records import dataclass
from adgen.version import __version__


@dataclass(frozen=True, slots=True)
class Delegate:
    """A function that calls another one and returns a part of its result: ``return other(...)[part]``."""

    name: str
    entry: Entry
    part: int
    summary: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a module comes from: shown in its header."""

    function: str
    file: str | None = None
    digest: str | None = None
    options: tuple[tuple[str, str], ...] = ()


def print_module(origin: Origin, summary: str, functions: Sequence[Entry | Delegate]) -> str:
    """The text of a module with these public functions, in this order."""
    functions = named_apart(named_residuals(functions))
    public = [f.name for f in functions]
    forward = next((f for f in functions if isinstance(f, Entry) and f.residuals_out), None)
    classes = ["Residuals"] if forward is not None else []
    called = dict.fromkeys(n for f in functions if isinstance(f, Entry) for n in reserved_names(f.func))
    reserved = ("_check", "_shape", "Array", "NDArray", "NamedTuple", "Any", *called)
    context = Context((*classes, *reserved))
    context.aliases = _aliases(functions)
    made = {class_name(t): t for f in functions if isinstance(f, Entry) for t in made_records(f)}
    blocks: list[list[str]] = [record_class(tree) for tree in made.values()]
    for function in functions:
        if isinstance(function, Delegate):
            blocks.append(_delegate(function, context))
            continue
        block = print_entry(function, context)
        if function is forward:
            fields = residual_class(function, context.sizes)
            blocks.append([context.short(line) for line in fields])
        blocks.append(block)
    blocks += private_functions([f.func for f in functions if isinstance(f, Entry)], context)
    text = "\n\n\n".join("\n".join(block) for block in blocks)
    blocks += [annotated(source).strip().splitlines() for source in context.module.helpers.values()]
    for name, source in (("_shape(", SHAPE), ("_check(", CHECK), ("_apart(", APART)):
        if name in text:
            blocks.append(source.strip().splitlines())
    body = "\n\n\n".join("\n".join(block) for block in blocks) + "\n"
    head = [*_header(origin, context), f'"""{summary}"""', "", *_imports(body, context)]
    exported = formatted(f"__all__ = [{', '.join(_quoted(n) for n in sorted(public + classes))}]", 0)
    aliases = [f"{name} = {text}" for text, name in context.aliases.items()]
    if aliases:
        exported += ["", *aliases]
    if context.constants:
        exported += ["", *(line for n, t in context.constants.items() for line in formatted(f"{n} = {t}", 0))]
    return "\n".join([*head, "", *exported, "", "", body])


def _aliases(functions: Sequence[Entry | Delegate]) -> dict[str, str]:
    """Short names of the array types that occur often."""
    found: Counter[str] = Counter()
    for function in functions:
        if isinstance(function, Entry):
            found.update(re.findall(r"NDArray\[np\.\w+\]", " ".join(signature(function, "", Context(())))))
    names: dict[str, str] = {}
    for text, number in found.most_common():
        if number > 2:
            dtype = text.removeprefix("NDArray[np.").removesuffix("]")
            names[text] = f"{dtype.title()}Array" if names else "Array"
    return names


def _quoted(name: str) -> str:
    return f'"{name}"'


def _header(origin: Origin, context: Context) -> list[str]:
    source = (
        f" from {PurePath(origin.file).name}:{origin.function}" if origin.file else f" from {origin.function}"
    )
    lines = [f"# Written by adgen {__version__}{source}; build it again instead of editing it."]
    if origin.options:
        for key, value in origin.options:
            lines.append(f"# {key}: {value}")
    if origin.digest:
        lines.append(f"# source sha256: {origin.digest}")
    lines.append('# mypy: disable-error-code="arg-type, assignment, no-any-return, return-value"')
    if any(is_ambiguous(name) for name in context.names):
        lines.append("# ruff: noqa: E741")
    return lines


def _imports(body: str, context: Context) -> list[str]:
    words = set(re.findall(r"\w+", body))
    lines = ["import math"] if "math" in words and "math" in context.module.imports else []
    typing = [name for name in ("Any", "NamedTuple") if name in words]
    if typing:
        lines.append(f"from typing import {', '.join(typing)}")
    if lines:
        lines.append("")
    if "np" in words:
        lines.append("import numpy as np")
    helpers = {name for source in context.module.helpers.values() for name in imported(source)}
    lines += [f"import {name}" for name in sorted((context.module.imports | helpers) - {"math"})]
    if "NDArray" in words or context.aliases:
        lines.append("from numpy.typing import NDArray")
    return lines


def _delegate(delegate: Delegate, context: Context) -> list[str]:
    """A function with the signature of another one."""
    passed = [f"{a.name}={a.name}" if a.captured else a.name for a in delegate.entry.arguments]
    call = f"{delegate.entry.name}({', '.join(passed)})"
    head = signature(delegate.entry, delegate.name, context, delegate.part)
    return [*head, f'    """{delegate.summary}"""', *formatted(f"return {call}[{delegate.part}]", 1)]


_DEF = re.compile(r"^def (\w+)\(([^)]*)\):", re.MULTILINE)


def annotated(source: str) -> str:
    """A helper's source with annotations where it has none."""

    def parameter(text: str) -> str:
        name, _, default = text.partition("=")
        if ":" in name or name.strip() in ("*", "/"):
            return text.strip()
        kinds = {"True": "bool", "False": "bool", "None": "Any"}
        kind = "Any" if not default else kinds.get(default, "int" if default.lstrip("-").isdigit() else "Any")
        return f"{name.strip()}: {kind}" + (f" = {default.strip()}" if default else "")

    def line(match: re.Match[str]) -> str:
        parameters = ", ".join(parameter(p) for p in match.group(2).split(",") if p.strip())
        return f"def {match.group(1)}({parameters}) -> Any:"

    return _DEF.sub(line, source)
