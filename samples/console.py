"""What the samples share at the command line: their options, and a progress bar on a terminal."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def options(description: str | None) -> argparse.ArgumentParser:
    """A parser with the options that every sample has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--backend", choices=("numpy", "llvm", "auto"), default="auto", help="default: auto")
    parser.add_argument("--small", action="store_true", help="a short run, as the tests do")
    return parser


def with_output(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The parser, with a folder for what the sample writes; without the option it writes nothing."""
    parser.add_argument("--output", type=Path, metavar="DIR", help="folder for plots and generated modules")
    return parser


def progress(rounds: Iterable[int], title: str) -> Any:
    """The rounds, with a progress bar where standard error is a terminal and tqdm is installed."""
    try:
        from tqdm import tqdm
    except ImportError:
        return rounds
    return tqdm(rounds, desc=title, disable=None, leave=False)
