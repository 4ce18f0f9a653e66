"""How many steps the loops of a function run under their schedules, as formulas and as numbers.

An *advance* is a step of which nothing is kept; besides, every step is evaluated once with what its reverse
needs, and reversed once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb, isqrt
from typing import Any

from adgen.analysis.amounts import Sizes
from adgen.analysis.storage import Steps, place
from adgen.autodiff.footprints import state_bytes
from adgen.autodiff.segments import TURNED
from adgen.ir.core import For, Func, Region, While, regions_of

_CHOSEN = "chosen when the function is called"


def least_advances(steps: int, slots: int) -> int:
    """r T - C(s + r, r - 1), with the least r for which T <= C(s + r, s) (Griewank and Walther, 2000)."""
    if steps <= 1:
        return 0
    if slots == 1:
        return steps * (steps - 1) // 2
    runs = 0
    while comb(slots + runs, slots) < steps:
        runs += 1
    return runs * steps - comb(slots + runs, runs - 1)


def steps_of(func: Func, args: Sequence[Any] | None = None) -> tuple[Steps, ...]:
    """The loops of a function that have schedules; with arguments numbers, too."""
    sizes = Sizes(func, args)
    return tuple(_steps(node, sizes) for node in _scheduled(func.body))


def _scheduled(region: Region) -> Iterator[For | While]:
    for node in region.nodes:
        if isinstance(node, For | While) and dict(node.attrs).get("schedule", TURNED) != TURNED:
            yield node
        for inner in regions_of(node):
            yield from _scheduled(inner)


def _steps(node: For | While, sizes: Sizes) -> Steps:
    attrs = dict(node.attrs)
    kind, inner = attrs["schedule"], attrs.get("inner")
    formula, trips = sizes.rounds(node) if isinstance(node, For) else ("T", None)
    again = formula if isinstance(node, While) and kind != "online" else ""
    if kind == "budget":
        return Steps(place(node.span), f"within {attrs['memory']} bytes", formula, _CHOSEN, _CHOSEN, trips)
    if kind in ("revolve", "online"):
        return _binomial(node, sizes, (formula, trips, again))
    size = "ceil(sqrt(T))" if "count" not in attrs else str(attrs["count"])
    states = f"(T - 1)//{size}"
    parts = [again, f"{size}*({states})"]
    if inner is not None:
        parts += [f"({states})*p({size}, {inner})", f"p(T - {size}*({states}), {inner})"]
    advances = " + ".join(p for p in parts if p)
    numbers = None
    if trips is not None:
        numbers = _segments(trips, attrs.get("count"), inner, counted=bool(again))
    return Steps(place(node.span), kind, formula, states, advances, trips, *(numbers or (None, None)))


def _segments(trips: int, size: int | None, inner: int | None, counted: bool) -> tuple[int, int]:
    """States, and advances, of a loop in segments."""
    root = isqrt(trips - 1) + 1 if trips > 0 else 0
    size = max(root, 1) if size is None else size
    full = max(trips - 1, 0) // size
    last = trips - full * size
    again = trips - last + (trips if counted else 0)
    if inner is not None:
        again += full * least_advances(size, inner) + least_advances(last, inner)
    return full, again


def _binomial(node: For | While, sizes: Sizes, steps: tuple[str, int | None, str]) -> Steps:
    formula, trips, again = steps
    attrs = dict(node.attrs)
    if "count" in attrs:
        slots, states = attrs["count"], str(attrs["count"])
    else:
        state = state_bytes(node)
        states = f"{attrs['memory']}//({sizes.text(state)})"
        size = sizes.number(state)
        slots = None if size is None else attrs["memory"] // size
    advances = f"p(T, {states})"
    if attrs["schedule"] == "online" and isinstance(node, While):
        advances = f"at most T + {advances}"
    elif again:
        advances = f"T + {advances}"
    number = None if trips is None or not slots else least_advances(trips, slots)
    return Steps(place(node.span), attrs["schedule"], formula, states, advances, trips, slots, number)
