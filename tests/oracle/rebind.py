"""Run a user's function in a copied namespace: NumPy, math and a few builtins are exchanged.

The code object is the user's own; only the dictionary of globals (and the cells of closures) are
replaced. Helpers of the user are rebound in turn. The oracles say what stands in for what.
"""

from __future__ import annotations

import math
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.oracle.drawn import Drawn

_FOREIGN = set(sys.stdlib_module_names) | {"numpy", "scipy", "adgen", "pytest", "hypothesis"}


def _is_user_function(value: Any) -> bool:
    home = getattr(value, "__module__", None) or ""
    foreign = home.split(".")[0] in _FOREIGN and not home.startswith("adgen.frontend.written")
    return isinstance(value, types.FunctionType) and not foreign


class Rebinder:
    """Copies functions with exchanged globals; one instance for one run."""

    def __init__(
        self,
        modules: Mapping[str, Any],
        builtins: Mapping[str, Any],
        member: Callable[[Any], Any],
        lift: Callable[[Any], Any],
    ) -> None:
        self._modules = modules
        self._builtins = builtins
        self._member = member
        self._lift = lift
        self._namespaces: dict[int, dict[str, Any]] = {}
        self._functions: dict[int, types.FunctionType] = {}

    def function(self, fun: Any) -> Any:
        """The twin of a user's function."""
        while not isinstance(fun, types.FunctionType) and hasattr(fun, "__wrapped__"):
            fun = fun.__wrapped__
        if id(fun) in self._functions:
            return self._functions[id(fun)]
        cells = tuple(types.CellType() for _ in fun.__closure__ or ())
        defaults = tuple(self._value(v) for v in fun.__defaults__ or ())
        twin = types.FunctionType(
            fun.__code__, self._namespace(fun.__globals__), fun.__name__, defaults or None, cells or None
        )
        self._functions[id(fun)] = twin
        if fun.__kwdefaults__:
            twin.__kwdefaults__ = {k: self._value(v) for k, v in fun.__kwdefaults__.items()}
        for new, old in zip(cells, fun.__closure__ or (), strict=True):
            new.cell_contents = self._value(old.cell_contents)
        return twin

    def _namespace(self, original: dict[str, Any]) -> dict[str, Any]:
        if id(original) not in self._namespaces:
            copy: dict[str, Any] = dict(self._builtins)
            self._namespaces[id(original)] = copy
            for name, value in original.items():
                copy[name] = value if name.startswith("__") else self._value(value)
        return self._namespaces[id(original)]

    def _value(self, value: Any) -> Any:
        if isinstance(value, types.ModuleType):
            return self._modules.get(value.__name__, value)
        if _is_user_function(value) or _is_user_function(getattr(value, "__wrapped__", None)):
            return self.function(value)
        if isinstance(value, np.random.Generator):
            return Drawn(value, self._lift)
        if isinstance(value, np.ndarray):
            return self._lift(value)
        if type(value) in (list, tuple):
            return type(value)(self._value(v) for v in value)
        if callable(value):
            return self._member(value)
        return value


class ModuleShim:
    """Stands for a module; every member goes through `member`."""

    def __init__(self, module: Any, member: Callable[[Any], Any]) -> None:
        self._module = module
        self._member = member

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        if isinstance(value, types.ModuleType):
            return ModuleShim(value, self._member)
        return self._member(value) if callable(value) else value


def is_math(value: Any) -> bool:
    """Is this a function of the math module?"""
    return getattr(value, "__module__", None) == "math" and getattr(math, value.__name__, None) is value


class Scalar:
    """Stands for a NumPy scalar type: a cast when called, a dtype elsewhere."""

    def __init__(self, kind: Any, cast: Callable[[Any, Any], Any]) -> None:
        self.dtype = np.dtype(kind)
        self._kind = kind
        self._cast = cast

    def __call__(self, value: Any = 0) -> Any:
        return self._cast(self._kind, value)
