"""AG8xx: the command line and files."""

from __future__ import annotations

from adgen.diagnostics.codes.entry import Code

_CLI = "about the command line, not about a program"

CODES = (
    Code(
        "AG801",
        "cannot read `{path}`: {reason}",
        "The part of the target before the colon is a Python file.",
        no_example=_CLI,
    ),
    Code(
        "AG802",
        "`{path}` defines no function `{name}` at its top level",
        "The part of the target after the colon is the name of a function in the file.",
        no_example=_CLI,
    ),
    Code(
        "AG804",
        "`{target}` is not a target",
        "A target is `FILE.py:FUNC`.",
        help="write `FILE.py:FUNC`",
        no_example=_CLI,
    ),
    Code(
        "AG805",
        "cannot write `{path}`: {reason}",
        "The output is written to a temporary file beside it, which then takes its place.",
        no_example=_CLI,
    ),
    Code(
        "AG806", "no diagnostic has code `{code}`", "Codes are AG followed by three digits.", no_example=_CLI
    ),
    Code(
        "AG807",
        "`{value}` is not available for `{option}` in this version",
        "The command line promises it, but what is behind it is not there yet.",
        no_example=_CLI,
    ),
    Code(
        "AG808",
        "the example `{example}` raised {error}",
        "The text after `--example` is evaluated in the function's module; it gives the arguments of "
        "the call.",
        no_example=_CLI,
    ),
    Code(
        "AG809",
        "importing `{path}` raised {error}",
        "With `--example` the module is imported.",
        no_example=_CLI,
    ),
    Code(
        "AG810",
        "`{option}` does not take `{value}`",
        "The value does not have the form that the option takes.",
        help="write `{form}`",
        no_example=_CLI,
    ),
)
