"""``adgen.checkpointed`` and ``adgen.truncated``: what a loop is told about its reverse sweep."""

from __future__ import annotations

from adgen.frontend.abstract import Abstract, Iterable, Known, Number, Schedule
from adgen.frontend.calls import Arguments
from adgen.frontend.reader import Reader
from adgen.objects.quantities import bytes_of

_KINDS = ("every", "sqrt", "revolve", "online")
_PARAMETERS = {
    "checkpointed": ("iterable_or_condition", "schedule", "slots", "every", "memory"),
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
    given = {name: value for name, value in options.items() if value is not None}
    kind = given.pop("schedule", None)
    if kind is None:
        kind = "every" if "every" in given else "revolve" if given else "sqrt"
    if kind not in _KINDS:
        raise r.error("AG404", reason=f"{kind!r} is none of {', '.join(map(repr, _KINDS))}")
    wanted = {"every": {"every"}, "sqrt": set()}.get(str(kind), {"slots", "memory"})
    if set(given) - wanted or len(given) != min(len(wanted), 1):
        needs = " or ".join(f"`{name}`" for name in sorted(wanted)) or "no number"
        raise r.error("AG404", reason=f"the schedule {kind!r} takes {needs}")
    kind = str(kind)
    if "memory" in given:
        return Schedule(kind, memory=_bytes(r, given["memory"]))
    number = next(iter(given.items()), None)
    return Schedule(kind, None if number is None else _count(r, *number))


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
