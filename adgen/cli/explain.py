"""``adgen explain``: the page of a diagnostic, or the cost and memory plan of a function."""

from __future__ import annotations

import argparse

from adgen.cli.console import Console
from adgen.cli.target import Target
from adgen.diagnostics import refuse
from adgen.diagnostics.pages import find_code, page_json, page_text


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the page of a code, or what is known about a function."""
    if not Target.is_one(arguments.subject):
        entry = find_code(arguments.subject)
        console.result(page_text(entry), **page_json(entry))
        return 0
    raise refuse("AG807", value=arguments.subject, option="explain FILE.py:FUNC")
