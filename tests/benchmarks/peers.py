"""Other libraries on the same functions, where they are installed and take them as they stand.

NumPy is replaced by the library's own module in a copy of the function. What a library does not take (stores
into arrays, loops over tests) leaves its cell empty.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from tests.benchmarks.programs import Program

Call = Callable[[], Any]


def installed(name: str) -> ModuleType | None:
    """A library, or None where it cannot be imported."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def versions() -> list[str]:
    """The peers that are installed, with their versions."""
    found = ((name, installed(name)) for name in ("numba", "jax", "autograd"))
    return [f"{name} {getattr(module, '__version__', '')}".strip() for name, module in found if module]


def _with(fun: Any, library: ModuleType) -> Any:
    """The function over another library's arrays, its helpers too."""
    names = {
        name: library if value is np else value
        for name, value in fun.__globals__.items()
        if not name.startswith("__")
    }
    copy = FunctionType(fun.__code__, names, fun.__name__, fun.__defaults__, fun.__closure__)
    for name, value in names.items():
        if isinstance(value, FunctionType) and value is not fun and value.__module__ == fun.__module__:
            names[name] = FunctionType(value.__code__, names, name, value.__defaults__, value.__closure__)
    return copy


def primal_by_numba(program: Program, args: tuple[Any, ...]) -> Call | None:
    """The plain function compiled by Numba."""
    numba = installed("numba")
    if numba is None:
        return None
    compiled = numba.njit(program.fun)
    return _tried(lambda: compiled(*args))


def gradient_by_jax(program: Program, args: tuple[Any, ...]) -> Call | None:
    """Value and gradient by JAX, compiled; integers are static."""
    jax = installed("jax")
    if jax is None:
        return None
    jax.config.update("jax_enable_x64", True)
    static = tuple(k for k, value in enumerate(args) if isinstance(value, int))
    function = jax.value_and_grad(_with(program.fun, importlib.import_module("jax.numpy")), program.wrt)
    compiled = jax.jit(function, static_argnums=static)
    given = [v if k in static else jax.numpy.asarray(v) for k, v in enumerate(args)]
    return _tried(lambda: jax.block_until_ready(compiled(*given)))


def gradient_by_autograd(program: Program, args: tuple[Any, ...]) -> Call | None:
    """Value and gradient by HIPS autograd."""
    autograd = installed("autograd")
    if autograd is None:
        return None
    function = autograd.value_and_grad(
        _with(program.fun, importlib.import_module("autograd.numpy")), program.wrt
    )
    return _tried(lambda: function(*args))


def _tried(call: Call) -> Call | None:
    """A call that works, or None: what a library raises for what it does not take is of many kinds."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except Exception:
        return None
    return call
