"""``adgen show``: one stage of the way from source to derivative."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from adgen.cli.console import Console
from adgen.cli.request import Request
from adgen.diagnostics import refuse

BACKEND_OF = {"loops": "llvm", "llvm": "llvm", "asm": "llvm"}
"""Stages that exist only on the way to a kernel."""

_TEXTS: dict[str, Callable[[Any], str]] = {
    "ir": lambda lowered: lowered.primal_ir,
    "adjoint": lambda lowered: lowered.adjoint_ir,
    "numpy": lambda lowered: lowered.source,
    "loops": lambda lowered: lowered.loops,
    "llvm": lambda lowered: lowered.llvm_ir,
    "asm": lambda lowered: lowered.assembly,
    "graph": lambda lowered: lowered.graph(),
}


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print a stage."""
    request = Request.of(arguments)
    stage = arguments.stage
    if arguments.html is not None:
        raise refuse("AG807", value=arguments.html, option="--html")
    if stage not in _TEXTS and stage != "source":
        raise refuse("AG807", value=stage, option="--stage")
    text = stage_text(request, stage, console)
    console.result(text, target=str(request.target), stage=stage, text=text)
    return 0


def stage_text(request: Request, stage: str, console: Console) -> str:
    """The text of one stage."""
    from adgen.cli.lowering import lower, source_text

    if stage == "source":
        return source_text(request.target)
    with console.progress("compiling"):
        return _TEXTS[stage](lower(request.on(BACKEND_OF.get(stage, request.backend)), console))
