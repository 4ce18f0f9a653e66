"""``adgen primitives``: the functions that a differentiated function may call."""

from __future__ import annotations

import argparse

from adgen.cli.console import Console


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print how many functions have a derivative, the page of the documentation, or one line each."""
    from adgen.frontend.library.coverage import coverage_page
    from adgen.frontend.library.inventory import absent, differentiable, functions

    counted = differentiable()
    if arguments.count:
        console.result(str(len(counted)), count=len(counted))
        return 0
    if arguments.markdown:
        page = coverage_page()
        console.result(page, text=page)
        return 0
    lines = [f"{f.name}{f.signature}  {f.derivative}  {'+'.join(f.backends)}" for f in functions()]
    lines.append(f"{len(counted)} distinct public functions have a derivative, in both modes.")
    data = [f.to_json() for f in functions()]
    console.result("\n".join(lines), count=len(counted), functions=data, absent=absent())
    return 0
