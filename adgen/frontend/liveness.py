"""Which names may still be read after each statement: what branches join and loops carry.

Names that nested functions read count as read everywhere, because those look them up when they are called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import lru_cache

import libcst as cst

from adgen.frontend.syntax import children
from adgen.records import dataclass

Names = frozenset[str]
Statement = cst.BaseSmallStatement | cst.BaseCompoundStatement
Body = cst.BaseSuite | Sequence[cst.BaseStatement | cst.BaseSmallStatement]

_NESTED = (cst.FunctionDef, cst.Lambda)


#: of how many nodes it is remembered what these functions find out by walking
_REMEMBERED = 1 << 14


def statements(body: cst.BaseSuite | cst.BaseExpression) -> list[Statement]:
    """The statements of a suite, lines with several of them taken apart."""
    if isinstance(body, cst.BaseExpression):
        return [cst.Return(body)]
    found: list[Statement] = []
    for item in body.body:
        if isinstance(item, cst.SimpleStatementLine):
            found.extend(item.body)
        elif isinstance(item, cst.BaseSmallStatement | cst.BaseCompoundStatement):
            found.append(item)
    return found


@dataclass(slots=True)
class Liveness:
    """``after``: names live after a statement; ``head``: names live where a loop's test stands."""

    after: dict[cst.CSTNode, Names] = field(default_factory=dict)
    head: dict[cst.CSTNode, Names] = field(default_factory=dict)
    always: Names = frozenset()

    @staticmethod
    @lru_cache(1 << 10)
    def of(function: cst.FunctionDef | cst.Lambda) -> Liveness:
        """The liveness of a function's body."""
        nested = {n for node in walk(function.body) if isinstance(node, _NESTED) for n in names_read(node)}
        liveness = Liveness(always=frozenset(nested))
        if isinstance(function, cst.FunctionDef):
            liveness.block(statements(function.body), frozenset(), ())
        return liveness

    def block(self, body: Sequence[Statement], out: Names, loops: tuple[tuple[Names, Names], ...]) -> Names:
        """Names live before a block; ``loops`` holds (head, after) of the loops around it."""
        for statement in reversed(body):
            self.after[statement] = out | self.always
            out = self._before(statement, out, loops)
        return out

    def _before(self, node: Statement, out: Names, loops: tuple[tuple[Names, Names], ...]) -> Names:
        match node:
            case cst.If():
                return self._if(node, out, loops)
            case cst.For() | cst.While():
                return self._loop(node, out, loops)
            case cst.With():
                inner = self.block(statements(node.body), out, loops)
                return inner.union(*(names_read(item) for item in node.items))
            case cst.Match():
                return self._match(node, out, loops)
            case cst.Return() | cst.Raise():
                return names_read(node)
            case cst.Break():
                return loops[-1][1] if loops else out
            case cst.Continue():
                return loops[-1][0] if loops else out
            case cst.FunctionDef():
                return out - {node.name.value}
        return (out - names_bound(node)) | names_read(node)

    def _if(self, node: cst.If, out: Names, loops: tuple[tuple[Names, Names], ...]) -> Names:
        before = self.block(statements(node.body), out, loops)
        match node.orelse:
            case cst.Else(body=body):
                before |= self.block(statements(body), out, loops)
            case cst.If() as nested:
                self.after[nested] = out | self.always
                before |= self._if(nested, out, loops)
            case _:
                before |= out
        return before | names_read(node.test)

    def _match(self, node: cst.Match, out: Names, loops: tuple[tuple[Names, Names], ...]) -> Names:
        before = out | names_read(node.subject)
        for case in node.cases:
            inner = self.block(statements(case.body), out, loops) | names_read(case.pattern)
            before |= inner | (frozenset() if case.guard is None else names_read(case.guard))
        return before

    def _loop(self, node: cst.For | cst.While, out: Names, loops: tuple[tuple[Names, Names], ...]) -> Names:
        bound = names_bound_in(node.target) if isinstance(node, cst.For) else frozenset()
        test = frozenset() if isinstance(node, cst.For) else names_read(node.test)
        after = out if node.orelse is None else self.block(_orelse(node), out, loops)
        head, body = out | after | test, statements(node.body)
        while True:
            inner = self.block(body, head, (*loops, (head, out)))
            wider = head | (inner - bound)
            if wider == head:
                break
            head = wider
        self.head[node] = head | self.always
        return head | (names_read(node.iter) if isinstance(node, cst.For) else frozenset())


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


@lru_cache(_REMEMBERED)
def names_read(node: cst.CSTNode) -> Names:
    """Names that a statement or expression may read, those of nested functions included."""
    return frozenset(_reads(node))


def _reads(node: cst.CSTNode) -> Iterator[str]:
    match node:
        case cst.Name(value=name):
            yield name
        case cst.Attribute(value=value):
            yield from _reads(value)
        case cst.Arg(value=value) | cst.NamedExpr(value=value):
            yield from _reads(value)
        case cst.Assign(targets=targets, value=value):
            yield from _reads(value)
            for target in targets:
                yield from _target_reads(target.target)
        case cst.AnnAssign(target=target, value=value):
            if value is not None:
                yield from _reads(value)
            yield from _target_reads(target)
        case cst.Param(default=default):
            if default is not None:
                yield from _reads(default)
        case cst.FunctionDef(params=params, body=body):
            yield from _reads(params)
            yield from _reads(body)
        case cst.ListComp() | cst.SetComp() | cst.DictComp() | cst.GeneratorExp():
            yield from _reads(node.for_in.iter)
            own = frozenset(_comprehension_targets(node.for_in))
            yield from (name for child in children(node) for name in _reads(child) if name not in own)
        case _:
            for child in children(node):
                yield from _reads(child)


def _comprehension_targets(clause: cst.CompFor) -> Iterator[str]:
    """Names that a comprehension has of its own."""
    yield from names_bound_in(clause.target)
    if clause.inner_for_in is not None:
        yield from _comprehension_targets(clause.inner_for_in)


def _target_reads(target: cst.CSTNode) -> Iterator[str]:
    """Names read by assigning to a target: ``a`` and ``i`` of ``a[i]``, nothing of ``a``."""
    match target:
        case cst.Name():
            return
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _target_reads(element.value)
        case cst.StarredElement(value=value):
            yield from _target_reads(value)
        case _:
            yield from _reads(target)


def names_bound(node: cst.CSTNode) -> Names:
    """Names that one simple statement binds for certain, whatever of it is evaluated."""
    match node:
        case cst.Assign(targets=targets):
            return frozenset(n for t in targets for n in names_bound_in(t.target))
        case cst.AugAssign(target=target):
            return names_bound_in(target)
        case cst.AnnAssign(target=target, value=value):
            return names_bound_in(target) if value is not None else frozenset()
        case cst.FunctionDef(name=name):
            return frozenset((name.value,))
        case cst.Import() | cst.ImportFrom():
            return frozenset(names_imported(node))
    return frozenset()


@lru_cache(_REMEMBERED)
def names_named(node: cst.CSTNode | None) -> Names:
    """Names that ``:=`` may bind inside a statement or expression."""
    if node is None or isinstance(node, _NESTED):
        return frozenset()
    own = names_bound_in(node.target) if isinstance(node, cst.NamedExpr) else frozenset()
    return own.union(*(names_named(child) for child in children(node)))


def names_imported(node: cst.Import | cst.ImportFrom) -> Iterator[str]:
    """The names that an import binds."""
    for alias in () if isinstance(node.names, cst.ImportStar) else node.names:
        name: cst.CSTNode = alias.name if alias.asname is None else alias.asname.name
        while isinstance(name, cst.Attribute):
            name = name.value
        if isinstance(name, cst.Name):
            yield name.value


def names_bound_in(target: cst.CSTNode) -> Names:
    """Names in an assignment target."""
    match target:
        case cst.Name(value=name):
            return frozenset((name,))
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            return frozenset(n for e in elements for n in names_bound_in(e.value))
        case cst.StarredElement(value=value):
            return names_bound_in(value)
    return frozenset()


def names_assigned(body: Sequence[Statement]) -> Names:
    """Names bound anywhere in a block, nested blocks included and nested functions not."""
    found: set[str] = set()
    for node in body:
        if not isinstance(node, cst.If | cst.For | cst.While | cst.With | cst.Match):
            found |= names_bound(node) | names_named(node)
        match node:
            case cst.If():
                found |= names_named(node.test) | names_assigned(statements(node.body))
                if isinstance(node.orelse, cst.If):
                    found |= names_assigned([node.orelse])
                elif node.orelse is not None:
                    found |= names_assigned(statements(node.orelse.body))
            case cst.For():
                found |= names_bound_in(node.target) | names_named(node.iter)
                found |= names_assigned(statements(node.body)) | names_assigned(_orelse(node))
            case cst.While():
                found |= names_named(node.test) | names_assigned(statements(node.body))
                found |= names_assigned(_orelse(node))
            case cst.With():
                found |= names_assigned(statements(node.body))
            case cst.Match():
                found |= names_named(node.subject).union(*(names_of_case(case) for case in node.cases))
    return frozenset(found)


def names_nonlocal(body: Sequence[Statement]) -> Names:
    """Names that a function declares ``nonlocal``."""
    found = [n for s in body for n in _own(s) if isinstance(n, cst.Nonlocal)]
    return frozenset(item.name.value for n in found for item in n.names)


def first_yield(body: Sequence[Statement]) -> cst.Yield | None:
    """The first ``yield`` of a function's own, reached or not."""
    return next((n for s in body for n in _own(s, expressions=True) if isinstance(n, cst.Yield)), None)


def _orelse(node: cst.For | cst.While) -> list[Statement]:
    return [] if node.orelse is None else statements(node.orelse.body)


def names_of_case(case: cst.MatchCase) -> Names:
    """Names bound by a case of ``match``: in its pattern and its statements."""
    return names_in_pattern(case.pattern) | names_named(case.guard) | names_assigned(statements(case.body))


def names_in_pattern(node: cst.CSTNode) -> Names:
    """Names that a pattern binds."""
    own: Names = frozenset()
    if isinstance(node, cst.MatchAs | cst.MatchStar) and node.name is not None:
        own = frozenset((node.name.value,))
    return own.union(*(names_in_pattern(child) for child in children(node)))


def leaves(body: Sequence[Statement]) -> str:
    """Whether a block is left by return, break or continue: ``always``, ``maybe`` or ``never``."""
    found = "never"
    for node in body:
        one = _leaves(node)
        if one == "always":
            return "always"
        found = "maybe" if one == "maybe" else found
    return found


def _leaves(node: Statement) -> str:
    match node:
        case cst.Return() | cst.Break() | cst.Continue():
            return "always"
        case cst.If():
            then = leaves(statements(node.body))
            match node.orelse:
                case cst.If() as nested:
                    other = leaves([nested])
                case cst.Else(body=body):
                    other = leaves(statements(body))
                case _:
                    other = "never"
            return then if then == other else "maybe"
        case cst.For() | cst.While():
            found = [*statements(node.body), *_orelse(node)]
            return "maybe" if _returns(found) or leaves(_orelse(node)) != "never" else "never"
        case cst.With():
            return leaves(statements(node.body))
        case cst.Match():
            return "never" if all(leaves(statements(c.body)) == "never" for c in node.cases) else "maybe"
    return "never"


def _returns(body: Sequence[Statement]) -> bool:
    return any(isinstance(n, cst.Return) for s in body for n in _own(s))


def exits(body: Sequence[Statement]) -> Names:
    """Which of ``break`` (of this loop) and ``return`` a loop's body has."""
    found = {"return"} if _returns(body) else set()
    if any(isinstance(n, cst.Break) for s in body for n in _own(s, loops=False)):
        found.add("break")
    return frozenset(found)


def leaves_loop(body: Sequence[Statement]) -> bool:
    """Whether a loop's body has a ``break`` of this loop, or a ``return``."""
    return bool(exits(body))


@lru_cache(_REMEMBERED)
def _own(node: cst.CSTNode, loops: bool = True, expressions: bool = False) -> Sequence[cst.CSTNode]:
    """What is below a node and belongs to the same function (and, without ``loops``, to the same loop)."""
    if isinstance(node, _NESTED) or (not loops and isinstance(node, cst.For | cst.While)):
        return (node,)
    below = [c for c in children(node) if expressions or not isinstance(c, cst.BaseExpression)]
    return (node, *(n for child in below for n in _own(child, loops, expressions)))
