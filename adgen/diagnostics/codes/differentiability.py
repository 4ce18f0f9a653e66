"""AG3xx: what has a derivative, and what its adjoint needs."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

CODES = (
    Code(
        "AG302",
        "parameter `{name}` has dtype {dtype}, which has no derivative",
        "Integers and booleans do not vary continuously.",
        help="pass a float, or choose another parameter with `wrt`",
        bad=Example(
            """
            def f(«x»):
                return x * 2.0
        """,
            "adgen.grad(f)(3)",
            "i64",
        ),
        good=Example(
            """
            def f(x):
                return x * 2.0
        """,
            "adgen.grad(f)(3.0)",
            "f64",
        ),
    ),
    Code(
        "AG303",
        "`{name}` returns {what}, but a gradient needs one number",
        "The gradient of several numbers is a Jacobian. A pullback takes a cotangent for each of them.",
        help="reduce the result (`np.sum(...)`), or use `adgen.vjp`",
        bad=Example(
            """
            def f(x):
                return «x * 2.0»
        """,
            "adgen.grad(f)(np.ones(3))",
            "f64[n]",
        ),
        good=Example(
            """
            def f(x):
                return np.sum(x * 2.0)
        """,
            "adgen.grad(f)(np.ones(3))",
            "f64[n]",
        ),
    ),
    Code(
        "AG304",
        "`{name}` returns {dtype}, which has no derivative",
        "The result of a function that has a gradient is a float. Of a complex result the real part, the "
        "imaginary part and the absolute value have gradients; `adgen.vjp` and `adgen.jvp` take it as it is.",
        help="return the float it is computed from; of a complex number `z.real`, or `np.abs(z) ** 2`",
        bad=Example(
            """
            def f(x):
                return «x > 1.0»
        """,
            signature="f64",
        ),
        good=Example(
            """
            def f(x):
                return np.where(x > 1.0, x, 0.0)
        """,
            signature="f64",
        ),
    ),
    Code(
        "AG305",
        "`{name}` draws from a distribution that depends on what is differentiated",
        "A draw is a constant of the derivative. How its distribution changes with a shape or a probability "
        "is not in the number that was drawn, so a derivative through it would be wrong.",
        help="draw parameter-free numbers and compute with them (`mu + sigma * rng.standard_normal()`), or "
        "state that the draw is a constant: `adgen.stop_gradient(parameter)`",
        bad=Example(
            """
            def f(p, rng):
                return p * «rng.poisson(p)»
        """,
            "adgen.grad(f)(2.0, np.random.default_rng(0))",
            "f64, Generator",
        ),
        good=Example(
            """
            def f(p, rng):
                return p * rng.poisson(adgen.stop_gradient(p))
        """,
            "adgen.grad(f)(2.0, np.random.default_rng(0))",
            "f64, Generator",
        ),
    ),
    Code(
        "AG306",
        "parameter `{name}` is {what}, which has no derivative",
        "Strings, None and functions select the program; they are no numbers.",
        help="choose another parameter with `wrt`",
        bad=Example(
            """
            def f(«x», y):
                return y * 2.0
        """,
            "adgen.grad(f)('a', 1.0)",
        ),
        good=Example(
            """
            def f(x, y):
                return y * 2.0
        """,
            "adgen.grad(f, wrt='y')('a', 1.0)",
        ),
    ),
    Code(
        "AG307",
        "{what} does not have the type of {of}: {reason}",
        "A tangent has the structure, dtype and shape of its primal, a cotangent those of the output.",
        bad=Example(
            """
            def «f»(x):
                return np.sum(x)
        """,
            "adgen.jvp(f, (np.ones(3),), (np.ones(4),))",
        ),
        good=Example(
            """
            def f(x):
                return np.sum(x)
        """,
            "adgen.jvp(f, (np.ones(3),), (np.ones(3),))",
        ),
    ),
    Code(
        "AG308",
        "with `has_aux`, `{name}` has to return a pair",
        "The first of the pair is differentiated, the second is handed through.",
        help="return `(out, aux)`",
        bad=Example(
            """
            def f(x):
                return «x * x»
        """,
            "adgen.grad(f, has_aux=True)(1.0)",
        ),
        good=Example(
            """
            def f(x):
                return x * x, x
        """,
            "adgen.grad(f, has_aux=True)(1.0)",
        ),
    ),
    Code(
        "AG309",
        "{name} is a constant of the derivative",
        "The derivative of this special function is known by its argument. By a parameter, such as the order "
        "of a Bessel function, it has no formula that could be computed here.",
        help="differentiate by other arguments, or state that the parameter is a constant: "
        "`adgen.stop_gradient(parameter)`",
        bad=Example(
            """
            from scipy import special


            def f(v, x):
                return «special.jv(v, x)»
        """,
            "adgen.grad(f)(2.0, 1.0)",
            "f64, f64",
        ),
        good=Example(
            """
            from scipy import special


            def f(v, x):
                return special.jv(adgen.stop_gradient(v), x)
        """,
            "adgen.grad(f, wrt=(0, 1))(2.0, 1.0)",
            "f64, f64",
        ),
    ),
    Code(
        "AG318",
        "a Jacobian by numbers of dtype {dtype} is not one array of numbers",
        "What is not holomorphic has two derivatives by a complex number. `adgen.vjp` and `adgen.jvp` take "
        "complex numbers; a Jacobian is of real numbers.",
        help="take real and imaginary parts as arguments and results of their own",
        bad=Example(
            """
            def «f»(z):
                return z * z
        """,
            "adgen.jacobian(f)(np.ones(2) * 1j)",
        ),
        good=Example(
            """
            def f(parts):
                z = parts[0] + 1j * parts[1]
                w = z * z
                return np.stack((w.real, w.imag))
        """,
            "adgen.jacobian(f)(np.ones((2, 2)))",
        ),
    ),
    Code(
        "AG320",
        "the derivative of `{name}` is zero here",
        "The function is piecewise constant, so it cuts the path from the parameters to the result.",
        severity="remark",
        no_example="a remark refuses nothing",
    ),
    Code(
        "AG321",
        "the gradient with respect to `{name}` is zero",
        "No derivative reaches the parameter from the result, whatever the arguments are.",
        severity="remark",
        no_example="a remark refuses nothing",
    ),
    Code(
        "AG322",
        "`{name}` is left out",
        "A differentiated function computes and writes nothing else: what it prints or logs is not printed.",
        severity="remark",
        no_example="a remark refuses nothing",
    ),
    Code(
        "AG323",
        "{name} spelled like this overflows or loses its digits",
        "The value is computed as written: it is infinite or not a number where an exponential overflows or "
        "underflows.",
        help="`{instead}` is the same function without that",
        severity="remark",
        no_example="a remark refuses nothing",
    ),
    Code(
        "AG324",
        "{name} is not what a sparse Jacobian is of: {reason}",
        "A sparse Jacobian is a matrix: one array (or number) by one array (or number).",
        help="name one argument, and return one array; `adgen.jacobian` takes containers",
        bad=Example(
            """
            def f(x, y):
                return x * y
        """,
            "adgen.sparse_jacobian(f, wrt=(0, 1))(np.ones(3), np.ones(3))",
        ),
        good=Example(
            """
            def f(x, y):
                return x * y
        """,
            "adgen.sparse_jacobian(f, wrt=0)(np.ones(3), np.ones(3))",
        ),
    ),
)
