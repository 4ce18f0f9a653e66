"""AG31x: functions with a derivative of their own."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example


def _square(rule: str, call: str = "square(x)", more: str = "") -> str:
    return f"""
            @adgen.custom_vjp
            def square(x):
                return x * x


            {rule}


            def f(x):
                {more or "return"} {call}
        """


_GOOD = "square.defvjp(lambda x: (square(x), x), lambda x, g: (2.0 * x * g,))"

CODES = (
    Code(
        "AG310",
        "`{name}` has no rule yet",
        "The derivative of such a function is its rule alone, whatever the function computes.",
        help="give it with `{name}.{method}(...)` before the function is differentiated",
        bad=Example(_square("LIMIT = 2.0", "«square(x)»"), signature="f64"),
        good=Example(_square(_GOOD), signature="f64"),
    ),
    Code(
        "AG311",
        "the rule of `{name}` does not fit: {reason}",
        "`fwd` takes the arguments of the function and gives its result and what `bwd` needs; `bwd` takes"
        " that and the cotangent of the result, and gives a cotangent for every argument, of the "
        "argument's structure, dtype and shape (None where there is none). The rule of a `custom_jvp` "
        "takes a tuple of arguments and a tuple of tangents, and gives the result and its tangent. "
        "Neither changes arrays from outside.",
        bad=Example(
            _square("square.defvjp(lambda x: (square(x), x), lambda x, g: (g, g))", "«square(x)»"),
            signature="f64",
        ),
        good=Example(_square(_GOOD), signature="f64"),
    ),
    Code(
        "AG312",
        "`{function}` has a rule of its own, but reads `{name}`, which is differentiated",
        "The rule speaks of the arguments alone: by anything else that the function reads its derivative "
        "is not known, and leaving it out would give a wrong gradient.",
        help="pass `{name}` as an argument, or state that it is a constant: `adgen.stop_gradient({name})`",
        bad=Example(
            """
            def f(x):
                scaled = adgen.custom_vjp(lambda y: x * y)
                scaled.defvjp(lambda y: (scaled(y), None), lambda saved, g: (x * g,))
                return «scaled(2.0 * x)»
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                scaled = adgen.custom_vjp(lambda y, x: x * y)
                scaled.defvjp(lambda y, x: (scaled(y, x), (y, x)), lambda yx, g: (yx[1] * g, yx[0] * g))
                return scaled(2.0 * x, x)
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG313",
        "the rule of `{name}` is not linear, so {mode} mode cannot be made of it",
        "A rule for one mode serves the other transposed. A rule that clips a cotangent, say, changes the"
        " reverse sweep on purpose: there is no function whose derivative it would be.",
        help="differentiate in the mode that the rule is for",
        bad=Example(
            """
            def f(x):
                return «adgen.cotangent(x * x, lambda g: np.clip(g, -1.0, 1.0))»
        """,
            "adgen.jvp(f, (1.5,), (1.0,))",
        ),
        good=Example(
            """
            def f(x):
                return adgen.cotangent(x * x, lambda g: np.clip(g, -1.0, 1.0))
        """,
        ),
    ),
)
