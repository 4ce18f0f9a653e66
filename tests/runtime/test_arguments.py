"""What arguments may be: layouts, kinds and dtypes of arrays, and memory that arguments share.

Everything that is taken gives what NumPy gives, mutation of the caller's arrays included; everything else is
refused by one diagnostic that names the argument.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

import adgen
from adgen import RunError, UserError

BACKENDS = ("numpy", "llvm")
BASE = np.arange(1.0, 7.0)


def read(x):
    return np.sum(np.sin(x) * x) + x[0] * x[-1]


def write(x):
    x[0] = x[0] * x[1]
    x[1:] += x[:-1]
    x *= 3.0
    return np.sum(x * x)


def product(x, y):
    return np.sum(x * y)


def first_written(x, y):
    x += y
    return np.sum(x * y)


def both_written(x, y):
    x += y
    y *= 2.0
    return np.sum(x * y)


def doubled(x):
    return x * 2.0


class Plain(np.ndarray):
    """A subclass that changes nothing."""


def read_only(a: Any) -> Any:
    a = a.copy()
    a.flags.writeable = False
    return a


def unaligned() -> Any:
    return np.ndarray((6,), np.float64, bytearray(b"x" + BASE.tobytes()), 1)


LAYOUTS: dict[str, Callable[[], Any]] = {
    "contiguous": BASE.copy,
    "reversed": lambda: BASE.copy()[::-1],
    "every other": lambda: np.arange(1.0, 13.0)[::2],
    "a column": lambda: np.arange(1.0, 13.0).reshape(4, 3)[:, 1],
    "unaligned": unaligned,
    "rows": lambda: np.arange(1.0, 7.0).reshape(2, 3),
    "Fortran": lambda: np.asfortranarray(np.arange(1.0, 7.0).reshape(2, 3)),
    "transposed": lambda: np.arange(1.0, 7.0).reshape(3, 2).T,
    "cube": lambda: np.arange(1.0, 25.0).reshape(4, 3, 2).transpose(2, 0, 1)[:, ::-2],
    "float32": lambda: BASE.astype(np.float32),
    "float32 reversed": lambda: BASE.astype(np.float32)[::-1],
    "missing values": lambda: np.array([np.nan, 1.0, np.inf]),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("function", [read, write])
def test_layout_is_no_matter(function: Any, name: str, backend: str) -> None:
    plain, given = np.array(LAYOUTS[name](), order="C"), LAYOUTS[name]()
    if plain.ndim > 1 and function is read:
        function = product_of_rows
    with np.errstate(invalid="ignore"):
        expected, wanted = adgen.value_and_grad(function, backend=backend)(plain.copy())
        own = function(plain)
        value, gradient = adgen.value_and_grad(function, backend=backend)(given)
    assert type(value) is type(own)
    np.testing.assert_allclose(value, own, rtol=1e-5 if given.dtype == np.float32 else 1e-13)
    np.testing.assert_array_equal(value, expected)
    np.testing.assert_array_equal(gradient, wanted)
    np.testing.assert_allclose(given, plain, rtol=1e-6)
    assert gradient.dtype == given.dtype


def product_of_rows(x):
    return np.sum(x[0] * x[-1]) + np.sum(np.sin(x))


@pytest.mark.parametrize("backend", BACKENDS)
def test_arrays_that_are_only_read_may_be_stretched_read_only_or_files(backend: str, tmp_path: Path) -> None:
    file = np.memmap(tmp_path / "x", dtype=np.float64, mode="w+", shape=(6,))
    file[:] = BASE
    stretched = np.full(6, 2.0)
    pairs = [(np.broadcast_to(2.0, (6,)), stretched), (as_strided(np.array([2.0]), (6,), (0,)), stretched)]
    for given, same in [*pairs, (read_only(BASE), BASE), (file, BASE)]:
        value, gradient = adgen.value_and_grad(read, backend=backend)(given)
        assert (type(value), type(gradient)) == (np.float64, np.ndarray)
        expected, wanted = adgen.value_and_grad(read, backend=backend)(same.copy())
        np.testing.assert_array_equal(value, expected)
        np.testing.assert_array_equal(gradient, wanted)
    value = adgen.jit(write, backend=backend)(file)
    plain = BASE.copy()
    np.testing.assert_allclose(value, write(plain), rtol=1e-14)
    np.testing.assert_allclose(file, plain, rtol=1e-14)


@pytest.mark.parametrize("backend", BACKENDS)
def test_sizes_zero_and_one_and_rank_zero(backend: str) -> None:
    gradient = adgen.grad(lambda x: np.sum(np.sin(x) * x), backend=backend)
    assert gradient(np.zeros(0)).shape == (0,)
    assert gradient(np.zeros((0, 3))).shape == (0, 3)
    assert gradient(np.array([2.0])).shape == (1,)
    at_rank_zero = gradient(np.array(2.0))
    assert isinstance(at_rank_zero, np.ndarray)
    assert at_rank_zero.shape == ()
    with pytest.raises(IndexError):
        adgen.grad(read, backend=backend)(np.zeros(0))


WRITTEN: dict[str, tuple[Callable[[], Any], str]] = {
    "read-only": (lambda: read_only(BASE), "AG708"),
    "stretched": (lambda: np.broadcast_to(2.0, (6,)), "AG708"),
    "one cell": (lambda: as_strided(np.array([2.0]), (6,), (0,)), "AG707"),
    "windows": (lambda: as_strided(np.ones(8), (3, 3), (16, 8)), "AG707"),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("transform", [adgen.jit, adgen.grad])
def test_arrays_that_cannot_be_written(transform: Any, name: str, backend: str) -> None:
    make, code = WRITTEN[name]
    with pytest.raises(ValueError, match="`x` is written") as info:
        transform(write, backend=backend)(make())
    assert isinstance(info.value, RunError)
    assert info.value.code == code
    assert "pass a copy" in str(info.value)


def test_rows_that_interleave_without_sharing_a_cell_are_written() -> None:
    base = np.ones(8)
    adgen.jit(write, backend="numpy")(as_strided(base, (2, 4), (8, 16)))
    plain = np.ones((2, 4))
    write(plain)
    np.testing.assert_array_equal(base.reshape(4, 2).T, plain)


# -- memory that arguments share -----------------------------------------------------------------------------
def _grid() -> Any:
    return np.arange(16.0).reshape(4, 4)


def _eight() -> Any:
    return np.arange(1.0, 9.0)


SHARING: dict[str, tuple[Callable[[], Any], bool]] = {
    "one object": (lambda: (lambda a: (a, a))(_eight()), True),
    "two views": (lambda: (lambda a: (a[:4], a[:4]))(_eight()), True),
    "shifted": (lambda: (lambda a: (a[:4], a[2:6]))(_eight()), True),
    "reversed": (lambda: (lambda a: (a, a[::-1]))(_eight()), True),
    "transposed": (lambda: (lambda m: (m, m.T))(_grid()), True),
    "halves": (lambda: (lambda a: (a[:4], a[4:]))(_eight()), False),
    "interleaved": (lambda: (lambda a: (a[::2], a[1::2]))(_eight()), False),
    "columns": (lambda: (lambda m: (m[:, 0], m[:, 1]))(_grid()), False),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SHARING)
@pytest.mark.parametrize("function", [product, first_written, both_written])
def test_arguments_of_one_array(function: Any, name: str, backend: str) -> None:
    make, overlaps = SHARING[name]
    given, own = make(), make()
    transformed = adgen.value_and_grad(function, wrt=(0, 1), backend=backend)
    if overlaps and function is not product:
        with pytest.raises(ValueError, match="`x` and `y` overlap") as info:
            transformed(*given)
        assert getattr(info.value, "code", "") == "AG704"
        return
    value, gradients = transformed(*given)
    apart = [a.copy() for a in make()]
    _, wanted = transformed(*apart)
    np.testing.assert_allclose(value, function(*own), rtol=1e-13)
    for ours, theirs, gradient, expected in zip(given, own, gradients, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)
        np.testing.assert_array_equal(gradient, expected)


def test_arrays_in_containers_overlap_too() -> None:
    def function(parts):
        parts["a"][0] = 3.0
        return np.sum(parts["a"] * parts["b"][0])

    whole = np.ones(4)
    with pytest.raises(RunError, match=r"`parts\['a'\]` and `parts\['b'\]\[0\]` overlap"):
        adgen.grad(function)({"a": whole, "b": [whole]})


SHARED = np.arange(1.0, 5.0)


def writes_beside_a_captured_array(x):
    x[0] = 5.0
    return np.sum(x * SHARED)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_argument_that_is_written_is_no_view_of_a_captured_array(backend: str) -> None:
    with pytest.raises(RunError, match="`x` and `SHARED` overlap"):
        adgen.jit(writes_beside_a_captured_array, backend=backend)(SHARED)
    value = adgen.jit(writes_beside_a_captured_array, backend=backend)(SHARED.copy())
    assert value == 5.0 + 4.0 + 9.0 + 16.0


# -- what is not taken ---------------------------------------------------------------------------------------
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "byte order": (lambda: BASE.astype(">f8"), "an array of foreign byte order"),
    "masked": (lambda: np.ma.masked_array(BASE, mask=BASE > 3.0), "a masked array"),
    "matrix": (lambda: np.matrix([[1.0, 2.0]]), "a matrix, a subclass of ndarray"),
    "subclass": (lambda: BASE.copy().view(Plain), "a Plain, a subclass of ndarray"),
    "record array": (lambda: BASE.copy().view(np.recarray), "a recarray, a subclass of ndarray"),
    "objects": (lambda: BASE.astype(object), "an array of dtype object"),
    "texts": (lambda: np.array(["a", "b"]), "an array of dtype <U1"),
    "fields": (lambda: np.zeros(3, dtype=[("a", "f8")]), "an array of dtype"),
    "dates": (lambda: np.array(["2020-01-01"], dtype="M8[D]"), "an array of dtype datetime64"),
    "long double": (lambda: BASE.astype(np.longdouble), "an array of dtype"),
    "long number": (lambda: np.longdouble(1.0), "a NumPy scalar of dtype"),
    "set": (lambda: {1.0}, "a set"),
    "range": (lambda: range(3), "a range"),
    "generator": (lambda: (v for v in BASE), "a generator"),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("name", REFUSED)
def test_other_arguments_are_refused_by_name(name: str) -> None:
    make, what = REFUSED[name]
    for transform in (adgen.jit, adgen.grad, adgen.value_and_grad, adgen.jacobian, adgen.hessian):
        with pytest.raises(UserError, match="argument `x` is") as info:
            transform(read)(make())
        assert info.value.diagnostic.code == "AG264"
        assert what in info.value.diagnostic.title
        assert info.value.diagnostic.help
    with pytest.raises(UserError, match="argument `x` is"):
        adgen.vjp(read, make())
    with pytest.raises(UserError, match="argument `x` is"):
        adgen.jvp(read, (make(),), (np.ones(6),))
    with pytest.raises(UserError, match=r"argument `p\['w'\]\[1\]` is"):
        adgen.grad(lambda p: np.sum(p["w"][0]))({"w": [BASE, make()]})


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("name", [n for n in REFUSED if n not in ("range", "generator")])
def test_other_values_cannot_be_captured(name: str) -> None:
    captured = REFUSED[name][0]()

    def function(x):
        return np.sum(x * captured)

    with pytest.raises(UserError) as info:
        adgen.grad(function)(BASE)
    assert info.value.diagnostic.code in ("AG207", "AG234")  # objects of user classes are objects


@pytest.mark.parametrize(
    "given", [None, "text", {"a": 1.0}, b"bytes", np.sin, [], 3.0, np.float32(3.0), True]
)
def test_misfits_are_diagnostics(given: Any) -> None:
    """Whatever the function cannot do with an argument is a diagnostic, and never an exception of ours."""
    for function in (lambda x: np.sum(np.sin(x) * x), lambda x: x[0] * x[-1], write, lambda x: x**2 + 1):
        with contextlib.suppress(UserError, RunError):
            adgen.value_and_grad(function)(given)


def test_what_is_not_subscriptable_is_said() -> None:
    for given in (None, 3.0, True):
        with pytest.raises(UserError, match="`indexing` does not take"):
            adgen.grad(lambda x: x[0] * 2.0)(given)


# -- tangents, cotangents, outputs ---------------------------------------------------------------------------
TANGENTS: dict[str, Any] = {
    "reversed": BASE[::-1],
    "stretched": np.broadcast_to(2.0, (6,)),
    "integers": np.arange(6),
    "list": [1.0, 0.0, 2.0, 0.0, 1.0, 3.0],
    "float32": BASE.astype(np.float32),
    "byte order": BASE.astype(">f8"),
    "nothing": None,
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", TANGENTS)
def test_tangents_and_cotangents_of_any_layout(name: str, backend: str) -> None:
    given = TANGENTS[name]
    plain = np.zeros(6) if given is None else np.array(given, dtype=np.float64)
    _, slope = adgen.jvp(lambda x: x * x, (BASE,), (given,), backend=backend)
    np.testing.assert_array_equal(slope, 2.0 * BASE * plain)
    _, pull = adgen.vjp(lambda x: x * x, BASE, backend=backend)
    np.testing.assert_array_equal(pull(given)[0], 2.0 * BASE * plain)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (np.ones(2), r"shape \(2,\) instead of \(6,\)"),
        (np.ones((1, 6)), r"shape \(1, 6\) instead of \(6,\)"),
        (1.0, r"shape \(\) instead of \(6,\)"),
        (BASE * 1j, "dtype complex128 instead of float64"),
        (BASE.astype(object), "dtype object instead of float64"),
        (np.ma.masked_array(BASE), "it is a masked array"),
    ],
)
def test_tangents_and_cotangents_that_do_not_fit(given: Any, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        adgen.jvp(doubled, (BASE,), (given,))
    _, pull = adgen.vjp(doubled, BASE)
    with pytest.raises(UserError, match=reason):
        pull(given)


def test_outputs_that_cannot_be_written() -> None:
    gradient = adgen.grad(lambda x: np.sum(x * x))
    with pytest.raises(UserError, match="read-only"):
        gradient.into(np.broadcast_to(0.0, (2,)))(np.ones(2))
    with pytest.raises(UserError, match="dtype int64 instead of float64"):
        gradient.into(np.zeros(2, int))(np.ones(2))
