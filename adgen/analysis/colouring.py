"""Colours for the columns of a sparse matrix: columns of one colour have no row in common.

Greedy, in the order of the columns or with the fullest first, whichever takes fewer colours (Curtis, Powell
and Reid 1974; Gebremedhin, Manne and Pothen 2005). A band matrix of half-width h takes 2 h + 1 colours at
any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

Indices = np.ndarray[Any, np.dtype[np.int64]]


def colours(rows: Sequence[Indices], count: int) -> Indices:
    """The number of each of ``count`` columns' colour, from 0; ``rows`` hold the columns of their elements.

    >>> colours([np.array([0, 1]), np.array([1, 2]), np.array([2, 3])], 4).tolist()
    [0, 1, 0, 1]
    """
    columns = transposed(rows, count)
    fullest = sorted(range(count), key=lambda j: -len(columns[j]))
    one, other = (_greedy(rows, columns, order) for order in (range(count), fullest))
    return one if one.max(initial=-1) <= other.max(initial=-1) else other


def transposed(rows: Sequence[Indices], count: int) -> list[Indices]:
    """For each column the rows that have an element there."""
    found: list[list[int]] = [[] for _ in range(count)]
    for i, row in enumerate(rows):
        for j in row:
            found[j].append(i)
    return [np.array(f, np.int64) for f in found]


def _greedy(rows: Sequence[Indices], columns: Sequence[Indices], order: Iterable[int]) -> Indices:
    found = np.full(len(columns), -1, np.int64)
    for column in order:
        near = [found[rows[i]] for i in columns[column]]
        taken = set(np.concatenate(near).tolist()) if near else set()
        colour = 0
        while colour in taken:
            colour += 1
        found[column] = colour
    return found
