"""``adgen explain``: the page of a diagnostic, or the cost and memory plan of a function."""

from __future__ import annotations

import argparse

from adgen.cli.console import Console
from adgen.cli.request import Request, parse_wrt
from adgen.cli.target import Target
from adgen.diagnostics.pages import find_code, page_json, page_text


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the page of a code, or what is known about a function."""
    if not Target.is_one(arguments.subject):
        entry = find_code(arguments.subject)
        console.result(page_text(entry), **page_json(entry))
        return 0
    return _explain_function(arguments, console)


def _explain_function(arguments: argparse.Namespace, console: Console) -> int:
    from adgen.cli.lowering import lower

    request = Request(Target.parse(arguments.subject), parse_wrt(arguments.wrt), arguments.signature)
    with console.progress("compiling"):
        text = lower(request, console).explain()
    console.result(text, target=str(request.target), text=text)
    return 0
