"""The accepted language, as a table: which syntax is read, and which is refused with what code.

The documentation's page of the accepted language is generated from this table.
"""

from __future__ import annotations

import libcst as cst

from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of syntax. ``code`` is None where it is accepted; ``note`` says within which limits."""

    node: type[cst.CSTNode]
    title: str
    code: str | None = None
    note: str = ""


RULES: tuple[Rule, ...] = (
    # statements
    Rule(
        cst.Assign,
        "assignment",
        note="to names, tuples of names (one may be starred), elements and slices of arrays, "
        "items of dicts and lists, fields of dataclasses",
    ),
    Rule(cst.AnnAssign, "annotated assignment", note="the annotation is not evaluated"),
    Rule(cst.AugAssign, "augmented assignment", note="in place on arrays, a new value on numbers"),
    Rule(
        cst.Expr,
        "expression statement",
        note="docstrings, calls that write into an array; `print` and loggers are left out",
    ),
    Rule(cst.Return, "`return`", note="anywhere; every path has to return a value"),
    Rule(cst.If, "`if`, `elif`, `else`", note="names are joined to one type after it"),
    Rule(
        cst.For,
        "`for`",
        note="over range, arrays, containers, enumerate, zip, reversed, itertools, adgen.unroll; with `else`",
    ),
    Rule(cst.While, "`while`", note="with `else`"),
    Rule(cst.Break, "`break`"),
    Rule(cst.Continue, "`continue`"),
    Rule(cst.Pass, "`pass`"),
    Rule(
        cst.FunctionDef, "nested function", note="a closure over the function's names; inlined where called"
    ),
    Rule(cst.Assert, "`assert`", note="checked when the function runs, or before where that is known"),
    Rule(cst.Raise, "`raise`", note="of any exception; its message is not computed"),
    Rule(cst.Try, "`try`", "AG101"),
    Rule(cst.TryStar, "`try` with `except*`", "AG101"),
    Rule(cst.With, "`with`", note="of `np.errstate`; any other context is refused (AG102)"),
    Rule(cst.ClassDef, "class definition", "AG103"),
    Rule(cst.Del, "`del`", note="of names and of items of dicts"),
    Rule(cst.Global, "`global`", note="of names that are only read"),
    Rule(cst.Nonlocal, "`nonlocal`"),
    Rule(cst.Import, "`import`", note="of NumPy, `math` and modules of Python that adgen knows"),
    Rule(cst.ImportFrom, "`from ... import`", note="of NumPy, `math` and modules of Python that adgen knows"),
    Rule(cst.Match, "`match`", note="patterns take apart containers of known form"),
    # expressions
    Rule(cst.Name, "name"),
    Rule(cst.Integer, "integer"),
    Rule(cst.Float, "float"),
    Rule(cst.SimpleString, "string", note="as an option of a function, a key, a choice"),
    Rule(cst.ConcatenatedString, "strings side by side"),
    Rule(cst.Ellipsis, "`...`"),
    Rule(cst.UnaryOperation, "`-x`, `+x`, `not x`, `~x`"),
    Rule(
        cst.BinaryOperation,
        "arithmetic",
        note="`+ - * / // % ** @`, of integers and truth values `& \\| ^ << >>`",
    ),
    Rule(cst.BooleanOperation, "`and`, `or`", note="the right side is evaluated only if needed"),
    Rule(
        cst.Comparison,
        "comparison",
        note="chains too; `in` of tuples, lists and keys; `is` is decided at build time",
    ),
    Rule(cst.IfExp, "conditional expression"),
    Rule(
        cst.Call, "call", note="of NumPy, math, builtins, adgen, functions, methods and classes of the user"
    ),
    Rule(cst.Attribute, "attribute", note="of modules, arrays, records and objects; methods and properties"),
    Rule(cst.Subscript, "subscript", note="basic indexing, integer and boolean arrays, `np.newaxis`, `...`"),
    Rule(cst.Tuple, "tuple", note="of known length"),
    Rule(cst.List, "list", note="of elements of one kind where the length is known only at run time"),
    Rule(cst.Lambda, "lambda"),
    Rule(cst.Imaginary, "complex number"),
    Rule(
        cst.FormattedString,
        "f-string",
        note="as a key where all of it is known, as a message elsewhere",
    ),
    Rule(cst.Yield, "`yield`", "AG104"),
    Rule(cst.Await, "`await`", "AG105"),
    Rule(cst.NamedExpr, "`:=`"),
    Rule(cst.ListComp, "list comprehension", note="a list; over what a `for` runs over, with conditions"),
    Rule(cst.GeneratorExp, "generator expression", note="its elements are made at once"),
    Rule(cst.DictComp, "dict comprehension", note="over a sequence of known length"),
    Rule(cst.SetComp, "set comprehension", "AG112"),
    Rule(cst.Dict, "dict display", note="keys are constants; `**others`"),
    Rule(cst.Set, "set display", "AG114"),
)

TABLE = {rule.node: rule for rule in RULES}


def refused(node: cst.CSTNode) -> tuple[str, str]:
    """Code and name of a refused kind of syntax."""
    rule = TABLE.get(type(node))
    if rule is None:
        kind = "AG119" if isinstance(node, cst.BaseExpression) else "AG118"
        return kind, type(node).__name__
    return rule.code or "AG119", rule.title.strip("`")


def table_text() -> str:
    """The table in Markdown, for the documentation."""
    lines = ["| syntax | | within these limits |", "|---|---|---|"]
    for rule in RULES:
        verdict = "accepted" if rule.code is None else f"refused ({rule.code})"
        lines.append(f"| {rule.title} | {verdict} | {rule.note} |")
    return "\n".join(lines) + "\n"
