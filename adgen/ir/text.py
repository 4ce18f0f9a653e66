"""The text form: prints and parses back, deterministic.

>>> from adgen.ir.types import py
>>> from adgen.primitives.elementwise import mul
>>> from adgen.ir.builder import Builder
>>> from adgen.ir.core import Func, Region, Value
>>> b, x = Builder(), Value(py("f64"), "x")
>>> y = mul(b, x, x)
>>> print(to_text(Func("f", Region((x,), tuple(b.nodes), (y,)))))
func @f(%x: f64) -> (f64) {
  %0 = mul(%x, %x) : f64
  return %0
}
<BLANKLINE>
"""

from __future__ import annotations

from typing import Any

from adgen.ir.calls import bundled
from adgen.ir.core import (
    Attrs,
    For,
    Full,
    Func,
    Gather,
    If,
    Indexer,
    Node,
    Op,
    Point,
    Range,
    Region,
    Value,
    While,
)
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind, StackType, TapeType, Type


def to_text(func: Func, spans: bool = False) -> str:
    """The text of a function, each node's place in the source added on request."""
    return "\n".join(_Printer(spans).func(f) for f in (func, *func.functions))


class _Printer:
    def __init__(self, spans: bool) -> None:
        self._spans = spans
        self._names: dict[Value, str] = {}
        self._taken: dict[str, int] = {}
        self._count = 0

    def _name(self, value: Value) -> str:
        if value not in self._names:
            self._names[value] = self._new_name(value.hint)
        return "%" + self._names[value]

    def _new_name(self, hint: str | None) -> str:
        if not hint:
            self._count += 1
            return str(self._count - 1)
        seen = self._taken.get(hint, 0)
        self._taken[hint] = seen + 1
        return hint if seen == 0 else f"{hint}.{seen}"

    def _list(self, values: tuple[Value, ...]) -> str:
        return ", ".join(self._name(v) for v in values)

    def func(self, func: Func) -> str:
        params = _list_of(bundled([f"{self._name(p)}: {p.any_type}" for p in func.params], func.takes))
        results = _list_of(bundled([str(v.any_type) for v in func.results], func.gives))
        lines = [f"func @{func.name}({params}) -> ({results}) {{"]
        lines += [f"  assume {a.dim} {'==' if a.exact else '>='} 0" for a in func.assumptions]
        lines += self._body(func.body, "  ", "return", func.cut)
        if func.gives:
            names = _list_of(bundled([self._name(v) for v in func.results], func.gives))
            lines[-1] = f"  return {names}"
        return "\n".join([*lines, "}", ""])

    def _body(self, region: Region, indent: str, end: str, cut: int | None = None) -> list[str]:
        lines: list[str] = []
        for position, node in enumerate(region.nodes):
            if position == cut:
                lines.append(f"{indent}cut")
            lines += self._node(node, indent)
        if cut == len(region.nodes):
            lines.append(f"{indent}cut")
        return [*lines, f"{indent}{end} {self._list(region.yields)}".rstrip()]

    def _node(self, node: Node, indent: str) -> list[str]:
        place = f"  # {node.span}" if self._spans and node.span else ""
        match node:
            case Op():
                head = f"{node.prim.name}({self._list(node.operands)}){_attrs(node.attrs)}"
                return [f"{indent}{self._results(node)}{head}{self._types(node)}{place}"]
            case For():
                return self._for(node, indent, place)
            case While():
                return self._while(node, indent, place)
            case If():
                return self._if(node, indent, place)

    def _types(self, node: Node) -> str:
        return f" : {', '.join(str(v.any_type) for v in node.results)}" if node.results else ""

    def _results(self, node: Node) -> str:
        return f"{self._list(node.results)} = " if node.results else ""

    def _carry(self, params: tuple[Value, ...], inits: tuple[Value, ...]) -> str:
        pairs = (f"{self._name(p)} = {self._name(v)}" for p, v in zip(params, inits, strict=True))
        return f"carry ({', '.join(pairs)})"

    def _for(self, node: For, indent: str, place: str) -> list[str]:
        inits = [self._name(v) for v in (node.lo, node.hi, node.step, *node.inits)]
        head = f"for {self._name(node.counter)} in ({', '.join(inits[:3])}) "
        head += f"{self._carry(node.carried, node.inits)}{_attrs(node.attrs)}{self._types(node)}"
        body = self._body(node.body, indent + "  ", "yield")
        return [f"{indent}{self._results(node)}{head} {{{place}", *body, indent + "}"]

    def _while(self, node: While, indent: str, place: str) -> list[str]:
        head = f"while {self._carry(node.cond.params, node.inits)}{_attrs(node.attrs)}{self._types(node)}"
        cond = self._body(node.cond, indent + "  ", "yield")
        params = self._list(node.body.params)
        body = self._body(node.body, indent + "  ", "yield")
        return [
            f"{indent}{self._results(node)}{head} {{{place}",
            *cond,
            f"{indent}}} do ({params}) {{",
            *body,
            indent + "}",
        ]

    def _if(self, node: If, indent: str, place: str) -> list[str]:
        pred = self._name(node.pred)
        then = self._body(node.then, indent + "  ", "yield")
        orelse = self._body(node.orelse, indent + "  ", "yield")
        head = f"{indent}{self._results(node)}if {pred}{self._types(node)} {{{place}"
        return [head, *then, f"{indent}}} else {{", *orelse, indent + "}"]


def _list_of(items: tuple[str | tuple[str, ...], ...]) -> str:
    """Texts with commas; what travels as one tape stands in parentheses."""
    return ", ".join(item if isinstance(item, str) else f"({', '.join(item)})" for item in items)


def _attrs(attrs: Attrs) -> str:
    if not attrs:
        return ""
    return " {" + ", ".join(f"{key} = {attribute_text(value)}" for key, value in attrs) + "}"


def attribute_text(value: Any) -> str:
    """The text of an attribute; every kind of value has its own first character."""
    match value:
        case Dim():
            return f"<{value}>"
        case DType():
            return f"!{value.value}"
        case Kind():
            return f"@{value.value}"
        case Type() | StackType() | TapeType():
            return f"${value}"
        case Indexer():
            return _indexer_text(value)
        case tuple():
            return f"({''.join(attribute_text(v) + ',' for v in value)})"
        case complex():
            return repr(value).strip("()")
        case _:
            return repr(value)


def _indexer_text(indexer: Indexer) -> str:
    parts = []
    for access in indexer.access:
        match access:
            case Point():
                parts.append("point")
            case Range(size, step):
                parts.append(f"range({size};{step})")
            case Gather():
                parts.append("gather")
            case Full():
                parts.append("full")
    return f"ix({' '.join(parts)}{'' if indexer.once else ' repeated'})"
