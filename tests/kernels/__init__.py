"""Kernels of the known benchmark suites (PolyBench, NPBench), as a NumPy user writes them.

Each module holds functions of one kind, their arguments at any size, hand-written twins for PyTorch, and
`KERNELS`. `KERNELS` of all modules together are found by :func:`kernels`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

try:
    import torch
except ImportError:  # an optional peer: without it the kernels are checked by dual numbers
    torch: Any = None  # type: ignore[no-redef]

Maker = Callable[[np.random.Generator, int], tuple[Any, ...]]


@dataclass(frozen=True)
class Kernel:
    """A kernel: ``make(rng, n)`` gives its arguments, ``wrt`` are the positions that are differentiated.

    ``twin`` computes the same in PyTorch from copies of the arguments. ``size`` is a small n at which every
    loop runs. ``refused`` is the code by which compiled kernels refuse it, if they do.
    """

    fun: Callable[..., Any]
    make: Maker
    twin: Callable[..., Any]
    wrt: tuple[int, ...] = (0,)
    size: int = 5
    refused: str | None = None

    @property
    def name(self) -> str:
        """The function's name."""
        return self.fun.__name__

    def arguments(self, n: int | None = None, seed: int = 0) -> tuple[Any, ...]:
        """Fresh arguments."""
        return self.make(np.random.default_rng(seed), self.size if n is None else n)


def kernels() -> dict[str, Kernel]:
    """All kernels by name, in the order of the files."""
    files = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in files if _holds_kernels(name)]
    return {kernel.name: kernel for module in modules for kernel in module.KERNELS}


def _holds_kernels(name: str) -> bool:
    return name != "__init__" and not name.startswith("test_")
