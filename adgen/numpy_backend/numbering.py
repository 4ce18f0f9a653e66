"""Where everything stands: one number per node and per region boundary, in the order of the printed text."""

from __future__ import annotations

from dataclasses import field

from adgen.ir.core import For, Func, Node, Op, Region, Value, While, operands_of, regions_of
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """A place of execution: a region and a point in it."""

    region: Region
    point: int


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a value: by operand ``slot`` of a node, or (node None) by a yield of the region."""

    region: Region
    node: Node | None
    slot: int


@dataclass(slots=True)
class Numbering:
    """Side tables of one function: points of nodes and regions, definitions and uses of values."""

    head: dict[Node, int] = field(default_factory=dict)
    exit: dict[Node, int] = field(default_factory=dict)
    start: dict[Region, int] = field(default_factory=dict)
    end: dict[Region, int] = field(default_factory=dict)
    owner: dict[Region, tuple[Node, Region]] = field(default_factory=dict)
    around: dict[Node, Region] = field(default_factory=dict)
    home: dict[Value, Site] = field(default_factory=dict)
    uses: dict[Value, list[Use]] = field(default_factory=dict)
    nodes: list[tuple[Node, Region]] = field(default_factory=list)
    count: int = 0

    #: symbols that no text mentions by name: binding them is no use of a value
    unnamed: frozenset[str] = frozenset()

    @staticmethod
    def of(func: Func, unnamed: frozenset[str] = frozenset()) -> Numbering:
        """Number a function."""
        numbering = Numbering(unnamed=unnamed)
        numbering._region(func.body)
        return numbering

    def _next(self) -> int:
        self.count += 1
        return self.count - 1

    def _region(self, region: Region) -> None:
        self.start[region] = self._next()
        for value in region.params:
            self.home[value] = Site(region, self.start[region])
        for node in region.nodes:
            self._node(node, region)
        self.end[region] = self._next()
        for slot, value in enumerate(region.yields):
            self.uses.setdefault(value, []).append(Use(region, None, slot))

    def _node(self, node: Node, region: Region) -> None:
        self.nodes.append((node, region))
        self.around[node] = region
        self.head[node] = self._next()
        for slot, value in enumerate(operands_of(node)):
            if isinstance(node, Op) and node.prim.name == "bind_dim" and node.attr("sym") in self.unnamed:
                continue
            self.uses.setdefault(value, []).append(Use(region, node, slot))
        for inner in regions_of(node):
            self.owner[inner] = (node, region)
            self._region(inner)
        self.exit[node] = self._next() if regions_of(node) else self.head[node]
        for value in node.results:
            self.home[value] = Site(region, self.exit[node])
        if isinstance(node, For | While):
            self._carried_from_head(node, region)

    def _carried_from_head(self, node: For | While, region: Region) -> None:
        """Carried values start to exist where the loop begins, because that is where they are assigned."""
        for body in regions_of(node):
            for value in body.params:
                self.home[value] = Site(body, self.start[body])

    def site(self, use: Use) -> Site:
        """Where a use is executed. Bounds of a loop are read after its carried values are set."""
        if isinstance(use.node, For) and use.slot < 3:
            return Site(use.region, self.start[use.node.body])
        return Site(use.region, self.end[use.region] if use.node is None else self.head[use.node])
