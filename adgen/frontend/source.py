"""Where a function's source is: its own lines, parsed alone, with the places of its nodes in the file.

Of a live function the text is compiled and its bytecode compared with the function's, so that a file edited
after import is refused instead of misread. Lambdas are told apart by the positions that Python records.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import lru_cache

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from adgen.diagnostics import SourceText, Span, UserError, refuse
from adgen.frontend.syntax import children
from adgen.records import dataclass

Definition = cst.FunctionDef | cst.Lambda


@dataclass(frozen=True, slots=True, eq=False)
class FunctionSource:
    """A function's own lines, parsed; ``shift`` takes lines of the parsed text to those of the file."""

    name: str
    file: str
    node: Definition
    text: SourceText
    shift: int
    positions: Mapping[cst.CSTNode, CodeRange] = field(repr=False)
    comments: tuple[tuple[int, str], ...] = ()
    method: bool = False

    @property
    def is_quoted(self) -> bool:
        """Whether this is a function of the library, which stands where it is called."""
        return False

    def span(self, node: cst.CSTNode) -> Span:
        """The place of a node in the file; that of a tuple includes its parentheses."""
        place = self.positions[node]
        start, end = place.start, place.end
        if isinstance(node, cst.Tuple) and node.lpar:
            start, end = self.positions[node.lpar[0]].start, self.positions[node.rpar[-1]].end
        return Span.from_columns0(
            self.file, start.line + self.shift, start.column, end.line + self.shift, end.column
        )

    def row(self, node: cst.CSTNode) -> int:
        """The line of a node, counted inside the function."""
        return self.positions[node].start.line

    @property
    def name_span(self) -> Span:
        """The place of the function's name (of the whole lambda)."""
        return self.span(self.node.name if isinstance(self.node, cst.FunctionDef) else self.node)

    @property
    def parameters(self) -> tuple[cst.Param, ...]:
        """The parameters, in order; ``*args`` before those given by keyword, ``**kwargs`` at the end."""
        params = self.node.params
        rest = [params.star_arg] if isinstance(params.star_arg, cst.Param) else []
        others = [] if params.star_kwarg is None else [params.star_kwarg]
        return (*params.posonly_params, *params.params, *rest, *params.kwonly_params, *others)

    @property
    def result_span(self) -> Span | None:
        """The place of the last expression the function returns."""
        if isinstance(self.node, cst.Lambda):
            return self.span(self.node.body)
        found = [n.value for n in _own_nodes(self.node.body) if isinstance(n, cst.Return)]
        return self.span(found[-1]) if found and found[-1] is not None else None

    def annotation(self, name: str) -> str | None:
        """The text of a parameter's annotation, where it has one."""
        found = next((p.annotation for p in self.parameters if p.name.value == name), None)
        return None if found is None else cst.Module(()).code_for_node(found.annotation)


def _own_nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in children(node):
        if not isinstance(child, cst.FunctionDef | cst.BaseExpression):
            yield from _own_nodes(child)


def parse_definition(file: str, lines: Sequence[str], first: int) -> FunctionSource:
    """Parse the ``def`` (with its decorators) that begins at line ``first`` of a file's lines."""
    block = _block(lines[first - 1 :])
    text = "".join(block)
    indented = block[0][:1] in (" ", "\t")
    module, positions = _parse(file, first, ("if 1:\n" if indented else "") + text)
    statement = module.body[0]
    if indented:
        assert isinstance(statement, cst.If)
        statement = statement.body.body[0]  # type: ignore[assignment]
    assert isinstance(statement, cst.FunctionDef)
    shift = first - (2 if indented else 1)
    source = SourceText(file, text, first)
    return FunctionSource(
        statement.name.value, file, statement, source, shift, positions, _comments(text, first)
    )


def parse_lambda(file: str, text: str, line: int, column: int) -> FunctionSource:
    """Parse the text of a lambda that stands at a line and a column (from 0) of a file."""
    module, positions = _parse(file, line, f"(\n{' ' * column}{text}\n)\n")
    statement = module.body[0]
    assert isinstance(statement, cst.SimpleStatementLine)
    expression = statement.body[0]
    assert isinstance(expression, cst.Expr)
    assert isinstance(expression.value, cst.Lambda)
    source = SourceText(file, " " * column + text, line)
    return FunctionSource(
        "<lambda>", file, expression.value, source, line - 2, positions, _comments(text, line)
    )


@lru_cache(maxsize=256)  # a helper is read again at every call of it
def _parse(file: str, first: int, text: str) -> tuple[cst.Module, Mapping[cst.CSTNode, CodeRange]]:
    try:
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    except cst.ParserSyntaxError as error:
        raise syntax_error(file, first, error.message) from None
    return wrapper.module, wrapper.resolve(PositionProvider)


def syntax_error(file: str, line: int, reason: str, column: int = 0) -> UserError:
    """The diagnostic of text that does not parse."""
    span = Span.from_columns0(file, line, column, line, column + 1)
    return refuse("AG214", span, reason=reason)


def _block(lines: Sequence[str]) -> list[str]:
    """The lines of the definition at the start of ``lines``."""
    import inspect

    return list(inspect.getblock(list(lines)))


def _comments(text: str, first: int) -> tuple[tuple[int, str], ...]:
    """The comments with their lines."""
    return tuple(
        (token.start[0] + first - 1, token.string.removeprefix("#").strip())
        for token in _tokens(text)
        if token.type == tokenize.COMMENT
    )


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a text, as far as it has them."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, IndentationError):
        return


def lambda_text(
    lines: Sequence[str], line: int, column: int, end: tuple[int, int] | None = None
) -> str | None:
    """The text of the lambda at a line and column (from 0), or None where there is none.

    ``end`` is a place known to be inside it: a line end before it does not end the lambda.
    """
    head = lines[line - 1][column:]
    text = head + "".join(lines[line:])
    last = _lambda_end(text, None if end is None else _relative(end, line, column))
    if last is None:
        return None
    rows = text.splitlines(keepends=True)[: last[0]]
    rows[-1] = rows[-1][: last[1]]
    return "".join(rows)


def _relative(place: tuple[int, int], line: int, column: int) -> tuple[int, int]:
    return (place[0] - line + 1, place[1] - column if place[0] == line else place[1])


def _lambda_end(text: str, inside: tuple[int, int] | None) -> tuple[int, int] | None:
    """Row (from 1) and column just after the lambda that ``text`` begins with."""
    depth, pending = 0, 0
    last: tuple[int, int] | None = None
    for token in _tokens("(" + text):
        if token.start == (1, 0) or token.type in (tokenize.NL, tokenize.COMMENT):
            beyond = last is not None and (inside is None or last >= inside)
            if token.type == tokenize.NL and depth == 0 and beyond:
                return last
            continue
        if depth == 0 and _ends_lambda(token.string, pending):
            return last
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        pending += token.string == "lambda" and depth == 0
        pending -= token.string == ":" and depth == 0
        end = token.end
        last = (end[0], end[1] - 1 if end[0] == 1 else end[1])
    return last


def _ends_lambda(token: str, pending: int) -> bool:
    if token in (")", "]", "}", ";", "for", "async"):
        return True
    return pending == 0 and token in (",", ":", "=")
