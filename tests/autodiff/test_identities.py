"""Derivatives of products and determinants that textbooks give in closed form, on both backends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg

import adgen

RNG = np.random.default_rng(7)
N = 4
X, A, B = (RNG.standard_normal((N, N)) + 3.0 * np.eye(N) for _ in range(3))
V, C = RNG.standard_normal(N), RNG.standard_normal(N)


def linear_form(x: Any, c: Any) -> Any:
    return c @ x


def quadratic_form(x: Any, a: Any) -> Any:
    return x @ a @ x


def squared_length(x: Any) -> Any:
    return np.linalg.norm(x) ** 2


def trace_of_product(x: Any, a: Any) -> Any:
    return np.trace(a @ x)


def trace_of_turned(x: Any, a: Any) -> Any:
    return np.trace(x.T @ a)


def trace_between(x: Any, a: Any, b: Any) -> Any:
    return np.trace(a @ x @ b)


def trace_of_square(x: Any, a: Any) -> Any:
    return np.trace(x.T @ a @ x)


def volume(x: Any) -> Any:
    return np.linalg.slogdet(x)[1]


def determinant(x: Any) -> Any:
    return np.linalg.det(x)


def trace_of_inverse(x: Any, a: Any) -> Any:
    return np.trace(np.linalg.inv(x) @ a)


def trace_of_exponential(x: Any) -> Any:
    return np.trace(scipy.linalg.expm(0.3 * x))


def nuclear_norm(x: Any) -> Any:
    return np.linalg.norm(x, "nuc")


def sum_of_eigenvalues(x: Any) -> Any:
    return np.sum(np.linalg.eigvalsh(x + x.T))


def trace_of_root(x: Any) -> Any:
    return np.trace(scipy.linalg.sqrtm(x @ x.T))


def _polar(x: np.ndarray) -> np.ndarray:
    u, _, vh = np.linalg.svd(x)
    return u @ vh


INVERSE = np.linalg.inv(X)
IDENTITIES: list[tuple[Callable[..., Any], tuple[Any, ...], Any]] = [
    (linear_form, (V, C), C),
    (quadratic_form, (V, A), (A + A.T) @ V),
    (squared_length, (V,), 2.0 * V),
    (squared_length, (np.zeros(N),), np.zeros(N)),
    (trace_of_product, (X, A), A.T),
    (trace_of_turned, (X, A), A),
    (trace_between, (X, A, B), A.T @ B.T),
    (trace_of_square, (X, A), (A + A.T) @ X),
    (volume, (X,), INVERSE.T),
    (determinant, (X,), np.linalg.det(X) * INVERSE.T),
    (determinant, (np.diag([2.0, 0.0, 3.0, 5.0]),), np.diag([0.0, 30.0, 0.0, 0.0])),
    (determinant, (np.zeros((N, N)),), np.zeros((N, N))),
    (trace_of_inverse, (X, A), -(INVERSE @ A @ INVERSE).T),
    (trace_of_exponential, (X,), 0.3 * scipy.linalg.expm(0.3 * X).T),
    (nuclear_norm, (X,), _polar(X)),
    (nuclear_norm, (np.eye(N),), np.eye(N)),
    (sum_of_eigenvalues, (X,), 2.0 * np.eye(N)),
    (sum_of_eigenvalues, (np.eye(N),), 2.0 * np.eye(N)),
    (trace_of_root, (X,), _polar(X)),
]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize(
    ("function", "args", "expected"),
    IDENTITIES,
    ids=[f"{k}-{row[0].__name__}" for k, row in enumerate(IDENTITIES)],
)
def test_identity(function: Callable[..., Any], args: tuple[Any, ...], expected: Any, backend: str) -> None:
    found = adgen.grad(function, backend=backend)(*args)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11 * (1.0 + np.abs(expected).max()))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_the_second_derivative_of_a_singular_determinant(backend: str) -> None:
    """det is linear in each element: of diag(0, 0, c, d) only two second derivatives are left."""
    found = adgen.hessian(determinant, backend=backend)(np.diag([0.0, 0.0, 3.0, 5.0]))
    expected = np.zeros((N, N, N, N))
    expected[0, 0, 1, 1] = expected[1, 1, 0, 0] = 15.0
    expected[0, 1, 1, 0] = expected[1, 0, 0, 1] = -15.0
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize(
    ("function", "args", "message"),
    [
        (trace_of_inverse, (np.zeros((2, 2)), np.eye(2)), "Singular matrix"),
        (lambda x: np.sum(np.linalg.cholesky(x)), (-np.eye(2),), "not positive definite"),
        (lambda x: np.sum(scipy.linalg.solve_triangular(x, np.ones(2))), (np.zeros((2, 2)),), "singular"),
    ],
)
def test_failures_are_linear_algebra_errors(
    function: Callable[..., Any], args: tuple[Any, ...], message: str, backend: str
) -> None:
    with pytest.raises(np.linalg.LinAlgError, match=message) as caught:
        adgen.grad(function, backend=backend)(*args)
    assert isinstance(caught.value, adgen.RunError)
