"""AG23x to AG25x: indices, and what can be written into."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

_VECTOR = "adgen.grad(f)(np.ones(3))"
_MATRIX = "adgen.grad(f)(np.ones((3, 3)))"

CODES = (
    Code(
        "AG235",
        "too many indices: {count} for {rank} dimensions",
        "Every index but `np.newaxis` and `...` takes one dimension.",
        help="leave out the indices for which there is no dimension",
        bad=Example(
            """
            def f(x):
                return «x[0, 1]»
        """,
            _VECTOR,
            "f64[n]",
        ),
        good=Example(
            """
            def f(x):
                return x[0, 1]
        """,
            _MATRIX,
            "f64[n,m]",
        ),
    ),
    Code(
        "AG236",
        "{what} cannot be used as an index",
        "Integers, slices, `np.newaxis`, `...` and integer arrays are indices.",
        help="convert it with `int(...)`",
        bad=Example(
            """
            def f(x):
                return x[«1.0»]
        """,
            _VECTOR,
            "f64[n]",
        ),
        good=Example(
            """
            def f(x):
                return x[1]
        """,
            _VECTOR,
            "f64[n]",
        ),
    ),
    Code(
        "AG237",
        "index {index} is out of bounds for a dimension of {size}",
        "The index cannot be valid for any input.",
        help="give an index within the size, which counts from 0 or from -1 backwards",
        bad=Example(
            """
            def f(x):
                y = np.zeros(3)
                return x * y[«3»]
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                y = np.zeros(3)
                return x * y[2]
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG244",
        "cannot write into captured `{name}`",
        "A captured array is an input of the function that its caller does not see.",
        help="work on a copy inside the function",
        bad=Example("""
            w = np.ones(3)

            def f(x):
                «w[0]» = x
                return np.sum(w)
        """),
        good=Example("""
            w = np.ones(3)

            def f(x):
                v = w.copy()
                v[0] = x
                return np.sum(v)
        """),
    ),
    Code(
        "AG245",
        "`{name}` may be one of two arrays when it is written",
        "On one path the name is a view of one array, on another of a different one, and the two are unlike: "
        "they have other dtypes, or sizes that are not known in front of the branch or loop.",
        help="write inside each branch, or make a copy",
        bad=Example(
            """
            def f(x):
                a = np.zeros(3)
                b = np.ones(3, dtype=np.float32)
                if x > 0.0:
                    c = a
                else:
                    c = b
                «c[0]» = x
                return np.sum(a) + np.sum(b)
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                a = np.zeros(3)
                b = np.ones(3)
                if x > 0.0:
                    c = a
                else:
                    c = b
                c[0] = x
                return np.sum(a) + np.sum(b)
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG250",
        "`{name}` may share its contents with an array that is written",
        "Whether a reshaped or a diagonal array is a copy depends on how its source lies in memory, so "
        "that what it holds after a store into either of the two is not known.",
        help="make a copy: `.copy()`",
        bad=Example(
            """
            def f(x):
                a = x.T * 2.0
                b = a.ravel()
                «b[0]» = 1.0
                return np.sum(a)
        """,
            _MATRIX,
            "f64[n,m]",
        ),
        good=Example(
            """
            def f(x):
                a = x.T * 2.0
                b = a.ravel().copy()
                b[0] = 1.0
                return np.sum(a)
        """,
            _MATRIX,
            "f64[n,m]",
        ),
    ),
    Code(
        "AG246",
        "cannot store {value} in an array of {dtype}",
        "NumPy would cut the value down silently.",
        help="give the array the dtype of what is stored in it",
        bad=Example(
            """
            def f(x):
                y = np.zeros(3, dtype=np.int64)
                «y[0]» = x
                return x * y[0]
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                y = np.zeros(3)
                y[0] = x
                return x * y[0]
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG248",
        "elements of a tuple cannot be assigned",
        "Tuples do not change in Python.",
        help="make a new tuple, or use an array",
        bad=Example(
            """
            def f(x):
                t = (x, x)
                «t[0]» = 2.0
                return t[1]
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                t = (2.0, x)
                return t[0] * t[1]
        """,
            signature="f64",
        ),
    ),
)
