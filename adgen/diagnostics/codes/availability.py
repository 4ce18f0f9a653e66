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
                report = «adgen.check_grad»(np.sin, x)
                return x * x
        """
        ),
        good=Example("""
            def f(x):
                return x * x
        """),
    ),
    Code(
        "AG403",
        "this second derivative through `{name}` is not available",
        "Functions that call themselves keep tapes for their reverse sweep. A second differentiation has to "
        "find every tape in the same use as the first one left it, and here it does not.",
        help="differentiate the gradient in forward mode: `adgen.hvp`, `adgen.jacfwd`, `adgen.hessian`",
        no_example="no program is known that needs it; it stands in for a derivative that would be wrong",
    ),
    Code(
        "AG404",
        "this schedule of a loop says nothing: {reason}",
        "Schedules are `every` (a state every so many steps), `sqrt`, `revolve` and `online` (a number of "
        "`slots`, or a `memory` for them), and windows of `adgen.truncated`.",
        help='for example `adgen.checkpointed(range(n), schedule="revolve", slots=20)`',
        bad=Example(
            """
            def f(x):
                for _ in «adgen.checkpointed(range(3), schedule="revolve")»:
                    x = x * x
                return x
        """
        ),
        good=Example("""
            def f(x):
                for _ in adgen.checkpointed(range(3), schedule="revolve", slots=2):
                    x = x * x
                return x
        """),
    ),
    Code(
        "AG406",
        "a budget of {memory} bytes does not hold for this: {reason}",
        "The option `memory` holds for loops whose steps can be run again from states in arrays. A gradient\n"
        "that keeps what it cannot count is refused rather than made.",
        help="leave the option out, or use arrays that are allocated before and random numbers drawn before",
        bad=Example(
            """
            def f(x):
                found = []
                «for k in range(30):»
                    x = np.sin(x)
                    if x > 0.5:
                        found.append(x * k)
                return sum(found)
        """,
            call='adgen.grad(f, memory="1 MB")(1.5)',
        ),
        good=Example(
            """
            def f(x):
                found = 0.0
                for k in range(30):
                    x = np.sin(x)
                    found += x * k
                return found
        """,
            call='adgen.grad(f, memory="1 MB")(1.5)',
        ),
    ),
    Code(
        "AG405",
        "this cannot be run again in the reverse sweep: {reason}",
        "A schedule keeps states of the loop in arrays, one row each, and runs steps again from them; what\n"
        "`adgen.recompute` is given runs again from its arguments.",
        help="use arrays that are allocated before, and draw random numbers before",
        bad=Example(
            """
            def f(x):
                found = []
                «for k in adgen.checkpointed(range(3)):»
                    if x > k:
                        found.append(x * k)
                return sum(found)
        """
        ),
        good=Example("""
            def f(x):
                found = 0.0
                for k in adgen.checkpointed(range(3)):
                    if x > k:
                        found += x * k
                return found
        """),
    ),
)
