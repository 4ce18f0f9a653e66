"""AG230 to AG259: types, shapes, indices, aliasing."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

_VECTOR = "adgen.grad(f)(np.ones(3))"
_MATRIX = "adgen.grad(f)(np.ones((3, 3)))"

CODES = (
    Code(
        "AG230",
        "shapes {left} and {right} do not go together",
        "The dimensions cannot be equal for any input, and neither is 1.",
        bad=Example("def f(x):\n    return np.sum(«np.zeros(4) + np.zeros(5)») * x[0]", _VECTOR, "f64[n]"),
        good=Example(
            "def f(x):\n    return np.sum(np.zeros(4) + np.zeros((5, 4))) * x[0]", _VECTOR, "f64[n]"
        ),
    ),
    Code(
        "AG231",
        "axis {axis} is out of range for {rank} dimensions",
        "Axes count from 0, or from -1 backwards.",
        bad=Example("def f(x):\n    return np.sum(«np.sum(x, axis=2)»)", _MATRIX, "f64[n,m]"),
        good=Example("def f(x):\n    return np.sum(np.sum(x, axis=1))", _MATRIX, "f64[n,m]"),
    ),
    Code(
        "AG232",
        "`{name}` is {left} on one path and {right} on the other",
        "After a branch a name needs one type. Numbers of different dtype are joined (an int and a float give a\n"
        "float); numbers and arrays, tuples, or arrays of different rank are not.",
        help="give it the same kind on both paths",
        bad=Example(
            "def f(x):\n    «if» x > 0.0:\n        y = np.zeros(3)\n    else:\n        y = (1.0, 2.0)\n    return x * y[0]",
            signature="f64",
        ),
        good=Example(
            "def f(x):\n    if x > 0.0:\n        y = np.zeros(3)\n    else:\n        y = np.ones(3)\n    return x * y[0]",
            signature="f64",
        ),
    ),
    Code(
        "AG233",
        "`{name}` changes from {left} to {right} inside the loop",
        "A value carried from one iteration to the next needs one rank and structure.",
        help="start from a value of the final shape",
        bad=Example(
            "def f(x, n):\n    y = x\n    «for» i in range(n):\n        y = np.stack((y, y))\n    return np.sum(y)",
            "adgen.grad(f)(np.ones(3), 2)",
            "f64[m], i64",
        ),
        good=Example(
            "def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * y\n    return np.sum(y)",
            "adgen.grad(f)(np.ones(3), 2)",
            "f64[m], i64",
        ),
    ),
    Code(
        "AG234",
        "`{operation}` does not take {types}",
        "The operation is not defined for operands of these types.",
        bad=Example("def f(x):\n    return «x + (1.0, 2.0)»[0]", signature="f64"),
        good=Example("def f(x):\n    return x + (1.0, 2.0)[0]", signature="f64"),
    ),
    Code(
        "AG235",
        "too many indices: {count} for {rank} dimensions",
        "Every index but `np.newaxis` and `...` takes one dimension.",
        bad=Example("def f(x):\n    return «x[0, 1]»", _VECTOR, "f64[n]"),
        good=Example("def f(x):\n    return x[0, 1]", _MATRIX, "f64[n,m]"),
    ),
    Code(
        "AG236",
        "{what} cannot be used as an index",
        "Integers, slices, `np.newaxis`, `...` and integer arrays are indices.",
        help="convert it with `int(...)`",
        bad=Example("def f(x):\n    return x[«1.0»]", _VECTOR, "f64[n]"),
        good=Example("def f(x):\n    return x[1]", _VECTOR, "f64[n]"),
    ),
    Code(
        "AG237",
        "index {index} is out of bounds for a dimension of {size}",
        "The index cannot be valid for any input.",
        bad=Example("def f(x):\n    y = np.zeros(3)\n    return x * y[«3»]", signature="f64"),
        good=Example("def f(x):\n    y = np.zeros(3)\n    return x * y[2]", signature="f64"),
    ),
    Code(
        "AG238",
        "dtype {dtype} is not supported yet",
        "float64, float32, int64, int32 and bool are.",
        help="convert to float64",
        bad=Example(
            "def f(x):\n    y = np.zeros(3, dtype=«np.complex128»)\n    return x * 2.0", signature="f64"
        ),
        good=Example("def f(x):\n    y = np.zeros(3, dtype=np.float64)\n    return x * 2.0", signature="f64"),
    ),
    Code(
        "AG239",
        "cannot unpack {count} values into {names} names",
        "The length of a tuple is part of its type.",
        bad=Example("def f(x):\n    «a, b» = x, x, x\n    return a * b", signature="f64"),
        good=Example("def f(x):\n    a, b, c = x, x, x\n    return a * b * c", signature="f64"),
    ),
    Code(
        "AG240",
        "{what} has to be known when the function is transformed",
        "Axes, ranks, positions in tuples and options decide which program it is, so they cannot be computed by it.",
        help="write it as a constant, or pass it as an argument",
        bad=Example("def f(x):\n    return (x, 2.0 * x)[«int(x)»]", signature="f64"),
        good=Example("def f(x, k=1):\n    return (x, 2.0 * x)[k]"),
    ),
    Code(
        "AG241",
        "a condition needs one truth value, but this is {type}",
        "Python refuses the truth value of an array with more than one element.",
        help="use `np.where`, or reduce it with `np.all` or `np.any`",
        bad=Example(
            "def f(x):\n    if «x > 0.0»:\n        y = x\n    else:\n        y = -x\n    return np.sum(y)",
            _VECTOR,
            "f64[n]",
        ),
        good=Example("def f(x):\n    return np.sum(np.where(x > 0.0, x, -x))", _VECTOR, "f64[n]"),
    ),
    Code(
        "AG242",
        "cannot reshape {old} into {new}",
        "The number of elements differs.",
        bad=Example("def f(x):\n    return x * np.sum(«np.zeros(6).reshape(4, 2)»)", signature="f64"),
        good=Example("def f(x):\n    return x * np.sum(np.zeros(6).reshape(3, 2))", signature="f64"),
    ),
    Code(
        "AG243",
        "cannot write into argument `{name}` yet",
        "The caller would see the change, and the derivative would be with respect to the value on entry.",
        help="work on a copy: `{name} = {name}.copy()`",
        bad=Example("def f(x):\n    «x[0]» = 1.0\n    return np.sum(x * x)", _VECTOR, "f64[n]"),
        good=Example(
            "def f(x):\n    x = x.copy()\n    x[0] = 1.0\n    return np.sum(x * x)", _VECTOR, "f64[n]"
        ),
    ),
    Code(
        "AG244",
        "cannot write into captured `{name}`",
        "A captured array is an input of the function that its caller does not see.",
        help="work on a copy inside the function",
        bad=Example("w = np.ones(3)\n\ndef f(x):\n    «w[0]» = x\n    return np.sum(w)"),
        good=Example("w = np.ones(3)\n\ndef f(x):\n    v = w.copy()\n    v[0] = x\n    return np.sum(v)"),
    ),
    Code(
        "AG245",
        "`{name}` may be one of two arrays when it is written",
        "On one path the name is a view of one array, on another of a different one, so that the store has no\n"
        "single target.",
        help="write inside each branch, or make a copy",
        bad=Example(
            "def f(x):\n    a = np.zeros(3)\n    b = np.ones(3)\n    if x > 0.0:\n        c = a\n    else:\n        c = b\n"
            "    «c[0]» = x\n    return np.sum(a) + np.sum(b)",
            signature="f64",
        ),
        good=Example(
            "def f(x):\n    a = np.zeros(3)\n    b = np.ones(3)\n    if x > 0.0:\n        a[0] = x\n    else:\n"
            "        b[0] = x\n    return np.sum(a) + np.sum(b)",
            signature="f64",
        ),
    ),
    Code(
        "AG246",
        "cannot store {value} in an array of {dtype}",
        "NumPy would cut the value down silently.",
        help="give the array the dtype of what is stored in it",
        bad=Example(
            "def f(x):\n    y = np.zeros(3, dtype=np.int64)\n    «y[0]» = x\n    return x * y[0]",
            signature="f64",
        ),
        good=Example("def f(x):\n    y = np.zeros(3)\n    y[0] = x\n    return x * y[0]", signature="f64"),
    ),
    Code(
        "AG247",
        "the size of `{name}` cannot be expressed",
        "A dimension is a polynomial in the sizes of the arguments; this one depends on values.",
        help="compute the size outside and pass it as an argument",
    ),
    Code(
        "AG248",
        "elements of a tuple cannot be assigned",
        "Tuples do not change in Python.",
        help="make a new tuple, or use an array",
        bad=Example("def f(x):\n    t = (x, x)\n    «t[0]» = 2.0\n    return t[1]", signature="f64"),
        good=Example("def f(x):\n    t = (2.0, x)\n    return t[0] * t[1]", signature="f64"),
    ),
)
