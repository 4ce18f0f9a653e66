"""The dot-product identity <y_bar, J x_dot> = <J' y_bar, x_dot>: no step size, tight tolerance."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.oracle.finite import flatten, real_numbers


def float_leaves(tree: Any) -> list[np.ndarray]:
    """The floating-point leaves of a structure of arguments, tangents or gradients, in order."""
    if tree is None:
        return []
    if isinstance(tree, dict):
        return [leaf for key in tree for leaf in float_leaves(tree[key])]
    if isinstance(tree, (tuple, list)):
        return [leaf for part in tree for leaf in float_leaves(part)]
    array = np.asarray(tree)
    return [real_numbers(array)] if array.dtype.kind in "fc" else []


def inner(a: Any, b: Any) -> float:
    """The inner product of two structures."""
    return float(sum(np.dot(x, y) for x, y in zip(float_leaves(a), float_leaves(b), strict=True)))


def norm(a: Any) -> float:
    """The Euclidean norm of a structure."""
    return float(np.sqrt(sum(np.dot(x, x) for x in float_leaves(a))))


def defect(x_dot: Any, y_dot: Any, y_bar: Any, x_bar: Any, eps: float = 2.220446049250313e-16) -> float:
    """How far the identity is off, in units of its tolerance (at most 1 is right).

    The tolerance is 64 eps sqrt(n) times |y_bar| |J x_dot|, likewise with the other pair; the
    larger of the two is the scale at which the sums were rounded.
    """
    n = max(sum(leaf.size for leaf in float_leaves(x_dot)), flatten(y_dot).size, 1)
    gap = abs(inner(y_bar, y_dot) - inner(x_bar, x_dot))
    scale = max(norm(y_bar) * norm(y_dot), norm(x_bar) * norm(x_dot))
    if not np.isfinite(gap):
        return float("inf")
    return gap / (64.0 * eps * float(np.sqrt(n)) * scale + np.finfo(np.float64).tiny)
