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
                for _ in «adgen.truncated»(range(3), 2):
                    x = x * x
                return x
        """
        ),
        good=Example("""
            def f(x):
                for _ in range(3):
                    x = x * x
                return x
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
    Code(
        "AG403",
        "this second derivative through `{name}` is not available",
        "Functions that call themselves keep tapes for their reverse sweep. A second differentiation has to "
        "find every tape in the same use as the first one left it, and here it does not.",
        help="differentiate the gradient in forward mode: `adgen.hvp`, `adgen.jacfwd`, `adgen.hessian`",
        no_example="no program is known that needs it; it stands in for a derivative that would be wrong",
    ),
)
