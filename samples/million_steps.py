"""Backpropagation through a million steps of a recurrent network, under several checkpoint schedules.

Prints time and peak memory of every schedule, and how many steps run again for how few states; draws both.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from math import comb
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import console
import numpy as np

import adgen

UNITS = 16


# -- the recurrence, in turn plain and under each schedule ----------------------------------------------
def plain(w, h, steps):
    """The energy of the last state; the tape of every step is kept."""
    for _ in range(steps):
        h = np.tanh(w @ h)
    return np.sum(h * h)


def square_root(w, h, steps):
    """A state about every square root of the steps."""
    for _ in adgen.checkpointed(range(steps)):
        h = np.tanh(w @ h)
    return np.sum(h * h)


def twenty_slots(w, h, steps):
    """Twenty states, where the fewest steps run again."""
    for _ in adgen.checkpointed(range(steps), schedule="revolve", slots=20):
        h = np.tanh(w @ h)
    return np.sum(h * h)


def unknown_length(w, h, steps):
    """Twenty states of a loop whose length is not known before it ends."""
    done = 0
    while adgen.checkpointed(done < steps, schedule="online", slots=20):
        h = np.tanh(w @ h)
        done += 1
    return np.sum(h * h)


SCHEDULES: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "everything kept": (plain, {}),
    "square root": (square_root, {}),
    "revolve, 20 states": (twenty_slots, {}),
    "online, 20 states": (unknown_length, {}),
    'memory="8 MB"': (plain, {"memory": "8 MB"}),
    'memory="100 kB"': (plain, {"memory": "100 kB"}),
}


def start() -> tuple[np.ndarray, np.ndarray]:
    """The weights and the first state."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(UNITS, UNITS)) / 4, rng.normal(size=UNITS)


# -- measured -------------------------------------------------------------------------------------------
def measured(name: str, steps: int, backend: str) -> tuple[float, float, np.ndarray]:
    """Seconds of the processor, megabytes beyond what the process had before, and the gradient."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (name, steps, backend))


def _measured(name: str, steps: int, backend: str) -> tuple[float, float, np.ndarray]:
    function, options = SCHEDULES[name]
    transform = adgen.grad(function, backend=backend, **options)
    w, h = start()
    transform(w, h, 100)
    before, begun = _peak(), time.process_time()
    found = transform(w, h, steps)
    return time.process_time() - begun, max(_peak() - before, 0.0), found


def _peak() -> float:
    """The most memory this process has had, in megabytes."""
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


# -- the trade-off --------------------------------------------------------------------------------------
def run_again(steps: int, states: int) -> int:
    """How many steps run again with so many states: r T - C(s + r, r - 1)."""
    runs = next(r for r in range(1, steps + 1) if comb(states + r, states) >= steps)
    return runs * steps - comb(states + runs, runs - 1)


def trade_off(steps: int) -> list[tuple[int, float]]:
    """Numbers of states, and how often a step runs again with them."""
    counts = (5, 7, 10, 14, 20, 30, 50, 100, 200, 500, 1000, 2000)
    return [(states, run_again(steps, states) / steps) for states in counts if states < steps]


def plot(rows: list[tuple[str, float, float]], curve: list[tuple[int, float]], path: Path) -> None:
    """Memory and time of every schedule, and the trade-off."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    for name, seconds, megabytes in rows:
        left.loglog([max(megabytes, 0.01)], [seconds], "o", label=name)
    left.set(xlabel="peak memory, MB", ylabel="seconds")
    left.legend(fontsize="x-small")
    right.semilogx(*zip(*curve, strict=True), "o-")
    right.set(xlabel="states that are kept", ylabel="runs again, per step")
    figure.savefig(path)


def main() -> None:
    """Measure, each schedule in a process of its own; print, and draw where asked to."""
    arguments = console.with_output(console.options(__doc__.splitlines()[0])).parse_args()
    steps = 300 if arguments.small else 1_000_000
    names = list(SCHEDULES)[:2] if arguments.small else list(SCHEDULES)
    rows, gradients = [], []
    for name in names:
        seconds, megabytes, found = measured(name, steps, arguments.backend)
        rows.append((name, seconds, megabytes))
        gradients.append(found)
        print(f"{name:20s} {seconds:7.2f} s {megabytes:8.1f} MB")
    same = all(np.array_equal(gradients[0], g) for g in gradients)
    print(f"the same gradient to the bit: {same}")
    curve = trade_off(steps)
    for states, times in curve:
        print(f"{states:5d} states: every step runs {times:5.2f} times again")
    if arguments.output is not None:
        arguments.output.mkdir(parents=True, exist_ok=True)
        plot(rows, curve, arguments.output / "million_steps.png")


if __name__ == "__main__":
    main()
