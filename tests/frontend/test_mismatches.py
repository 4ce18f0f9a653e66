"""Shapes that cannot go together: both are shown, and where each of them came from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen import UserError


def product(x, y):
    return np.sum(x * y)


def inner_and_whole(x):
    return np.sum(x[1:] + x)


def neighbours(x):
    return np.sum((x[1:] - x[:-1]) ** 2)


def contracted(a, b):
    return np.sum(a @ b)


def joined(a, b):
    return np.sum(np.concatenate([a, b], axis=1))


def stored(x, y):
    z = np.zeros(len(x))
    z[1:] = y
    return np.sum(z)


def chosen(x, y):
    return np.sum(np.where(x > 0.0, x, y))


def letters(a, b):
    return np.einsum("ij,jk->", a, b)


def solved(a, b):
    return np.sum(np.linalg.solve(a, b))


def in_a_loop(x, y):
    s = np.zeros(len(x))
    for _ in range(3):
        s = s + y
    return np.sum(s)


def multiplied(u, v):
    return u * v


def in_a_helper(x, y):
    return np.sum(multiplied(x[1:], y))


def over_axes(a):
    return np.sum(np.sum(a, axis=0) + np.sum(a, axis=1))


def repeated(x):
    return np.sum(np.tile(x, 2) + x)


def transposed(a):
    return np.sum(a + a.T)


CASES: list[tuple[Any, str, tuple[str, str], list[str]]] = [
    (product, "f64[n], f64[n+1]", ("(n,)", "(n+1,)"), ["argument `x: f64[n]`", "argument `y: f64[n+1]`"]),
    (product, "f64[3], f64[4]", ("(3,)", "(4,)"), ["argument `x: f64[3]`", "argument `y: f64[4]`"]),
    (inner_and_whole, "f64[n]", ("(n-1,)", "(n,)"), ["argument `x: f64[n]`"]),
    (contracted, "f64[2,3], f64[4,5]", ("(2, 3)", "(4, 5)"), ["argument `a: f64[2,3]`"]),
    (joined, "f64[n,m], f64[n+1,m]", ("(n, m)", "(n+1, m)"), ["argument `b: f64[n+1,m]`"]),
    (stored, "f64[n], f64[n]", ("(n-1,)", "(n,)"), ["argument `y: f64[n]`"]),
    (chosen, "f64[n], f64[n+1]", ("(n,)", "(n+1,)"), ["argument `y: f64[n+1]`"]),
    (letters, "f64[2,3], f64[4,5]", ("(3,)", "(4,)"), ["argument `b: f64[4,5]`"]),
    (solved, "f64[n,n+1], f64[n]", ("(n,)", "(n+1,)"), []),
    (in_a_loop, "f64[n], f64[n+2]", ("(n,)", "(n+2,)"), ["`s` has shape (n,)", "argument `y: f64[n+2]`"]),
    (in_a_helper, "f64[n], f64[n]", ("(n-1,)", "(n,)"), ["`multiplied` is called here"]),
    (over_axes, "f64[n,n+1]", ("(n+1,)", "(n,)"), ["this has shape (n+1,)", "this has shape (n,)"]),
    (repeated, "f64[n]", ("(2*n,)", "(n,)"), ["this has shape (2*n,)", "argument `x: f64[n]`"]),
    (transposed, "f64[n,n+1]", ("(n, n+1)", "(n+1, n)"), ["argument `a: f64[n,n+1]`"]),
]


@pytest.mark.parametrize(("function", "signature", "shapes", "labels"), CASES)
def test_a_mismatch_shows_both_shapes_and_where_they_came_from(
    function: Any, signature: str, shapes: tuple[str, str], labels: list[str]
) -> None:
    with pytest.raises(UserError) as info:
        adgen.grad(function).lower(signature)
    found = info.value.diagnostic
    assert found.code == "AG230"
    assert found.title == f"shapes {shapes[0]} and {shapes[1]} do not go together"
    assert found.help
    said = [label.text for label in found.labels]
    assert not [text for text in labels if text not in said], said


def test_a_size_that_no_label_shows_is_noted() -> None:
    with pytest.raises(UserError) as info:
        adgen.grad(over_axes).lower("f64[n,n+1]")
    assert info.value.diagnostic.notes == ("`n` is the length of dimension 0 of argument `a`",)


def test_sizes_that_go_together_are_taken() -> None:
    lowered = adgen.grad(neighbours).lower("f64[n]")
    assert "f64[n-1]" in lowered.primal_ir


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_sizes_of_a_call_are_named(backend: str) -> None:
    with pytest.raises(ValueError, match="x_0 = 3 and y_0 = 4"):
        adgen.grad(product, backend=backend)(np.ones(3), np.ones(4))
