"""AG23x to AG25x: types and shapes."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

_VECTOR = "adgen.grad(f)(np.ones(3))"
_MATRIX = "adgen.grad(f)(np.ones((3, 3)))"

CODES = (
    Code(
        "AG230",
        "shapes {left} and {right} do not go together",
        "The dimensions cannot be equal for any input, and neither is 1.",
        help="make the sizes equal with a slice, a transpose or `np.newaxis`",
        bad=Example(
            """
            def f(x):
                return np.sum(«np.zeros(4) + np.zeros(5)») * x[0]
        """,
            _VECTOR,
            "f64[n]",
        ),
        good=Example(
            """
            def f(x):
                return np.sum(np.zeros(4) + np.zeros((5, 4))) * x[0]
        """,
            _VECTOR,
            "f64[n]",
        ),
    ),
    Code(
        "AG231",
        "axis {axis} is out of range for {rank} dimensions",
        "Axes count from 0, or from -1 backwards.",
        help="give an axis that the array has",
        bad=Example(
            """
            def f(x):
                return np.sum(«np.sum(x, axis=2)»)
        """,
            _MATRIX,
            "f64[n,m]",
        ),
        good=Example(
            """
            def f(x):
                return np.sum(np.sum(x, axis=1))
        """,
            _MATRIX,
            "f64[n,m]",
        ),
    ),
    Code(
        "AG232",
        "`{name}` is {left} on one path and {right} on the other",
        "After a branch a name needs one type. Numbers of different dtype are joined (an int and a "
        "float give a float); numbers and arrays, tuples, or arrays of different rank are not.",
        help="give it the same kind on both paths",
        bad=Example(
            """
            def f(x):
                «if» x > 0.0:
                    y = np.zeros(3)
                else:
                    y = (1.0, 2.0)
                return x * y[0]
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                if x > 0.0:
                    y = np.zeros(3)
                else:
                    y = np.ones(3)
                return x * y[0]
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG233",
        "`{name}` changes from {left} to {right} inside the loop",
        "A value carried from one iteration to the next needs one rank and structure.",
        help="start from a value of the final shape",
        bad=Example(
            """
            def f(x, n):
                y = x
                «for» i in range(n):
                    y = np.stack((y, y))
                return np.sum(y)
        """,
            "adgen.grad(f)(np.ones(3), 2)",
            "f64[m], i64",
        ),
        good=Example(
            """
            def f(x, n):
                y = x
                for i in range(n):
                    y = y * y
                return np.sum(y)
        """,
            "adgen.grad(f)(np.ones(3), 2)",
            "f64[m], i64",
        ),
    ),
    Code(
        "AG234",
        "`{operation}` does not take {types}",
        "The operation is not defined for operands of these types.",
        help="convert the operand, or compute with its parts",
        bad=Example(
            """
            def f(x):
                return «x @ 2.0»
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                return x * 2.0
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG255",
        "{name} of complex numbers is not available",
        "Complex numbers have no order, and not every function is extended to them. The coverage page says "
        "which functions take them.",
        help="take the real part, the imaginary part or the absolute value first",
        bad=Example(
            """
            def f(x):
                z = x * 1j
                return np.sum(«np.maximum(z, 0.0)».real)
        """,
            signature="f64[n]",
        ),
        good=Example(
            """
            def f(x):
                z = x * 1j
                return np.sum(np.maximum(z.imag, 0.0))
        """,
            signature="f64[n]",
        ),
    ),
    Code(
        "AG256",
        "a complex number is converted to {dtype}",
        "NumPy would drop the imaginary part with a warning, Python raises TypeError.",
        help="say which part is meant: `z.real`, `z.imag` or `abs(z)`",
        bad=Example(
            """
            def f(x):
                z = x * (1.0 + 2.0j)
                return np.sum(«z.astype(np.float64)»)
        """,
            "adgen.grad(f)(np.ones(3))",
            "f64[n]",
        ),
        good=Example(
            """
            def f(x):
                z = x * (1.0 + 2.0j)
                return np.sum(z.real)
        """,
            "adgen.grad(f)(np.ones(3))",
            "f64[n]",
        ),
    ),
    Code(
        "AG238",
        "dtype {dtype} is not supported yet",
        "float64, float32, float16, complex128, complex64, integers of 8 to 64 bits and bool are.",
        help="convert to float64",
        bad=Example(
            """
            def f(x):
                y = np.zeros(3, dtype=«np.longdouble»)
                return x * 2.0
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                y = np.zeros(3, dtype=np.float64)
                return x * 2.0
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG239",
        "cannot unpack {count} values into {names} names",
        "The length of a tuple is part of its type.",
        help="unpack as many values as there are, or collect the rest with `*rest`",
        bad=Example(
            """
            def f(x):
                «a, b» = x, x, x
                return a * b
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                a, b, c = x, x, x
                return a * b * c
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG240",
        "{what} has to be known when the function is transformed",
        "Axes, ranks, positions in tuples and options decide which program it is, so they cannot be "
        "computed by it.",
        help="write it as a constant, or pass it as an argument",
        bad=Example(
            """
            def f(x):
                return (x, 2.0 * x)[«int(x)»]
        """,
            signature="f64",
        ),
        good=Example("""
            def f(x, k=1):
                return (x, 2.0 * x)[k]
        """),
    ),
    Code(
        "AG241",
        "a condition needs one truth value, but this is {type}",
        "Python refuses the truth value of an array with more than one element.",
        help="use `np.where`, or reduce it with `np.all` or `np.any`",
        bad=Example(
            """
            def f(x):
                if «x > 0.0»:
                    y = x
                else:
                    y = -x
                return np.sum(y)
        """,
            _VECTOR,
            "f64[n]",
        ),
        good=Example(
            """
            def f(x):
                return np.sum(np.where(x > 0.0, x, -x))
        """,
            _VECTOR,
            "f64[n]",
        ),
    ),
    Code(
        "AG242",
        "cannot reshape {old} into {new}",
        "The number of elements differs.",
        help="give sizes whose product is the number of elements, or -1 for one of them",
        bad=Example(
            """
            def f(x):
                return x * np.sum(«np.zeros(6).reshape(4, 2)»)
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                return x * np.sum(np.zeros(6).reshape(3, 2))
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG249",
        "axes {axes} name one axis twice",
        "An axis that is reduced is gone.",
        help="give every axis once",
        bad=Example(
            """
            def f(x):
                return np.sum(x, axis=«(0, -2)»)
        """,
            _MATRIX,
            "f64[n,m]",
        ),
        good=Example(
            """
            def f(x):
                return np.sum(x, axis=(0, -1))
        """,
            _MATRIX,
            "f64[n,m]",
        ),
    ),
)
