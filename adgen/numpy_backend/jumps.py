"""Early exits, found again: where control goes from a point once the flags there are known.

In the program a ``break``, ``continue`` or early ``return`` is a flag that later tests look at. From the end
of a branch that sets such a flag the tests are decided, so the way to the next loop's end, or to the
function's, can be followed. Where next to nothing is done on that way, the printer writes the little that is
and the jump; what follows the branch is then reached from its other side alone, and flags are known there.
"""

from __future__ import annotations

from dataclasses import field, replace

from adgen.analysis.conditions import Facts, implied, known
from adgen.ir.core import Definitions, For, Func, If, Node, Op, Region, Value, While
from adgen.numpy_backend.folding import Folding
from adgen.records import dataclass

Pairs = list[tuple[Value, Value]]

#: how many statements are written a second time for the sake of a jump
_LIMIT = 3
_ASKED_FOR = "result"


@dataclass(frozen=True, slots=True)
class After:
    """What comes after a point: the nodes of its region from ``at`` on, then what follows its ``owner``."""

    region: Region
    at: int
    owner: Node | None = None
    outer: After | None = None


@dataclass(slots=True)
class Jump:
    """``word`` and the steps before it: operations, and values that variables take over (with their node).

    ``aliases`` says which value each result of a branch or loop is on this way.
    """

    word: str
    steps: list[Op | tuple[Pairs, Node]]
    facts: Facts
    aliases: dict[Value, Value]
    weight: int
    loop: While | None = None

    def resolved(self, value: Value) -> Value:
        """The value that stands for another one on this way."""
        while value in self.aliases:
            value = self.aliases[value]
        return value


def flags_of(loop: While, defs: Definitions) -> dict[int, bool]:
    """The carried values that have to be true or false for a loop to go on."""
    facts = implied(loop.cond.yields[0], True, defs)
    params = {p: k for k, p in enumerate(loop.cond.params)}
    return {params[v]: holds for v, holds in facts.items() if v in params}


@dataclass(slots=True)
class Jumps:
    """Follows control through one function."""

    func: Func
    folding: Folding
    flags: dict[While, dict[int, bool]] = field(default_factory=dict)

    def at(self, start: After, facts: Facts, skips: bool = False) -> Jump | None:
        """The jump that can be written at a point where ``facts`` hold, instead of going on from there.

        With ``skips`` also a ``continue`` that leaves out nothing but what the caller knows of.
        """
        return _Way(self, start, dict(facts), decided=int(skips)).follow()


@dataclass(slots=True)
class _Way:
    """One way through the program, from a point on."""

    jumps: Jumps
    after: After
    facts: Facts
    steps: list[Op | tuple[Pairs, Node]] = field(default_factory=list)
    aliases: dict[Value, Value] = field(default_factory=dict)
    decided: int = 0
    weight: int = 0
    best: Jump | None = None

    def follow(self) -> Jump | None:
        """The furthest jump on the way: out of the function, out of a loop, or to its next round."""
        while self.weight <= _LIMIT:
            if self._has_turned():
                return self.best
            if self.after.at < len(self.after.region.nodes):
                if not self._node():
                    return self.best
            elif self.after.owner is None:
                return self._end()
            elif self.after.outer is None:  # inside the condition of a loop
                return self.best
            elif isinstance(self.after.owner, If):
                self._branch_end(self.after.owner)
            elif isinstance(self.after.owner, For):
                return self.best or self._next_round(self.after.owner)
            elif not self._loop_end(self.after.owner):
                return self.best
        return self.best

    def _has_turned(self) -> bool:
        cut = self.jumps.func.cut
        return self.after.owner is None and cut is not None and self.after.at >= cut

    def _known(self, value: Value) -> bool | None:
        return known(value, self.facts, self.jumps.folding.defs)

    def _jump(self, word: str, loop: While | None = None) -> Jump:
        return Jump(word, list(self.steps), dict(self.facts), dict(self.aliases), self.weight, loop)

    # -- step by step -----------------------------------------------------------------------------------
    def _node(self) -> bool:
        """Go past one node; False where control can go several ways from there."""
        node = self.after.region.nodes[self.after.at]
        self.after = replace(self.after, at=self.after.at + 1)
        match node:
            case Op():
                folded = self.jumps.folding.folded
                if node.prim.name == "bind_dim":
                    return False
                if not node.results or any(v not in folded for v in node.results):
                    self.steps.append(node)
                    self.weight += len(node.results) != 1 or self._known(node.result) is None
                return True
            case If():
                holds = self._known(node.pred)
                if holds is None:
                    return False
                self.decided += 1
                self.after = After(node.then if holds else node.orelse, 0, node, self.after)
                return True
        return False

    def _hand_on(self, pairs: Pairs, node: Node) -> None:
        for target, value in pairs:
            found = self._known(value)
            if found is not None:
                self.facts[target] = found
            self.aliases[target] = value
        self.steps.append((pairs, node))

    def _branch_end(self, node: If) -> None:
        assert self.after.outer is not None
        self._hand_on(list(zip(node.results, self.after.region.yields, strict=True)), node)
        self.after = self.after.outer

    def _loop_end(self, node: Node) -> bool:
        """Out of a ``while`` whose condition is known not to hold any more; False where the way ends."""
        assert isinstance(node, While)
        assert self.after.outer is not None
        pairs = list(zip(node.carried, node.body.yields, strict=True))
        entering = {
            p: found
            for p, (_, value) in zip(node.cond.params, pairs, strict=True)
            if (found := self._known(value)) is not None
        }
        goes_on = known(node.cond.yields[0], {**self.facts, **entering}, self.jumps.folding.defs)
        if goes_on is not False:
            flags = self.jumps.flags.get(node, {})
            if self.best is None and all(entering.get(node.cond.params[k]) is v for k, v in flags.items()):
                self.best = self._next_round(node)
            return False
        self.steps.append((pairs, node))
        if self.best is None:
            self.best = self._jump("break", node)
        for result, (param, value) in zip(node.results, pairs, strict=True):
            found = self._known(value)
            if found is not None:
                self.facts[result] = found
            self.aliases[result] = value
            self.aliases.pop(param, None)
        self.after, self.decided = self.after.outer, self.decided + 1
        return True

    # -- ends -------------------------------------------------------------------------------------------
    def _next_round(self, node: For | While) -> Jump | None:
        """``continue``, where it leaves something out."""
        if not self.decided:
            return None
        self.steps.append((list(zip(node.carried, node.body.yields, strict=True)), node))
        return self._jump("continue")

    def _end(self) -> Jump | None:
        """``return``, where the function itself returns in several places."""
        joined = [v for v in self.jumps.func.results if v in self.aliases]
        asked_for = any((v.hint or "").startswith(_ASKED_FOR) for v in joined)
        return self._jump("return") if asked_for else self.best
