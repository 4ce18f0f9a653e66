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
)
