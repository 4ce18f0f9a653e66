"""Draws that a kernel asks Python for, and the generators that a running kernel may name by address.

A kernel knows a generator as the address of its bit generator. While it runs, the generators themselves are
found here by that address, those that the program makes itself too.
"""

from __future__ import annotations

import ctypes
import json
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import numpy as np

from adgen.ir.types import DType

_CELL = np.dtype(np.int64)
_REENTRANT = type(threading.RLock())
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64, *[ctypes.c_void_p] * 3)


class _Running(threading.local):
    """The generators of the kernel that runs on this thread, and what a draw of it raised."""

    def __init__(self) -> None:
        self.table: dict[int, np.random.Generator] = {}
        self.error: Exception | None = None


_RUNNING = _Running()


def address_of(generator: np.random.Generator) -> int:
    """What a kernel knows a generator by."""
    return int(generator.bit_generator.ctypes.bit_generator.value)


@contextmanager
def running(generators: Sequence[np.random.Generator]) -> Iterator[None]:
    """The generators of a kernel while it runs, their locks held as NumPy does for its own draws."""
    outer, _RUNNING.table = _RUNNING.table, {address_of(g): g for g in generators}
    _RUNNING.error = None
    locks = {id(g.bit_generator): g.bit_generator.lock for g in generators}
    try:
        with ExitStack() as stack:
            for key in sorted(locks):
                stack.enter_context(locks[key])
            yield
    finally:
        _RUNNING.table = outer


def raised() -> Exception | None:
    """What the last draw that failed on this thread raised."""
    return _RUNNING.error


@cache
def callback(spec: str) -> Any:
    """The function a kernel calls: generator, addresses of the parameters, sizes, address of the result."""
    draw = _Draw(json.loads(spec))

    def call(generator: int, parameters: int, sizes: int, out: int) -> int:
        try:
            draw(generator, parameters, sizes, out)
        except Exception as error:
            _RUNNING.error = error
            return 1
        return 0

    return _CALLBACK(call)


class _Draw:
    """One kind of draw: its method, the types of its parameters, its options."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.name: str = spec["name"]
        self.dtype = DType(spec["dtype"]).numpy
        self.rank: int = spec["rank"]
        self.lead: int | None = spec["lead"]
        self.parameters = [(DType(dtype).numpy, rank, keyword) for dtype, rank, keyword in spec["parameters"]]
        self.options = dict(spec["options"])
        if "dtype" in self.options:
            self.options["dtype"] = DType(self.options["dtype"]).numpy

    def __call__(self, generator: int, parameters: int, sizes: int, out: int) -> None:
        """Draw, and put what was drawn to its place."""
        count = self.rank + sum(rank for _, rank, _ in self.parameters)
        cells = iter(_view(sizes, _CELL, (count,)))
        shape = tuple(int(next(cells)) for _ in range(self.rank))
        places = _view(parameters, _CELL, (len(self.parameters),))
        positional, named = [], dict(self.options)
        for (dtype, rank, keyword), place in zip(self.parameters, places, strict=True):
            value = _view(int(place), dtype, tuple(int(next(cells)) for _ in range(rank)))
            given = value.copy() if rank else value.item()
            if keyword:
                named[keyword] = given
            else:
                positional.append(given)
        if self.lead is not None:
            named["size"] = shape[: self.lead]
        _view(out, self.dtype, shape)[...] = self._drawn(generator, positional, named)

    def _drawn(self, generator: int, positional: list[Any], named: dict[str, Any]) -> Any:
        if self.name == "default_rng":
            made = np.random.default_rng(*positional)
            _RUNNING.table[address_of(made)] = made
            return address_of(made)
        found = _RUNNING.table[generator]
        return _unlocked(found, lambda: getattr(found, self.name)(*positional, **named))


def _unlocked(generator: np.random.Generator, draw: Callable[[], Any]) -> Any:
    """A draw of NumPy's own, which takes the lock itself (not twice, where the lock is a plain one)."""
    lock: Any = generator.bit_generator.lock
    if isinstance(lock, _REENTRANT) or not lock.locked():
        return draw()
    lock.release()
    try:
        return draw()
    finally:
        lock.acquire()


def _view(address: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Memory of the kernel as an array."""
    count = math.prod(shape)
    if not count:
        return np.empty(shape, dtype)
    memory: Any = (ctypes.c_char * (count * dtype.itemsize)).from_address(address)
    found: np.ndarray[Any, Any] = np.frombuffer(memory, dtype)
    return found.reshape(shape)
