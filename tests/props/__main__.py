"""`python -m tests.props [programs|mutants] --seconds 600 --backend numpy,llvm --seed 1`: a campaign.

Prints counts of outcomes, codes of refusals, and every failure with its program, which is made small and
written to a folder in the form of a corpus program. The exit status is 1 where something was wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.props.campaign import Campaign, run
from tests.props.kinds import KINDS

# Every program is another one: none is worth keeping.
os.environ["ADGEN_CACHE"] = "objects"


def main(arguments: list[str]) -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.props", description=__doc__)
    parser.add_argument("what", nargs="?", default="programs", choices=("programs", "mutants"))
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so many seconds")
    parser.add_argument("--count", type=int, help="stop after so many programs")
    parser.add_argument("--start", type=int, default=0, help="the number of the first program")
    parser.add_argument("--seed", type=int, default=0, help="another campaign")
    parser.add_argument("--backend", default="numpy,llvm", help="numpy, or numpy,llvm")
    parser.add_argument("--every", type=int, default=7, help="compile one of so many programs for llvm")
    parser.add_argument("--other", type=int, default=8, help="one of so many unoptimised, and one unrolled")
    parser.add_argument("--kind", default="", choices=("", *KINDS))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--shrink", type=float, default=60.0, help="seconds to make one failure small")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "adgen-random-programs")
    given = parser.parse_args(arguments)
    if given.seconds == 1e9 and given.count is None:
        given.seconds = 600.0
    llvm = given.every if "llvm" in given.backend else 0
    campaign = Campaign(given.what, given.seed, llvm, given.other, given.kind, given.folder, given.shrink)
    began = time.monotonic()
    counts = run(
        campaign, given.start, given.count, given.seconds, given.processes, lambda t: print(t, flush=True)
    )
    total = sum(counts.values())
    print(f"{total} {given.what} in {time.monotonic() - began:.0f} s")
    for name, number in counts.most_common():
        print(f"{number:8d}  {number / max(1, total):6.1%}  {name}")
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
