"""AG1xx: constructs outside the accepted language."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

_LOOP = "def f(x):\n    s = 0.0\n    for i in range(3):\n        s += x * i\n    return s"
_PLAIN = "def f(x):\n    return x * 2.0"

CODES = (
    Code(
        "AG101",
        "`try` is outside the accepted language",
        "An exception may leave a block half done, so its reverse would have to know how far it came.\n"
        "Test the condition instead, or handle the exception around the call of the gradient.",
        help="test the condition with `if`, or catch the exception outside the differentiated function",
        bad=Example(
            "def f(x):\n    «try:»\n        y = 1.0 / x\n    except ZeroDivisionError:\n        y = 0.0\n    return y"
        ),
        good=Example(
            "def f(x):\n    if x == 0.0:\n        y = 0.0\n    else:\n        y = 1.0 / x\n    return y"
        ),
    ),
    Code(
        "AG102",
        "`with` is outside the accepted language",
        "What a context manager does on entry and exit cannot be seen in the source of the function.",
        help="enter the context around the call of the gradient",
        bad=Example("def f(x):\n    «with» np.errstate(all='ignore'):\n        y = x * x\n    return y"),
        good=Example("def f(x):\n    y = x * x\n    return y"),
    ),
    Code(
        "AG103",
        "a class definition is outside the accepted language",
        "Differentiated functions are made of functions and numbers.",
        help="define the class outside and pass its arrays as arguments",
        bad=Example("def f(x):\n    «class» C:\n        k = 2.0\n    return x * C.k"),
        good=Example("def f(x):\n    k = 2.0\n    return x * k"),
    ),
    Code(
        "AG104",
        "`yield` is outside the accepted language",
        "A generator runs in pieces, between which its caller may do anything.",
        help="collect the values in an array and return it",
        bad=Example("def f(x):\n    «yield x»"),
        good=Example("def f(x):\n    return x * x"),
    ),
    Code(
        "AG105",
        "`{construct}` is outside the accepted language",
        "Asynchronous code runs in an order that the source does not fix.",
        help="write a plain function",
        bad=Example("«async» def f(x):\n    return x * x"),
        good=Example("def f(x):\n    return x * x"),
    ),
    Code(
        "AG106",
        "`del` is outside the accepted language",
        "adgen decides itself how long a value lives; deleting a name or an element has no meaning for a derivative.",
        help="leave the statement out",
        bad=Example("def f(x):\n    y = x * x\n    «del» y\n    return x"),
        good=Example("def f(x):\n    return x"),
    ),
    Code(
        "AG107",
        "`{construct}` is outside the accepted language",
        "Assigning a name of an outer scope is an output that the caller of the gradient would not see.",
        help="return the value, and assign it outside",
        bad=Example("n = 0.0\n\ndef f(x):\n    «global» n\n    n = x\n    return n * x"),
        good=Example("def f(x):\n    n = x\n    return n * x"),
    ),
    Code(
        "AG108",
        "an import inside a differentiated function is outside the accepted language",
        "The names of a function are resolved when it is transformed; imports belong to its module.",
        help="move the import to the top of the module",
        bad=Example("def f(x):\n    «import» numpy as xp\n    return xp.sin(x)"),
        good=Example("import numpy as xp\n\ndef f(x):\n    return xp.sin(x)"),
    ),
    Code(
        "AG109",
        "`{construct}` is outside the accepted language",
        "The number of arguments has to be known from the source.",
        help="name the arguments, or pass a tuple",
        bad=Example("def f(«*xs»):\n    return xs[0] * 2.0"),
        good=Example("def f(x, y=2.0):\n    return x * y"),
    ),
    Code(
        "AG110",
        "`:=` is outside the accepted language",
        "An assignment inside an expression makes the order of evaluation part of the meaning.",
        help="assign in a statement of its own",
        bad=Example("def f(x):\n    return («y := x * x») + x"),
        good=Example("def f(x):\n    y = x * x\n    return y + x"),
    ),
    Code(
        "AG111",
        "`match` is outside the accepted language",
        "Matching inspects the class and structure of a value, which a derivative does not have.",
        help="use `if` and `elif`",
        bad=Example(
            "def f(x, k=1):\n    «match» k:\n        case 1:\n            return x\n        case _:\n            return x * x"
        ),
        good=Example(
            "def f(x, k=1):\n    if k == 1:\n        y = x\n    else:\n        y = x * x\n    return y"
        ),
    ),
    Code(
        "AG112",
        "a {construct} is outside the accepted language here",
        "Comprehensions that cannot be read as a tuple of known length have no place in an array program.",
        help="fill an array in a `for` loop, or use a NumPy expression on the whole array",
        bad=Example("def f(x):\n    d = «{i: x * i for i in range(3)}»\n    return d[1]"),
        good=Example(_LOOP),
    ),
    Code(
        "AG113",
        "a dict display is outside the accepted language here",
        "A dict inside a function would need keys known from the source.",
        help="use one name per value, or a tuple",
        bad=Example("def f(x):\n    d = «{'a': x, 'b': x * x}»\n    return d['a'] + d['b']"),
        good=Example("def f(x):\n    a, b = x, x * x\n    return a + b"),
    ),
    Code(
        "AG114",
        "a set display is outside the accepted language",
        "A set has no order, so a result made from it would have none either.",
        help="use a tuple",
        bad=Example("def f(x):\n    s = «{x, 2.0}»\n    return x"),
        good=Example("def f(x):\n    s = (x, 2.0)\n    return s[0] * s[1]"),
    ),
    Code(
        "AG115",
        "a list cannot be used like this",
        "A list display is read as a tuple of known length, or as the elements of an array; its length cannot change.",
        help="use a tuple, or `np.zeros` and element assignment",
        bad=Example(
            "def f(x):\n    ys = []\n    for i in range(3):\n        «ys.append»(x * i)\n    return ys[0]"
        ),
        good=Example(
            "def f(x):\n    ys = np.zeros(3)\n    for i in range(3):\n        ys[i] = x * i\n    return ys[0]"
        ),
    ),
    Code(
        "AG116",
        "`else` after a loop is outside the accepted language",
        "The block runs only when the loop was not left with `break`, which is easier read as a test.",
        help="put the block after the loop",
        bad=Example(
            "def f(x):\n    s = 0.0\n    for i in range(3):\n        s += x\n    «else»:\n        s = s * x\n    return s"
        ),
        good=Example(
            "def f(x):\n    s = 0.0\n    for i in range(3):\n        s += x\n    s = s * x\n    return s"
        ),
    ),
    Code(
        "AG117",
        "decorator `{name}` is not known to adgen",
        "A decorator may replace the function by anything. adgen's own decorators are taken off; others would be\n"
        "silently ignored or silently wrong.",
        help="differentiate the undecorated function",
        bad=Example(
            "import functools\n\ndef twice(g):\n    @functools.wraps(g)\n    def run(x):\n        return 2.0 * g(x)\n"
            "    return run\n\ndef f(x):\n    @«twice»\n    def g(y):\n        return y * y\n    return g(x)"
        ),
        good=Example("def f(x):\n    def g(y):\n        return 2.0 * (y * y)\n    return g(x)"),
    ),
    Code(
        "AG118",
        "the statement `{construct}` is outside the accepted language",
        "The accepted statements are assignment, `for`, `while`, `if`, `return`, `break`, `continue`, `pass` and\n"
        "nested function definitions.",
    ),
    Code(
        "AG119",
        "the expression {construct} is outside the accepted language",
        "The accepted expressions are names, numbers, arithmetic, comparisons, `and`/`or`/`not`, ternaries, calls,\n"
        "subscripts, tuples and lambdas.",
        bad=Example("def f(x):\n    name = «f'{x}'»\n    return x"),
        good=Example(_PLAIN),
    ),
    Code(
        "AG120",
        "operator `{operator}` is outside the accepted language",
        "Identity and membership tests are about objects, not about their values.",
        help="compare values with `==` or `<`",
        bad=Example(
            "def f(x):\n    if «x in (1.0, 2.0)»:\n        y = x\n    else:\n        y = x * x\n    return y"
        ),
        good=Example(
            "def f(x):\n    if x == 1.0 or x == 2.0:\n        y = x\n    else:\n        y = x * x\n    return y"
        ),
    ),
    Code(
        "AG121",
        "a starred {construct} is outside the accepted language",
        "The number of names and values has to be known from the source.",
        help="unpack into one name per value",
        bad=Example("def f(x):\n    a, «*b» = x, x * x, 2.0\n    return a"),
        good=Example("def f(x):\n    a, b, c = x, x * x, 2.0\n    return a * b * c"),
    ),
    Code(
        "AG122",
        "cannot assign to {construct}",
        "Names, tuples of names, and elements or slices of local arrays can be assigned.",
        help="assign to a local name",
        bad=Example("def f(x):\n    y = np.zeros(3)\n    «y.flat» = x\n    return y[0]"),
        good=Example("def f(x):\n    y = np.zeros(3)\n    y[:] = x\n    return y[0]"),
    ),
    Code(
        "AG123",
        "cannot iterate over {what}",
        "A `for` loop runs over `range`, an array, a tuple, `enumerate` or `zip`.",
        help="loop over `range(...)` and index",
        bad=Example("def f(x):\n    s = 0.0\n    for v in «x»:\n        s += v\n    return s"),
        good=Example(_LOOP),
    ),
    Code(
        "AG124",
        "`{name}` calls itself",
        "Helper functions are inlined where they are called, which never ends for a recursive one.",
        help="write the recursion as a loop",
        bad=Example("def f(x):\n    return x if x < 1.0 else «f(x - 1.0)»"),
        good=Example("def f(x):\n    while x >= 1.0:\n        x = x - 1.0\n    return x"),
    ),
    Code(
        "AG125",
        "`{name}` draws from NumPy's global random state",
        "The hidden state would make the function another one at every call, so its derivative would belong to a\n"
        "function nobody evaluated.",
        help="draw the numbers outside and pass them as an argument",
        bad=Example("def f(x):\n    return x * «np.random.rand»()"),
        good=Example("def f(x, noise=0.5):\n    return x * noise"),
    ),
    Code(
        "AG126",
        "not every path of `{name}` ends with `return`",
        "Where the end is reached, Python returns None, which is no number.",
        help="return a value on every path",
        bad=Example("def «f»(x):\n    if x > 0.0:\n        return x"),
        good=Example("def f(x):\n    if x > 0.0:\n        return x\n    return 0.0 * x"),
    ),
    Code(
        "AG127",
        "`{name}` returns nothing",
        "A derivative needs a result to start from.",
        help="return the value to differentiate",
        bad=Example("def «f»(x):\n    y = x * x"),
        good=Example("def f(x):\n    y = x * x\n    return y"),
    ),
    Code(
        "AG128",
        "`{construct}` here leaves the loop in a way adgen does not follow",
        "Loops are reversed iteration by iteration; a jump out of one is turned into a test that the rest of the\n"
        "body depends on, which this place does not allow.",
        help="keep the result in a variable and test it",
    ),
    Code(
        "AG129",
        "a lambda or nested function cannot be used as a value here",
        "Functions may be called, passed to helpers and returned by them; they cannot be stored in arrays or compared.",
        help="call the function",
        bad=Example("def f(x):\n    g = lambda y: y * y\n    return x + «g»"),
        good=Example("def f(x):\n    g = lambda y: y * y\n    return x + g(x)"),
    ),
    Code(
        "AG130",
        "a method cannot be differentiated yet",
        "The arrays held by an object would have to become arguments.",
        help="write a function that takes the arrays as arguments",
    ),
)
