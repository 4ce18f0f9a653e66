"""The same program with its loops marked to be written out."""

from __future__ import annotations

import ast

HEAD = "import adgen\n"


class _Marking(ast.NodeTransformer):
    """Marks loops over ranges that depend on nothing but literals and sizes."""

    def __init__(self) -> None:
        self._arguments: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self._arguments |= {a.arg for a in node.args.args}
        self.generic_visit(node)
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        self.generic_visit(node)
        match node.iter:
            case ast.Call(func=ast.Name(id="range"), args=bounds) if all(
                _is_static(b, self._arguments) for b in bounds
            ):
                node.iter = ast.Call(ast.Attribute(ast.Name("adgen"), "unroll"), [node.iter], [])
        return node


def _is_static(bound: ast.expr, arguments: set[str]) -> bool:
    """Whether a bound is made of literals and sizes (`n`, `m`, `len(v)` of an argument, `v.shape[0]`)."""
    match bound:
        case ast.Constant() | ast.Name(id="n" | "m"):
            return True
        case ast.UnaryOp(operand=operand):
            return _is_static(operand, arguments)
        case ast.BinOp(left=left, right=right):
            return _is_static(left, arguments) and _is_static(right, arguments)
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
            return name in arguments
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return True
    return False


def unrolled(text: str) -> str:
    """The module's text; the same where there is no such loop."""
    tree = ast.parse(text)
    before = ast.dump(tree)
    marked = _Marking().visit(tree)
    if ast.dump(marked) == before:
        return text
    return HEAD + ast.unparse(ast.fix_missing_locations(marked)) + "\n"
