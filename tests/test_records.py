"""Records are data classes: whatever the standard library gives for the same class, they give too."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import time
from dataclasses import field
from typing import Any, ClassVar

import pytest

from adgen import records

FORMS = [
    {"frozen": frozen, "slots": slots, "eq": eq}
    for frozen in (False, True)
    for slots in (False, True)
    for eq in (False, True)
]


def pair(make: Any, options: dict[str, bool]) -> tuple[type, type]:
    return tuple(make(d, options) for d in (dataclasses.dataclass, records.dataclass))  # type: ignore[return-value]


def point(decorate: Any, options: dict[str, bool]) -> type:
    @decorate(**options)
    class Point:
        """A point."""

        kind: ClassVar[str] = "point"
        x: int
        y: float = 2.0
        seen: list[int] = field(default_factory=list)
        note: str = field(default="", compare=False, repr=False)
        later: int = field(default=0, init=False)
        named: int = field(default=7, kw_only=True)

    return Point


def child(decorate: Any, options: dict[str, bool]) -> type:
    @decorate(**options)
    class Base:
        x: int

        def twice(self) -> int:
            return 2 * self.x

    @decorate(**options)
    class Child(Base):
        y: int = 3
        total: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", self.x + self.y)

    return Child


def own_methods(decorate: Any, options: dict[str, bool]) -> type:
    @decorate(**options)
    class Own:
        x: int

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "own"

    return Own


def own_hash(decorate: Any, options: dict[str, bool]) -> type:
    @decorate(**options)
    class Hashed:
        x: int

        def __hash__(self) -> int:
            return 5

    return Hashed


def answer(call: Any, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except Exception as error:
        return type(error)


def refused(call: Any, *arguments: Any) -> bool:
    found = answer(call, *arguments)
    return isinstance(found, type) and issubclass(found, Exception)


def behaviour(made: Any) -> list[Any]:
    twin = copy.copy(made)
    found = [repr(made), dataclasses.asdict(made), made == twin, made == 3]
    found.append(answer(lambda: hash(made) == hash(twin)))
    found += [refused(setattr, made, "x", 9), refused(setattr, made, "other", 9), refused(delattr, made, "x")]
    return found


@pytest.mark.parametrize("make", [point, child, own_methods, own_hash], ids=lambda m: m.__name__)
@pytest.mark.parametrize("options", FORMS, ids=str)
def test_instances_behave_alike(make: Any, options: dict[str, bool]) -> None:
    theirs, ours = pair(make, options)
    for arguments in ((1,), (1, 2), (), (1, 2, [3], "n"), (1, 2, 3, 4, 5, 6)):
        a, b = answer(theirs, *arguments), answer(ours, *arguments)
        if isinstance(a, type):
            assert a is b
        else:
            assert behaviour(a) == behaviour(b)
    assert hasattr(theirs, "__slots__") == hasattr(ours, "__slots__")
    assert theirs.__match_args__ == ours.__match_args__  # type: ignore[attr-defined]
    assert [f.name for f in dataclasses.fields(theirs)] == [f.name for f in dataclasses.fields(ours)]
    assert dataclasses.replace(theirs(4), x=5).x == dataclasses.replace(ours(4), x=5).x == 5


@records.dataclass(frozen=True, slots=True)
class Kept:
    a: int
    b: tuple[int, ...] = ()


def test_records_are_pickled_and_copied() -> None:
    made = Kept(1, (2, 3))
    assert pickle.loads(pickle.dumps(made)) == made == copy.deepcopy(made)
    assert hash(made) == hash(Kept(1, (2, 3)))


def test_the_rest_is_the_standard_library() -> None:
    @records.dataclass(frozen=True, order=True)
    class Ordered:
        x: int

    assert Ordered(1) < Ordered(2)


def test_they_are_made_in_less_time() -> None:
    def seconds(decorate: Any) -> float:
        start = time.process_time()
        for _ in range(30):
            point(decorate, {"frozen": True, "slots": True})
        return time.process_time() - start

    ours, theirs = min(seconds(records.dataclass) for _ in range(3)), seconds(dataclasses.dataclass)
    assert ours < 0.8 * theirs
