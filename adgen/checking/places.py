"""The floating-point numbers among the arguments of a call: where they are, and calls with them moved."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adgen.records import dataclass
from adgen.runtime.replicas import own_generator
from adgen.runtime.trees import TreeSpec, flatten

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """One floating-point leaf: its argument, its number among that argument's leaves, its name.

    Complex numbers are two numbers each: their parts stand in one more dim.
    """

    argument: int
    leaf: int
    path: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))


def is_float(leaf: Any) -> bool:
    """Whether a leaf varies continuously."""
    if isinstance(leaf, np.ndarray | np.generic):
        return leaf.dtype.kind in "fc"
    return isinstance(leaf, float | complex)


class Call:
    """The arguments of one call, taken apart."""

    def __init__(self, fun: Callable[..., Any], arguments: Sequence[Any]) -> None:
        self.specs: list[TreeSpec] = []
        self.leaves: list[list[Any]] = []
        for argument in arguments:
            spec, leaves = flatten(argument)
            self.specs.append(spec)
            self.leaves.append(leaves)
        self.names = _parameter_names(fun, len(arguments))

    def float_positions(self) -> tuple[int, ...]:
        """The positions of the arguments with floats."""
        return tuple(i for i, leaves in enumerate(self.leaves) if any(map(is_float, leaves)))

    def places(self, positions: Sequence[int]) -> list[Place]:
        """The floating-point leaves of some arguments."""
        return [
            Place(i, k, path, _shape(self.leaves[i][k]))
            for i in positions
            for k, path in enumerate(self.specs[i].paths(self.names[i]))
            if is_float(self.leaves[i][k])
        ]

    def arguments(self) -> list[Any]:
        """Fresh arguments: nothing that a call does to them is seen by the next."""
        return [
            spec.unflatten([_fresh(v) for v in leaves])
            for spec, leaves in zip(self.specs, self.leaves, strict=True)
        ]

    def moved(self, moves: Sequence[tuple[Place, Any]], h: Any) -> list[Any]:
        """Fresh arguments, with ``h`` times a direction added at each of some places."""
        table = {(place.argument, place.leaf): direction for place, direction in moves}
        out = []
        for i, (spec, leaves) in enumerate(zip(self.specs, self.leaves, strict=True)):
            items = [_moved(leaf, table.get((i, k)), h) for k, leaf in enumerate(leaves)]
            out.append(spec.unflatten(items))
        return out

    def tangents(self, moves: Sequence[tuple[Place, Any]]) -> tuple[Any, ...]:
        """The direction as a tangent for every argument: zero where nothing moves."""
        table = {(place.argument, place.leaf): direction for place, direction in moves}
        out = []
        for i, (spec, leaves) in enumerate(zip(self.specs, self.leaves, strict=True)):
            items = [_tangent(leaf, table.get((i, k))) for k, leaf in enumerate(leaves)]
            out.append(spec.unflatten(items))
        return tuple(out)


def is_complex(leaf: Any) -> bool:
    """Whether a leaf has an imaginary part."""
    return isinstance(leaf, complex) or (isinstance(leaf, np.ndarray | np.generic) and leaf.dtype.kind == "c")


def _shape(leaf: Any) -> tuple[int, ...]:
    return (*np.shape(leaf), 2) if is_complex(leaf) else np.shape(leaf)


def _joined(leaf: Any, direction: Any) -> Any:
    """A direction in the numbers of a leaf: complex ones from their parts."""
    if not is_complex(leaf):
        return direction
    parts = np.asarray(direction)
    return parts[..., 0] + 1j * parts[..., 1]


def _fresh(leaf: Any) -> Any:
    if isinstance(leaf, np.random.Generator):
        return own_generator(leaf)
    return np.array(leaf) if isinstance(leaf, np.ndarray) else leaf


def _moved(leaf: Any, direction: Any, h: Any) -> Any:
    """A leaf moved; single precision is widened, so that differences of it mean something."""
    if direction is None:
        return _fresh(leaf)
    direction = _joined(leaf, direction)
    if isinstance(leaf, np.ndarray):
        return leaf.astype(np.complex128 if is_complex(leaf) else np.float64) + h * direction
    moved = leaf + h * (np.asarray(direction).item() if np.ndim(direction) == 0 else direction)
    return moved if isinstance(moved, complex) else float(moved)


def _tangent(leaf: Any, direction: Any) -> Any:
    if not is_float(leaf):
        return None
    if direction is not None:
        direction = _joined(leaf, direction)
    if isinstance(leaf, np.ndarray):
        return np.zeros_like(leaf) if direction is None else np.asarray(direction, leaf.dtype)
    return type(leaf)(0.0 if direction is None else direction)


def flat(result: Any) -> Vector:
    """All floating-point numbers of a result, in order, as one vector; complex ones are two numbers."""
    leaves = [_numbers(leaf) for leaf in flatten(result)[1] if is_float(leaf)]
    return np.concatenate(leaves) if leaves else np.zeros(0)


def _numbers(leaf: Any) -> Vector:
    array = np.ravel(np.asarray(leaf))
    if array.dtype.kind == "c":
        return array.astype(np.complex128).view(np.float64)
    return array.astype(np.float64)


def stepped(result: Any) -> Any:
    """The numbers of a result that a complex step gave; the imaginary parts are derivatives."""
    leaves = [np.ravel(np.asarray(leaf)) for leaf in flatten(result)[1] if is_float(leaf)]
    return np.concatenate(leaves) if leaves else np.zeros(0)


def has_complex(values: Any) -> bool:
    """Whether a structure has complex numbers."""
    return any(is_complex(leaf) for leaf in flatten(values)[1])


def random_like(result: Any, rng: np.random.Generator) -> Any:
    """A random cotangent in the structure of a result; None where it is not a float."""
    spec, leaves = flatten(result)
    return spec.unflatten([_draw(leaf, rng) for leaf in leaves])


def _draw(leaf: Any, rng: np.random.Generator) -> Any:
    if not is_float(leaf):
        return None
    drawn = rng.standard_normal(np.shape(leaf))
    if is_complex(leaf):
        drawn = drawn + 1j * rng.standard_normal(np.shape(leaf))
    return np.asarray(drawn, leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(drawn)


def _parameter_names(fun: Callable[..., Any], count: int) -> list[str]:
    try:
        names = list(inspect.signature(inspect.unwrap(fun)).parameters)
    except (TypeError, ValueError):
        names = []
    return [names[i] if i < len(names) else f"argument {i}" for i in range(count)]
