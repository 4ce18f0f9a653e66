"""Objects on disk, found by content.

The key is a hash of the final LLVM text, options, versions and target, so an object never goes stale.
"""

from __future__ import annotations

import hashlib

from adgen.llvm_backend.compile import CompileOptions, Target, emit_object, versions
from adgen.objects import disk

#: Changes whenever objects of the same text must not be mixed.
FORMAT = "adgen object 2"


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
    directory = disk.cache_directory()
    if directory is None:
        return emit_object(text, target, options)
    path = directory / f"{key_of(text, target, options)}.o"
    code = disk.read(path)
    if code is None:
        code = emit_object(text, target, options)
        disk.write(path, code)
    return code
