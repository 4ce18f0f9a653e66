"""Arrays that take turns in a loop: ``u, new = new, u`` with arguments of the caller among them.

Names that exchange whole arrays in every round are carried as values. Which of them an argument of the caller
belongs to after the loop depends on the number of rounds alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from adgen.frontend.abstract import Abstract, Array, Root
from adgen.frontend.promotion import with_dims
from adgen.frontend.reader import Reader
from adgen.frontend.state import Binding, roots_of
from adgen.ir.core import Region, Value
from adgen.primitives.elementwise import eq
from adgen.primitives.rounding import mod
from adgen.primitives.sizes import constant
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Turns:
    """``source`` is the name whose array each name has after a round, ``arrays`` what they start with."""

    source: Mapping[str, str]
    arrays: Mapping[str, Root]
    rounds: Callable[[], Value]

    def leave(self, r: Reader, names: Mapping[str, Abstract], site: object) -> None:
        """Give the caller's arrays what they hold after the loop; ``names`` are bound to values then."""
        following = {source: name for name, source in self.source.items()}
        held: dict[Root, Value] = {}
        for name, root in self.arrays.items():
            if root.origin != "local":
                holders = [name]
                while following[holders[-1]] != name:
                    holders.append(following[holders[-1]])
                held[root] = self._content(r, root, [r.value(names[holder]) for holder in holders])
        r.state.versions.update(held)
        for root in {root for name in self.arrays for root in roots_of(names[name])}:
            r.state.shared[root] = held
            r.joined[root] = site

    def _content(self, r: Reader, root: Root, values: Iterable[Value]) -> Value:
        """The value whose turn it is to be in an array: the first after no rounds."""
        found, *others = (with_dims(r, v, r.state.versions[root].type.dims) for v in values)
        turn = mod(r.b, self.rounds(), constant(r.b, len(others) + 1))
        for k, other in enumerate(others, start=1):
            here = eq(r.b, turn, constant(r.b, k))
            sides = (Region((), (), (other,)), Region((), (), (found,)))
            (found,) = r.b.if_else(here, *sides, hints=[r.root_names.get(root)])
        return found


def turns_of(
    starts: Mapping[str, Array],
    ends: Mapping[str, Binding | None],
    outside: Mapping[str, set[Root]],
    rounds: Callable[[], Value] | None,
) -> Turns | None:
    """The turns of names that start with some arrays and end a round with others.

    ``outside`` are the roots that can be reached without a name.
    """
    names = {place: name for name, place in starts.items()}
    source: dict[str, str] = {}
    for name, end in ends.items():
        if not isinstance(end, Array) or end.path or end not in names:
            return None
        source[name] = names[end]
    if rounds is None or len(set(source.values())) < len(starts) or len(names) < len(starts):
        return None
    arrays = {name: place.root for name, place in starts.items()}
    if all(root.origin == "local" for root in arrays.values()):
        return None
    if any(root in outside[name] for name, root in arrays.items()):
        return None
    return Turns(source, arrays, rounds)
