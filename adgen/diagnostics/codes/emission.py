"""AG5xx: writing NumPy source."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code

CODES = (
    Code(
        "AG501",
        "`{name}` cannot be written as NumPy source",
        "The operation has no spelling in a module that imports only numpy.",
    ),
    Code(
        "AG502",
        "captured `{name}` cannot be part of a module of its own",
        "A generated module stands alone; a captured array would have to be written into it.",
        help="pass it as an argument",
    ),
)
