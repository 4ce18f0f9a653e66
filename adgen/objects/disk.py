"""Files that are kept between processes: written atomically, verified when read, private to the user.

A file is a header line with the digest of the rest, then the content. What is damaged, or could have been
written by somebody else, counts as not there. The directory has a limit, ADGEN_CACHE_SIZE: beyond it, what
was not used for longest is removed. Nothing is locked: a file stays until who reads it has closed it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from adgen.objects.quantities import bytes_of

_DIGEST_LENGTH = 64
_LIMIT = 2**30
_HOUR, _DAY = 3600.0, 86400.0


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
            status = os.fstat(file.fileno())
            private = _private(status)
            found = file.read()
    except OSError:
        return None
    digest, content = found[:_DIGEST_LENGTH], found[_DIGEST_LENGTH + 1 :]
    if private and content and hashlib.sha256(content).hexdigest().encode() == digest:
        if time.time() - status.st_mtime > _HOUR:
            _touch(path)
        return content
    remove(path)
    return None


def _touch(path: Path) -> None:
    """Note that a file was used: its time is that of its last use, give or take an hour."""
    with contextlib.suppress(OSError):
        os.utime(path)


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
    _wrote(path.name, len(content))


# -- the limit ------------------------------------------------------------------------------------------
_unseen = float("inf")
"""How many bytes this process wrote since it looked for the last time."""


def _wrote(name: str, size: int) -> None:
    """Look once in a while: at one file in sixteen (names are digests), when a 64th of the limit is new."""
    global _unseen
    _unseen += size
    if name.startswith("0") and _unseen >= limit() / 64:
        _unseen = 0.0
        sweep()


def limit() -> int:
    """The bytes that may be kept: ADGEN_CACHE_SIZE (`"200 MB"`), else a gibibyte."""
    return bytes_of(os.environ.get("ADGEN_CACHE_SIZE", "")) or _LIMIT


def sweep() -> None:
    """Remove what was not used for longest where there is too much, down to four fifths of the limit."""
    directory = cache_directory()
    if directory is None:
        return
    found = list(_files(directory))
    total, most = sum(size for _, size, _ in found), limit()
    if total <= most:
        return
    for _, size, name in sorted(found):
        if total <= 0.8 * most:
            break
        path = Path(name)
        remove(path)
        total -= size
        if path.parent != directory:
            with contextlib.suppress(OSError):
                path.parent.rmdir()


def _files(directory: Path) -> Iterator[tuple[float, int, str]]:
    """Last use, size and path of every file; what a process left unfinished long ago is removed."""
    for folder in (directory, *directory.glob("programs/*")):
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith((".o", ".entry", ".program", ".part")):
                    status = entry.stat(follow_symlinks=False)
                    if entry.name.endswith(".part") and time.time() - status.st_mtime > _DAY:
                        remove(Path(entry.path))
                    else:
                        yield status.st_mtime, status.st_size, entry.path
