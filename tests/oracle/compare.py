"""Comparing structures of numbers: same kinds, same shapes, close relative to their scale."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np


def leaves(tree: Any) -> list[Any]:
    """The leaves of nested tuples and lists, in order."""
    if isinstance(tree, (tuple, list)):
        return [leaf for part in tree for leaf in leaves(part)]
    return [tree]


def is_float(leaf: Any) -> bool:
    """Does the leaf vary continuously?"""
    return np.asarray(leaf).dtype.kind in "fc" if leaf is not None else False


def kind(leaf: Any) -> tuple[Any, ...]:
    """What must be the same for a value and its gradient: Python or NumPy, dtype, shape."""
    if isinstance(leaf, np.ndarray):
        return ("array", leaf.dtype, leaf.shape)
    if isinstance(leaf, np.generic):
        return ("scalar", leaf.dtype)
    return ("python", type(leaf))


def assert_same_kind(actual: Any, expected: Any, joined: bool = False) -> None:
    """Leaf by leaf: the same kind, dtype and shape.

    With `joined`, a Python float may come back as a NumPy scalar: where the paths of a program end in
    different kinds of number, its result has the joined kind on every path.
    """
    for left, right in zip(leaves(actual), leaves(expected), strict=True):
        if joined and isinstance(right, float) and isinstance(left, np.floating):
            continue
        assert kind(left) == kind(right), f"{kind(left)} instead of {kind(right)}"


def assert_close(actual: Any, expected: Any, rtol: float, what: str = "") -> None:
    """Leaf by leaf: equal up to `rtol` times the largest number of all leaves; nan only where expected."""
    a, e = leaves(actual), leaves(expected)
    assert len(a) == len(e), f"{what}: {len(a)} leaves instead of {len(e)}"
    finite = [np.abs(np.asarray(leaf)).astype(np.float64) for leaf in e if leaf is not None]
    scale = max((float(np.max(f, initial=0.0, where=np.isfinite(f))) for f in finite), default=0.0)
    for number, (left, right) in enumerate(zip(a, e, strict=True)):
        if right is None:
            continue
        np.testing.assert_allclose(
            np.asarray(left), np.asarray(right), rtol=rtol, atol=rtol * scale, err_msg=f"{what} leaf {number}"
        )


def random_like(tree: Any, rng: np.random.Generator) -> Any:
    """Random numbers in the structure of a tree; None where a leaf does not vary."""
    if isinstance(tree, (tuple, list)):
        return type(tree)(random_like(part, rng) for part in tree)
    if not is_float(tree):
        return None
    drawn = rng.standard_normal(np.shape(tree))
    if np.asarray(tree).dtype.kind == "c":
        drawn = drawn + 1j * rng.standard_normal(np.shape(tree))
    if isinstance(tree, np.ndarray):
        return np.asarray(drawn, tree.dtype)
    return type(tree)(drawn)


def copy_of(tree: Any) -> Any:
    """A copy that shares no memory."""
    if isinstance(tree, (tuple, list)):
        return type(tree)(copy_of(part) for part in tree)
    if isinstance(tree, np.random.Generator):
        return copy.deepcopy(tree)
    return np.array(tree) if isinstance(tree, np.ndarray) else tree
