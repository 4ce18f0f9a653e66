"""What the user asked for, out of the arguments of the command line."""

from __future__ import annotations

import argparse
from dataclasses import replace

from adgen.cli.target import Target
from adgen.diagnostics import refuse
from adgen.objects.quantities import bytes_of
from adgen.records import dataclass

Wrt = int | str | tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A derivative of a function, for arguments given by types or by an example."""

    target: Target
    wrt: Wrt
    signature: str | None = None
    example: str | None = None
    mode: str = "reverse"
    backend: str = "numpy"
    memory: str | None = None

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Request:
        """The request in the arguments of ``build``, ``show``, ``check`` or ``bench``."""
        return cls(
            Target.parse(arguments.target),
            parse_wrt(arguments.wrt),
            arguments.signature,
            arguments.example,
            arguments.mode,
            arguments.backend,
            parse_memory(arguments.memory),
        )

    def on(self, backend: str) -> Request:
        """The same request for another backend."""
        return replace(self, backend=backend)


def parse_memory(text: str | None) -> str | None:
    """A number of bytes, perhaps with a unit. Raises AG807 for anything else."""
    if text is not None and bytes_of(text) is None:
        raise refuse("AG807", value=text, option="--memory")
    return text


def parse_wrt(text: str | None) -> Wrt:
    """``w,b`` or ``0,2`` as ``wrt`` of the transforms; without a comma it is one bare gradient."""
    if text is None:
        return 0
    parts = tuple(_position_or_name(part.strip()) for part in text.split(",") if part.strip())
    return parts if "," in text or len(parts) != 1 else parts[0]


def _position_or_name(text: str) -> int | str:
    return int(text) if text.isdecimal() else text
