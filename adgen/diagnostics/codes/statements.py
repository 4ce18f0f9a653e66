"""AG1xx: statements and definitions outside the accepted language."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

_LOOP = "def f(x):\n    s = 0.0\n    for i in range(3):\n        s += x * i\n    return s"

CODES = (
    Code(
        "AG101",
        "`try` is outside the accepted language",
        "An exception may leave a block half done, so its reverse would have to know how far it came. "
        "Test the condition instead, or handle the exception around the call of the gradient.",
        help="test the condition with `if`, or catch the exception outside the differentiated function",
        bad=Example("""
            def f(x):
                «try:»
                    y = 1.0 / x
                except ZeroDivisionError:
                    y = 0.0
                return y
        """),
        good=Example("""
            def f(x):
                if x == 0.0:
                    y = 0.0
                else:
                    y = 1.0 / x
                return y
        """),
    ),
    Code(
        "AG102",
        "`with` is outside the accepted language",
        "What a context manager does on entry and exit cannot be seen in the source of the function.",
        help="enter the context around the call of the gradient",
        bad=Example("""
            def f(x):
                «with» np.errstate(all='ignore'):
                    y = x * x
                return y
        """),
        good=Example("""
            def f(x):
                y = x * x
                return y
        """),
    ),
    Code(
        "AG103",
        "a class definition is outside the accepted language",
        "Differentiated functions are made of functions and numbers.",
        help="define the class outside and pass its arrays as arguments",
        bad=Example("""
            def f(x):
                «class» C:
                    k = 2.0
                return x * C.k
        """),
        good=Example("""
            def f(x):
                k = 2.0
                return x * k
        """),
    ),
    Code(
        "AG104",
        "`yield` is outside the accepted language",
        "A generator runs in pieces, between which its caller may do anything.",
        help="collect the values in an array and return it",
        bad=Example("""
            def f(x):
                «yield x»
        """),
        good=Example("""
            def f(x):
                return x * x
        """),
    ),
    Code(
        "AG105",
        "`{construct}` is outside the accepted language",
        "Asynchronous code runs in an order that the source does not fix.",
        help="write a plain function",
        bad=Example("""
            «async» def f(x):
                return x * x
        """),
        good=Example("""
            def f(x):
                return x * x
        """),
    ),
    Code(
        "AG106",
        "`del` is outside the accepted language",
        "adgen decides itself how long a value lives; deleting a name or an element has no meaning "
        "for a derivative.",
        help="leave the statement out",
        bad=Example("""
            def f(x):
                y = x * x
                «del» y
                return x
        """),
        good=Example("""
            def f(x):
                return x
        """),
    ),
    Code(
        "AG107",
        "`{construct}` is outside the accepted language",
        "Assigning a name of an outer scope is an output that the caller of the gradient would not see.",
        help="return the value, and assign it outside",
        bad=Example("""
            n = 0.0

            def f(x):
                «global» n
                n = x
                return n * x
        """),
        good=Example("""
            def f(x):
                n = x
                return n * x
        """),
    ),
    Code(
        "AG108",
        "this import inside a differentiated function is outside the accepted language",
        "Of the libraries that adgen knows, NumPy, `math` and `functools` can be imported inside a function; "
        "other imports belong to its module.",
        help="move the import to the top of the module",
        bad=Example("""
            def f(x):
                «import time»
                return x * time.time()
        """),
        good=Example("""
            def f(x):
                import numpy as xp
                return xp.sin(x)
        """),
    ),
    Code(
        "AG111",
        "`match` is outside the accepted language",
        "Matching inspects the class and structure of a value, which a derivative does not have.",
        help="use `if` and `elif`",
        bad=Example("""
            def f(x, k=1):
                «match» k:
                    case 1:
                        return x
                    case _:
                        return x * x
        """),
        good=Example("""
            def f(x, k=1):
                if k == 1:
                    y = x
                else:
                    y = x * x
                return y
        """),
    ),
    Code(
        "AG116",
        "`else` after a loop is outside the accepted language",
        "The block runs only when the loop was not left with `break`, which is easier read as a test.",
        help="put the block after the loop",
        bad=Example("""
            def f(x):
                s = 0.0
                for i in range(3):
                    s += x
                «else»:
                    s = s * x
                return s
        """),
        good=Example("""
            def f(x):
                s = 0.0
                for i in range(3):
                    s += x
                s = s * x
                return s
        """),
    ),
    Code(
        "AG117",
        "decorator `{name}` is not known to adgen",
        "A decorator may replace the function by anything. adgen's own decorators are taken off; "
        "others would be silently ignored or silently wrong.",
        help="differentiate the undecorated function",
        bad=Example("""
            import functools

            def twice(g):
                @functools.wraps(g)
                def run(x):
                    return 2.0 * g(x)
                return run

            def f(x):
                @«twice»
                def g(y):
                    return y * y
                return g(x)
        """),
        good=Example("""
            def f(x):
                def g(y):
                    return 2.0 * (y * y)
                return g(x)
        """),
    ),
    Code(
        "AG118",
        "this form of `{construct}` is outside the accepted language",
        "The accepted statements are assignment, `for`, `while`, `if`, `return`, `break`, `continue`, "
        "`pass`, `assert`, `raise` of a builtin exception, and nested function definitions.",
        help="handle the case outside the differentiated function",
        bad=Example("""
            class Negative(Exception):
                pass

            def f(x):
                if x < 0.0:
                    «raise Negative»
                return x * x
        """),
        good=Example("""
            def f(x):
                if x < 0.0:
                    raise ValueError("negative")
                return x * x
        """),
    ),
    Code(
        "AG121",
        "a starred {construct} is outside the accepted language",
        "The number of names and values has to be known from the source.",
        help="unpack into one name per value",
        bad=Example("""
            def f(x):
                a, «*b» = x, x * x, 2.0
                return a
        """),
        good=Example("""
            def f(x):
                a, b, c = x, x * x, 2.0
                return a * b * c
        """),
    ),
    Code(
        "AG122",
        "cannot assign to {construct}",
        "Names, tuples of names, and elements or slices of local arrays can be assigned.",
        help="assign to a local name",
        bad=Example("""
            def f(x):
                y = np.zeros(3)
                «y.shape» = (3,)
                return y[0]
        """),
        good=Example("""
            def f(x):
                y = np.zeros(3)
                y[:] = x
                return y[0]
        """),
    ),
    Code(
        "AG123",
        "cannot iterate over {what}",
        "A `for` loop runs over `range`, an array, a tuple, `enumerate` or `zip`.",
        help="loop over `range(...)` and index",
        bad=Example("""
            def f(x):
                s = 0.0
                for v in «x»:
                    s += v
                return s
        """),
        good=Example(_LOOP),
    ),
    Code(
        "AG126",
        "not every path of `{name}` ends with `return`",
        "Where the end is reached, Python returns None, which is no number.",
        help="return a value on every path",
        bad=Example("""
            def «f»(x):
                if x > 0.0:
                    return x
        """),
        good=Example("""
            def f(x):
                if x > 0.0:
                    return x
                return 0.0 * x
        """),
    ),
    Code(
        "AG127",
        "`{name}` returns nothing",
        "A derivative needs a result to start from.",
        help="return the value to differentiate",
        bad=Example("""
            def «f»(x):
                y = x * x
        """),
        good=Example("""
            def f(x):
                y = x * x
                return y
        """),
    ),
    Code(
        "AG131",
        "writing this loop out makes more than {limit} operations",
        "An unrolled loop is written out round by round, in the program and in its derivative; the option "
        "`max_ops` sets the limit.",
        help="leave the loop rolled: loop over the iterable itself",
        bad=Example("""
            def f(x):
                s = x
                «for» i in adgen.unroll(range(5000)):
                    s = s * x
                return s
        """),
        good=Example("""
            def f(x):
                s = x
                for i in range(5000):
                    s = s * x
                return s
        """),
    ),
    Code(
        "AG130",
        "a method cannot be differentiated yet",
        "The arrays held by an object would have to become arguments.",
        help="write a function that takes the arrays of the object as arguments",
        bad=Example(
            """
            class Model:
                k = 2.0

                def «f»(self, x):
                    return self.k * x
        """,
            "adgen.grad(Model().f)(1.5)",
        ),
        good=Example(
            """
            def f(k, x):
                return k * x
        """,
            "adgen.grad(f, wrt='x')(2.0, 1.5)",
        ),
    ),
)
