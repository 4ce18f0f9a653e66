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
        "this `with` is outside the accepted language",
        "What a context manager does on entry and exit cannot be seen in the source of the function. "
        "`np.errstate` with `ignore` or `warn` is accepted.",
        help="enter the context around the call of the gradient",
        bad=Example("""
            def f(x):
                «with» np.errstate(all='raise'):
                    y = x * x
                return y
        """),
        good=Example("""
            def f(x):
                with np.errstate(all='ignore'):
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
        "this `del` is outside the accepted language",
        "Names, items of dicts and elements of lists can be deleted; parts of arrays and attributes cannot.",
        help="leave the statement out",
        bad=Example("""
            def f(x):
                y = np.array([x, x * x])
                del «y[0]»
                return y[0]
        """),
        good=Example("""
            def f(x):
                y = {'a': x, 'b': x * x}
                del y['a']
                return y['b']
        """),
    ),
    Code(
        "AG132",
        "{what} cannot be changed here",
        "A dict, list or record that the function itself made can be changed, and every name that refers "
        "to it sees that. One of the caller or of the module cannot, nor one that is another from branch to "
        "branch.",
        help="work on a copy: `d = dict(d)`, `state = dataclasses.replace(state)`",
        bad=Example(
            """
            def f(x, d):
                «d['b']» = x * x
                return d['b'] * d['a']
        """,
            "adgen.grad(f)(1.5, {'a': 2.0})",
        ),
        good=Example(
            """
            def f(x, d):
                d = dict(d)
                d['b'] = x * x
                return d['b'] * d['a']
        """,
            "adgen.grad(f)(1.5, {'a': 2.0})",
        ),
    ),
    Code(
        "AG133",
        "field `{name}` of {cls} cannot be assigned",
        "NamedTuples and frozen dataclasses do not change; Python raises an AttributeError here.",
        help="make another one: `p = p._replace({name}=...)`, `p = dataclasses.replace(p, {name}=...)`",
        bad=Example("""
            from typing import NamedTuple

            class P(NamedTuple):
                a: float

            def f(x):
                p = P(x)
                «p.a» = x * x
                return p.a
        """),
        good=Example("""
            from typing import NamedTuple

            class P(NamedTuple):
                a: float

            def f(x):
                p = P(x)
                p = p._replace(a=x * x)
                return p.a
        """),
    ),
    Code(
        "AG107",
        "assigning a global name is outside the accepted language",
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
        "this pattern is outside the accepted language",
        "Patterns take apart tuples, lists, dicts and records of known form, and compare values; an array is "
        "neither a sequence for `match` nor known when the function is read.",
        help="use `if` and `elif`",
        bad=Example(
            """
            def f(x):
                match x:
                    case «[a, b]»:
                        return a * b
                    case _:
                        return np.sum(x)
        """,
            "adgen.grad(f)(np.ones(2))",
        ),
        good=Example(
            """
            def f(x):
                match (x[0], x[1]):
                    case [a, b]:
                        return a * b
                    case _:
                        return np.sum(x)
        """,
            "adgen.grad(f)(np.ones(2))",
        ),
    ),
    Code(
        "AG117",
        "decorator `{name}` is not known to adgen",
        "A decorator may replace the function by anything. adgen's own decorators are taken off, and those "
        "of the user are applied; others would be silently ignored or silently wrong.",
        help="differentiate the undecorated function",
        bad=Example("""
            import functools

            def f(x):
                @«functools.singledispatch»
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
        "`pass`, `assert`, `raise` of an exception, and nested function definitions.",
        help="handle the case outside the differentiated function",
        bad=Example("""
            def f(x):
                if x < 0.0:
                    «raise»
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
        "this starred {construct} is outside the accepted language",
        "The number of values has to be known from the source.",
        help="name the values one by one",
        bad=Example(
            """
            def f(x):
                y = («*x», 2.0)
                return y[0]
        """,
            "adgen.grad(f)(np.ones(3))",
        ),
        good=Example(
            """
            def f(x):
                y = [*x, 2.0]
                return y[0]
        """,
            "adgen.grad(f)(np.ones(3))",
        ),
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
)
