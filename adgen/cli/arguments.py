"""The grammar of the command line.

argparse serves: it is part of Python, loads fast, and already exits with status 2 on wrong usage.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from adgen.version import __version__

MODES = ("reverse", "forward", "vjp", "jvp", "hvp", "jacobian")
COLORS = ("auto", "always", "never")
BACKENDS = ("numpy", "llvm", "c")
STAGES = ("source", "ir", "adjoint", "numpy", "loops", "schedule", "llvm", "asm", "graph", "memory", "trace")


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(prog="adgen", description="Derivatives of Python and NumPy functions.")
    top.add_argument("--version", action="version", version=f"adgen {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (summary, add_arguments) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        add_arguments(command)
        _add_output_arguments(command)
    return top


def _add_output_arguments(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("output")
    group.add_argument("--json", action="store_true", help="one JSON object on standard output")
    group.add_argument("-q", "--quiet", action="store_true", help="results and errors only")
    group.add_argument("-v", "--verbose", action="count", default=0, help="say more")
    group.add_argument("--color", choices=COLORS, default="auto", help="default: auto, on a terminal only")


def _add_target(command: argparse.ArgumentParser) -> None:
    command.add_argument("target", metavar="FILE.py:FUNC", help="a function at the top level of a file")


def _add_transform_arguments(command: argparse.ArgumentParser) -> None:
    _add_target(command)
    command.add_argument(
        "--wrt", metavar="NAMES", help="parameters to differentiate, as w,b (default: first)"
    )
    types = command.add_mutually_exclusive_group()
    types.add_argument("--signature", metavar="S", help='types of the arguments, as "f64[n,m], f64[m]"')
    types.add_argument("--example", metavar="EXPR", help="arguments of a call; imports the module")
    command.add_argument("--mode", choices=MODES, default="reverse", help="default: reverse")
    command.add_argument("--backend", choices=BACKENDS, default="numpy", help="default: numpy")
    command.add_argument("--memory", metavar="BYTES", help='what tapes of loops may take, as "64 MB"')


def _add_build(command: argparse.ArgumentParser) -> None:
    _add_transform_arguments(command)
    command.add_argument(
        "-o", "--output", metavar="OUT", help="file or folder; - for standard output (default: FUNC_grad.py)"
    )


def _add_show(command: argparse.ArgumentParser) -> None:
    _add_transform_arguments(command)
    command.add_argument("--stage", choices=STAGES, default="numpy", help="default: numpy")
    command.add_argument("--html", metavar="OUT", help="write a page instead of text")


def _add_check(command: argparse.ArgumentParser) -> None:
    _add_transform_arguments(command)
    command.add_argument("--order", type=int, choices=(1, 2), default=1, help="default: 1")
    command.add_argument("--seed", type=int, default=0, help="of the arguments made from a signature")


def _add_explain(command: argparse.ArgumentParser) -> None:
    command.add_argument("subject", metavar="FILE.py:FUNC | CODE", help="a function, or a code such as AG206")
    command.add_argument("--wrt", metavar="NAMES", help="parameters to differentiate, as w,b")
    command.add_argument("--signature", metavar="S", help="types of the arguments")


def _add_bench(command: argparse.ArgumentParser) -> None:
    _add_transform_arguments(command)
    command.add_argument("--seed", type=int, default=0, help="of the arguments made from a signature")
    command.add_argument("--sizes", metavar="N=100,M=10", help="sizes for the names in the signature")


def _add_primitives(command: argparse.ArgumentParser) -> None:
    what = command.add_mutually_exclusive_group()
    what.add_argument("--count", action="store_true", help="only how many functions have a derivative")
    what.add_argument("--markdown", action="store_true", help="the page of the documentation")


_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "build": ("Write a gradient module.", _add_build),
    "show": ("Print one stage of the way from source to derivative.", _add_show),
    "check": ("Compare a gradient with independent derivatives.", _add_check),
    "explain": ("Cost and memory plan of a function, or the page of a diagnostic.", _add_explain),
    "primitives": ("List the functions that have a derivative.", _add_primitives),
    "bench": ("Time a function and its gradient on both backends.", _add_bench),
}
