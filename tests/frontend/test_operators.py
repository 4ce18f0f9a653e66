"""Linear operators, of which no solver forms the matrix, and operators of the user's own classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.sparse.linalg

import adgen

U = np.array([0.3, 0.8, 0.5, 0.4])
V = np.array([1.0, -0.4, 0.2, 0.7])
Q = np.random.default_rng(1).standard_normal((4, 4))


def difference_operator(u: Any, v: Any) -> Any:
    d = u + 4.0

    def times(t: Any) -> Any:
        return d * t - np.concatenate((t[1:], [0.0])) - np.concatenate(([0.0], t[:-1]))

    a = scipy.sparse.linalg.LinearOperator((4, 4), matvec=times)
    near = scipy.sparse.linalg.LinearOperator((4, 4), matvec=lambda t: t / d)
    return scipy.sparse.linalg.cg(a, v, x0=np.ones(4), M=near, rtol=1e-13)[0] @ v


def shifted(q: Any, v: Any, s: Any) -> Any:
    a = scipy.sparse.linalg.LinearOperator((4, 4), matvec=lambda t: q @ t + 5.0 * s * t)
    x, info = scipy.sparse.linalg.gmres(a, v, rtol=1e-13, restart=3)
    return x @ v + info


def matrix_and_operator(q: Any, v: Any, u: Any) -> Any:
    near = scipy.sparse.linalg.LinearOperator((4, 4), matvec=lambda t: t / u)
    return scipy.sparse.linalg.cg(q @ q.T + np.eye(4), v, M=near, rtol=1e-13)[0] @ v


def products(q: Any, v: Any) -> Any:
    a = scipy.sparse.linalg.LinearOperator((4, 4), matvec=lambda t: q @ t, rmatvec=lambda t: q.T @ t)
    return np.sum((a @ v) * a.rmatvec(v) + a.dot(v) + a(v)) + np.sum(a @ q)


CASES = {
    "cg": (difference_operator, (U, V)),
    "gmres": (shifted, (Q, V, 1.2)),
    "preconditioner": (matrix_and_operator, (Q, V, U)),
    "products": (products, (Q, V)),
}


@pytest.mark.parametrize("name", CASES)
def test_operators(name: str) -> None:
    fun, args = CASES[name]
    np.testing.assert_allclose(adgen.jit(fun, backend="numpy")(*args), fun(*args), rtol=1e-11)
    adgen.check_grad(fun, *args, order=2, backend="numpy")


@pytest.mark.parametrize("name", ["cg", "gmres"])
def test_operators_in_kernels(name: str) -> None:
    fun, args = CASES[name]
    np.testing.assert_allclose(adgen.jit(fun, backend="llvm")(*args), fun(*args), rtol=1e-11)
    adgen.check_grad(fun, *args, backend="llvm")


def test_no_matrix_is_formed() -> None:
    """A system of which the matrix would take 80 GB."""
    size = 100_000

    def heated(d: Any, b: Any) -> Any:
        a = scipy.sparse.linalg.LinearOperator((len(b), len(b)), matvec=lambda t: d * t)
        return scipy.sparse.linalg.cg(a, b, rtol=1e-12)[0].sum()

    d, b = np.linspace(1.0, 2.0, size), np.ones(size)
    np.testing.assert_allclose(adgen.grad(heated, backend="numpy")(d, b), -b / d**2, rtol=1e-6)


# -- operators of classes -------------------------------------------------------------------------------
@dataclass
class Pair:
    value: Any
    slope: Any

    def __add__(self, other: Any) -> Any:
        return Pair(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Pair):
            return Pair(self.value * other.value, self.value * other.slope + self.slope * other.value)
        return Pair(self.value * other, self.slope * other)

    def __rmul__(self, other: Any) -> Any:
        return self * other


class Vector:
    def __init__(self, x: Any) -> None:
        self.x = x

    def __sub__(self, other: Any) -> Any:
        return Vector(self.x - other.x)

    def __matmul__(self, other: Any) -> Any:
        return self.x @ other.x


def of_pairs(x: Any, y: Any) -> Any:
    p = Pair(x, 1.0)
    q = 2.0 * p * p + p * Pair(y, 0.0)
    return q.value * q.slope


def of_vectors(x: Any, y: Any) -> Any:
    gap = Vector(x) - Vector(y)
    return gap @ gap


@pytest.mark.parametrize(("fun", "args"), [(of_pairs, (0.6, 1.7)), (of_vectors, (U, V))])
def test_operators_of_classes(fun: Any, args: tuple[Any, ...]) -> None:
    assert adgen.jit(fun)(*args) == pytest.approx(fun(*args), rel=1e-14)
    adgen.check_grad(fun, *args, order=2)


def test_records_without_operators_are_not_joined() -> None:
    @dataclass
    class Plain:
        x: Any

    with pytest.raises(adgen.UserError) as caught:
        adgen.grad(lambda x: (Plain(x) + Plain(x)).x)(1.0)
    assert caught.value.diagnostic.code == "AG234"
