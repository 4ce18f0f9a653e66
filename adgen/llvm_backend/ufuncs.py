"""Inner loops of ufunc objects, found through NumPy's public C structure ``PyUFuncObject``."""

from __future__ import annotations

import ctypes
import importlib
from functools import cache
from typing import Any

import numpy as np


class _UfuncObject(ctypes.Structure):
    """The head of ``PyUFuncObject`` (numpy/ufuncobject.h)."""

    _fields_ = (
        ("ob_refcnt", ctypes.c_ssize_t),
        ("ob_type", ctypes.c_void_p),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
    )


def loop_address(name: str) -> int:
    """The inner loop called `scipy.special.j0:d->d`. Raises LookupError where there is none."""
    head, position = _find(name)
    return head.functions[position] or 0


def data_address(name: str) -> int:
    """What the inner loop called `scipy.special.j0:d->d` gets as its last argument (may be null)."""
    head, position = _find(name)
    return (head.data[position] or 0) if head.data else 0


@cache
def _find(name: str) -> tuple[Any, int]:
    path, _, types = name.partition(":")
    ufunc = _ufunc(path)
    if types not in ufunc.types:
        raise LookupError(f"{path} has no loop {types}")
    return _UfuncObject.from_address(id(ufunc)), ufunc.types.index(types)


@cache
def _ufunc(path: str) -> Any:
    """The ufunc object; kept for ever, so that its loops stay where they are."""
    module, _, attribute = path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise LookupError(path) from error
    if not isinstance(found, np.ufunc):
        raise LookupError(f"{path} is not a ufunc")
    return found
