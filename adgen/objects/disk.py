"""Files that are kept between processes: written atomically, verified when read, private to the user.

A file is a header line with the digest of the rest, then the content. What is damaged, or could have been
written by somebody else, counts as not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

_DIGEST_LENGTH = 64


def cache_directory() -> Path | None:
    """Where files are kept: ADGEN_CACHE_DIR, else the user's cache; None where it is switched off."""
    override = os.environ.get("ADGEN_CACHE_DIR")
    if override is not None:
        return Path(override) if override else None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "adgen"


def read(path: Path) -> bytes | None:
    """The content of a file; None where there is none to be trusted, which is then removed."""
    try:
        with path.open("rb") as file:
            private = _private(os.fstat(file.fileno()))
            found = file.read()
    except OSError:
        return None
    digest, content = found[:_DIGEST_LENGTH], found[_DIGEST_LENGTH + 1 :]
    if private and content and hashlib.sha256(content).hexdigest().encode() == digest:
        return content
    remove(path)
    return None


def _private(status: os.stat_result) -> bool:
    """Whether only this user can have written a file."""
    if sys.platform == "win32":
        return True
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


def remove(path: Path) -> None:
    """Remove a file, if there is one that can be removed."""
    with contextlib.suppress(OSError):
        path.unlink()


def write(path: Path, content: bytes) -> None:
    """Write under a temporary name, then rename; a file that cannot be written is not an error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem[:16], suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
            Path(name).replace(path)
        except BaseException:
            remove(Path(name))
            raise
