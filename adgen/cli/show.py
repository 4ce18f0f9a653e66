"""``adgen show``: one stage of the way from source to derivative."""

from __future__ import annotations

import argparse
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adgen.cli.console import Console
from adgen.cli.files import write_output
from adgen.cli.request import Request
from adgen.diagnostics import refuse

BACKEND_OF = {"loops": "llvm", "schedule": "llvm", "llvm": "llvm", "asm": "llvm"}
"""Stages that exist only on the way to a kernel."""

_TEXTS: dict[str, Callable[[Any], str]] = {
    "ir": lambda lowered: lowered.primal_ir,
    "adjoint": lambda lowered: lowered.adjoint_ir,
    "numpy": lambda lowered: lowered.source,
    "loops": lambda lowered: lowered.loops,
    "schedule": lambda lowered: lowered.schedule,
    "llvm": lambda lowered: lowered.llvm_ir,
    "asm": lambda lowered: lowered.assembly,
    "graph": lambda lowered: lowered.graph(),
    "memory": lambda lowered: lowered.storage.text(),
}
_DATA: dict[str, Callable[[Any], dict[str, Any]]] = {"memory": lambda lowered: lowered.storage.to_json()}
"""What stages are beside their texts, for machines."""


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print a stage."""
    request = Request.of(arguments)
    stage = arguments.stage
    if stage not in _TEXTS and stage != "source":
        raise refuse("AG807", value=stage, option="--stage")
    text, data = stage_text(request, stage, console)
    if arguments.html is not None:
        write_output(Path(arguments.html), page(f"{request.target}: {stage}", text))
        console.say(f"wrote {arguments.html}")
        console.result("", target=str(request.target), stage=stage, outputs=[arguments.html])
        return 0
    console.result(text, target=str(request.target), stage=stage, text=text, **data)
    return 0


def page(title: str, text: str) -> str:
    """A web page that shows a text as it is."""
    head = f"<!doctype html>\n<meta charset='utf-8'>\n<title>{html.escape(title)}</title>\n"
    return f"{head}<h1>{html.escape(title)}</h1>\n<pre>{html.escape(text)}</pre>\n"


def stage_text(request: Request, stage: str, console: Console) -> tuple[str, dict[str, Any]]:
    """The text of one stage, and what there is of it as data."""
    from adgen.cli.lowering import lower, source_text

    if stage == "source":
        return source_text(request.target), {}
    with console.progress("compiling"):
        lowered = lower(request.on(BACKEND_OF.get(stage, request.backend)), console)
        return _TEXTS[stage](lowered), _DATA.get(stage, lambda _: {})(lowered)
