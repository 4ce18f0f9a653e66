"""Room for deep recursion of our own: a function of the user that is written out many levels deep is read so.

Frames of Python functions take no room on the machine's stack, so a higher limit is safe. It is put back
when the last reader is done.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

FRAMES = 12_000

_lock = threading.Lock()
_readers: list[int] = []


@contextmanager
def deep_stack() -> Iterator[None]:
    """Raise the recursion limit while the body runs."""
    with _lock:
        _readers.append(sys.getrecursionlimit())
        sys.setrecursionlimit(max(_readers[0], FRAMES))
    try:
        yield
    finally:
        with _lock:
            limit = _readers[0]
            _readers.pop()
            if not _readers:
                sys.setrecursionlimit(limit)
