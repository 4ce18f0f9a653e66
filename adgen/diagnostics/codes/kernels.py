"""AG6xx: compiled kernels."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code, Example

CODES = (
    Code(
        "AG601",
        "kernels do not cover `{name}`; NumPy is used",
        'With `backend="auto"` a function is compiled where everything in it is covered.',
        severity="remark",
        no_example="a remark refuses nothing",
    ),
    Code(
        "AG602",
        "kernels do not cover `{name}`",
        'With `backend="llvm"` everything in the function has to be covered.',
        help='use `backend="auto"` or `backend="numpy"`',
        bad=Example(
            """
            def f(x):
                «while len(x) > 1:»
                    x = x[1:] * x[:-1]
                return np.sum(x)
        """,
            'adgen.grad(f, backend="llvm")(np.ones(5))',
        ),
        good=Example(
            """
            def f(x):
                while len(x) > 1:
                    x = x[1:] * x[:-1]
                return np.sum(x)
        """,
            'adgen.grad(f, backend="auto")(np.ones(5))',
        ),
    ),
    Code(
        "AG603",
        "llvmlite cannot be imported: {reason}",
        "Kernels are compiled by llvmlite.",
        help='install it, or use `backend="numpy"`',
        no_example="depends on the installation",
    ),
    Code(
        "AG604",
        "`{stage}` is not available for kernels of this function",
        "The function has no kernel, because its backend is NumPy.",
        help='use `backend="llvm"`',
        bad=Example(
            """
            def «f»(x):
                return x * x
        """,
            'adgen.grad(f, backend="numpy").lower("f64").llvm_ir',
        ),
        good=Example(
            """
            def f(x):
                return x * x
        """,
            'adgen.grad(f, backend="llvm").lower("f64").llvm_ir',
        ),
    ),
)
