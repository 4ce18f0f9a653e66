"""AG4xx: checkpointing, and what the documented interface promises but this version does not have."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

CODES = (
    Code(
        "AG401",
        "`{name}` is not available in this version",
        "The name is part of the interface, but what is behind it is not there yet.",
        bad=Example(
            """
            def f(x):
                return x * x
        """,
            "adgen.custom_vjp(f)",
        ),
        good=Example("""
            def f(x):
                return x * x
        """),
    ),
    Code(
        "AG402",
        "option `{name}` is not available in this version",
        "The option is part of the interface, but what is behind it is not there yet.",
        help="leave it out",
        bad=Example(
            """
            def «f»(x):
                return x * x
        """,
            "adgen.grad(f, threads=4)(1.5)",
        ),
        good=Example(
            """
            def f(x):
                return x * x
        """,
            "adgen.grad(f, threads=1)(1.5)",
        ),
    ),
)
