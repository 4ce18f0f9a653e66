"""``adgen.checkpointed`` and ``adgen.truncated``: what a loop is told about its reverse sweep."""

from __future__ import annotations

from adgen.frontend.abstract import Abstract, Iterable, Known, Number, Schedule
from adgen.frontend.calls import Arguments
from adgen.frontend.reader import Reader
from adgen.objects.quantities import bytes_of

#: Of the numbers that a schedule takes one is needed, others may be given.
_TAKEN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "every": (("every",), ("slots", "disk")),
    "sqrt": ((), ("slots", "disk")),
    "revolve": (("slots", "memory"), ()),
    "online": (("slots", "memory"), ()),
}
_PARAMETERS = {
    "checkpointed": ("iterable_or_condition", "schedule", "slots", "every", "memory", "disk"),
    "truncated": ("iterable", "window"),
}


def marked(r: Reader, short: str, given: Arguments) -> Abstract:
    """What a marker is given, with the schedule noted. Raises AG404 where that says nothing."""
    names = _PARAMETERS[short]
    bound = dict(zip(names, given.positional, strict=False))
    unknown = [name for name in given.named if name not in names or name in bound]
    if unknown or len(given.positional) > len(names) or names[0] not in {*bound, *given.named}:
        reason = f"it takes {', '.join(names)}"
        raise r.error("AG205", function=f"adgen.{short}", reason=reason)
    bound |= given.named
    over = bound.pop(names[0])
    options = {name: r.static(x, f"`{name}` of a schedule") for name, x in bound.items()}
    schedule = _truncated(r, options) if short == "truncated" else _checkpointed(r, options)
    if isinstance(over, Number) or (isinstance(over, Known) and isinstance(over.value, bool)):
        if short == "truncated":
            raise r.error("AG404", reason="`adgen.truncated` is for a `for` loop")
        r.schedule = schedule
        return over
    return Iterable("scheduled", (over, Known(schedule)))


def _truncated(r: Reader, options: dict[str, object]) -> Schedule:
    return Schedule("truncated", _count(r, "window", options.get("window")))


def _checkpointed(r: Reader, options: dict[str, object]) -> Schedule:
    given = {name: value for name, value in options.items() if value is not None and value is not False}
    kind = given.pop("schedule", None)
    if kind is None:
        kind = "every" if "every" in given else "revolve" if {"slots", "memory"} & set(given) else "sqrt"
    if kind not in _TAKEN:
        raise r.error("AG404", reason=f"{kind!r} is none of {', '.join(map(repr, _TAKEN))}")
    needed, more = _TAKEN[str(kind)]
    if set(given) - {*needed, *more} or len(set(given) & set(needed)) != min(len(needed), 1):
        needs = " or ".join(f"`{name}`" for name in needed) or "no number"
        others = f", and may take {' and '.join(f'`{name}`' for name in more)}" if more else ""
        raise r.error("AG404", reason=f"the schedule {kind!r} takes {needs}{others}")
    numbers = {name: _count(r, name, value) for name, value in given.items() if name in ("slots", "every")}
    if more:
        disk = given.get("disk", False)
        if not isinstance(disk, bool):
            raise r.error("AG404", reason=f"`disk` is {disk!r}, and has to be True or False")
        return Schedule(str(kind), numbers.get("every"), None, numbers.get("slots"), disk)
    memory = _bytes(r, given["memory"]) if "memory" in given else None
    return Schedule(str(kind), numbers.get("slots"), memory)


def _count(r: Reader, name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise r.error("AG404", reason=f"`{name}` is {value!r}, and has to be a positive integer")
    return value


def _bytes(r: Reader, value: object) -> int:
    """A number of bytes, or a text such as "64 MB"."""
    found = bytes_of(value)
    if found is None:
        raise r.error(
            "AG404", reason=f'`memory` is {value!r}, and has to be bytes, or a text such as "64 MB"'
        )
    return found
