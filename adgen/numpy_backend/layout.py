"""Lines of limited width, broken where formatters break them."""

from __future__ import annotations

import re

WIDTH = 88
_POWER = re.compile(
    r"(?<![\w.)\]])([A-Za-z_][\w.]*|\d[\w.]*) \*\* (-?(?:[A-Za-z_][\w.]*|\d[\w.]*))(?![\w.(\[])"
)
_STATEMENT = re.compile(r"^(return |if |elif |while |(?:[\w.\[\], :+*-]+?) (?:[-+*/]?=) )")
_OPERATORS = (
    (" if ", " else "),
    (" or ",),
    (" and ",),
    (" < ", " <= ", " > ", " >= ", " == ", " != "),
    (" | ",),
    (" & ",),
    (" + ", " - "),
    (" * ", " / ", " @ ", " % ", " // "),
)


def formatted(text: str, depth: int, comment: str = "") -> list[str]:
    """A statement as physical lines at a depth, with a comment at the end of the first or before it."""
    indent = "    " * depth
    text = _POWER.sub(r"\1**\2", text)
    if not comment:
        return wrapped(text, indent)
    if len(indent) + len(text) + 2 + len(comment) <= WIDTH:
        return [f"{indent}{text}  {comment}"]
    return [f"{indent}{comment}", *wrapped(text, indent)]


def wrapped(text: str, indent: str) -> list[str]:
    """A statement broken so that no line is too long, where that is possible."""
    if len(indent) + len(text) <= WIDTH:
        return [indent + text]
    found = _STATEMENT.match(text)
    if text.startswith("def ") or found is None:
        return _split_bracket(text, indent)
    head, rest = found.group(), text[found.end() :]
    colon = ":" if head in ("if ", "elif ", "while ") else ""
    rest = rest.removesuffix(colon) if colon else rest
    if "," in _top_level(head) and "]" not in head:
        targets = head.removesuffix(" = ")
        if len(indent) + len(targets) + 6 <= WIDTH:
            return [f"{indent}({targets}) = (", f"{indent}    {rest}", f"{indent})"]
        names = [f"{indent}    {name.strip()}," for name in targets.split(",") if name.strip()]
        return [f"{indent}(", *names, f"{indent}) = {rest}"]
    if not colon and _splits_in_last_bracket(rest, len(indent) + len(head)):
        return _split_bracket(text, indent)
    if "," in _top_level(rest) and head == "return ":
        return _split_bracket(f"{head}({rest})", indent)
    return [f"{indent}{head}(", *_body(rest, indent + "    ", trailing=False), f"{indent}){colon}"]


def _splits_in_last_bracket(rest: str, before: int) -> bool:
    """Whether an expression is broken inside the bracket it ends with, not put in parentheses."""
    opening = _last_bracket(rest)
    if opening is None or opening == len(rest) - 2:
        return False
    flat = _top_level(rest[:opening])
    for marks in ((", ",), *_OPERATORS):
        count = sum(flat.count(mark) for mark in marks)
        if count:
            return count == 1 and before + opening < WIDTH
    return not flat.startswith(("-", "~", "not "))


def _split_bracket(text: str, indent: str) -> list[str]:
    """Break the last bracket: its contents go to lines of their own."""
    stem, tail = text, ""
    if text.startswith("def "):
        end = text.rindex(") ->" if ") ->" in text else "):")
        stem, tail = text[: end + 1], text[end + 1 :]
    opening = _last_bracket(stem)
    if opening is None:
        return [indent + text]
    head, inside, close = stem[: opening + 1], stem[opening + 1 : -1], stem[-1]
    parts = _cut_at(inside.rstrip().removesuffix(","), (", ",))
    if (opening == 0 or stem[opening - 1] == " ") and close == ")" and len(parts) > 1:
        inner = [line for part in parts for line in _item(part.strip().removesuffix(","), indent + "    ")]
        return [indent + head, *inner, f"{indent}{close}{tail}"]
    return [indent + head, *_body(inside, indent + "    ", trailing=True), f"{indent}{close}{tail}"]


def _body(text: str, indent: str, trailing: bool) -> list[str]:
    """Contents of a bracket: on one line, else cut at commas, else at the weakest operators."""
    text = text.rstrip().removesuffix(",")
    if len(indent) + len(text) <= WIDTH:
        return [indent + text]
    parts = _cut_at(text, (", ",))
    if trailing and len(parts) > 1:
        return [line for part in parts for line in _item(part.strip().removesuffix(","), indent)]
    return _operands(text, indent)


def _operands(text: str, indent: str) -> list[str]:
    """An expression inside brackets, cut at its weakest operators."""
    if len(indent) + len(text) <= WIDTH:
        return [indent + text]
    for operators in _OPERATORS:
        parts = _cut_at(text, operators, before=True)
        if len(parts) > 1:
            return [line for part in parts for line in _operand(part.strip(), indent)]
    return _split_bracket(text, indent)


def _operand(text: str, indent: str) -> list[str]:
    if len(indent) + len(text) <= WIDTH or _last_bracket(text) is None:
        return [indent + text]
    return _split_bracket(text, indent)


def _item(text: str, indent: str) -> list[str]:
    if len(indent) + len(text) + 1 <= WIDTH:
        return [f"{indent}{text},"]
    lines = _operands(text, indent)
    return [*lines[:-1], lines[-1] + ","]


def _cut_at(text: str, marks: tuple[str, ...], before: bool = False) -> list[str]:
    """Pieces of a text cut at marks outside brackets."""
    pieces, start, flat = [], 0, _top_level(text)
    for at in range(len(flat)):
        for mark in marks:
            if flat.startswith(mark, at) and at > start:
                cut = at if before else at + len(mark)
                pieces.append(text[start:cut])
                start = cut
    return [*pieces, text[start:]]


def _top_level(text: str) -> str:
    """The text with everything inside brackets and strings blotted out."""
    result, depth, quote = [], 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
            result.append("#")
        elif char in "\"'":
            quote = char
            result.append("#")
        elif char in "([{":
            result.append(char if depth == 0 else "#")
            depth += 1
        elif char in ")]}":
            depth -= 1
            result.append(char if depth == 0 else "#")
        else:
            result.append(char if depth == 0 else "#")
    return "".join(result)


def _last_bracket(text: str) -> int | None:
    """Where the bracket opens that the text ends with."""
    if not text or text[-1] not in ")]}":
        return None
    flat = _top_level(text)
    return max(flat.rfind(opening, 0, len(flat) - 1) for opening in "([{")
