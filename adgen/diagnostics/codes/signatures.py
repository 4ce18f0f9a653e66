"""AG260 to AG299: signatures, arguments and options of transforms."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

_F = "def f(x, n):\n    return x * n"

CODES = (
    Code(
        "AG260",
        "no signature for `{name}`",
        "Before the first call the types of the arguments are known only from annotations or from a "
        "signature.",
        help='call it, or use `.lower("f64[n], ...")`; on the command line `--signature`',
        bad=Example(
            """
            def «f»(x):
                return x * x
        """,
            "adgen.grad(f).source",
        ),
        good=Example(
            """
            def f(x):
                return x * x
        """,
            'adgen.grad(f).lower("f64").source',
        ),
    ),
    Code(
        "AG261",
        "signature does not parse: {reason}",
        "A signature is a list of types such as `f64[n,m], i64[n], f64`, in order or by name (`w: "
        "f64[n]`). `f64` is a Python float, `f64[]` a 0-d array; dims are names, numbers or sums of "
        "them.",
        bad=Example(
            """
            def f(x):
                return np.sum(x)
        """,
            'adgen.grad(f).lower("f64[n")',
        ),
        good=Example(
            """
            def f(x):
                return np.sum(x)
        """,
            'adgen.grad(f).lower("f64[n]")',
        ),
    ),
    Code(
        "AG262",
        "signature names unknown parameter `{name}`",
        "The names in a signature are those of the function's parameters.",
        bad=Example(
            """
            def «f»(x):
                return np.sum(x)
        """,
            'adgen.grad(f).lower("y: f64[n]")',
        ),
        good=Example(
            """
            def f(x):
                return np.sum(x)
        """,
            'adgen.grad(f).lower("x: f64[n]")',
        ),
    ),
    Code(
        "AG263",
        "signature has {given} types, but `{name}` takes {expected}",
        "Every parameter without a default needs a type.",
        bad=Example(
            """
            def «f»(x):
                return np.sum(x)
        """,
            'adgen.grad(f).lower("f64[n], f64")',
        ),
        good=Example(
            """
            def f(x):
                return np.sum(x)
        """,
            'adgen.grad(f).lower("f64[n]")',
        ),
    ),
    Code(
        "AG264",
        "argument `{name}` is {what}, which adgen does not take",
        "Arguments are Python and NumPy numbers, arrays, and tuples of them; strings and None are static.",
        help="convert it with `np.asarray`",
        bad=Example(
            """
            def f(«x»):
                return x * 2.0
        """,
            "adgen.grad(f)(object())",
        ),
        good=Example("""
            def f(x):
                return x * 2.0
        """),
    ),
    Code(
        "AG265",
        "call of `{name}` does not match its parameters: {reason}",
        "What a transform returns is called with the signature of the function.",
        bad=Example(
            """
            def «f»(x):
                return x * 2.0
        """,
            "adgen.grad(f)(1.0, 2.0)",
        ),
        good=Example("""
            def f(x):
                return x * 2.0
        """),
    ),
    Code(
        "AG266",
        "signature mixes types in order and types by name",
        "Either every type is given in order, or every one by name.",
        bad=Example(_F, 'adgen.grad(f).lower("f64, n: f64")'),
        good=Example(_F, 'adgen.grad(f).lower("x: f64, n: f64")'),
    ),
    Code(
        "AG270",
        "`wrt` names parameter `{name}`, which `{function}` does not have",
        "`wrt` is a position, a name, or a tuple or list of them.",
        bad=Example(
            """
            def «f»(x):
                return x * x
        """,
            'adgen.grad(f, wrt="y")(1.0)',
        ),
        good=Example(
            """
            def f(x):
                return x * x
        """,
            'adgen.grad(f, wrt="x")(1.0)',
        ),
    ),
    Code(
        "AG271",
        "`wrt` position {position} is out of range for {count} parameters of `{function}`",
        "Positions count from 0.",
        bad=Example(
            """
            def «f»(x):
                return x * x
        """,
            "adgen.grad(f, wrt=1)(1.0)",
        ),
        good=Example(
            """
            def f(x):
                return x * x
        """,
            "adgen.grad(f, wrt=0)(1.0)",
        ),
    ),
    Code(
        "AG272",
        "`wrt` names parameter `{name}` twice",
        "Each gradient is returned once.",
        bad=Example(
            """
            def «f»(x):
                return x * x
        """,
            'adgen.grad(f, wrt=(0, "x"))(1.0)',
        ),
        good=Example(
            """
            def f(x):
                return x * x
        """,
            "adgen.grad(f, wrt=(0,))(1.0)",
        ),
    ),
    Code(
        "AG273",
        "unknown option `{name}`",
        "Options are `static_shapes`, `memory`, `strict`, `fast_compile`, `borrow`, `warmup`, "
        "`threads`, `max_ops`.",
        bad=Example(
            """
            def «f»(x):
                return x * x
        """,
            "adgen.grad(f, speed=9)(1.0)",
        ),
        good=Example(
            """
            def f(x):
                return x * x
        """,
            "adgen.grad(f, strict=True)(1.0)",
        ),
    ),
    Code(
        "AG274",
        "option `{name}` does not take {value}",
        "The value is none of those the option knows.",
        bad=Example(
            """
            def «f»(x):
                return x * x
        """,
            'adgen.grad(f, backend="fortran")(1.0)',
        ),
        good=Example(
            """
            def f(x):
                return x * x
        """,
            'adgen.grad(f, backend="numpy")(1.0)',
        ),
    ),
    Code(
        "AG275",
        "`wrt` is {what}",
        "`wrt` is a position, a name, or a tuple or list of them.",
        bad=Example(
            """
            def «f»(x):
                return x * x
        """,
            "adgen.grad(f, wrt=1.5)(1.0)",
        ),
        good=Example(
            """
            def f(x):
                return x * x
        """,
            "adgen.grad(f, wrt=[0])(1.0)",
        ),
    ),
)
