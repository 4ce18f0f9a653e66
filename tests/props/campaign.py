"""Campaigns: many random or mutated programs, in several processes, for as long as asked.

Every failing program is made small and written to a folder, as a file ready for tests/corpus.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.props.examine import Outcome, TooLong, Ways, examine, limited
from tests.props.kinds import KINDS, Kind, drawn
from tests.props.mutation import Mutant, mutant
from tests.props.reduction import reduced

LONGEST = 20
"""Seconds of the processor after which a program counts as one that hangs."""
MEMORY = 6 * 2**30
"""Bytes a process may ask for."""


@dataclass(frozen=True)
class Campaign:
    """What is run: `programs` or `mutants`, which seeds, how often each of the dear ways."""

    what: str = "programs"
    seed: int = 0
    llvm: int = 0
    other: int = 8
    kind: str = ""
    folder: Path = Path("failing")
    shrink: float = 60.0


@dataclass(frozen=True)
class Case:
    """One program with what it is called with."""

    text: str
    args: tuple[Any, ...]
    wrt: tuple[int, ...]
    ways: Ways
    name: str = "program"
    signature: str = ""


def case_of(campaign: Campaign, number: int) -> Case:
    """Program `number` of a campaign."""
    seed = campaign.seed * 1_000_003 + number
    ways = Ways(
        llvm=campaign.llvm > 0 and number % campaign.llvm == 0,
        unoptimised=campaign.other > 0 and number % campaign.other == 0,
        unrolled=campaign.other > 0 and number % campaign.other == 1,
    )
    if campaign.what == "mutants":
        found: Mutant = mutant(seed)
        return Case(found.text, found.args, found.wrt, ways, found.name)
    kind: Kind = KINDS[campaign.kind] if campaign.kind else drawn(number)
    return Case(kind.text(seed), kind.arguments(seed), kind.wrt, ways, signature=kind.signature)


def outcome_of(case: Case) -> Outcome:
    """How a program went; never raises."""
    try:
        with limited(LONGEST):
            return examine(case.text, case.args, case.wrt, case.ways, case.name)
    except TooLong:
        return Outcome("wrong", f"hangs: more than {LONGEST} s\n" + traceback.format_exc(limit=-6))
    except Exception as error:
        return Outcome(
            "wrong", f"examining: {type(error).__name__}: {error}\n" + traceback.format_exc(limit=-4)
        )


def signature_of(detail: str) -> str:
    """What failures of one cause have in common: the text without numbers and contents."""
    return re.sub(r"0x\w+|[\d.]+(e[+-]?\d+)?", "#", detail.split("\n")[0])[:160]


def run_one(campaign: Campaign, number: int) -> tuple[int, Outcome, str]:
    """One program; of a wrong one also a small version."""
    case = case_of(campaign, number)
    found = outcome_of(case)
    return number, found, case.text if found.status == "wrong" else ""


def shrunk(campaign: Campaign, number: int) -> str:
    """A small program that fails like program `number`."""
    case = case_of(campaign, number)
    like = signature_of(outcome_of(case).detail)[:60]

    def fails(text: str) -> bool:
        found = outcome_of(replace(case, text=text))
        return found.status == "wrong" and signature_of(found.detail)[:60] == like

    return reduced(case.text, fails, campaign.shrink, case.name)


def numbers(start: int, count: int | None, end: float) -> Iterator[int]:
    """The numbers of the programs to run, until the time is over."""
    number = start
    while (count is None or number < start + count) and time.monotonic() < end:
        yield number
        number += 1


def _quiet() -> None:
    """What programs print is not of interest, and they get no more memory than a small machine has."""
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(
    campaign: Campaign,
    start: int,
    count: int | None,
    seconds: float,
    processes: int,
    tell: Callable[[str], None],
) -> Counter[str]:
    """Run a campaign; the counts of outcomes. Failures are told and written as they come."""
    counts: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    todo = numbers(start, count, time.monotonic() + seconds)
    with multiprocessing.get_context("fork").Pool(processes, _quiet, maxtasksperchild=400) as pool:
        for number, found, text in pool.imap_unordered(partial(run_one, campaign), todo, chunksize=1):
            counts["wrong" if found.status == "wrong" else str(found)] += 1
            if found.status == "wrong":
                cause = signature_of(found.detail)
                causes[cause] += 1
                if causes[cause] <= 3:
                    tell(f"program {number}: {found.detail[:600]}")
                    write(campaign, number, text, found)
            if sum(counts.values()) % 500 == 0:
                tell(f"{sum(counts.values())} programs: {dict(counts.most_common())}")
    for number in sorted(int(p.stem.split("_")[1]) for p in campaign.folder.glob("program_*.py"))[:10]:
        if campaign.shrink and start <= number:
            (campaign.folder / f"small_{number}.py").write_text(shrunk(campaign, number))
    return counts


def write(campaign: Campaign, number: int, text: str, found: Outcome) -> None:
    """A failing program as a file, ready for the corpus."""
    case = case_of(campaign, number)
    campaign.folder.mkdir(parents=True, exist_ok=True)
    told = "\n".join(f"# {line}" for line in found.detail.splitlines()[:30])
    with np.printoptions(threshold=1000):
        arguments = ", ".join(_literal(a) for a in case.args)
    entries = f'"fun": "{case.name}", "args": example, "signature": "{case.signature}", "wrt": {case.wrt}'
    tail = f"\n\ndef example(rng):\n    return {arguments}\n\n\nCASE = {{{entries}}}\n"
    (campaign.folder / f"program_{number}.py").write_text(
        f'"""Program {number}."""\n{told}\n\nimport numpy as np\n\n{text}{tail}'
    )


def _literal(value: Any) -> str:
    """The source text of an argument."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    return f"np.{value!r}".replace("dtype=", "dtype=np.")
