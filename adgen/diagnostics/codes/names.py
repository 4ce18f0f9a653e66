"""AG200 to AG229: names, functions, attributes, options of calls, binding, retrieval of sources."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

CODES = (
    Code(
        "AG201",
        "name `{name}` is not defined",
        "The name is neither assigned in the function, nor in an enclosing one, nor in its module, "
        "nor built in.",
        help="define it, import it, or correct its spelling",
        bad=Example(
            """
            def f(x):
                return x * «scale»
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                scale = 2.0
                return x * scale
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG202",
        "adgen has no derivative rule for function `{name}`",
        "Functions of your own modules are read and inlined; functions of libraries need a rule.",
        help="write the function with NumPy operations that adgen knows",
        bad=Example(
            """
            def f(x):
                return «np.nextafter»(x, 1.0)
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                return np.sin(x)
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG203",
        "attribute or method `{name}` is not known for {what}",
        "Of arrays, the attributes and methods that are views, shapes or NumPy functions are accepted.",
        help="use the NumPy function of that name",
        bad=Example(
            """
            def f(x):
                return np.sum(«x.newbyteorder»)
        """,
            "adgen.grad(f)(np.ones(3))",
        ),
        good=Example(
            """
            def f(x):
                return np.sum(x.T)
        """,
            "adgen.grad(f)(np.ones(3))",
        ),
    ),
    Code(
        "AG204",
        "`{function}` has no option `{name}` here",
        "The keyword is either misspelt, or one that would change the meaning in a way adgen does not "
        "follow.",
        help="leave the option out",
        bad=Example(
            """
            def f(x):
                return np.sum(x, «order»='C')
        """,
            "adgen.grad(f)(np.ones(3))",
            "f64[n]",
        ),
        good=Example(
            """
            def f(x):
                return np.sum(x, axis=0)
        """,
            "adgen.grad(f)(np.ones(3))",
            "f64[n]",
        ),
    ),
    Code(
        "AG205",
        "`{function}` does not take these arguments: {reason}",
        "Calls of helpers and NumPy functions are matched against their parameters as Python does.",
        help="compare the call with the signature of the function",
        bad=Example(
            """
            def g(a, b):
                return a * b

            def f(x):
                return «g(x)»
        """,
            signature="f64",
        ),
        good=Example(
            """
            def g(a, b):
                return a * b

            def f(x):
                return g(x, x)
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG206",
        "`{name}` may be unbound here",
        "The name has no value when it is read: in Python that is an UnboundLocalError. Where a number or "
        "an array is bound on some paths only, that is checked when the function runs.",
        help="assign it before it is read",
        bad=Example(
            """
            def f(x):
                if x > 0.0:
                    return «y»
                y = x
                return y
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                y = 0.0
                if x > 0.0:
                    y = x
                return y
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG207",
        "`{name}` is {what}, which adgen cannot use",
        "Numbers, arrays, tuples of them, functions and modules can be captured or given.",
        help="pass it as an argument, or capture the numbers in it",
        bad=Example("""
            table = {1, 2}

            def f(x):
                return x * len(«table»)
        """),
        good=Example("""
            table = (1.0, 2.0)

            def f(x):
                return x * len(table)
        """),
    ),
    Code(
        "AG210",
        "source changed since import",
        "The text of the file no longer compiles to the code that Python runs; a derivative of the "
        "text would be that of another function.",
        help="import the module again (`importlib.reload`), or run the notebook cell again",
        no_example="needs a file that is edited after import",
    ),
    Code(
        "AG211",
        "no source text for `{name}`",
        "adgen reads the source of the function. Functions made by `exec`, typed at the bare Python "
        "prompt or compiled without a file have none.",
        help="put the function into a file or a notebook cell",
        bad=Example("""
            space = {}
            exec('def f(x):\\n    return x * x', space)
            f = space['f']
        """),
        good=Example("""
            def f(x):
                return x * x
        """),
    ),
    Code(
        "AG212",
        "two functions on this line cannot be told apart",
        "The position recorded by Python does not say which of them was meant.",
        help="put them on lines of their own",
        no_example="needs Python without column positions (`-X no_debug_ranges`)",
    ),
    Code(
        "AG213",
        "`{name}` is not a Python function",
        "A transform takes a function written in Python: `def` or `lambda`. Builtins, classes and "
        "other callables have no source to read.",
        help="wrap it in a function: `lambda x: g(x)`",
        bad=Example("f = np.sin"),
        good=Example("f = lambda x: np.sin(x)"),
    ),
    Code(
        "AG214",
        "syntax error: {reason}",
        "The file does not parse as Python.",
        no_example="Python itself refuses to import such a file",
    ),
    Code(
        "AG215",
        "the source does not show what `{name}` is",
        "Reading a file alone, adgen follows assignments of constants, imports of NumPy, `math` and "
        "adgen, and functions defined in the same module. Anything else needs the value itself.",
        help="pass it as an argument, or give `--example` so that the module is imported",
        no_example="found only when a file is read without being imported",
    ),
)
