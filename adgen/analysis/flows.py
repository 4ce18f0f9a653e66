"""Least cuts of directed graphs (Dinic, "Algorithm for solution of a problem of maximum flow", 1970)."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import field
from typing import Generic, TypeVar

from adgen.records import dataclass

N = TypeVar("N", bound=Hashable)


@dataclass(slots=True)
class Network(Generic[N]):
    """A graph with capacities; edges of capacity None are never cut."""

    numbers: dict[N, int] = field(default_factory=dict)
    _edges: list[list[int]] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)
    _left: list[int | None] = field(default_factory=list)

    def edge(self, start: N, end: N, capacity: int | None) -> None:
        """Add an edge."""
        for node, other, room in ((start, end, capacity), (end, start, 0)):
            self._edges[self._number(node)].append(len(self._ends))
            self._ends.append(self._number(other))
            self._left.append(room)

    def _number(self, node: N) -> int:
        if node not in self.numbers:
            self.numbers[node] = len(self.numbers)
            self._edges.append([])
        return self.numbers[node]

    def sources(self, source: N, sink: N) -> set[N]:
        """The nodes on the source's side of the least cut that is nearest to the source."""
        start, end = self._number(source), self._number(sink)
        while True:
            levels = self._levels(start)
            if end not in levels:
                return {node for node, number in self.numbers.items() if number in levels}
            while self._push(start, end, levels):
                pass

    def _levels(self, start: int) -> dict[int, int]:
        """The distance of every node that can be reached by edges with room."""
        levels, waiting = {start: 0}, deque([start])
        while waiting:
            node = waiting.popleft()
            for edge in self._edges[node]:
                if self._left[edge] != 0 and self._ends[edge] not in levels:
                    levels[self._ends[edge]] = levels[node] + 1
                    waiting.append(self._ends[edge])
        return levels

    def _push(self, start: int, end: int, levels: dict[int, int]) -> bool:
        """Send flow along one shortest way; False where there is none left. Dead ends lose their level."""
        way: list[int] = []
        node = start
        while node != end:
            for edge in self._edges[node]:
                if self._left[edge] != 0 and levels.get(self._ends[edge]) == levels[node] + 1:
                    way.append(edge)
                    node = self._ends[edge]
                    break
            else:
                del levels[node]
                if not way:
                    return False
                node = self._ends[way.pop() ^ 1]
        rooms = [room for edge in way if (room := self._left[edge]) is not None]
        assert rooms, "an edge on every way can be cut"
        flow = min(rooms)
        for edge in way:
            for side, change in ((edge, -flow), (edge ^ 1, flow)):
                room = self._left[side]
                self._left[side] = None if room is None else room + change
        return True
