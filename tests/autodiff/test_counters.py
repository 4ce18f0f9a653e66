"""Rounds of loops that are left early are counted: what follows from the count alone takes no tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.autodiff.reverse import joint
from adgen.ir.core import For, If, Node, Op, Region, regions_of
from tests.frontend import harness
from tests.oracle import dual_run


def left_early(x, limit):
    """A loop variable, a predicate and a read by it."""
    total = 0.0
    for i in range(len(x)):
        if x[i] > limit:
            break
        total += np.sin(x[i])
    return total


def by_threes(x, limit):
    """A stride, a start."""
    total = 0.0
    for i in range(1, len(x), 3):
        if x[i] > limit:
            break
        total += x[i] * x[i - 1]
    return total


def downwards(x, limit):
    """A loop that counts down."""
    total = 0.0
    i = len(x) - 1
    while i >= 0 and x[i] > -limit:
        total += x[i] ** 2
        i -= 1
    return total


def inner(x, limit):
    """A start that changes from round to round of the loop around."""
    total = 0.0
    for i in range(len(x)):
        for j in range(i, len(x)):
            if x[j] > limit:
                break
            total += x[i] * x[j]
    return total


def two_counters(x, limit):
    """Two at once, one of them by a step given outside."""
    total, j, step = 0.0, 0, 2 if limit > 0 else 1
    for i in range(len(x)):
        if j >= len(x) or x[i] > limit:
            break
        total += x[i] * x[j]
        j = step + j
    return total


# -- no counters ----------------------------------------------------------------------------------------
def skips(x, limit):
    """A step that depends on the round."""
    total, i = 0.0, 0
    while i < len(x) and total < limit:
        total += np.exp(x[i])
        i += 1 if x[i] > 0 else 2
    return total


def only_sometimes(x, limit):
    """A count of some rounds."""
    total, i, k = 0.0, 0, 0
    while i < len(x) and total < limit:
        if x[i] > 0:
            k += 1
        total += np.exp(x[k])
        i += 1
    return total


COUNTED = (left_early, by_threes, downwards, two_counters)
OTHERS = (inner, skips, only_sometimes)
X = np.array([0.3, -0.7, 1.1, 0.2, -1.4, 0.9, 0.4, 2.5])


@pytest.mark.parametrize("function", COUNTED + OTHERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_gradient(function: Callable[..., Any], backend: str) -> None:
    for limit in (0.5, 2.0, 3.0):
        found = adgen.grad(function, backend=backend)(X.copy(), limit)
        np.testing.assert_allclose(
            found, dual_run.gradient(function, (X.copy(), limit), 0), rtol=1e-12, atol=1e-13
        )


def _growing(function: Callable[..., Any]) -> bool:
    transform = adgen.grad(function, backend="numpy")
    transform(X.copy(), 9.0)
    return "push" in transform.ir


@pytest.mark.parametrize("function", COUNTED, ids=lambda f: f.__name__)
def test_nothing_is_kept(function: Callable[..., Any]) -> None:
    assert not _growing(function)


@pytest.mark.parametrize("function", [skips, only_sometimes], ids=lambda f: f.__name__)
def test_what_is_no_counter_is_kept(function: Callable[..., Any]) -> None:
    assert _growing(function)


def _nodes(region: Region) -> list[Node]:
    return [n for node in region.nodes for n in (node, *(m for r in regions_of(node) for m in _nodes(r)))]


def test_contributions_stand_in_their_branch() -> None:
    """What one side of a branch contributes is added there; the other side adds no zeros."""
    func = harness.lowered(left_early, X, 2.0).func
    reversed_ = [n for n in _nodes(joint(func, (0,)).body) if isinstance(n, For)][-1]
    top = [n for n in reversed_.body.nodes if isinstance(n, Op) and n.prim.name == "add_at"]
    (branch,) = [n for n in reversed_.body.nodes if isinstance(n, If)]
    assert not top
    sides = [
        [n for n in r.nodes if isinstance(n, Op) and n.prim.name == "add_at"] for r in regions_of(branch)
    ]
    assert sorted(map(len, sides)) == [0, 1]
