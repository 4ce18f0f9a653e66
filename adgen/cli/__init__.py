"""The command line: ``adgen build|show|check|explain|primitives|bench``; ``python -m adgen`` is the same."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 rejected, 2 wrong usage."""
    from adgen.cli.driver import run

    return run(argv)
