"""Changes to a loop that are planned first and made together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from adgen.loops.copies import chosen
from adgen.loops.core import Branch, Loop, Nest, Reduce, Stmt
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.loops.sides import Side


@dataclass(slots=True)
class Edits:
    """What is put around statements of a loop, by their identity, and before and after the loop.

    `gone` are statements, and `results` names of sums, that it does without. `memo` are matrices made
    for it, `copied` what those are copies of.
    """

    before: dict[int, list[Stmt]] = field(default_factory=dict)
    after: dict[int, list[Stmt]] = field(default_factory=dict)
    first: list[Stmt] = field(default_factory=list)
    last: list[Stmt] = field(default_factory=list)
    memo: dict[object, Side] = field(default_factory=dict)
    copied: list[Side] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    results: set[str] = field(default_factory=set)

    def copy(self) -> Edits:
        """The same edits, to go on from."""
        tables = [{k: list(v) for k, v in t.items()} for t in (self.before, self.after)]
        lists = list(self.first), list(self.last), dict(self.memo), list(self.copied)
        return Edits(tables[0], tables[1], *lists, set(self.gone), set(self.results))

    def applied(self, stmt: Stmt) -> Stmt:
        """A statement with what is planned inside it."""
        match stmt:
            case Loop() | Nest():
                return replace(stmt, body=self._body(stmt.body))
            case Reduce():
                kept = [k for k, r in enumerate(stmt.results) if r.name not in self.results]
                body = self._body(stmt.body)
                return chosen(stmt, kept, body) if kept else Nest(stmt.vars, body)
            case Branch():
                return Branch(stmt.test, self._body(stmt.then), self._body(stmt.orelse))
            case _:
                return stmt

    def _body(self, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        out: list[Stmt] = []
        for stmt in body:
            out += self.before.get(id(stmt), ())
            if id(stmt) not in self.gone:
                out.append(self.applied(stmt))
            out += self.after.get(id(stmt), ())
        return tuple(out)
