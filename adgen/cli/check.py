"""``adgen check``: compare a gradient with independent derivatives."""

from __future__ import annotations

import argparse

import adgen
from adgen.cli.call import make_call
from adgen.cli.console import Console
from adgen.cli.request import Request
from adgen.diagnostics import GradientMismatch

SIZE = 3


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Check the gradient for one call; status 1 when it is wrong."""
    request = Request.of(arguments)
    call = make_call(request, console, first_size=SIZE, sizes={}, seed=arguments.seed)
    try:
        with console.progress("checking"):
            report = adgen.check_grad(call.function, *call.arguments, wrt=request.wrt, order=arguments.order)
    except GradientMismatch as mismatch:
        console.failed(str(mismatch), target=str(request.target), report=str(mismatch))
        return 1
    text = "" if report is None else str(report)
    console.result(text or f"{request.target}: gradient is right", target=str(request.target), report=text)
    return 0
