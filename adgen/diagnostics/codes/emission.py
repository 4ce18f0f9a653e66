"""AG5xx: writing NumPy source."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code

CODES = (
    Code(
        "AG502",
        "captured `{name}` cannot be part of a module of its own",
        "A generated module stands alone; a captured array would have to be written into it.",
        help="pass it as an argument",
        no_example="takes a module with a large captured array, and `adgen build --example`",
    ),
)
