"""The page of benchmarks: a table and a plot of times over the best plain function, measured side by side."""

from __future__ import annotations

import functools
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import adgen
from tests.benchmarks import functions, peers
from tests.benchmarks.measure import best
from tests.benchmarks.programs import PROGRAMS, Program

ROUNDS = 9
SECONDS = 0.02
#: Value and gradient over the best plain function, by column.
GRADIENTS = ("adgen", "into", "numpy backend", "jax", "autograd")
COLOURS = {
    "adgen": "#1f77b4",
    "into": "#17becf",
    "numpy backend": "#7f7f7f",
    "jax": "#d62728",
    "autograd": "#bcbd22",
}

HEAD = """# Benchmarks

Value and gradient of the programs in `tests/benchmarks/programs.py`, on one thread, as a multiple of the
time of the best plain function (NumPy or Numba) in the same run: medians of interleaved rounds. `into` writes
gradients into arrays of the caller; `jit` is the plain function compiled by adgen; *first* is the first call
of a new process from nothing, with libcst and llvmlite imported before, *kept* that of the next process, from
the cache on disk. Empty cells: not installed, or the library does not take the function as it stands. The
page is made by

<!-- not run: it measures for minutes -->
```console
$ python -m tests.benchmarks --write docs
```

"""


ELEMENTARY = """
## Elementary functions

Over an array of 4096 numbers in double precision, nanoseconds for each: functions of one line compiled by
adgen, NumPy's or SciPy's own, and a loop compiled by Numba; the least of rounds in which all have their
turns. `python -m tests.benchmarks --functions` prints this table alone.

"""


def write(folder: Path, scale: float = 1.0, programs: Iterable[Program] = PROGRAMS) -> None:
    """Measure, and write `benchmarks.md` and its plot."""
    rows = {}
    for program in programs:
        rows[program.name] = measured(program, max(2, int(program.size * scale)))
        print(program.name, {k: round(v, 4) for k, v in rows[program.name].items()}, flush=True)
    text = HEAD + machine() + table(rows) + "\n![times](benchmarks.svg)\n"
    (folder / "benchmarks.md").write_text(text + ELEMENTARY + functions.table(functions.rows()))
    (folder / "benchmarks.svg").write_text(plot(rows))


def machine() -> str:
    """What it was measured with."""
    parts = [f"Python {platform.python_version()}", f"NumPy {np.__version__}", f"adgen {adgen.__version__}"]
    libraries = ", ".join([*parts, *peers.versions()])
    return f"{platform.system()} {platform.machine()}, {_processor()}; {libraries}.\n\n"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


# -- measuring ------------------------------------------------------------------------------------------
def measured(program: Program, size: int) -> dict[str, float]:
    """Times of one program: `best` in seconds, first calls in seconds, all others as multiples of `best`."""
    args = program.make(size)
    transform = adgen.value_and_grad(program.fun, wrt=program.wrt, backend="llvm")
    first, kept = first_calls(program, size)
    transform(*args)
    source = adgen.value_and_grad(program.fun, wrt=program.wrt, backend="numpy")
    compiled = adgen.jit(program.fun)
    calls: dict[str, Callable[[], Any] | None] = {
        "plain": lambda: program.fun(*args),
        "numba": peers.primal_by_numba(program, args),
        "adgen": lambda: transform(*args),
        "into": _into(transform, args),
        "numpy backend": lambda: source(*args),
        "jit": lambda: compiled(*args),
        "jax": peers.gradient_by_jax(program, args),
        "autograd": peers.gradient_by_autograd(program, args),
    }
    times = interleaved({name: call for name, call in calls.items() if call is not None})
    base = min(times[name] for name in ("plain", "numba") if name in times)
    found = {name: value / base for name, value in times.items() if name not in ("plain", "numba")}
    return {"best": base, **found, "first": first, "kept": kept}


def _into(transform: Any, args: tuple[Any, ...]) -> Callable[[], Any]:
    outputs = tuple(np.empty_like(np.asarray(g)) for g in transform(*args)[1])
    fast = transform.into(outputs)
    return lambda: fast(*args)


FIRST = """
import time, libcst, llvmlite.binding, numpy, adgen
from tests.benchmarks.programs import PROGRAMS
program = next(p for p in PROGRAMS if p.name == {name!r})
args = program.make({size})
transform = adgen.value_and_grad(program.fun, wrt=program.wrt, backend="llvm")
start = time.perf_counter()
transform(*args)
print(time.perf_counter() - start)
"""


def first_calls(program: Program, size: int) -> tuple[float, float]:
    """Seconds of the first call of a process that finds nothing, and of one that finds all in the cache."""
    code = FIRST.format(name=program.name, size=size)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"ADGEN_CACHE_DIR": folder, "ADGEN_CACHE": "all"}
        run = functools.partial(subprocess.run, capture_output=True, text=True, check=True, env=environment)
        first, kept = (float(run([sys.executable, "-c", code]).stdout) for _ in range(2))
    return first, kept


def interleaved(calls: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Seconds per call: medians over rounds in which every call has its turn."""
    for call in calls.values():
        for _ in range(4):
            call()
    rounds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            rounds[name].append(best(call, SECONDS))
    return {name: statistics.median(times) for name, times in rounds.items()}


# -- the page -------------------------------------------------------------------------------------------
def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """The table, with geometric means at the end."""
    columns = [*GRADIENTS, "jit"]
    lines = [
        f"| program | best plain | {' | '.join(columns)} | first | kept |",
        "|---|--:|" + "--:|" * (len(columns) + 2),
    ]
    for name, row in rows.items():
        cells = [f"{row[c]:.2f}" if c in row else "" for c in columns]
        ends = (f"{row['first'] * 1e3:.0f} ms", f"{row['kept'] * 1e3:.1f} ms")
        lines.append(f"| {name} | {row['best'] * 1e6:.1f} µs | {' | '.join([*cells, *ends])} |")
    means = [_mean([row[c] for row in rows.values() if c in row]) for c in columns]
    lines.append(f"| geometric mean | | {' | '.join(means)} | | |")
    return "\n".join(lines) + "\n"


def _mean(values: list[float]) -> str:
    return f"{math.exp(sum(map(math.log, values)) / len(values)):.2f}" if values else ""


def plot(rows: Mapping[str, Mapping[str, float]]) -> str:
    """The table as points on a logarithmic axis, as SVG."""
    left, step, width = 120, 22, 560
    height = step * (len(rows) + 3)
    values = [row[c] for row in rows.values() for c in GRADIENTS if c in row]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def x(value: float) -> float:
        return left + width * (math.log10(value) - low) / max(high - low, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 40}" height="{height}" '
        'font-family="sans-serif" font-size="12">'
    ]
    for power in range(low, high + 1):
        at = x(10.0**power)
        parts.append(f'<line x1="{at:.0f}" x2="{at:.0f}" y1="30" y2="{height - 20}" stroke="#ddd"/>')
        parts.append(f'<text x="{at:.0f}" y="{height - 5}" text-anchor="middle">{10.0**power:g}</text>')
    for k, name in enumerate(GRADIENTS):
        parts.append(f'<circle cx="{left + 110 * k}" cy="14" r="5" fill="{COLOURS[name]}"/>')
        parts.append(f'<text x="{left + 110 * k + 9}" y="18">{name}</text>')
    for k, (name, row) in enumerate(rows.items()):
        y = 30 + step * (k + 0.5)
        parts.append(f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{name}</text>')
        for column in reversed(GRADIENTS):
            if column in row:
                cx = x(row[column])
                parts.append(f'<circle cx="{cx:.1f}" cy="{y:.1f}" r="5" fill="{COLOURS[column]}"/>')
    return "\n".join([*parts, "</svg>", ""])


def pin() -> None:
    """Stay on one processor, where that can be asked for."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
