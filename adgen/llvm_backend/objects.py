"""Objects on disk: found by content, written atomically, verified on load, private to the user.

An entry is one file `<key>.o`: a header line with the digest of the rest, then the object. The key is a hash
of the final LLVM text, options, versions and target, so an entry never goes stale. A damaged entry is
removed and compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path

from adgen.llvm_backend.compile import CompileOptions, Target, emit_object, versions

#: Changes whenever objects of the same text must not be mixed.
FORMAT = "adgen object 1"
DIGEST_LENGTH = 64


def cache_directory() -> Path | None:
    """Where objects are kept: ADGEN_CACHE_DIR, else the user's cache; None where it is switched off."""
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


def key_of(text: str, target: Target, options: CompileOptions) -> str:
    """The name of an object by what it is made from."""
    parts = (FORMAT, versions(), target.triple, target.cpu, target.features, repr(options), text)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(str(len(part)).encode() + b":" + part.encode())
    return digest.hexdigest()


def object_for(text: str, target: Target | None = None, options: CompileOptions | None = None) -> bytes:
    """The object of a module's text, from the cache where it is there and sound, else compiled and kept."""
    target, options = target or Target.host(), options or CompileOptions()
    directory = cache_directory()
    if directory is None:
        return emit_object(text, target, options)
    path = directory / f"{key_of(text, target, options)}.o"
    code = _load(path)
    if code is None:
        code = emit_object(text, target, options)
        _store(path, code)
    return code


def _load(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, code = content[:DIGEST_LENGTH], content[DIGEST_LENGTH + 1 :]
    if code and hashlib.sha256(code).hexdigest().encode() == digest and _private(path):
        return code
    with contextlib.suppress(OSError):
        path.unlink()
    return None


def _private(path: Path) -> bool:
    """Whether only this user can have written the file."""
    if sys.platform == "win32":
        return True
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _store(path: Path, code: bytes) -> None:
    """Write under a temporary name, then rename; a cache that cannot be written is not an error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem[:16], suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(code).hexdigest().encode() + b"\n" + code)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
