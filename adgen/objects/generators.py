"""Random generators, told apart without importing them: NumPy loads their package when it is first used."""

from __future__ import annotations

import sys
from typing import Any, TypeGuard

import numpy as np


def is_generator(value: Any) -> TypeGuard[np.random.Generator]:
    """Whether an object is a generator: there is none before the package is loaded."""
    return "numpy.random" in sys.modules and isinstance(value, np.random.Generator)
