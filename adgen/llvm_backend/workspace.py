"""The memory a kernel works in, kept from call to call.

It starts with the header: two cells (address, bytes) for every piece of heap memory the kernel holds on to,
such as growable tapes, then the arena. A new workspace has a header of zeros; the kernel fills it, and the
owner gives the heap memory back with the workspace.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.llvm_backend import externals

ALIGNMENT = 64
CELLS = 2


class Workspace:
    """An aligned block of bytes with a header of `pieces` heap pieces."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self._block: np.ndarray[Any, Any] = np.zeros(ALIGNMENT, np.uint8)
        self._size = 0
        self._header: np.ndarray[Any, Any] = np.zeros(0, np.int64)

    def at_least(self, size: int) -> int:
        """The address of a block of at least `size` bytes; the header always fits and survives growth."""
        size = max(size, ALIGNMENT, 8 * CELLS * self.pieces)
        if size > self._size:
            old = self._header
            self._block = np.empty(size + ALIGNMENT, np.uint8)
            self._size = size
            first = self.address - self._block.ctypes.data
            self._header = self._block[first : first + 8 * CELLS * self.pieces].view(np.int64)
            self._header[:] = old if old.size else 0
        return self.address

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._size

    @property
    def address(self) -> int:
        """The first aligned byte."""
        return int(-(-self._block.ctypes.data // ALIGNMENT) * ALIGNMENT)

    def __del__(self, finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        if finalizing():
            return  # the process ends, and the functions used below may be gone
        for address in self._header[::CELLS]:
            if address:
                _free(int(address))


def _free(address: int) -> None:
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(externals.address("c.free"))(address)


def taken(address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """A copy of an array that a kernel allocated for its caller, which is freed."""
    result = np.empty(shape, dtype)
    ctypes.memmove(result.ctypes.data, address, result.nbytes)
    _free(address)
    return result
