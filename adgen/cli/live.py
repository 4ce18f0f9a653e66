"""The target as a live function: its module is imported, which runs it."""

from __future__ import annotations

import importlib.util
import inspect
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from adgen.cli.target import Target
from adgen.diagnostics import refuse
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """A function with the arguments of one call."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]


def import_function(target: Target) -> Callable[..., Any]:
    """Import the file as Python imports a script's neighbours, and take the function out of it."""
    return _function(_import_file(target.path), target)


def example_call(target: Target, example: str) -> Call:
    """The function, and the arguments that ``example`` evaluates to in its module."""
    module = _import_file(target.path)
    function = _function(module, target)
    scope = {"np": np, "math": math, **vars(module)}
    try:
        positional, named = eval(f"(lambda *a, **k: (a, k))({example}\n)", scope)
    except Exception as error:
        raise refuse("AG808", example=example, error=_describe(error)) from error
    return Call(function, _in_order(function, target.name, positional, named))


def _function(module: ModuleType, target: Target) -> Callable[..., Any]:
    function = getattr(module, target.name, None)
    if not callable(function):
        raise refuse("AG802", path=target.path, name=target.name)
    found: Callable[..., Any] = function
    return found


def _in_order(
    function: Callable[..., Any], name: str, positional: tuple[Any, ...], named: dict[str, Any]
) -> tuple[Any, ...]:
    if not named:
        return positional
    try:
        bound = inspect.signature(inspect.unwrap(function)).bind(*positional, **named)
    except TypeError as error:
        raise refuse("AG265", name=name, reason=str(error)) from None
    bound.apply_defaults()
    return tuple(bound.arguments.values())


def _import_file(path: Path) -> ModuleType:
    name = _free_name(path.stem)
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None or not path.is_file():
        raise refuse("AG801", path=path, reason="not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise refuse("AG809", path=path, error=_describe(error)) from error
    finally:
        sys.path.pop(0)
    return module


def _free_name(stem: str) -> str:
    """The name of the module: its file's, unless a module of that name (``random``, say) is loaded."""
    names = (stem, *(f"{stem}_{k}" for k in range(1, len(sys.modules) + 2)))
    return next(name for name in names if name not in sys.modules)


def _describe(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
