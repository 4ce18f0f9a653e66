"""``adgen build``: write a gradient module."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from adgen.cli.console import Console
from adgen.cli.files import write_output
from adgen.cli.request import Request
from adgen.diagnostics import refuse

SUFFIX = {
    "reverse": "grad",
    "forward": "jvp",
    "jvp": "jvp",
    "vjp": "grad",
    "hvp": "hvp",
    "jacobian": "jacobian",
}


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Write the module, or print it for ``-o -``."""
    from adgen.cli.lowering import lower

    request = Request.of(arguments)
    if request.mode not in SUFFIX:
        raise refuse("AG807", value=request.mode, option="--mode")
    if request.backend != "numpy":
        raise refuse("AG807", value=request.backend, option="--backend")
    with console.progress("compiling"):
        lowered = lower(request, console)
        text = lowered.source
    console.remarks(lowered.remarks)
    if arguments.output == "-":
        if console.as_json:
            console.result("", target=str(request.target), outputs=[], text=text)
        else:
            sys.stdout.write(text)
        return 0
    path = output_path(request, arguments.output)
    write_output(path, text)
    console.say(f"wrote {path}")
    console.result("", target=str(request.target), outputs=[str(path)])
    return 0


def output_path(request: Request, output: str | None) -> Path:
    """Where the module goes: the given file, or ``FUNC_grad.py`` in the given (or the current) folder."""
    name = f"{request.target.name}_{SUFFIX[request.mode]}.py"
    if output is None:
        return Path(name)
    path = Path(output)
    return path / name if path.is_dir() or output.endswith("/") else path
