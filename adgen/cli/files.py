"""Writing outputs."""

from __future__ import annotations

from pathlib import Path

from adgen.diagnostics import refuse


def write_output(path: Path, text: str) -> None:
    """Write ``path`` so that nobody ever sees half of it. Raises AG805 where that fails."""
    from adgen.runtime.surface import write_atomically

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
    except OSError as error:
        raise refuse("AG805", path=path, reason=error.strerror or str(error)) from None
