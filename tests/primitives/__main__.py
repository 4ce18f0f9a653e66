"""`python -m tests.primitives`: every primitive and every expression, in every form, in every facet.

Prints the number of individual checks and every failure; the exit status is 1 where there is one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Sequence
from functools import cache
from itertools import groupby

for _library in ("OPENBLAS", "OMP", "MKL"):  # matrices are small, and processes take all processors
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

# libraries read their settings when they are loaded
from tests.primitives.facets import LeftOut, Report, examine  # noqa: E402
from tests.primitives.lowering import environment, functions  # noqa: E402
from tests.primitives.sweep import Form, forms  # noqa: E402

#: seconds that a form may take: one that never ends is a failure, and the others go on
LIMIT = 120


@cache
def _forms() -> list[Form]:
    return forms()


def run(numbers: Sequence[int]) -> tuple[int, Report]:
    """How many forms there were, and the report of all of them; never raises."""
    warnings.simplefilter("ignore")
    report = Report()
    for number in numbers:
        report.include(_report(_forms()[number]))
    return len(numbers), report


def _late(*_: object) -> None:
    raise TimeoutError(f"it takes more than {LIMIT} s")


def _report(form: Form) -> Report:
    report = Report()
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(LIMIT)
    try:
        subject = form.make()
        if subject is None:
            report.left_out["Python refuses them, or they are the samples again"] = 1
        elif isinstance(subject, LeftOut):
            report.left_out[subject.reason] = 1
        else:
            report = examine(subject)
        return report
    except Exception as error:
        where = traceback.format_exc(limit=-3)
        report.failures.append((form.name, "making it", f"{type(error).__name__}: {error}\n{where}"))
        return report
    finally:
        signal.alarm(0)


def main(arguments: list[str]) -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.primitives", description=__doc__)
    parser.add_argument("--only", default="", help="only the forms with this in their name")
    parser.add_argument("--every", type=int, default=1, help="only one of so many forms")
    parser.add_argument("--start", type=int, default=0, help="the number of the first form")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args(arguments)
    chosen = [k for k, form in enumerate(_forms()) if given.only in form.name][given.start :: given.every]
    groups = [list(group) for _, group in groupby(chosen, lambda k: _forms()[k].thing)]
    began, total, told, done = time.monotonic(), Report(), time.monotonic(), 0
    os.environ["ADGEN_CACHE_DIR"] = ""  # what is checked is compiled now, and fills no cache
    environment(), functions()  # before the processes part
    with multiprocessing.get_context("fork").Pool(given.processes, maxtasksperchild=200) as pool:
        for count, report in pool.imap_unordered(
            run, reversed(groups)
        ):  # expressions, which take longer, first
            done += count
            for name, check, text in report.failures:
                print(f"{name}\n    {check}: " + text.strip().replace("\n", "\n    "), flush=True)
            total.include(report)
            if time.monotonic() - told > 60 or done == len(chosen):
                told = time.monotonic()
                print(f"{done} of {len(chosen)} forms, {told - began:.0f} s", file=sys.stderr, flush=True)
    for name, count in sorted(total.counts.items()):
        print(f"{count:8d}  {name}")
    for reason, count in sorted(total.left_out.items()):
        print(f"{count:8d}  forms left out: {reason}")
    print(f"{sum(total.counts.values()):8d}  checks in {time.monotonic() - began:.0f} s")
    print(f"{len(total.failures):8d}  failures")
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
