"""``assert`` and ``raise`` of the user's function, as checks of the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.diagnostics import UserError
from adgen.ir.core import Op, walk
from tests.frontend import harness


def positive(x):
    if x < 0:
        raise ValueError("negative")
    return np.sqrt(x)


def logarithms(x, n):
    s = 0.0
    for i in range(n):
        assert x[i] > 0, "not positive"
        s += np.log(x[i])
    return s


def choice(x, k):
    if k == 1:
        y = x
    elif k == 2:
        y = x * x
    else:
        raise ValueError(f"bad k {k}")
    return np.sum(y)


def scaled(x, k):
    if k > 3:
        raise IndexError
    return x * k


def through_helper(x, k):
    return scaled(x, k) + 1


def always(x, k):
    if k > 0:
        return x * k
    raise RuntimeError("no branch")


CASES: list[tuple[Callable[..., Any], tuple[Any, ...], tuple[Any, ...], type[Exception]]] = [
    (positive, (4.0,), (-1.0,), ValueError),
    (logarithms, (np.arange(1.0, 4.0), 3), (np.arange(4.0), 3), AssertionError),
    (choice, (np.ones(3), 2), (np.ones(3), 3), ValueError),
    (through_helper, (1.0, 2), (1.0, 4), IndexError),
    (always, (1.0, 2), (1.0, -1), RuntimeError),
]


@pytest.mark.parametrize(("function", "good", "bad", "error"), CASES, ids=[c[0].__name__ for c in CASES])
def test_fails_where_python_does(
    function: Callable[..., Any], good: tuple[Any, ...], bad: tuple[Any, ...], error: type[Exception]
) -> None:
    found = harness.check(function, *good)
    assert harness.text(found) == harness.text(harness.lowered_from_file(function, *good))
    with pytest.raises(error) as wanted:
        function(*bad)
    with pytest.raises(error) as got:
        harness.run(found, function, *bad)
    if error is not AssertionError and "{" not in str(got.value):
        assert str(got.value) == str(wanted.value)


def test_assertions_about_sizes_become_conditions_on_the_arguments() -> None:
    def f(a, b):
        assert a.shape[1] == b.shape[0]
        assert len(a) > 1, "too short"
        assert a.ndim == 2
        return np.sum(a) * np.sum(b)

    found = harness.check(f, np.ones((2, 3)), np.ones((3, 4)))
    assert not any(isinstance(n, Op) and n.prim.name == "fail_if" for n in walk(found.func.body))
    assert [str(a.dim) for a in found.func.assumptions] == ["a_0-2"]
    assert [str(p.any_type) for p in found.func.params] == ["f64[a_0,a_1]", "f64[a_1,b_1]"]


class Refused(ValueError):
    """An exception of the user, with a constructor of its own."""

    def __init__(self, value, limit):
        super().__init__(f"{value} above {limit}")
        self.value = value


class Unlike(Exception):
    """Another one."""


def checked(x, k):
    if k == 1:
        raise Refused(x, 2.0)
    if k == 2:
        raise Unlike("far out") from None
    if k == 3:
        raise np.linalg.LinAlgError("far out")
    if k == 4:
        raise FloatingPointError
    if k == 5:
        raise KeyError("far out")
    if k == 6:
        raise LookupError("far out")
    return x * k


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_every_exception_comes_out_as_it_is_raised(backend: str) -> None:
    gradient = adgen.grad(checked, backend=backend)
    assert gradient(1.5, 7) == 7.0
    for k in range(1, 7):
        with pytest.raises(Exception) as wanted:  # noqa: PT011
            checked(1.5, k)
        with pytest.raises(type(wanted.value)) as found:
            gradient(1.5, k)
        assert type(found.value) is type(wanted.value)
        assert k == 1 or found.value.args == wanted.value.args


def test_two_classes_of_one_name_are_told_apart() -> None:
    def made() -> Any:
        class Local(Exception):
            pass

        def f(x):
            if x < 0.0:
                raise Local("negative")
            return x

        return Local, f

    for local, f in (made(), made()):
        with pytest.raises(local):
            adgen.grad(f, backend="numpy")(-1.0)


def test_what_is_no_exception_is_not_raised() -> None:
    def f(x):
        if x < 0:
            raise np.sin
        return x

    with pytest.raises(UserError) as caught:
        harness.lowered(f, 1.0)
    assert caught.value.diagnostic.code == "AG118"


def test_an_array_in_a_condition_of_several_is_refused() -> None:
    def f(limits):
        steps = 0
        while steps < 3 and steps < limits * 2.0:
            steps += 1
        return np.sum(limits) * steps

    with pytest.raises(UserError) as caught:
        harness.lowered(f, np.ones(3))
    assert caught.value.diagnostic.code == "AG241"


def test_a_dict_is_no_array() -> None:
    with pytest.raises(UserError) as caught:
        harness.lowered(lambda x: np.sum(np.where(x > 0.0, x, {"a": 1})), np.ones(3))
    assert caught.value.diagnostic.code == "AG234"
