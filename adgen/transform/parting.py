"""A program in two parts: what its last parameters have no part in is emitted once, the rest as often as
wanted.
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.ir.builder import Builder
from adgen.ir.core import Func, Node, Op, Region, Value, uses_of, walk
from adgen.ir.dims import Dim
from adgen.primitives.lists import copy_list
from adgen.records import dataclass
from adgen.transform.rebuild import Rebuild, sizes_given


@dataclass(frozen=True, slots=True)
class Parted:
    """A program whose first part stands in a block; ``late`` is what depends on the ``seeds``."""

    program: Func
    seeds: tuple[Value, ...]
    early: Rebuild
    late: tuple[Node, ...]

    @staticmethod
    def of(b: Builder, program: Func, args: Sequence[Value]) -> Parted:
        """Emit the first part for these arguments; the parameters behind them are the seeds."""
        seeds = program.params[len(args) :]
        early, late = parted(program.body.nodes, seeds)
        rebuild = Rebuild(b, {**sizes_given(program, args), **_renamed(b, early)})
        rebuild.env.update(zip(program.params, args, strict=False))
        rebuild.nodes(early)
        return Parted(program, seeds, rebuild, late)

    def ready(self, count: int) -> tuple[Value, ...] | None:
        """The first results, where the first part gives them."""
        found = self.program.results[:count]
        later = {v for node in self.late for v in node.results}
        return None if later.intersection(found) else self.early.values(found)

    def rest(self, b: Builder, seeds: Sequence[Value]) -> tuple[Value, ...]:
        """Emit the second part; the results of the whole program."""
        again = Rebuild(b, {**self.early.symbols, **_renamed(b, self.late)})
        again.env.update(self.early.env)
        again.env.update({v: copy_list(b, self.early.env[v]) for v in self._emptied()})
        again.env.update(zip(self.seeds, seeds, strict=True))
        again.nodes(self.late)
        return again.values(self.program.results)

    def _emptied(self) -> list[Value]:
        """Tapes of the first part that the second changes."""
        given = self.early.env
        found = (v for n in self.late if not _only_reads(n) for v in uses_of(n) if v.is_stack and v in given)
        return list(dict.fromkeys(found))


def parted(nodes: Sequence[Node], seeds: Sequence[Value]) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """The nodes that do not depend on the seeds, and those that do."""
    late: set[Value] = set(seeds)
    parts: tuple[list[Node], list[Node]] = ([], [])
    for node in nodes:
        depends = any(v in late for v in uses_of(node))
        if depends:
            late.update(node.results)
        parts[depends].append(node)
    return tuple(parts[0]), tuple(parts[1])


def _only_reads(node: Node) -> bool:
    return isinstance(node, Op) and not node.prim.consumes


def _renamed(b: Builder, nodes: Sequence[Node]) -> dict[str, Dim]:
    """Names of their own for the symbols that nodes bind."""
    bound = [n for n in walk(Region((), tuple(nodes), ())) if isinstance(n, Op) and n.prim.name == "bind_dim"]
    return {op.attr("sym"): Dim.symbol(b.fresh_symbol(op.attr("sym"))) for op in bound}
