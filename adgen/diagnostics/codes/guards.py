"""AG7xx: guards at run time; each is raised as a ``RunError`` that carries the code."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code

_RUN = "raised while running, not while building"

CODES = (
    Code(
        "AG701",
        "dimension `{dim}` is {got} in `{name}` but {expected} in `{other}`",
        "Equal names in a signature are equal sizes at run time.",
        no_example=_RUN,
    ),
    Code(
        "AG702",
        "sizes {left} and {right} differ where the program needs them equal",
        "Two sizes that are not provably equal are compared when the program runs.",
        no_example=_RUN,
    ),
    Code(
        "AG704",
        "arguments `{name}` and `{other}` overlap, and one of them is written",
        "The result would depend on the order of the writes.",
        help="pass a copy",
        no_example=_RUN,
    ),
    Code(
        "AG706",
        "the input breaks the assumption {assumption}",
        "The function was transformed for inputs where it holds.",
        no_example=_RUN,
    ),
    Code(
        "AG707",
        "argument `{name}` is written, and several of its elements are the same cell of memory",
        "What it holds in the end would depend on the order of the writes, as in an array that "
        "`np.broadcast_to` or `as_strided` stretched.",
        help="pass a copy",
        no_example=_RUN,
    ),
    Code(
        "AG708",
        "argument `{name}` is written, but it is read-only",
        "The function changes the array of its caller, which may not be changed.",
        help="pass a copy",
        no_example=_RUN,
    ),
    Code(
        "AG709",
        "memory of {memory} bytes is too little for `{name}`, whose loops need at least {least} bytes",
        "The reverse sweep of a loop has to keep one state, and what one step needs of its own. The option "
        "`memory` is for all loops that have no schedule of their own.",
        help="give it more, or carry less through the loop",
        no_example=_RUN,
    ),
    Code(
        "AG710",
        "states of a loop cannot be kept on disk: {reason}",
        "A loop over `adgen.checkpointed(..., disk=True)` keeps states in a file of the folder for temporary "
        "files, which has to be there, writable, and large enough.",
        help="say where files may be made, by the environment variable TMPDIR or `tempfile.tempdir`",
        no_example=_RUN,
    ),
)
