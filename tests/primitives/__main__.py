"""`python -m tests.primitives`: every primitive and every expression, in every form, in every facet.

Prints the number of individual checks and every failure; the exit status is 1 where there is one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
import traceback
import warnings
from functools import cache

from tests.primitives.facets import LeftOut, Report, examine
from tests.primitives.sweep import Form, forms


@cache
def _forms() -> list[Form]:
    return forms()


def run_one(number: int) -> Report:
    """The report of one form; never raises."""
    warnings.simplefilter("ignore")
    form, report = _forms()[number], Report()
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


def main(arguments: list[str]) -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.primitives", description=__doc__)
    parser.add_argument("--only", default="", help="only the forms with this in their name")
    parser.add_argument("--every", type=int, default=1, help="only one of so many forms")
    parser.add_argument("--start", type=int, default=0, help="the number of the first form")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args(arguments)
    chosen = [k for k, form in enumerate(_forms()) if given.only in form.name][given.start :: given.every]
    began, total, told = time.monotonic(), Report(), time.monotonic()
    with multiprocessing.get_context("fork").Pool(given.processes, maxtasksperchild=500) as pool:
        for done, report in enumerate(pool.imap_unordered(run_one, chosen, chunksize=8), 1):
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
