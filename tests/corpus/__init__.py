"""Programs of the accepted language, one plain user module each.

A module holds a function, a seeded factory of its arguments and `CASE`:

    fun         the name of the function
    args        rng -> arguments, away from kinks
    more        further factories: other branches, size one, loops that do not run
    signature   for ahead-of-time work
    wrt         positions that are differentiated
    tags        live: needs values of the module (no ahead-of-time build); f32: single precision;
                static: an argument's value has
                to be known; mutates: arguments change; vector: the result is not one number;
                complex: complex numbers, which the complex step cannot follow;
                host: kernels refuse it, and say so; at-kink: only exact oracles hold there
    second      "loose" where the second derivative is only good to the program's own tolerance
    kinks       pairs of arguments and the exact gradients there (the conventions)
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Program:
    """One program of the corpus."""

    name: str
    module: ModuleType
    fun: Callable[..., Any]
    signature: str
    wrt: tuple[int, ...]
    tags: tuple[str, ...]
    factories: tuple[Callable[[np.random.Generator], tuple[Any, ...]], ...]
    kinks: tuple[tuple[tuple[Any, ...], tuple[Any, ...]], ...]
    second: str

    @property
    def path(self) -> Path:
        """The file of the program."""
        return FOLDER / f"{self.name}.py"

    def arguments(self, which: int = 0, seed: int = 0) -> tuple[Any, ...]:
        """Fresh arguments."""
        return self.factories[which](np.random.default_rng(seed))

    @property
    def eps(self) -> float:
        """The unit roundoff of the program's precision."""
        return float(np.finfo(np.float32 if "f32" in self.tags else np.float64).eps)


def load(name: str) -> Program:
    """The program in file `name`.py."""
    module = importlib.import_module(f"tests.corpus.{name}")
    case = module.CASE
    return Program(
        name=name,
        module=module,
        fun=getattr(module, case["fun"]),
        signature=case["signature"],
        wrt=case["wrt"],
        tags=case.get("tags", ()),
        factories=(case["args"], *case.get("more", ())),
        kinks=case.get("kinks", ()),
        second=case.get("second", "exact"),
    )


def names() -> list[str]:
    """All programs, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
