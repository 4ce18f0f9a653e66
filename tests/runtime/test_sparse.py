"""Sparse Jacobians and Hessians: equal to the dense ones, with a pattern that holds, from few products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.colouring import colours, transposed


def stencil(u):
    """Half-width two, by slices."""
    v = np.zeros_like(u)
    v[2:-2] = -u[4:] + 16.0 * u[3:-1] - 30.0 * u[2:-2] + 16.0 * u[1:-3] - u[:-4]
    return v * np.cos(u)


def loop(x):
    """Element by element, with a branch that floats decide."""
    y = np.zeros(len(x))
    for i in range(1, len(x) - 1):
        if x[i] > 0.0:
            y[i] = x[i - 1] * x[i]
        else:
            y[i] = np.sin(x[i + 1])
    return y


def running(x):
    """Lower triangular."""
    total, y = 0.0, np.empty(len(x))
    for i in range(len(x)):
        total += x[i] ** 2
        y[i] = total
    return y


def blocks(x):
    """Rows of a matrix do not mix."""
    a = x.reshape(-1, 3)
    return np.sum(a**3, axis=1) * np.max(a, axis=1)


def gathered(x):
    """Places given by integers."""
    k = np.array([3, 0, 0, 2])
    return x[k] * x[k[::-1]]


def product(x):
    """Everything with everything."""
    return np.outer(x, x) @ x


def arrow(x):
    """One dense row."""
    y = x**2
    y[0] = np.sum(x * x)
    return y


def until(x):
    """As many rounds as floats ask for."""
    while np.sum(x * x) > 1.0:
        x = x * 0.5
    return x * x


def unknown_place(x):
    """An index that floats decide."""
    k = int(np.argmax(x))
    y = x.copy()
    y[k] = x[0] * x[k]
    return y


def scalar(x):
    return np.sum(x[::2] ** 3)


X = np.array([0.4, -0.3, 0.9, 1.2, -0.7, 0.5])
FUNCTIONS = [
    stencil,
    loop,
    running,
    blocks,
    gathered,
    product,
    arrow,
    until,
    unknown_place,
    scalar,
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", ["numpy", "auto"])
def test_as_the_dense_one(function: Callable[..., Any], backend: str) -> None:
    sparse = adgen.sparse_jacobian(function, backend=backend)
    for x in (X, -X):
        dense = np.atleast_2d(adgen.jacobian(function, backend="numpy")(x))
        found = sparse(x)
        np.testing.assert_allclose(found.toarray(), dense, rtol=1e-13, atol=1e-15)
        holds = sparse.pattern(x).toarray()
        assert not np.any((dense != 0) & ~holds)


@pytest.mark.parametrize(
    ("function", "expected"),
    [(stencil, 5), (loop, 3), (gathered, 2), (blocks, 1), (scalar, 1), (arrow, 2), (product, 8)],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_number_of_products(function: Callable[..., Any], expected: int) -> None:
    sparse = adgen.sparse_jacobian(function)
    for size in (9, 12, 30):
        if function is blocks:
            assert sparse.colours(np.ones(size)) <= 3
        elif function is product:
            assert sparse.colours(np.ones(size)) == size
        else:
            assert sparse.colours(np.ones(size)) <= expected


def test_a_band_takes_its_width_at_any_size() -> None:
    for size in (50, 400):
        for half in (1, 2, 3):
            rows = [np.arange(max(i - half, 0), min(i + half + 1, size)) for i in range(size)]
            assert colours(rows, size).max() + 1 == 2 * half + 1


def test_columns_of_one_colour_share_no_row() -> None:
    rng = np.random.default_rng(3)
    mask = rng.random((30, 40)) < 0.1
    rows = [np.flatnonzero(row) for row in mask]
    found = colours(rows, 40)
    for row in rows:
        assert len(set(found[row])) == len(row)
    assert [list(c) for c in transposed(rows, 40)] == [list(np.flatnonzero(c)) for c in mask.T]


# -- Hessians -------------------------------------------------------------------------------------------
def chain(x):
    """Rosenbrock's function in many dimensions."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def chain_by_loop(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def of_arrow(x):
    return np.sum(arrow(x) * x)


@pytest.mark.parametrize("function", [chain, chain_by_loop, of_arrow], ids=lambda f: f.__name__)
def test_hessian(function: Callable[..., Any]) -> None:
    sparse = adgen.sparse_hessian(function)
    np.testing.assert_allclose(sparse(X).toarray(), adgen.hessian(function)(X), rtol=1e-13, atol=1e-13)


def test_tridiagonal_hessian_takes_three_products() -> None:
    for function in (chain, chain_by_loop):
        assert adgen.sparse_hessian(function).colours(np.ones(40)) == 3


def test_other_argument_and_matrices() -> None:
    def function(a, u):
        return a * u[1:] * u[:-1] ** 2

    sparse = adgen.sparse_jacobian(function, wrt="u")
    found = sparse(2.0, X.reshape(3, 2))
    dense = adgen.jacobian(function, wrt="u")(2.0, X.reshape(3, 2)).reshape(4, 6)
    np.testing.assert_allclose(found.toarray(), dense)
    assert sparse.colours(2.0, X.reshape(3, 2)) == 2


def test_empty() -> None:
    assert adgen.sparse_jacobian(running)(np.ones(0)).shape == (0, 0)


def test_containers_are_refused() -> None:
    def several(x):
        return x, x * x

    with pytest.raises(adgen.UserError, match="AG324"):
        adgen.sparse_jacobian(several)(X)
    with pytest.raises(adgen.UserError, match="AG324"):
        adgen.sparse_jacobian(running, wrt=(0,))(X)
