"""One function, many shapes in a row: sizes 0 and 1, broadcasts both ways, what Python refuses is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from tests.oracle import dual_run


def broadcast_product(x, y):
    return np.sum(np.sin(x + y) * y)


def shifted_slices(x, y):
    return np.sum(x[1:-1] * y[:-2])


def joined(x, y):
    return np.sum(np.concatenate([x, y]) ** 2) * np.mean(x)


def rows(x, y):
    z = np.zeros(x.shape)
    for i in range(x.shape[0]):
        z[i] = x[i] * y[i]
    return np.sum(z)


def largest(x, y):
    return np.max(x) * np.sum(y)


def matrix_product(x, y):
    return np.sum(x @ y)


def ends(x, y):
    return np.sum(x[:3]) + np.sum(y[-2:]) + np.sum(x[::2]) + x[0] * y[-1]


def neighbours(x, y):
    s = 0.0
    for i in range(1, x.shape[0] - 1):
        s += x[i - 1] * y[i] - x[i + 1]
    return s


def axes(x, y):
    return np.sum(x * y, axis=0).sum() + np.sum(np.mean(x, axis=-1))


def inner_and_whole(x, y):
    return np.sum(x[1:] + x) + np.sum(y)


def inner_and_other(x, y):
    return np.sum(np.maximum(x[:-1], y) * y)


def under_a_condition(x, y):
    if len(y) > 1:
        return np.sum(x * y)
    return np.sum(x) + np.sum(y)


def counted(x, y):
    return np.sum(x * np.arange(len(y)))


def filled(x, y):
    z = np.zeros(len(y))
    z[:] = x
    z += x
    return np.sum(z * y)


CASES: dict[Any, list[tuple[tuple[int, ...], tuple[int, ...]]]] = {
    broadcast_product: [
        ((3, 4), (3, 4)),
        ((1, 4), (3, 4)),
        ((3, 1), (3, 4)),
        ((3, 4), (4,)),
        ((4,), (3, 4)),
        ((1, 1), (1, 1)),
        ((3, 1), (1, 4)),
        ((1,), (5,)),
        ((0,), (0,)),
        ((5,), (1,)),
        ((3, 4), ()),
    ],
    shifted_slices: [
        ((5,), (5,)),
        ((3,), (3,)),
        ((2,), (2,)),
        ((1,), (2,)),
        ((1,), (1,)),
        ((0,), (0,)),
        ((2,), (1,)),
    ],
    joined: [((3,), (2,)), ((1,), (0,)), ((0,), (2,)), ((2, 2), (3, 2))],
    rows: [
        ((3,), (3,)),
        ((0,), (0,)),
        ((1,), (1,)),
        ((2,), (3,)),
        ((3,), (2,)),
        ((3, 2), (3, 2)),
        ((3, 2), (3,)),
    ],
    largest: [((3,), (2,)), ((1,), (1,)), ((0,), (2,)), ((2, 3), (2,))],
    matrix_product: [
        ((2, 3), (3, 4)),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((1, 1), (1, 1)),
        ((0, 3), (3, 2)),
        ((2, 0), (0, 2)),
        ((2, 3), (2, 3)),
        ((2, 2, 3), (3, 2)),
        ((2, 2, 3), (2, 3, 2)),
        ((1, 2, 3), (5, 3, 2)),
    ],
    ends: [((5,), (5,)), ((2,), (1,)), ((1,), (1,)), ((3,), (2,)), ((0,), (1,))],
    neighbours: [((5,), (5,)), ((2,), (2,)), ((1,), (0,)), ((5,), (4,)), ((5,), (2,))],
    inner_and_whole: [((2,), (3,)), ((1,), (2,)), ((0,), (1,)), ((2,), (1,))],
    inner_and_other: [((0,), (0,)), ((4,), (3,)), ((2,), (4,)), ((4,), (1,)), ((1,), (0,)), ((1,), (1,))],
    under_a_condition: [((3,), (3,)), ((1,), (3,)), ((3,), (1,)), ((1,), (1,)), ((2,), (2,)), ((0,), (1,))],
    counted: [((3,), (3,)), ((1,), (3,)), ((3,), (1,)), ((0,), (0,)), ((2,), (3,))],
    filled: [((3,), (3,)), ((1,), (3,)), ((1,), (1,)), ((0,), (0,)), ((3,), (1,))],
    axes: [((3, 4), (3, 4)), ((3, 4), (4,)), ((3,), (3,)), ((2, 3, 4), (3, 1))],
}


def _arguments(shapes: Any) -> tuple[Any, ...]:
    rng = np.random.default_rng(4)
    return tuple(rng.standard_normal(shape) if shape != () else 0.7 for shape in shapes)


def _copies(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(np.copy(a) if isinstance(a, np.ndarray) else a for a in args)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("fun", CASES, ids=lambda f: f.__name__)
def test_many_shapes(fun: Any, backend: str) -> None:
    transform = adgen.value_and_grad(fun, wrt=(0, 1), backend=backend)
    for shapes in CASES[fun]:
        args = _arguments(shapes)
        try:
            expected = fun(*_copies(args))
        except (ValueError, IndexError) as error:
            with pytest.raises(type(error)):
                transform(*_copies(args))
            continue
        value, gradients = transform(*_copies(args))
        np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-13)
        for i, gradient in enumerate(gradients):
            assert np.shape(gradient) == np.shape(args[i])
            exact = dual_run.gradient(fun, args, i)
            np.testing.assert_allclose(gradient, exact, rtol=1e-11, atol=1e-12, err_msg=str(shapes))
