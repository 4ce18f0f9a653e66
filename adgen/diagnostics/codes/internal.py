"""AG9xx: faults of adgen itself."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code

CODES = (
    Code(
        "AG901",
        "internal error: {reason}",
        "A stage broke its own promise. It is a bug in adgen, never in your program; please report it.",
        no_example="a program that brings it about is a bug to fix",
    ),
    Code(
        "AG902",
        "adgen fails to read this: {reason}",
        "Reading the program broke a promise inside adgen, so that it is refused. The program may be right, "
        "and the fault is one of adgen: please report it.",
        help="written in another way it may be read; either way this is a bug to report",
        no_example="a program that brings it about is a bug to fix",
    ),
)
