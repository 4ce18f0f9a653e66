"""AG1xx: expressions outside the accepted language."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

_LOOP = "def f(x):\n    s = 0.0\n    for i in range(3):\n        s += x * i\n    return s"
_PLAIN = "def f(x):\n    return x * 2.0"

CODES = (
    Code(
        "AG109",
        "`{construct}` of a sequence of unknown length is outside the accepted language",
        "The number of arguments has to be known from the source.",
        help="pass the array itself",
        bad=Example(
            """
            def g(*xs):
                return xs[0]

            def f(x):
                return g(«*x»)
        """,
            "adgen.grad(f)(np.ones(3))",
        ),
        good=Example(
            """
            def g(*xs):
                return xs[0]

            def f(x):
                return g(*(x[0], x[1]))
        """,
            "adgen.grad(f)(np.ones(3))",
        ),
    ),
    Code(
        "AG112",
        "a {construct} is outside the accepted language here",
        "Comprehensions that cannot be read as a tuple of known length have no place in an array program.",
        help="fill an array in a `for` loop, or use a NumPy expression on the whole array",
        bad=Example("""
            def f(x):
                d = «{i % 2 for i in range(3)}»
                return x * len(d)
        """),
        good=Example(_LOOP),
    ),
    Code(
        "AG113",
        "this key of a dict is outside the accepted language",
        "The keys of dicts inside a function are strings, numbers or tuples of them, known when it is read.",
        help="use one name per value, or a tuple",
        bad=Example("""
            def f(x):
                d = {«x»: x, 'b': x * x}
                return d['b']
        """),
        good=Example("""
            def f(x):
                d = {'a': x, 'b': x * x}
                return d['a'] + d['b']
        """),
    ),
    Code(
        "AG114",
        "a set display is outside the accepted language",
        "A set has no order, so a result made from it would have none either.",
        help="use a tuple",
        bad=Example("""
            def f(x):
                s = «{x, 2.0}»
                return x
        """),
        good=Example("""
            def f(x):
                s = (x, 2.0)
                return s[0] * s[1]
        """),
    ),
    Code(
        "AG115",
        "a list cannot be used like this",
        "A list whose length is known only when the function runs holds numbers, arrays of one size, or "
        "tuples of these, all of one kind. Elements are appended, popped from the end and replaced. An array "
        "in a list may not change in place while the list is in use, and a list that may be one of two is "
        "only read.",
        help="use elements of one kind, or an array",
        bad=Example("""
            def f(x):
                ys = []
                for i in range(3):
                    if x > i:
                        ys.append(x * i)
                    else:
                        «ys.append((x, i))»
                return len(ys) * x
        """),
        good=Example("""
            def f(x):
                ys = []
                for i in range(3):
                    if x > i:
                        ys.append(x * i)
                    else:
                        ys.append(0.0)
                return sum(ys)
        """),
    ),
    Code(
        "AG119",
        "the expression {construct} is outside the accepted language",
        "The accepted expressions are names, numbers, arithmetic, comparisons, `and`/`or`/`not`, "
        "ternaries, calls, subscripts, tuples and lambdas.",
        bad=Example("""
            def f(x):
                y = «b"1"»
                return x
        """),
        good=Example(_PLAIN),
    ),
    Code(
        "AG120",
        "operator `{operator}` is outside the accepted language",
        "Identity is about objects, not about their values. Tuples, lists and dicts have members.",
        help="compare values with `==` or `<`",
        bad=Example("""
            def f(x):
                if «x is x * 1.0»:
                    y = x
                else:
                    y = x * x
                return y
        """),
        good=Example("""
            def f(x):
                if x in (1.0, 2.0):
                    y = x
                else:
                    y = x * x
                return y
        """),
    ),
    Code(
        "AG124",
        "`{name}` calls itself {how}",
        "A function may call itself. Where a value of the program decides whether it does, it stays a "
        "function that calls itself; where everything is known before, the calls are written out, which has "
        "to end.",
        help="let an argument that is not known before decide when to stop, or write a loop",
        bad=Example("""
            def f(x):
                return x * «f(x)»
        """),
        good=Example("""
            def f(x):
                return x if x < 1.0 else x * f(0.5 * x)
        """),
    ),
    Code(
        "AG125",
        "`{name}` draws from a global random state",
        "The hidden state would make the function another one at every call, so its derivative would "
        "belong to a function nobody evaluated.",
        help="pass a generator, `rng = np.random.default_rng(seed)`, and draw from it: `rng.random()`",
        bad=Example("""
            def f(x):
                return x * «np.random.rand»()
        """),
        good=Example(
            """
            def f(x, rng):
                return x * rng.random()
        """,
            "adgen.grad(f)(1.0, np.random.default_rng(0))",
            "f64, Generator",
        ),
    ),
    Code(
        "AG129",
        "a lambda or nested function cannot be used as a value here",
        "Functions may be called, passed to helpers and returned by them; they cannot be stored in "
        "arrays or compared.",
        help="call the function",
        bad=Example("""
            def f(x):
                g = lambda y: y * y
                return «x + g»
        """),
        good=Example("""
            def f(x):
                g = lambda y: y * y
                return x + g(x)
        """),
    ),
    Code(
        "AG134",
        "`{name}` cannot be lowered as a function that calls itself: {reason}",
        "A function that calls itself is lowered once and called with what differs from level to level, so "
        "structure, rank and size of what it gives have to follow from what it takes, and everything that it "
        "writes into has to be one of its arguments.",
        help="pass what it needs as arguments, and let it give results of one kind",
        bad=Example(
            """
            def grow(y, n):
                if n == 0:
                    return y
                z = grow(y, n - 1)
                return np.concatenate((z, z))

            def f(x):
                return np.sum(«grow(x, len(x))»)
        """,
            "adgen.grad(f)(np.ones(3))",
            "x: f64[n]",
        ),
        good=Example(
            """
            def grow(y, n):
                if n == 0:
                    return y
                return 2.0 * grow(y, n - 1)

            def f(x):
                return np.sum(grow(x, len(x)))
        """,
            "adgen.grad(f)(np.ones(3))",
            "x: f64[n]",
        ),
    ),
)
