"""One public function of a generated module: signature, docstring, checks, body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from adgen.ir.core import Definitions, Func, Value
from adgen.ir.types import Kind, StackType, Type
from adgen.numpy_backend.annotations import shape_text, type_text
from adgen.numpy_backend.checks import (
    apart_lines,
    assumption_lines,
    check_lines,
    named_types,
    size_bindings,
    unbound_symbols,
)
from adgen.numpy_backend.expressions import Module
from adgen.numpy_backend.function import Printed, Style, print_body
from adgen.numpy_backend.layout import formatted
from adgen.numpy_backend.names import Namer
from adgen.numpy_backend.trees import Tree, annotation, construction, count, records_in, unpacking
from adgen.records import dataclass

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter as the user has it: a leaf or a container of leaves; ``default`` is source text.

    One that is ``captured`` stands for a value the user's function found around it; it is given by keyword.
    """

    name: str
    tree: Tree
    default: str | None = None
    captured: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A function to print.

    The parameters of ``func`` are ``residuals_in`` residuals and then the leaves of ``arguments``. Its
    results are the leaves of ``result``, new contents of the parameters ``mutated``, and ``residuals_out``.
    ``records`` tells for NamedTuples and dataclasses inside ``result`` (by path) which argument is one;
    ``kept`` are the arguments that residuals hold besides, for the types of such records.
    """

    name: str
    func: Func
    arguments: tuple[Argument, ...]
    result: Tree
    summary: str
    records: tuple[tuple[Path, str], ...] = ()
    mutated: tuple[int, ...] = ()
    residuals_in: tuple[str, ...] = ()
    residuals_out: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    wanted: tuple[Type, ...] = ()


@dataclass(slots=True)
class Context:
    """What the functions of one module share."""

    reserved: tuple[str, ...]
    module: Module = field(default_factory=Module)
    names: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)

    constants: dict[str, str] = field(default_factory=dict)

    def default(self, argument: Argument) -> str:
        """A default value: a literal, or the constant of the module that holds an array."""
        text = str(argument.default)
        if "np." not in text:
            return text
        name = f"_{argument.name.upper()}"
        self.constants[name] = text
        return name

    def short(self, annotation: str) -> str:
        """An annotation with the module's short names of types."""
        for text, name in self.aliases.items():
            annotation = annotation.replace(text, name)
        return annotation


def print_entry(entry: Entry, context: Context) -> list[str]:
    """The lines of the function."""
    leaves = leaf_names(entry)
    names = (*entry.residuals_in, *leaves)
    body = body_of(entry, names, context)
    context.names.update(body.names)
    context.sizes.update(body.sizes)
    lines = [*signature(entry, entry.name, context), *_doc(entry, leaves, body.sizes)]
    kept = [f"{_given(names[k])} = {names[k]}" for k in entry.mutated if _is_rebound(body, names[k])]
    kept += [f"{names[k]} = {names[k]}.copy()" for k in entry.mutated if _is_single(entry, k)]
    statements = [*_unpacked(entry, leaves), *_entry_checks(entry, names, body.sizes), *kept]
    lines += [line for s in statements for line in _indented(s)]
    if statements and len(body.lines) > 1:
        lines.append("")
    return [*lines, *(context.short(line) for line in body.lines)]


def body_of(entry: Entry, names: Sequence[str], context: Context) -> Printed:
    """The body, with parameters of these names."""
    shown = named_types(entry.func, names)[len(entry.residuals_in) :]
    wanted = _symbols([t for _, t in shown])
    wanted += [s for a in entry.func.assumptions for s in a.dim.symbols() if s not in wanted]
    style = Style(
        tuple(names),
        reserved=(
            *(*context.reserved, "residuals", *(a.name for a in entry.arguments)),
            *(("results", *(_given(names[k]) for k in entry.mutated)) if entry.mutated else ()),
        ),
        wanted=tuple(wanted),
        comments=not entry.residuals_in,
        finish=lambda results: _finish(entry, names, results),
        module=context.module,
    )
    return print_body(entry.func, style)


def leaf_names(entry: Entry) -> tuple[str, ...]:
    """One name per leaf of the arguments: the argument's own where it is a leaf."""
    namer = Namer(entry.residuals_in)
    for argument in entry.arguments:
        namer.take(argument.name)
    params = iter(entry.func.params[len(entry.residuals_in) :])
    names = []
    for argument in entry.arguments:
        for _ in range(count(argument.tree)):
            hint = next(params).hint or argument.name
            names.append(argument.name if argument.tree.kind == "leaf" else namer.fresh(hint))
    return tuple(names)


def _symbols(types: Sequence[Type]) -> list[str]:
    return list(dict.fromkeys(s for t in types for d in t.dims for s in d.symbols()))


def _indented(statement: str) -> list[str]:
    depth = 1 + (len(statement) - len(statement.lstrip())) // 4
    return formatted(statement.strip(), depth)


# -- head -----------------------------------------------------------------------------------------------
def signature(entry: Entry, name: str, context: Context, part: int | None = None) -> list[str]:
    """The ``def`` line of a function that gives the result of ``entry``, or a part of it."""
    types = iter([p.type for p in entry.func.params[len(entry.residuals_in) :]])
    parameters = ["residuals: Residuals"] if entry.residuals_in else []
    required = [k for k, a in enumerate(entry.arguments) if a.default is None and not a.captured]
    captured: list[str] = []
    for k, argument in enumerate(entry.arguments):
        optional = argument.default is not None and (argument.captured or k > max(required, default=-1))
        default = f" = {context.default(argument)}" if optional else ""
        text = f"{argument.name}: {annotation(argument.tree, types)}{default}"
        (captured if argument.captured else parameters).append(text)
    parameters += ["*", *captured] if captured else []
    result = _result_annotation(entry, part)
    return formatted(context.short(f"def {name}({', '.join(parameters)}) -> {result}:"), 0)


def _result_annotation(entry: Entry, part: int | None) -> str:
    types = iter(_result_types(entry))
    if part is not None:
        return [annotation(child, types) for child in entry.result.children][part]
    text = annotation(entry.result, types)
    return f"tuple[{text}, Residuals]" if entry.residuals_out else text


def _result_types(entry: Entry) -> list[Type]:
    if entry.wanted:
        return list(entry.wanted)
    return [v.type for v in entry.func.results[: count(entry.result)]]


def _doc(entry: Entry, leaves: Sequence[str], sizes: dict[str, str]) -> list[str]:
    params = entry.func.params[len(entry.residuals_in) :]
    shapes = [f"        {n}: {shape_text(p.type, sizes)}" for n, p in zip(leaves, params, strict=True)]
    summary = [f'    """{entry.summary}']
    if not shapes:
        return [summary[0] + '"""']
    return [*summary, "", "    Args:", *shapes, '    """']


# -- checks ---------------------------------------------------------------------------------------------
def _unpacked(entry: Entry, leaves: Sequence[str]) -> list[str]:
    lines = []
    if entry.residuals_in:
        targets = [*entry.residuals_in, *entry.kept]
        lines.append(
            f"({targets[0]},) = residuals" if len(targets) == 1 else f"{', '.join(targets)} = residuals"
        )
        for name, param in zip(entry.residuals_in, entry.func.params, strict=False):
            if isinstance(param.any_type, StackType):
                lines.append(f"{name} = {name}.copy()")
    rest = list(leaves)
    for argument in entry.arguments:
        size = count(argument.tree)
        lines += unpacking(argument.tree, argument.name, rest[:size])
        rest = rest[size:]
    return lines


def _entry_checks(entry: Entry, names: Sequence[str], sizes: dict[str, str]) -> list[str]:
    types = named_types(entry.func, names)
    shown = types[len(entry.residuals_in) :] if entry.residuals_in else types
    unbound = unbound_symbols(types, list(sizes))
    bound = {s: n for s, n in sizes.items() if s not in unbound and n not in names}
    lines = size_bindings(types, bound, checked=not entry.residuals_in)
    if entry.residuals_in:
        known = [(n, t) for n, t in shown if all(s in sizes for d in t.dims for s in d.symbols())]
        return [*lines, *check_lines(known, sizes.__getitem__)]
    lines += check_lines(shown, sizes.__getitem__)
    lines += apart_lines(shown, [names[k] for k in entry.mutated])
    return [*lines, *assumption_lines(entry.func.assumptions, sizes.__getitem__)]


# -- results --------------------------------------------------------------------------------------------
def _finish(entry: Entry, names: Sequence[str], results: Sequence[str]) -> list[str]:
    """Write mutated arguments back, then return the result tree (and the residuals)."""
    size = count(entry.result)
    owned = _Owned(entry, names)
    values = [owned.text(k, text) for k, text in enumerate(results)]
    lines = []
    for k, parameter in enumerate(entry.mutated):
        name, final = names[parameter], values[size + k]
        given = name in re.findall(r"\w+", final) or _is_single(entry, parameter)
        lines.append(f"{_given(name) if given else name}[...] = {final}")
    tree = _constructed(entry, iter(values[:size]))
    kept = values[size + len(entry.mutated) :]
    if entry.residuals_out:
        tree = f"{tree}, Residuals({', '.join([*kept, *entry.kept])})"
    elif entry.result.kind == "tuple" and len(entry.result.children) > 1:
        tree = tree[1:-1]
    read_late = {names[k] for k in entry.mutated} & set(re.findall(r"\w+", tree))
    if read_late:  # the results are taken before the arguments change
        return [f"results = {tree}", *lines, "return results"]
    return [*lines, f"return {tree}"]


def _given(name: str) -> str:
    """What an array argument is called where the program uses its name for new contents."""
    return f"{name}_given"


def _is_rebound(body: Printed, name: str) -> bool:
    return any(line.strip().startswith(f"{_given(name)}[...] = ") for line in body.lines)


def _is_single(entry: Entry, parameter: int) -> bool:
    """Whether a parameter has rank 0: such arrays are values, which no storage is planned for."""
    return not entry.func.params[parameter].type.rank


def _constructed(entry: Entry, values: Iterator[str]) -> str:
    records = dict(entry.records)

    def build(tree: Tree, path: Path) -> str:
        if path in records or tree.kind != "tuple":
            return construction(tree, values, records.get(path, ""))
        parts = [build(child, (*path, k)) for k, child in enumerate(tree.children)]
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"

    return build(entry.result, ())


def made_records(entry: Entry) -> Iterator[Tree]:
    """The records in the result that are none of the arguments'."""
    known = dict(entry.records)

    def visit(tree: Tree, path: Path) -> Iterator[Tree]:
        if path in known:
            return
        if tree.kind != "tuple":
            yield from records_in(tree)
            return
        for k, child in enumerate(tree.children):
            yield from visit(child, (*path, k))

    yield from visit(entry.result, ())


class _Owned:
    """Results of the kind that is asked for, in memory that nothing else shares."""

    def __init__(self, entry: Entry, names: Sequence[str]) -> None:
        self._entry = entry
        self._defs = Definitions.of(entry.func.body)
        self._taken = {p: None for p in entry.func.params}
        self._mutated = range(count(entry.result), count(entry.result) + len(entry.mutated))

    def text(self, position: int, text: str) -> str:
        value = self._entry.func.results[position]
        if not isinstance(value.any_type, Type) or position in self._mutated:
            return text
        if value.type.kind is Kind.array:
            root = self._root(value)
            shared = root in self._taken
            self._taken[root] = None
            return f"{text}.copy()" if shared else text
        wanted = self._entry.wanted[position] if position < len(self._entry.wanted) else value.type
        return _converted(text, value.type, wanted)

    def _root(self, value: Value) -> Value:
        """The array whose memory a value may be."""
        op = self._defs.op(value)
        while op is not None and (op.prim.view or op.prim.consumes or op.prim.name == "stop_gradient"):
            value = op.operands[0]
            op = self._defs.op(value)
        return value


def _converted(text: str, found: Type, wanted: Type) -> str:
    if found.kind is wanted.kind:
        return text
    if wanted.kind is Kind.py:
        return f"{type_text(wanted)}({text})"
    if wanted.kind is Kind.np:
        return f"{type_text(wanted)}({text})"
    return f"np.asarray({text})"
