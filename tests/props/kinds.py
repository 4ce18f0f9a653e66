"""The kinds of random programs: how one is written for a seed, and what it is called with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.props import alias_programs, matrix_programs, state_programs, vector_programs


@dataclass(frozen=True)
class Kind:
    """A kind of program: `text` and `arguments` of a seed, and the positions differentiated."""

    name: str
    text: Callable[[int], str]
    arguments: Callable[[int], tuple[Any, ...]]
    wrt: tuple[int, ...]
    signature: str


def _state_arguments(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 5)), int(rng.integers(2, 4))
    dtype = np.float32 if seed % 6 == 5 else np.float64
    arrays = [rng.standard_normal(shape).astype(dtype) for shape in ((n, m), (n,), (n,))]
    return (*arrays, 0.7, rng.integers(-n, n, n), int(rng.integers(0, 4)))


def _vector_arguments(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    n = 3 + seed % 3
    return rng.standard_normal(n), rng.standard_normal(n), 0.7


def _matrix_arguments(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    matrix, left, right = rng.standard_normal((3, 4)), rng.standard_normal(3), rng.standard_normal(4)
    return matrix, left, right, 0.7, np.array([2, 0, 2]), seed % 4


def _alias_arguments(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal(4), rng.standard_normal(4), seed % 4


KINDS = {
    kind.name: kind
    for kind in (
        Kind("state", state_programs.program_text, _state_arguments, (0, 1, 2, 3),
             "f64[n,m], f64[n], f64[n], f64, i64[n], i64"),
        Kind("vector", lambda seed: vector_programs.program_text(seed, views=True), _vector_arguments,
             (0, 1, 2), "f64[n], f64[n], f64"),
        Kind("matrix", matrix_programs.program_text, _matrix_arguments, (0, 1, 2, 3),
             "f64[n,m], f64[n], f64[m], f64, i64[n], i64"),
        Kind("alias", alias_programs.program_text, _alias_arguments, (0, 1), "f64[4], f64[4], i64"),
    )
}  # fmt: skip
"""The kinds by name; most programs of a campaign are of the first."""


def drawn(seed: int) -> Kind:
    """The kind of program number `seed` of a campaign."""
    return list(KINDS.values())[(0, 0, 0, 0, 0, 1, 2, 3)[seed % 8]]
