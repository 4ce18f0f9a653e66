"""Mutated programs: a program of the corpus (or a random one) with a few random changes to its syntax tree.

The result compiles, and means anything or nothing. adgen has to refuse it, to fail as Python does, or to
give Python's value and the gradient of what the program now says.
"""

from __future__ import annotations

import ast
import copy
import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from tests import corpus
from tests.props.kinds import KINDS
from tests.props.mutation_forms import (
    BINARY,
    COMPARISONS,
    CONSTANTS,
    FUNCTIONS,
    INDICES,
    KEYWORDS,
    METHODS,
    STATEMENTS,
    TARGETS,
    UNARY,
    WRAPPERS,
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A module's text with one function of it, and what to call it with."""

    text: str
    args: tuple[Any, ...]
    wrt: tuple[int, ...]
    name: str


@cache
def _originals() -> list[corpus.Program]:
    """The programs of the corpus that are called with arrays and numbers."""
    found = [corpus.load(name) for name in corpus.names()]
    return [p for p in found if all(isinstance(a, np.ndarray | float | int) for a in p.arguments())]


def mutant(seed: int) -> Mutant:
    """The mutant of a seed."""
    dice = random.Random(seed)
    tree, args, wrt, name = _original(dice)
    while True:
        changed = copy.deepcopy(tree)
        for _ in range(dice.choice((1, 1, 1, 2, 2, 3))):
            _mutate(dice, changed, name)
        text = _compiled(changed)
        if text is not None:
            return Mutant(text, args, wrt, name)


def _original(dice: random.Random) -> tuple[ast.Module, tuple[Any, ...], tuple[int, ...], str]:
    if dice.random() < 0.3:
        kind = dice.choice(list(KINDS.values()))
        seed = dice.randrange(10**9)
        return ast.parse(kind.text(seed)), kind.arguments(seed), kind.wrt, "program"
    program = dice.choice(_originals())
    tree = ast.parse(program.path.read_text())
    tree.body = [node for node in tree.body if not _is_case(node)]
    args = program.arguments(dice.randrange(len(program.factories)), dice.randrange(100))
    wrt = tuple(i for i in program.wrt if isinstance(args[i], np.ndarray | float))
    return tree, args, wrt or (0,), program.fun.__name__


def _is_case(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id="CASE")]):
            return True
        case ast.FunctionDef(args=ast.arguments(args=[ast.arg(arg="rng")])):
            return True
    return False


def _compiled(tree: ast.Module) -> str | None:
    """The text, where it is valid."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
            compile(text, "<mutant>", "exec")
    except (SyntaxError, ValueError, TypeError, RecursionError, AttributeError):
        return None
    return text


# -- places ------------------------------------------------------------------------------------------------
def _functions(tree: ast.Module, name: str) -> list[ast.FunctionDef]:
    """The functions to change: mostly the one that is differentiated."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return found + [node for node in found if node.name == name] * 2


def _nodes(root: ast.AST, kind: type[Any] | tuple[type[Any], ...]) -> list[Any]:
    return [node for node in ast.walk(root) if isinstance(node, kind)]


def _slots(root: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
    """Every place that holds an expression that is read."""
    for parent in ast.walk(root):
        for label, value in ast.iter_fields(parent):
            for at, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(item, ast.expr) and not isinstance(
                    getattr(item, "ctx", None), ast.Store | ast.Del
                ):
                    yield parent, label, at, item


def _put(place: tuple[ast.AST, str, int | None, ast.expr], new: ast.expr) -> None:
    parent, label, at, _ = place
    if at is None:
        setattr(parent, label, new)
    else:
        getattr(parent, label)[at] = new


def _blocks(root: ast.AST) -> list[list[ast.stmt]]:
    found = [getattr(node, label, None) for node in ast.walk(root) for label in ("body", "orelse")]
    return [block for block in found if isinstance(block, list) and block]


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _names(root: ast.AST) -> list[str]:
    return sorted({node.id for node in _nodes(root, ast.Name)} | {"undefined", "np", "len", "math"})


# -- changes -----------------------------------------------------------------------------------------------
def _mutate(dice: random.Random, tree: ast.Module, name: str) -> None:
    """One change to one function."""
    functions = _functions(tree, name)
    change: Callable[[random.Random, Any], None] = dice.choice(_CHANGES)
    with suppress(IndexError):  # there is nothing to change in this way
        change(dice, dice.choice(functions))


def _operator(dice: random.Random, root: ast.AST) -> None:
    found = _nodes(root, (ast.BinOp, ast.AugAssign, ast.Compare, ast.UnaryOp, ast.BoolOp))
    if not found:
        return
    node = dice.choice(found)
    match node:
        case ast.Compare():
            node.ops[dice.randrange(len(node.ops))] = dice.choice(COMPARISONS)()
        case ast.UnaryOp():
            node.op = dice.choice(UNARY)()
        case ast.BoolOp():
            node.op = dice.choice((ast.And, ast.Or))()
        case _:
            node.op = dice.choice(BINARY)()


def _name(dice: random.Random, root: ast.AST) -> None:
    found = _nodes(root, ast.Name)
    if found:
        dice.choice(found).id = dice.choice(_names(root))


def _constant(dice: random.Random, root: ast.AST) -> None:
    places = [place for place in _slots(root) if isinstance(place[3], ast.Constant)]
    if places:
        _put(dice.choice(places), _expression(dice.choice(CONSTANTS)))


def _function(dice: random.Random, root: ast.AST) -> None:
    calls = _nodes(root, ast.Call)
    if not calls:
        return
    call = dice.choice(calls)
    if isinstance(call.func, ast.Attribute) and not isinstance(call.func.value, ast.Name):
        call.func.attr = dice.choice(METHODS)
    else:
        call.func = _expression(dice.choice(FUNCTIONS))


def _arguments(dice: random.Random, root: ast.AST) -> None:
    calls = _nodes(root, ast.Call)
    if not calls:
        return
    call = dice.choice(calls)
    match dice.randrange(6):
        case 0 if call.args:
            call.args.pop(dice.randrange(len(call.args)))
        case 1 if call.args:
            call.args.append(copy.deepcopy(dice.choice(call.args)))
        case 2 if call.args:
            at = dice.randrange(len(call.args))
            call.args[at] = ast.Starred(call.args[at], ast.Load())
        case 3 if len(call.args) > 1:
            dice.shuffle(call.args)
        case 4 if call.keywords:
            call.keywords.pop(dice.randrange(len(call.keywords)))
        case _:
            label, value = dice.choice(KEYWORDS)
            call.keywords.append(ast.keyword(label, _expression(value)))


def _subscript(dice: random.Random, root: ast.AST) -> None:
    found = _nodes(root, ast.Subscript)
    if not found:
        return
    node = dice.choice(found)
    if isinstance(node.slice, ast.Tuple) and dice.random() < 0.5:
        parts = node.slice.elts
        match dice.randrange(3):
            case 0 if len(parts) > 1:
                parts.pop(dice.randrange(len(parts)))
            case 1:
                parts.insert(dice.randrange(len(parts) + 1), _index(dice, root))
            case 2 if parts:
                parts[dice.randrange(len(parts))] = _index(dice, root)
            case _:
                node.slice = _index(dice, root)
    else:
        node.slice = _index(dice, root)


def _index(dice: random.Random, root: ast.AST) -> ast.expr:
    text = dice.choice(INDICES).replace("NAME", dice.choice(_names(root)))
    holder = _expression(f"x[{text}]")
    assert isinstance(holder, ast.Subscript)
    return holder.slice


def _wrapped(dice: random.Random, root: ast.AST) -> None:
    places = list(_slots(root))
    place, other = dice.choice(places), dice.choice(places)
    text = dice.choice(WRAPPERS).replace("NAME", dice.choice(_names(root)))
    new = _Filling({"IT": copy.deepcopy(place[3]), "OTHER": copy.deepcopy(other[3])}).visit(_expression(text))
    _put(place, new)


def _exchanged(dice: random.Random, root: ast.AST) -> None:
    places = list(_slots(root))
    place, other = dice.choice(places), dice.choice(places)
    _put(place, copy.deepcopy(other[3]))


class _Filling(ast.NodeTransformer):
    """Puts trees in place of names."""

    def __init__(self, trees: dict[str, Any]) -> None:
        self._trees = trees

    def visit_Name(self, node: ast.Name) -> Any:
        return copy.deepcopy(self._trees.get(node.id, node))

    def visit_Expr(self, node: ast.Expr) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id == "BODY":
            return copy.deepcopy(self._trees["BODY"])
        self.generic_visit(node)
        return node


def _moved(dice: random.Random, root: ast.AST) -> None:
    """Statements left out, doubled, reordered, or put into another block."""
    block = dice.choice(_blocks(root))
    at = dice.randrange(len(block))
    match dice.randrange(5):
        case 0:
            block[at : at + 1] = [] if len(block) > 1 else [ast.Pass()]
        case 1:
            block.insert(at, copy.deepcopy(block[at]))
        case 2 if len(block) > 1:
            other = dice.randrange(len(block))
            block[at], block[other] = block[other], block[at]
        case 3:
            dice.choice(_blocks(root)).insert(0, copy.deepcopy(block[at]))
        case _:
            body = getattr(block[at], "body", None)
            if isinstance(body, list):
                block[at : at + 1] = body


def _odd_statement(dice: random.Random, root: ast.AST) -> None:
    """A statement of any kind put in, or put around another."""
    block = dice.choice(_blocks(root))
    at = dice.randrange(len(block))
    text = dice.choice(STATEMENTS).replace("NAME", dice.choice(_names(root)))
    form = ast.parse(text).body
    expressions = [place[3] for place in _slots(root)]
    trees: dict[str, Any] = {"IT": dice.choice(expressions), "OTHER": dice.choice(expressions)}
    around = "BODY" in text
    if around:
        trees["BODY"] = block[at]
    new = [_Filling(trees).visit(statement) for statement in form]
    block[at : at + around] = new


def _signature(dice: random.Random, root: ast.FunctionDef) -> None:
    given = root.args
    match dice.randrange(6):
        case 0 if given.args:
            given.args.pop(dice.randrange(len(given.args)))
        case 1:
            given.args.append(ast.arg("extra"))
            given.defaults.append(_expression(dice.choice(CONSTANTS)))
        case 2:
            given.vararg = ast.arg("rest")
        case 3:
            given.kwarg = ast.arg("options")
        case 4 if given.args and not given.defaults:
            given.kwonlyargs.append(given.args.pop())
            given.kw_defaults.append(_expression(dice.choice(CONSTANTS)))
        case _:
            dice.shuffle(given.args)


def _target(dice: random.Random, root: ast.AST) -> None:
    """Another target of an assignment."""
    found = _nodes(root, (ast.Assign, ast.AugAssign, ast.For))
    if not found:
        return
    node = dice.choice(found)
    text = dice.choice(TARGETS)
    new = ast.parse(text.replace("NAME", dice.choice(_names(root))) + " = 0").body[0]
    assert isinstance(new, ast.Assign)
    if isinstance(node, ast.Assign):
        node.targets = [new.targets[0], *node.targets] if dice.random() < 0.3 else new.targets
    elif isinstance(node, ast.For) or not isinstance(new.targets[0], ast.Tuple):
        node.target = new.targets[0]


_CHANGES = (
    *(_operator, _name, _constant) * 3,
    *(_subscript, _wrapped, _moved) * 3,
    *(_function, _arguments, _exchanged, _odd_statement) * 2,
    _signature,
    _target,
)
