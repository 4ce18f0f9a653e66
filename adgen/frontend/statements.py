"""Statements. A block that may be left in the middle is desugared as it is read: what follows goes into the
branch that does not leave, or under a test of the flags that say so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from adgen.diagnostics import UserError
from adgen.frontend import fence
from adgen.frontend.abstract import Abstract, Known, LibraryFunction, Number
from adgen.frontend.assignments import annotated, assign, augmented, delete
from adgen.frontend.conditions import condition
from adgen.frontend.expressions import expression, handed
from adgen.frontend.joining import join_branches
from adgen.frontend.lists import append_statement
from adgen.frontend.liveness import Names, Statement, leaves, names_assigned, statements
from adgen.frontend.merging import both
from adgen.frontend.operators import negated
from adgen.frontend.reader import Reader
from adgen.frontend.state import (
    BOUND,
    BROKE,
    CONTINUED,
    FLAGS,
    RAISED,
    RESULT,
    RETURNED,
    STOPPED,
    Activation,
    Missing,
)
from adgen.primitives.elementwise import logical_or


def block(r: Reader, act: Activation, body: Sequence[Statement], out: Names | None = None) -> None:
    """Lower statements in order. ``out`` are the names live behind the block, where that is not its last
    statement's own set."""
    for at, node in enumerate(body):
        rest = body[at + 1 :]
        live = act.liveness.after.get(body[-1], frozenset()) if out is None else out
        if isinstance(node, cst.If) and rest and leaves([node]) != "never":
            branch(r, act, node, rest, live)
        else:
            statement(r, act, node, live if not rest else act.liveness.after[node])
            status = left(r, act)
            if status == Known(False) and not _has_raised(r, act):
                continue
            if isinstance(status, Number):
                _guarded(r, act, status, rest, live, node)
            return
        status = left(r, act)
        if isinstance(status, Number) and not _absorbed(node):
            _guarded(r, act, status, rest, live, node)
            return
        if status == Known(True) or _absorbed(node) or _has_raised(r, act):
            return


def _has_raised(r: Reader, act: Activation) -> bool:
    return r.state.frames[act.key].get(RAISED) == Known(True)


def _absorbed(node: cst.If) -> bool:
    """Whether the statements after an ``if`` were lowered inside its branches."""
    return "always" in _sides(node)


def _sides(node: cst.If) -> tuple[str, str]:
    return leaves(statements(node.body)), leaves(_else(node))


def _else(node: cst.If) -> list[Statement]:
    match node.orelse:
        case cst.If() as nested:
            return [nested]
        case cst.Else(body=body):
            return statements(body)
    return []


def left(r: Reader, act: Activation) -> Abstract:
    """Whether control has left the block: a constant, or a number that says so at run time."""
    total: Abstract = Known(False)
    frame = r.state.frames[act.key]
    for name in FLAGS:
        flag = frame.get(name, Known(False))
        assert isinstance(flag, Known | Number)
        if flag == Known(True):
            return flag
        if isinstance(flag, Number):
            total = flag if total == Known(False) else Number(logical_or(r.b, r.value(total), flag.value))
    return total


def _guarded(
    r: Reader, act: Activation, status: Number, rest: Sequence[Statement], live: Names, node: Statement
) -> None:
    """Lower what follows under the condition that control has not left."""
    if not rest:
        return

    def stay() -> None:
        _settle(r, act, False)
        block(r, act, rest, live)

    with r.at(act, node):
        go_on = r.value(negated(r, status))
        sides = both(r, go_on, stay, lambda: _settle(r, act, True))
        join_branches(r, go_on, sides, act.key, live, r.b.span)


def _settle(r: Reader, act: Activation, value: bool) -> None:
    """In a branch where it is known whether control has left: put that into the flags."""
    frame = r.state.frames[act.key]
    open_ = [name for name in FLAGS if isinstance(frame.get(name), Number)]
    if not value or len(open_) == 1:
        frame.update(dict.fromkeys(open_, Known(value)))


# -- branches -----------------------------------------------------------------------------------------------
def branch(
    r: Reader, act: Activation, node: cst.If, rest: Sequence[Statement] = (), live: Names | None = None
) -> None:
    """An ``if``; ``rest`` is what follows it in its block, lowered here where a branch always leaves."""
    live = act.liveness.after[node] if live is None else live
    test = condition(r, act, node.test)
    then, orelse = statements(node.body), _else(node)
    if not orelse and isinstance(test, Number) and isinstance(then[0], cst.Raise):
        from adgen.frontend.checks import raise_if

        with r.at(act, node):
            raise_if(r, act, then[0], test)
        block(r, act, rest, live)
        return
    sides = _sides(node)
    if sides[0] == "always":
        orelse = [*orelse, *rest]
    elif sides[1] == "always":
        then = [*then, *rest]
    else:
        live = act.liveness.after[node]
    if isinstance(test, Known):
        block(r, act, then if test.value else orelse, live)
        return
    with r.at(act, node):
        pred = r.value(test)
        found = both(r, pred, lambda: block(r, act, then, live), lambda: block(r, act, orelse, live))
        join_branches(r, pred, found, act.key, live, r.b.span)


# -- simple statements --------------------------------------------------------------------------------------
def statement(r: Reader, act: Activation, node: Statement, live: Names) -> None:
    """Lower one statement."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        code, construct = fence.refused(node)
        raise r.refuse(code, act, node, construct=construct)
    with r.at(act, node):
        handler(r, act, node)


# -- the rest -----------------------------------------------------------------------------------------------
def _evaluated(r: Reader, act: Activation, node: cst.Expr) -> None:
    if isinstance(node.value, cst.SimpleString | cst.ConcatenatedString | cst.Ellipsis):
        return
    if isinstance(node.value, cst.Yield | cst.Await):
        expression(r, act, node.value)
    if isinstance(node.value, cst.Call) and _without_result(r, act, node.value):
        return
    expression(r, act, node.value)


def _without_result(r: Reader, act: Activation, node: cst.Call) -> bool:
    """Calls that are statements of their own: of a list's methods, and output."""
    from adgen.frontend.output import output_statement

    return append_statement(r, act, node) or output_statement(r, act, node)


def _import(r: Reader, act: Activation, node: cst.Import | cst.ImportFrom) -> None:
    from adgen.frontend.imports import import_from, import_statement

    if isinstance(node, cst.Import):
        import_statement(r, act, node)
    else:
        import_from(r, act, node)


def _return(r: Reader, act: Activation, node: cst.Return) -> None:
    found = Known(None) if node.value is None else handed(r, act, node.value)
    frame = r.state.frames[act.key]
    frame[RESULT] = found
    frame[RETURNED] = Known(True)


def _flag(name: str) -> Callable[[Reader, Activation, Any], None]:
    def set_flag(r: Reader, act: Activation, node: Any) -> None:
        r.state.frames[act.key][name] = Known(True)

    return set_flag


def _nested(r: Reader, act: Activation, node: cst.FunctionDef) -> None:
    from adgen.frontend.decorators import decorated

    frame, name = r.state.frames[act.key], node.name.value
    frame[name] = decorated(r, act, node)
    frame.pop(BOUND + name, None)


def _assert(r: Reader, act: Activation, node: cst.Assert) -> None:
    test = condition(r, act, node.test)
    if not (isinstance(test, Known) and test.value):
        from adgen.frontend.checks import check

        check(r, act, node, test)


def _raise(r: Reader, act: Activation, node: cst.Raise) -> None:
    from adgen.frontend.checks import raise_statement

    raise_statement(r, act, node)


def _loop(r: Reader, act: Activation, node: cst.For | cst.While) -> None:
    from adgen.frontend.loops import for_statement, while_statement

    frame = r.state.frames[act.key]
    outer = frame.pop(STOPPED, None)
    if node.orelse is not None:
        frame[STOPPED] = Known(False)
    if isinstance(node, cst.For):
        if node.asynchronous is not None:
            raise r.refuse("AG105", act, node, construct="async for")
        for_statement(r, act, node)
    else:
        while_statement(r, act, node)
    stopped = r.state.frames[act.key].pop(STOPPED, None)
    if outer is not None:
        r.state.frames[act.key][STOPPED] = outer
    if node.orelse is not None:
        assert isinstance(stopped, Known | Number)
        _after_loop(r, act, node.orelse, stopped, act.liveness.after[node])


def _after_loop(r: Reader, act: Activation, node: cst.Else, stopped: Known | Number, live: Names) -> None:
    """The ``else`` of a loop: it runs unless the loop was left."""
    body = statements(node.body)
    gone = left(r, act)
    if Known(True) in (stopped, gone):
        return
    if stopped == gone == Known(False):
        block(r, act, body, live)
        return
    open_ = [x for x in (stopped, gone) if x != Known(False)]
    either = open_[0] if len(open_) == 1 else Number(logical_or(r.b, *(r.value(x) for x in open_)))

    def stay() -> None:
        _settle(r, act, False)
        block(r, act, body, live)

    with r.at(act, node):
        go_on = r.value(negated(r, either))
        sides = both(r, go_on, stay, lambda: None)
        join_branches(r, go_on, sides, act.key, live, r.b.span)


def _break(r: Reader, act: Activation, node: cst.Break) -> None:
    frame = r.state.frames[act.key]
    frame[BROKE] = Known(True)
    if STOPPED in frame:
        frame[STOPPED] = Known(True)


def _with(r: Reader, act: Activation, node: cst.With) -> None:
    """``with np.errstate(...)``, which changes nothing but warnings; other contexts are refused."""
    for item in node.items:
        if not _is_quiet(r, act, item):
            raise r.refuse("AG102", act, node)
    block(r, act, statements(node.body), act.liveness.after[node])


def _is_quiet(r: Reader, act: Activation, item: cst.WithItem) -> bool:
    call = item.item
    if item.asname is not None or not isinstance(call, cst.Call):
        return False
    found = expression(r, act, call.func)
    if not isinstance(found, LibraryFunction) or found.name != "numpy.errstate":
        return False
    given = [expression(r, act, arg.value) for arg in call.args]
    return all(isinstance(x, Known) and x.value in ("ignore", "warn", None) for x in given)


def _outer_names(r: Reader, act: Activation, node: cst.Global | cst.Nonlocal) -> None:
    """``nonlocal`` names are bound where they belong; ``global`` ones may only be read."""
    if isinstance(node, cst.Nonlocal):
        return
    assigned = names_assigned(statements(act.node.body))
    if any(item.name.value in assigned for item in node.names):
        raise r.refuse("AG107", act, node, construct="global")


def _match(r: Reader, act: Activation, node: cst.Match) -> None:
    from adgen.frontend.matching import match_statement

    match_statement(r, act, node)


_HANDLERS: dict[type[cst.CSTNode], Callable[[Reader, Activation, Any], None]] = {
    cst.Assign: assign,
    cst.AnnAssign: annotated,
    cst.AugAssign: augmented,
    cst.Del: delete,
    cst.Expr: _evaluated,
    cst.Return: _return,
    cst.If: branch,
    cst.For: _loop,
    cst.While: _loop,
    cst.Break: _break,
    cst.With: _with,
    cst.Match: _match,
    cst.Global: _outer_names,
    cst.Nonlocal: _outer_names,
    cst.Continue: _flag(CONTINUED),
    cst.Pass: lambda r, act, node: None,
    cst.Import: _import,
    cst.ImportFrom: _import,
    cst.FunctionDef: _nested,
    cst.Assert: _assert,
    cst.Raise: _raise,
}

__all__ = ["Missing", "UserError", "block", "branch", "statement"]
