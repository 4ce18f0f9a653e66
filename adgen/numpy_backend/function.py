"""One function: names are given, the body is printed, comments and line references are put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import PurePath

from adgen.ir.core import Func, If, Op, Value, While, walk
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.numpy_backend.checks import named_types, size_bindings
from adgen.numpy_backend.control import Control
from adgen.numpy_backend.expressions import Expressions, Module
from adgen.numpy_backend.folding import Folding
from adgen.numpy_backend.layout import formatted
from adgen.numpy_backend.names import Namer, clean
from adgen.numpy_backend.numbering import Numbering
from adgen.numpy_backend.statements import Line
from adgen.numpy_backend.suggestions import suggestions
from adgen.numpy_backend.variables import Variable, Variables
from adgen.records import dataclass

#: comments for tools, about the user's own lines
_PRAGMA = re.compile(r"#?\s*(noqa|type:|pragma|fmt:|pylint|mypy|ruff|isort)")


@dataclass(frozen=True, slots=True)
class Printed:
    """The body of a function: physical lines (indented once), and the sizes it mentions by name."""

    lines: tuple[str, ...]
    results: tuple[str, ...]
    sizes: dict[str, str]
    names: tuple[str, ...]


@dataclass(slots=True)
class Style:
    """What the caller of the printer decides.

    ``parameters`` are the names of the parameters (one per leaf); ``reserved`` names the body may not use;
    ``wanted`` symbols that get a name even if the body does not mention them; ``finish`` makes the return
    statement of the result texts.
    """

    parameters: tuple[str, ...]
    reserved: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    comments: bool = True
    references: bool = True
    finish: Callable[[Sequence[str]], list[str]] | None = None
    module: Module = field(default_factory=Module)


def parameter_names(func: Func) -> tuple[str, ...]:
    """The parameters' own names, made unique."""
    namer = Namer()
    bound = bound_sizes(func)
    return tuple(namer.fresh(p.hint or bound.get(p, f"x{k}")) for k, p in enumerate(func.params))


def _result_wishes(func: Func) -> dict[Value, str]:
    """Names of results that the user did not name."""
    pairs = zip(func.results, func.result_names, strict=False)
    return {v: "value" if n == "out" else n for v, n in pairs if v.hint is None and n != "saved"}


def bound_sizes(func: Func) -> dict[Value, str]:
    """The symbols that values are bound to."""
    return {node.operands[0]: node.attr("sym").partition(".")[0] for node in _bindings(func)}


def _bindings(func: Func) -> list[Op]:
    return [n for n in walk(func.body) if isinstance(n, Op) and n.prim.name == "bind_dim"]


def print_body(func: Func, style: Style) -> Printed:
    """The statements of a function in the given style."""
    shapes = [p.type.dims for p in func.params if isinstance(p.any_type, Type)]
    symbols = list(dict.fromkeys(s for dims in shapes for d in dims for s in d.symbols()))
    used = _Body(func, style, Numbering.of(func), symbols).expressions.used_sizes
    unnamed = frozenset(node.attr("sym") for node in _bindings(func) if node.attr("sym") not in used)
    kept = [s for s in symbols if s in used or s in style.wanted]
    body = _Body(func, style, Numbering.of(func, unnamed), kept)
    tests = body.single_tests()
    while tests:
        body = _Body(func, style, Numbering.of(func, unnamed), kept, tests)
        written = body.expressions.written
        twice = [v for v, node in tests.items() if any(user is not node for user in written.get(v, ()))]
        if not twice:
            break
        # A loop hands the value on as well, in its own variable: no line said so.
        tests = {v: node for v, node in tests.items() if v not in twice}
        if not tests:
            body = _Body(func, style, Numbering.of(func, unnamed), kept)
    return body.printed()


class _Body:
    """One attempt, with names for the given symbols."""

    def __init__(
        self,
        func: Func,
        style: Style,
        numbering: Numbering,
        symbols: list[str],
        tests: Mapping[Value, If | While] | None = None,
    ) -> None:
        self._func = func
        self._style = style
        self._folding = folding = Folding.of(func, numbering, tests)
        variables = Variables.of(func, folding.numbering, folding)
        wishes = self._wishes()
        named = {v.hint for v in folding.numbering.home if v.hint is not None and v not in folding.folded}
        given = dict(zip(func.params, style.parameters, strict=True))
        self.given = {
            node.attr("sym"): given[node.operands[0]] for node in _bindings(func) if node.operands[0] in given
        }
        symbols = [s for s in symbols if s not in self.given]
        self.sizes = {s: wishes.get(s, f"n_{s}" if s in named else s) for s in symbols}
        namer = Namer(style.reserved)
        variables.wishes = suggestions(func, folding) | bound_sizes(func) | _result_wishes(func)
        variables.name_all(func, style.parameters, namer, self.sizes)
        self._variables = variables
        self.expressions, self._lines = self._printed_lines()
        self.expressions.facts = {}
        self.results = tuple(self.expressions.returned(v) for v in func.results)

    def _printed_lines(self) -> tuple[Expressions, list[Line]]:
        """The lines, without assignments to variables that nothing reads."""
        dead: frozenset[Variable] = frozenset()
        while True:
            expressions = Expressions(self._folding, self._variables, dict(self.sizes), self._style.module)
            control = Control(expressions, self._func, self._style.finish or _tuple_return, dead)
            lines = control.function()
            more = {v for v in control.droppable if not any(x in expressions.readers for x in v.values)}
            if more <= dead:
                return expressions, lines
            dead |= more

    def single_tests(self) -> dict[Value, If | While]:
        """Conditions that got a name and are read only by one test, with the node that tests them."""
        found: dict[Value, If | While] = {}
        for value, readers in self.expressions.readers.items():
            reader = readers[0]
            if any(
                x is not value and x in self.expressions.readers for x in self._variables.table[value].values
            ):
                continue  # the variable goes on to hold it for others, such as the reverse sweep
            if len(readers) == 1 and isinstance(reader, If | While) and self._folding.joins(value, reader):
                found[value] = reader
        return found

    def _wishes(self) -> dict[str, str]:
        """What the user calls the sizes: ``k`` where he wrote ``k = x.shape[0]``."""
        wishes: dict[str, str] = {}
        for node, _ in self._folding.numbering.nodes:
            if isinstance(node, Op) and node.prim.name == "dim" and node.result.hint is not None:
                dim: Dim = node.attr("dim")
                for symbol in dim.symbols():
                    if dim == Dim.symbol(symbol):
                        wishes.setdefault(symbol, node.result.hint)
        return wishes

    def printed(self) -> Printed:
        """The physical lines."""
        lines = _Decorated(self._func, self._style).lines(self._lines)
        sizes = {**self.given, **self.sizes}
        names = dict.fromkeys(v.name for v in self.expressions.variables.table.values())
        return Printed(tuple(lines), self.results, sizes, (*names, *sizes.values()))


class _Decorated:
    """Adds the user's comments, the place each line comes from, and the turn to the reverse sweep."""

    def __init__(self, func: Func, style: Style) -> None:
        self._comments = sorted(func.comments) if style.comments else []
        self._references = style.references
        self._last: int | None = None
        self._file = PurePath(func.span.file).name if func.span is not None else None

    def lines(self, lines: Sequence[Line]) -> list[str]:
        result: list[str] = []
        turned = False
        for line in lines:
            if not line.text:
                turned, self._last = bool(result), None
                if turned:
                    result += ["", "    # Reverse sweep."]
                continue
            if not turned:
                result += self._comments_before(line)
            result += formatted(line.text, line.depth + 1, self._reference(line))
        return result

    def _comments_before(self, line: Line) -> list[str]:
        if line.source is None:
            return []
        due = [text for number, text in self._comments if number <= line.source and not _PRAGMA.match(text)]
        self._comments = [c for c in self._comments if c[0] > line.source]
        indent = "    " * (line.depth + 1)
        return [f"{indent}{text if text.startswith('#') else '# ' + text}" for text in due]

    def _reference(self, line: Line) -> str:
        if self._references and isinstance(line.node, Op) and line.node.attr("saved") is not None:
            return _purpose(*line.node.attr("saved"))
        if not self._references or line.source is None or line.source == self._last:
            return ""
        if line.text in ("else:",) or line.node is None or line.node.span is None:
            return ""
        self._last = line.source
        return f"# {PurePath(line.node.span.file).name}:{line.source}"


def _purpose(value: str, made: str, needed: str, lost: str) -> str:
    """What a tape is for."""
    found = f"# keeps {value or 'a value'}" + (f" of {made}" if made else "")
    found += f" for {needed}" if needed not in (made, "") else ""
    return found + (f", lost at {lost}" if lost not in (made, "") else "")


def _tuple_return(results: Sequence[str]) -> list[str]:
    return [f"return {', '.join(results) or '()'}"]


def print_function(func: Func, name: str | None = None, comments: bool = True) -> str:
    """The text of one function, without annotations and checks."""
    from adgen.numpy_backend.private import private_function, reserved_names

    parameters, reserved = parameter_names(func), reserved_names(func)
    style = Style(parameters, comments=comments, reserved=reserved)
    body = print_body(func, style)
    head = formatted(f"def {clean(name or func.name)}({', '.join(parameters)}):", 0)
    bound = size_bindings(named_types(func, parameters), body.sizes, checked=False)
    bindings = [line for b in bound for line in formatted(b, 1)]
    text = "\n".join([*head, *bindings, *body.lines]) + "\n"
    called = [private_function(f, style.module, reserved) for f in func.functions]
    text += "".join("\n\n" + "\n".join(lines) + "\n" for lines in called)
    helpers = "".join(f"\n\n{source.strip()}\n" for source in style.module.helpers.values())
    return text + helpers
