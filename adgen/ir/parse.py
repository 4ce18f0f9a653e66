"""Reading the text form back; the inverse of :mod:`adgen.ir.text`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from adgen.ir.builder import sorted_attrs
from adgen.ir.core import (
    PLAIN,
    Access,
    Assumption,
    For,
    Full,
    Func,
    Gather,
    If,
    Indexer,
    Node,
    Op,
    Opcode,
    Point,
    Range,
    Region,
    Value,
    While,
)
from adgen.ir.dims import Dim
from adgen.ir.types import AnyType, DType, Kind, StackType, TapeType, Type

_TYPE = re.compile(r"(np\.)?([A-Za-z]+\d*)(\[([^\]]*)\])?")
_VALUE = re.compile(r"%([\w.]+)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|-?[\w.+-]+")


class TextError(ValueError):
    """Text that is not a program; says the line."""


def parse_type(text: str) -> AnyType:
    """The type that ``text`` names. Raises ValueError where it names none."""
    text = text.strip()
    if text == "tape":
        return TapeType()
    if text.startswith("stack<") and text.endswith(">"):
        element = parse_type(text[6:-1])
        assert not isinstance(element, StackType)
        return StackType(element)
    match = _TYPE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a type")
    prefix, dtype, brackets, dims = match.groups()
    if brackets is None:
        return Type(DType(dtype), (), Kind.np if prefix else Kind.py)
    parts = [p for p in dims.split(",") if p.strip()]
    return Type(DType(dtype), tuple(Dim.parse(p) for p in parts), Kind.array)


def parse(text: str, primitive: Callable[[str], Opcode]) -> Func:
    """The function that ``text`` prints; ``primitive`` finds operations by name. Raises TextError."""
    parser = _Parser(text, primitive)
    try:
        return parser.program()
    except (ValueError, KeyError, IndexError) as error:
        raise TextError(f"line {parser.line}: {error}") from error


class _Parser:
    def __init__(self, text: str, primitive: Callable[[str], Opcode]) -> None:
        self._lines = [line.split("  # ")[0].strip() for line in text.splitlines()]
        self._lines = [line for line in self._lines if line]
        self._primitive = primitive
        self._values: dict[str, Value] = {}
        self.line = 0

    # -- characters -------------------------------------------------------------------------------------
    def _next(self) -> str:
        self._text, self._at = self._lines[self.line], 0
        self.line += 1
        return self._text

    def _skip(self) -> None:
        while self._at < len(self._text) and self._text[self._at] == " ":
            self._at += 1

    def _accept(self, literal: str) -> bool:
        self._skip()
        if self._text.startswith(literal, self._at):
            self._at += len(literal)
            return True
        return False

    def _expect(self, literal: str) -> None:
        if not self._accept(literal):
            raise ValueError(f"expected {literal!r} at {self._text[self._at :]!r}")

    def _match(self, pattern: re.Pattern[str]) -> str:
        self._skip()
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"unexpected {self._text[self._at :]!r}")
        self._at = match.end()
        return match.group()

    # -- pieces -----------------------------------------------------------------------------------------
    def _type(self) -> AnyType:
        if self._accept("stack<"):
            element = self._type()
            self._expect(">")
            assert not isinstance(element, StackType)
            return StackType(element)
        return parse_type("tape" if self._accept("tape") else self._match(_TYPE))

    def _types(self) -> list[AnyType]:
        if not self._accept(":"):
            return []
        found = [self._type()]
        while self._accept(","):
            found.append(self._type())
        return found

    def _use(self) -> Value:
        return self._values[self._match(_VALUE)[1:]]

    def _uses(self, end: str) -> tuple[Value, ...]:
        found: list[Value] = []
        while not self._accept(end):
            found.append(self._use())
            self._accept(",")
        return tuple(found)

    def _define(self, name: str, type_: AnyType) -> Value:
        hint = None if name.isdigit() else re.sub(r"\.\d+$", "", name)
        self._values[name] = Value(type_, hint)
        return self._values[name]

    def _names(self) -> list[str]:
        found = []
        while self._text[self._at :].lstrip().startswith("%"):
            found.append(self._match(_VALUE)[1:])
            self._accept(",")
        return found

    def _attrs(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._skip()
        if not self._text.startswith("{", self._at) or self._text[self._at :].strip() == "{":
            return found
        self._expect("{")
        while not self._accept("}"):
            key = self._match(_WORD)
            self._expect("=")
            found[key] = self._attribute()
            self._accept(",")
        return found

    def _attribute(self) -> Any:
        if self._accept("<"):
            end = self._text.index(">", self._at)
            body, self._at = self._text[self._at : end], end + 1
            return Dim.parse(body)
        if self._accept("!"):
            return DType(self._match(_WORD))
        if self._accept("@"):
            return Kind(self._match(_WORD))
        if self._accept("$"):
            return self._type()
        if self._accept("ix("):
            return self._indexer()
        if self._accept("("):
            items = []
            while not self._accept(")"):
                items.append(self._attribute())
                self._expect(",")
            return tuple(items)
        word = self._match(_LITERAL)
        if word.endswith("j"):
            return complex(word)
        return float(word) if word in ("inf", "-inf", "nan") else ast.literal_eval(word)

    def _indexer(self) -> Indexer:
        access: list[Access] = []
        once = True
        simple: dict[str, Access] = {"point": Point(), "gather": Gather(), "full": Full()}
        while not self._accept(")"):
            word = self._match(_WORD)
            if word == "range":
                self._expect("(")
                end = self._text.index(";", self._at)
                size = Dim.parse(self._text[self._at : end])
                self._at = end + 1
                access.append(Range(size, int(self._match(_LITERAL))))
                self._expect(")")
            elif word == "repeated":
                once = False
            else:
                access.append(simple[word])
        return Indexer(tuple(access), once)

    # -- structure --------------------------------------------------------------------------------------
    def program(self) -> Func:
        """A function and those it calls."""
        first = self.func()
        others = []
        while self.line < len(self._lines):
            others.append(self.func())
        return replace(first, functions=tuple(others))

    def func(self) -> Func:
        self._values = {}
        self._next()
        self._expect("func @")
        name = self._match(_WORD)
        self._expect("(")
        params, takes = self._bundles(self._parameter)
        self._gives: tuple[int, ...] = ()
        assumptions = []
        while self._lines[self.line].startswith("assume "):
            dim, exact = re.fullmatch(r"assume (.*) (==|>=) 0", self._next()).groups()  # type: ignore[union-attr]
            assumptions.append(Assumption(Dim.parse(dim), exact == "=="))
        cut: list[int] = []
        region = self._region(tuple(params), "return", cut)
        self._close("}")
        known = cut[0] if cut else None
        return Func(name, region, tuple(assumptions), cut=known, takes=takes, gives=self._gives)

    def _parameter(self) -> Value:
        value = self._match(_VALUE)[1:]
        self._expect(":")
        return self._define(value, self._type())

    def _bundles(self, item: Callable[[], Value], end: str = ")") -> tuple[list[Value], tuple[int, ...]]:
        """Items up to ``end``, and how parentheses bundle them."""
        found: list[Value] = []
        sizes: list[int] = []
        while not self._accept(end):
            if self._accept("("):
                start = len(found)
                while not self._accept(")"):
                    found.append(item())
                    self._accept(",")
                sizes.append(len(found) - start)
            else:
                found.append(item())
                sizes.append(PLAIN)
            self._accept(",")
        return found, tuple(sizes) if any(s != PLAIN for s in sizes) else ()

    def _region(self, params: tuple[Value, ...], end: str, cut: list[int] | None = None) -> Region:
        nodes: list[Node] = []
        while True:
            line = self._next()
            if line == "cut" and cut is not None:
                cut.append(len(nodes))
                continue
            if line.split(" ")[0] == end:
                self._expect(end)
                if end == "return":
                    self._text += "\n"
                    results, self._gives = self._bundles(self._use, "\n")
                    return Region(params, tuple(nodes), tuple(results))
                yields = tuple(self._values[n] for n in self._names())
                return Region(params, tuple(nodes), yields)
            nodes.append(self._node())

    def _node(self) -> Node:
        names = self._names()
        if names:
            self._expect("=")
        word = self._match(_WORD)
        if word == "for":
            return self._for(names)
        if word == "while":
            return self._while(names)
        if word == "if":
            return self._if(names)
        self._expect("(")
        operands = self._uses(")")
        attrs = self._attrs()
        types = self._types()
        results = tuple(self._define(n, t) for n, t in zip(names, types, strict=True))
        return Op(self._primitive(word), operands, results, sorted_attrs(attrs))

    def _carry(self) -> tuple[list[str], tuple[Value, ...]]:
        names, inits = [], []
        self._expect("carry (")
        while not self._accept(")"):
            names.append(self._match(_VALUE)[1:])
            self._expect("=")
            inits.append(self._use())
            self._accept(",")
        return names, tuple(inits)

    def _params(self, names: list[str], like: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(self._define(n, v.any_type) for n, v in zip(names, like, strict=True))

    def _for(self, names: list[str]) -> For:
        counter = self._match(_VALUE)[1:]
        self._expect("in (")
        lo, hi, step = self._uses(")")
        carried, inits = self._carry()
        attrs = self._attrs()
        types = self._types()
        self._expect("{")
        params = (self._define(counter, lo.any_type), *self._params(carried, inits))
        body = self._region(params, "yield")
        self._close("}")
        results = tuple(self._define(n, t) for n, t in zip(names, types, strict=True))
        return For(lo, hi, step, inits, body, results, sorted_attrs(attrs))

    def _while(self, names: list[str]) -> While:
        carried, inits = self._carry()
        attrs = self._attrs()
        types = self._types()
        self._expect("{")
        cond = self._region(self._params(carried, inits), "yield")
        self._next()
        self._expect("} do (")
        inner: list[str] = []
        while not self._accept(")"):
            inner.append(self._match(_VALUE)[1:])
            self._accept(",")
        body = self._region(self._params(inner, inits), "yield")
        self._close("}")
        results = tuple(self._define(n, t) for n, t in zip(names, types, strict=True))
        return While(inits, cond, body, results, sorted_attrs(attrs))

    def _if(self, names: list[str]) -> If:
        pred = self._use()
        types = self._types()
        then = self._region((), "yield")
        self._close("} else {")
        orelse = self._region((), "yield")
        self._close("}")
        results = tuple(self._define(n, t) for n, t in zip(names, types, strict=True))
        return If(pred, then, orelse, results)

    def _close(self, text: str) -> None:
        if self._next() != text:
            raise ValueError(f"expected {text!r}")
