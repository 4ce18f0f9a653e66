"""Arrays that may share their contents: refusals point at every line that takes part."""

import numpy as np
import pytest

import adgen


def joined_kinds(x):
    a = np.zeros(3)
    b = np.ones(3, dtype=np.float32)
    if x[0] > 0.0:  # noqa: SIM108
        c = a
    else:
        c = b
    c[0] = x[0]
    return np.sum(a) + np.sum(b)


def copy_or_view(x):
    a = np.outer(x, x).T * 2.0
    b = a.ravel()
    a[0] = 1.0
    return np.sum(b)


def turned_in_a_loop(x):
    a = np.zeros(3)
    b = np.ones(3, dtype=np.float32)
    c = a
    for _ in range(3):
        c[0] = x[0]
        c = b
    return np.sum(a) + np.sum(b)


CASES = [
    (joined_kinds, "AG245", 7, {3: "from here on `c` is `a` or another array"}),
    (
        copy_or_view,
        "AG250",
        4,
        {2: "made here of `a`: `b` is a view of it or a copy", 3: "`a` is written here"},
    ),
    (
        turned_in_a_loop,
        "AG245",
        4,
        {1: "`c` may be what is made here", 2: "`c` may be what is made here"},
    ),
]


@pytest.mark.parametrize(("fun", "code", "line", "labels"), CASES, ids=lambda x: getattr(x, "__name__", None))
def test_both_lines_are_shown(fun, code, line, labels):
    with pytest.raises(adgen.UserError) as caught:
        adgen.grad(fun)(np.ones(3))
    found = caught.value.diagnostic
    first = fun.__code__.co_firstlineno
    assert (found.code, found.primary.line - first) == (code, line)
    assert {label.span.line - first: label.text for label in found.labels} == labels


def test_views_that_numpy_makes_read_only():
    def diagonal(x):
        d = np.diag(np.outer(x, x))
        d[0] = 1.0
        return np.sum(d)

    with pytest.raises(adgen.UserError, match=r"make a copy, and write into that"):
        adgen.grad(diagonal)(np.ones(3))


def converted(x, y):
    same = np.float64(x)
    same[0] = y[1] * x[1]
    np.float64(y)[1:] *= x[0]
    other = np.float32(y)
    other[0] = 3.0
    return np.sum(np.sin(x)) + np.sum(y * y) + float(other[0]) * same[1] + np.float64(x[0])


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_a_conversion_to_the_same_dtype_is_the_array_itself(backend):
    x, y = np.array([0.3, 0.5, 0.7]), np.array([1.0, 2.0, 3.0])
    given = (x.copy(), y.copy())
    value, gradient = adgen.value_and_grad(converted, backend=backend)(*given)
    expected = (x.copy(), y.copy())
    assert abs(value - converted(*expected)) < 1e-12
    for left, right in zip(given, expected, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-14)
    for i, step in enumerate(1e-6 * np.eye(3)):
        slope = (converted(x + step, y.copy()) - converted(x - step, y.copy())) / 2e-6
        assert abs(gradient[i] - slope) < 1e-7
