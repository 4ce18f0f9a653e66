"""Ratios of value and gradient to the plain function, as a table.

Counts are of the representation run on the interpreter; times are of this machine, best of five. With
`--write` a page with peers is measured instead.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

import adgen
from tests.benchmarks import functions
from tests.benchmarks.kinds import KINDS
from tests.benchmarks.measure import best, counted, import_seconds, timed
from tests.benchmarks.page import pin, write
from tests.benchmarks.programs import PROGRAMS, Program

COLUMNS = (
    ("program", 14),
    ("size", 7),
    ("flops", 11),
    ("x", 6),
    ("moves", 11),
    ("x", 6),
    ("copies", 7),
    ("plain [us]", 12),
    ("jit x", 8),
    ("numpy x", 8),
    ("llvm x", 8),
    ("of jit", 7),
    ("1st numpy [s]", 14),
    ("1st llvm [s]", 13),
)


def line(cells: Iterable[str]) -> str:
    """Cells in their columns."""
    return "".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, COLUMNS, strict=True))


def row(program: Program, size: int) -> str:
    """One line of the table."""
    costs = counted(program, size)
    args = program.make(size)
    plain = best(lambda: program.fun(*args))
    jit = timed(adgen.jit(program.fun), args)
    gradients = {
        backend: timed(adgen.value_and_grad(program.fun, wrt=program.wrt, backend=backend), args)
        for backend in ("numpy", "llvm")
    }
    counts = (
        f"{costs.gradient.flops}",
        f"{costs.flops:.2f}",
        f"{costs.gradient.moves}",
        f"{costs.moves:.2f}",
    )
    times = (
        f"{plain * 1e6:.1f}",
        f"{jit.seconds / plain:.3f}",
        f"{gradients['numpy'].seconds / plain:.2f}",
        f"{gradients['llvm'].seconds / plain:.3f}",
        f"{gradients['llvm'].seconds / jit.seconds:.2f}",
        *(f"{timing.first:.2f}" for timing in gradients.values()),
    )
    return line((program.name, f"{size}", *counts, f"{costs.gradient.copies}", *times))


def counts() -> Iterator[str]:
    """What value and gradient cost as multiples of the function, counted at small sizes, and the floor."""
    columns = ("program", "flops", "moves", "bytes", "floor", "copies")
    yield "".join(f"{name:>13}" for name in columns)
    for program in (*PROGRAMS, *KINDS):
        found = counted(program, min(program.size, 60))
        ratios = (found.flops, found.moves, found.compulsory, found.floor)
        yield "".join(
            f"{cell:>13}" for cell in (program.name, *(f"{r:.2f}" for r in ratios), found.gradient.copies)
        )


def main() -> None:
    """Print the table."""
    names = [program.name for program in PROGRAMS]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--scale", type=float, default=1.0, help="sizes are multiplied by it")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write benchmarks.md and its plot there")
    parser.add_argument("--counts", action="store_true", help="count only: the same numbers on every machine")
    parser.add_argument("--functions", action="store_true", help="measure elementary functions alone")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(names))
    if unknown:
        parser.error(f"no such program: {', '.join(unknown)}")
    if arguments.counts:
        print(*counts(), sep="\n")
        return
    if arguments.functions:
        pin()
        print(functions.table(functions.rows()), end="")
        return
    if arguments.write is not None:
        chosen = [p for p in PROGRAMS if not arguments.names or p.name in arguments.names]
        pin()
        write(arguments.write, arguments.scale, chosen)
        return
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, adgen {adgen.__version__}")
    print(f"import adgen takes {import_seconds() * 1e3:.0f} ms on top of NumPy")
    print("counts and times are of value and gradient; x: as a multiple of the plain function")
    print(line(title for title, _ in COLUMNS))
    for program in PROGRAMS:
        if not arguments.names or program.name in arguments.names:
            print(row(program, max(2, int(program.size * arguments.scale))), flush=True)
