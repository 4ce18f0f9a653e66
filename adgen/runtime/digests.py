"""Digests of code: two functions of equal digest are the same program, whichever objects they are.

A function made again by the same line (a lambda in a loop, a decorated function of a cell that was run twice
unchanged) finds what was compiled for the first one.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any


def function_digest(function: FunctionType) -> str:
    """The digest of a function's code with its positions, and of the kinds of its defaults."""
    code = function.__code__
    defaults = [*(function.__defaults__ or ()), *sorted((function.__kwdefaults__ or {}).items())]
    kinds = ",".join(type(value).__qualname__ for value in defaults)
    return f"{code_digest(code, code.co_filename)}:{kinds}"


@lru_cache(maxsize=4096)
def code_digest(code: CodeType, file: str) -> str:
    """The digest of a code object of ``file`` (which is not part of a code object's equality)."""
    found = hashlib.sha256(file.encode())
    _feed(found, code)
    return found.hexdigest()


def _feed(found: Any, code: CodeType) -> None:
    parts = (
        code.co_qualname,
        code.co_firstlineno,
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_flags,
        code.co_code,
        code.co_linetable,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
    )
    found.update(repr(parts).encode())
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _feed(found, constant)
        else:
            found.update(f"{type(constant).__name__}:{constant!r};".encode())
