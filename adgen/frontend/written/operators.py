"""Linear operators of SciPy: the matrix that one is, found by applying it to the columns of the identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def linear_operator(
    shape: Any, matvec: Any, rmatvec: Any = None, matmat: Any = None, dtype: Any = None, rmatmat: Any = None
) -> Any:
    """The matrix whose product with a vector is computed by a function; it is made column by column."""
    return np.apply_along_axis(lambda column: np.ravel(matvec(column)), 0, np.eye(shape[1]))


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.sparse.linalg.LinearOperator": linear_operator,
}
