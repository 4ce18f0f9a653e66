"""From the arguments of the command line to an exit status."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module

from adgen.cli.arguments import parser
from adgen.cli.console import Console
from adgen.diagnostics import InternalError, UserError

DONE, REJECTED, USAGE = 0, 1, 2

Command = Callable[[argparse.Namespace, Console], int]


def run(argv: Sequence[str] | None = None) -> int:
    """Parse the arguments and carry out the command; every error of adgen becomes a status."""
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    console = Console(arguments.json, arguments.quiet, arguments.verbose, arguments.color)
    try:
        return _command(arguments.command)(arguments, console)
    except UserError as error:
        console.refused(error.diagnostics)
    except InternalError as error:
        console.failed(str(error), diagnostics=[error.to_json()])
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; nothing more can reach it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        _report_fault(error, arguments, console)
    return REJECTED


def _report_fault(error: Exception, arguments: argparse.Namespace, console: Console) -> None:
    """An exception that no stage should have let out is a fault of ours; ``-v`` shows where it came from."""
    fault = InternalError(f"{type(error).__name__}: {error}", stage=arguments.command)
    if arguments.verbose:
        fault.excerpt = "".join(traceback.format_exception(error)).rstrip()
    console.failed(str(fault), diagnostics=[fault.to_json()])


def _command(name: str) -> Command:
    """The function of a command; its module, and what that needs, is only loaded now."""
    command: Command = import_module(f"adgen.cli.{name}").run
    return command
