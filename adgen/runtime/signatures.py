"""Signatures as text: ``f64[n,m], f64[m], i64[B]``, in order or by name, with containers.

::

    signature = [item {"," item}]          item  = [name ":"] type
    type      = dtype ["[" [dims] "]"]     dims  = sums of names and numbers, separated by commas
              | "np." dtype                a NumPy scalar
              | "(" types ")" | "[" types "]" | "{" name ":" type {"," name ":" type} "}"
              | a literal (``3``, ``'same'``, ``None``, ``True``): a value fixed in the program

``f64`` is a Python float, ``c128`` a Python complex number, ``f64[]`` a 0-d array,
``Generator`` a NumPy generator of random numbers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from adgen.diagnostics import SourceText, Span, UserError, refuse
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind, Type
from adgen.records import dataclass
from adgen.runtime.abstract import AbstractTree

FILE = "<signature>"
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'[^']*'|"[^"]*")|(?P<word>[A-Za-z_][\w.]*)|(?P<number>-?\d[\d.e+-]*)|(?P<sign>\S))"""
)
_CONSTANTS: dict[str, object] = {"None": None, "True": True, "False": False}


@dataclass(frozen=True, slots=True)
class Signature:
    """The types of a function's arguments, in order (``names`` empty) or by name."""

    text: str
    trees: tuple[AbstractTree, ...]
    names: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    def bind(
        self,
        parameters: Sequence[str],
        defaults: Sequence[str],
        function: str,
        span: Span | None,
        rest: str | None = None,
    ) -> dict[str, AbstractTree]:
        """The tree of each parameter; those with a default may be left out. ``rest`` is the one of ``*args``.

        Raises the diagnostic of an unknown name or of a wrong number of types, at ``span``.
        """
        if self.names:
            unknown = next((i for i, name in enumerate(self.names) if name not in parameters), None)
            if unknown is not None:
                raise self._refuse("AG262", span, unknown, name=self.names[unknown])
            given = dict(zip(self.names, self.trees, strict=True))
        else:
            given = dict(zip(parameters, _gathered(self.trees, parameters, rest), strict=False))
        missing = [p for p in parameters if p not in given and p not in defaults]
        if missing or (len(self.trees) > len(parameters) and rest is None):
            expected = (
                str(len(parameters))
                if not defaults
                else f"{len(parameters) - len(defaults)} to {len(parameters)}"
            )
            raise self._refuse("AG263", span, None, given=len(self.trees), expected=expected, name=function)
        return {p: given[p] for p in parameters if p in given}

    def _refuse(self, code: str, span: Span | None, at: int | None, **fields: Any) -> UserError:
        labels = [] if at is None or span is None else [(self.spans[at], "in this signature")]
        error = refuse(code, span, labels=labels, notes=[f"the signature is `{self.text}`"], **fields)
        return error.with_sources(SourceText(FILE, self.text))

    def __str__(self) -> str:
        parts = [str(tree) for tree in self.trees]
        if self.names:
            parts = [f"{name}: {part}" for name, part in zip(self.names, parts, strict=True)]
        return ", ".join(parts)


def _gathered(
    trees: Sequence[AbstractTree], parameters: Sequence[str], rest: str | None
) -> Sequence[AbstractTree]:
    """The types in order of the parameters, those for ``*args`` in a tuple."""
    if rest is None:
        return trees
    at = list(parameters).index(rest)
    return [*trees[:at], AbstractTree.container("tuple", trees[at:])] if len(trees) > at else trees


def parse_signature(text: str) -> Signature:
    """Read a signature. Raises AG261 (it does not parse) or AG266 (in order and by name mixed).

    >>> str(parse_signature("w: f64[n, 2*n - 2], p: (f64, {b: i64[]})"))
    'w: f64[n,2*n-2], p: (f64, {b: i64[]})'
    """
    return _Parser(text).signature()


def parse_type(text: str) -> AbstractTree:
    """Read the type of one argument."""
    parser = _Parser(text)
    tree = parser.tree()
    parser.expect_end()
    return tree


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    kind: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(slots=True)
class _Parser:
    text: str
    tokens: list[_Token] = field(default_factory=list)
    at: int = 0

    def __post_init__(self) -> None:
        position = 0
        while (match := _TOKEN.match(self.text, position)) is not None:
            kind = match.lastgroup or ""
            self.tokens.append(_Token(match.group(kind), match.start(kind), kind))
            position = match.end()

    # -- tokens -----------------------------------------------------------------------------------------
    def peek(self, ahead: int = 0) -> _Token:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else _Token("", len(self.text.rstrip()), "end")

    def take(self) -> _Token:
        token = self.peek()
        self.at += 1
        return token

    def accept(self, text: str) -> bool:
        if self.peek().text != text:
            return False
        self.at += 1
        return True

    def expect(self, text: str) -> None:
        if not self.accept(text):
            found = self.peek()
            raise self.wrong(f"expected `{text}` {_where(found)}", found)

    def expect_end(self) -> None:
        if self.peek().kind != "end":
            raise self.wrong(f"unexpected `{self.peek().text}`", self.peek())

    def span(self, start: int, end: int) -> Span:
        before = self.text[:start]
        line, col = before.count("\n") + 1, start - (before.rfind("\n") + 1)
        return Span.from_columns0(FILE, line, col, line, col + max(end - start, 1))

    def wrong(self, reason: str, first: _Token, last: _Token | None = None) -> UserError:
        span = self.span(first.start, (last or first).end)
        return refuse("AG261", span, reason=reason).with_sources(SourceText(FILE, self.text))

    # -- grammar ----------------------------------------------------------------------------------------
    def signature(self) -> Signature:
        trees: list[AbstractTree] = []
        names: list[str] = []
        spans: list[Span] = []
        while self.peek().kind != "end":
            first = self.peek()
            named = first.kind == "word" and self.peek(1).text == ":"
            if trees and named != bool(names):
                raise refuse("AG266", self.span(first.start, first.end)).with_sources(
                    SourceText(FILE, self.text)
                )
            if named:
                if first.text in names:
                    raise self.wrong(f"`{first.text}` is given twice", first)
                names.append(self.take().text)
                self.take()
            trees.append(self.tree())
            spans.append(self.span(first.start, self.peek(-1).end))
            if not self.accept(","):
                self.expect_end()
        self._symbols_stand_alone(trees)
        return Signature(self.text, tuple(trees), tuple(names), tuple(spans))

    def tree(self) -> AbstractTree:
        token = self.take()
        match token.text:
            case "(":
                return self.sequence("tuple", ")")
            case "[":
                return self.sequence("list", "]")
            case "{":
                return self.mapping()
        if token.text in _CONSTANTS:
            return AbstractTree.static(_CONSTANTS[token.text])
        if token.kind in ("string", "number"):
            return self.literal(token)
        if token.kind != "word":
            raise self.wrong(f"expected a type {_where(token)}", token)
        return AbstractTree.leaf(self.type(token))

    def literal(self, token: _Token) -> AbstractTree:
        try:
            return AbstractTree.static(ast.literal_eval(token.text))
        except (ValueError, SyntaxError):
            raise self.wrong(f"`{token.text}` is no number", token) from None

    def sequence(self, kind: str, close: str) -> AbstractTree:
        items: list[AbstractTree] = []
        while not self.accept(close):
            items.append(self.tree())
            if not self.accept(","):
                self.expect(close)
                if close == ")" and len(items) == 1:
                    return items[0]
                break
        return AbstractTree.container(kind, items)

    def mapping(self) -> AbstractTree:
        items: dict[str, AbstractTree] = {}
        while not self.accept("}"):
            key = self.take()
            if key.kind not in ("word", "string"):
                raise self.wrong(f"expected a key {_where(key)}", key)
            self.expect(":")
            name = str(ast.literal_eval(key.text)) if key.kind == "string" else key.text
            if name in items:
                raise self.wrong(f"`{name}` is given twice", key)
            items[name] = self.tree()
            if not self.accept(","):
                self.expect("}")
                break
        return AbstractTree.container("dict", items.values(), tuple(items))

    def type(self, word: _Token) -> Type:
        scalar = word.text.startswith("np.")
        name = word.text.removeprefix("np.")
        try:
            dtype = DType(name)
        except ValueError:
            known = ", ".join(d.value for d in DType)
            raise self.wrong(f"`{word.text}` is no type; dtypes are {known}", word) from None
        if dtype is DType.Generator and (scalar or self.peek().text == "["):
            raise self.wrong("a Generator has no dims and no kinds", word)
        if scalar:
            return Type(dtype, (), Kind.np)
        if not self.accept("["):
            return Type(dtype, (), Kind.py if dtype in _PYTHON else Kind.np)
        return Type(dtype, self.dims())

    def dims(self) -> tuple[Dim, ...]:
        dims: list[Dim] = []
        while not self.accept("]"):
            first = self.peek()
            while self.peek().text not in (",", "]") and self.peek().kind != "end":
                self.take()
            dims.append(self.dim(first, self.peek(-1)))
            if not self.accept(","):
                self.expect("]")
                break
        return tuple(dims)

    def dim(self, first: _Token, last: _Token) -> Dim:
        text = self.text[first.start : last.end]
        try:
            found = Dim.parse(text)
        except ValueError:
            raise self.wrong(f"`{text}` is no dimension", first, last) from None
        if found.value is not None and found.value < 0:
            raise self.wrong(f"dimension `{text}` is negative", first, last)
        return found

    def _symbols_stand_alone(self, trees: list[AbstractTree]) -> None:
        alone = {name for tree in trees for name in tree.plain_symbols()}
        for tree in trees:
            for name in tree.symbols():
                if name not in alone:
                    token = next(t for t in self.tokens if t.text == name)
                    raise self.wrong(f"`{name}` never stands alone as a dimension", token)


_PYTHON = (DType.f64, DType.i64, DType.bool, DType.c128, DType.Generator)


def _where(token: _Token) -> str:
    return "at the end" if token.kind == "end" else f"instead of `{token.text}`"
