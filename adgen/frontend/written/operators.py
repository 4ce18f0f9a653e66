"""Linear operators of SciPy: functions that multiply by a matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class Operator:
    """A matrix that is known by its products only."""

    def __init__(self, shape: Any, times: Any, transposed_times: Any, dtype: Any) -> None:
        self.shape = shape
        self.dtype = dtype
        self.times = times
        self.transposed_times = transposed_times

    def matvec(self, x: Any) -> Any:
        """The product with a vector, or with a matrix of one column."""
        found = np.ravel(self.times(x))
        return found if np.ndim(x) == 1 else found.reshape(-1, 1)

    def rmatvec(self, x: Any) -> Any:
        """The product of the transposed matrix with a vector."""
        return np.ravel(self.transposed_times(x))

    def matmat(self, x: Any) -> Any:
        """The product with a matrix."""
        return np.apply_along_axis(self.matvec, 0, x)

    def dot(self, x: Any) -> Any:
        """The product with a vector or a matrix."""
        return self.matvec(x) if np.ndim(x) == 1 else self.matmat(x)

    def __matmul__(self, x: Any) -> Any:
        return self.dot(x)

    def __mul__(self, x: Any) -> Any:
        return self.dot(x)

    def __call__(self, x: Any) -> Any:
        return self.dot(x)


def linear_operator(
    shape: Any, matvec: Any, rmatvec: Any = None, matmat: Any = None, dtype: Any = None, rmatmat: Any = None
) -> Any:
    """The matrix whose product with a vector is computed by a function; no solver forms it."""
    return Operator(shape, matvec, rmatvec, dtype)


def in_full(times: Any, size: Any) -> Any:
    """The matrix, column by column."""
    return np.apply_along_axis(lambda column: np.ravel(times(column)), 0, np.eye(size))


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.sparse.linalg.LinearOperator": linear_operator,
}
