"""Reading targets and writing outputs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from adgen.diagnostics import refuse


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``path`` so that nobody ever sees half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        scratch = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            scratch.chmod(0o666 & ~_umask())
            scratch.replace(path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise refuse("AG805", path=path, reason=error.strerror or str(error)) from None


def read_source(path: Path) -> str:
    """The text of a source file, decoded as Python decodes it."""
    import tokenize

    try:
        with tokenize.open(path) as file:
            return file.read()
    except OSError as error:
        raise refuse("AG801", path=path, reason=error.strerror or str(error)) from None
    except (SyntaxError, UnicodeDecodeError) as error:
        raise refuse("AG801", path=path, reason=str(error)) from None


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
