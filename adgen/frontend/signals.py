"""How lowering starts over when it learns something it should have known: exceptions, never seen by users."""

from __future__ import annotations

from adgen.ir.core import Value


class Restart(Exception):
    """Lower the whole function again; ``demanded`` are leaves whose values have to be baked in."""

    def __init__(self, demanded: tuple[object, ...]) -> None:
        super().__init__(demanded)
        self.demanded = demanded


class Unroll(Exception):
    """A loop has to be unrolled because the program needs its counter when it is transformed."""

    def __init__(self, counter: Value) -> None:
        super().__init__(counter)
        self.counter = counter


class Relearn(Exception):
    """Lower the whole function again with what was learnt about its lists."""


class Regrow(Exception):
    """A loop that appends to lists has to be lowered again with what ``growth`` has learnt."""

    def __init__(self, growth: object) -> None:
        super().__init__(growth)
        self.growth = growth


class Peel(Exception):
    """A loop has to have its first iteration taken out, because a name changes its structure there."""


class Widen(Exception):
    """A function that calls itself has to be lowered again: a call has given it other kinds of arguments."""

    def __init__(self, instance: object) -> None:
        super().__init__(instance)
        self.instance = instance


class Unfounded(Exception):
    """A path that needs the result of a function of which nothing is known yet; it says nothing either."""
