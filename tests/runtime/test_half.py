"""Numbers of 16 bits: values as NumPy computes them, gradients in their dtype, sums in single precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import adgen

HALF = np.float16


def layer(w, x, b):
    return np.mean(np.maximum(x @ w + b, 0) ** 2)


def widened(w, x, b):
    return np.sum(np.tanh(x @ w + b).astype(np.float32))


def spread(w, x, b):
    return np.sum(np.sqrt(np.abs(w))) + np.std(x) + np.var(b)


def stored(w, x, b):
    y = np.zeros(3, dtype=np.float16)
    y[0] = b[1]
    y[1:] += b[1:] * 2.5
    return np.sum(y) + np.max(x) + np.prod(b)


def looped(w, x, b):
    s = 0.0
    for i in range(3):
        s = s + b[i] * x[i, 0]
    return s


def moved(w, x, b):
    parts = np.concatenate([b, w[0]])[[0, 0, 2]]
    return np.sum(parts) + np.sum(np.sort(b)) + np.sum(np.where(b > 0, b, 0)) + np.sum(np.cumsum(b))


def stable(w, x, b):
    return np.sum(np.logaddexp(b, 0)) + np.sum(np.log1p(np.exp(b))) + np.sum(adgen.softmax(x @ w, axis=1) * b)


def mixed(w, x, b):
    return np.sum(np.float32(2) * b) + np.sum(b.astype(np.float64) ** 2) + np.sum(b * np.int16(3))


def of_short_integers(w, x, b):
    return np.sum(np.sqrt(np.arange(3, dtype=np.int8)) * b) + np.sum(
        np.exp(np.array([True, False, True])) * b
    )


PROGRAMS = [layer, widened, spread, stored, looped, moved, stable, mixed, of_short_integers]


def arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    given = rng.uniform(0.1, 0.9, (4, 3)), rng.standard_normal((5, 4)), rng.standard_normal(3)
    return tuple(v.astype(HALF) for v in given)


@pytest.mark.parametrize("function", PROGRAMS)
def test_values_are_those_of_numpy(function: Callable[..., Any]) -> None:
    wanted, found = function(*arguments()), adgen.jit(function, backend="numpy")(*arguments())
    assert type(found) is type(wanted)
    assert found.dtype == wanted.dtype
    assert found == wanted


@pytest.mark.parametrize("function", PROGRAMS)
def test_values_of_kernels_are_near_those_of_numpy(function: Callable[..., Any]) -> None:
    wanted, found = function(*arguments()), adgen.jit(function, backend="llvm")(*arguments())
    assert type(found) is type(wanted)
    assert found.dtype == wanted.dtype
    assert np.isclose(float(found), float(wanted), rtol=3e-3)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", PROGRAMS)
def test_gradients_are_near_those_in_double_precision(function: Callable[..., Any], backend: str) -> None:
    found = adgen.grad(function, wrt=(0, 1, 2), backend=backend)(*arguments())
    exact = adgen.grad(function, wrt=(0, 1, 2))(*(v.astype(float) for v in arguments()))
    for g, e in zip(found, exact, strict=True):
        assert g.dtype == HALF
        assert np.max(np.abs(g - e) / (1 + np.abs(e))) < 4e-3
    tangent = adgen.jvp(function, arguments(), arguments())[1]
    along = sum(np.sum(e * v.astype(float)) for e, v in zip(exact, arguments(), strict=True))
    assert abs(float(tangent) - along) < 1e-2 * (1 + abs(along))


def test_second_derivatives() -> None:
    found = adgen.hvp(spread, arguments(), arguments())
    exact = adgen.hvp(spread, *(tuple(v.astype(float) for v in arguments()) for _ in range(2)))
    for g, e in zip(found, exact, strict=True):
        assert g.dtype == HALF
        assert np.max(np.abs(g - e) / (1 + np.abs(e))) < 1e-2


def test_sums_of_a_gradient_are_made_in_single_precision() -> None:
    """A sum of 40000 halves along rows, in half precision, would stop at 2048."""

    def shifted(b, x):
        return np.sum((x + b).astype(np.float32))

    x = np.zeros((40000, 2), HALF)
    assert adgen.grad(shifted)(np.zeros(2, HALF), x).tolist() == [40000.0, 40000.0]
    assert np.cumsum(np.ones(4000, HALF))[-1] == 2048


def test_a_scaled_loss_keeps_small_gradients() -> None:
    def loss(w):
        y = w.astype(np.float16) * np.float16(1e-4)
        return np.sum((y * y).astype(np.float32)) * np.float32(1e-4)

    w = np.full(3, 0.5, np.float32)
    exact = 2 * 1e-12 * 0.5
    assert not np.any(adgen.grad(loss)(w))
    scaled = adgen.grad(lambda w: np.float32(65536.0 * 64.0) * loss(w))(w) / np.float32(65536.0 * 64.0)
    assert scaled.dtype == np.float32
    assert np.allclose(scaled, exact, rtol=5e-2)


def test_processors_without_conversions_leave_halves_to_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adgen.llvm_backend.covered.converts_halves", lambda: False)
    shifted = lambda w, x, b: layer(w, x, b) + np.float16(0.5)  # noqa: E731
    with pytest.raises(adgen.UserError, match="float16") as info:
        adgen.grad(shifted, backend="llvm")(*arguments())
    assert info.value.diagnostic.code == "AG602"
    assert adgen.grad(shifted)(*arguments()).dtype == HALF


EVERY = np.arange(65536, dtype=np.uint16).view(HALF)

EXACT: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda x, y: x + y,
    "difference": lambda x, y: x - y,
    "product": lambda x, y: x * y,
    "quotient": lambda x, y: x / y,
    "remainder": lambda x, y: x % y,
    "quotient, rounded down": lambda x, y: x // y,
    "maximum": lambda x, y: np.maximum(x, y),
    "chosen": lambda x, y: np.where(x > y, x, y),
    "root": lambda x, y: np.sqrt(x),
    "in single precision": lambda x, y: x.astype(np.float32),
    "in double precision": lambda x, y: x.astype(np.float64),
    "whole": lambda x, y: np.rint(x),
    "finite": lambda x, y: np.nan_to_num(x),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", EXACT)
def test_kernels_round_as_numpy_does(name: str) -> None:
    """Every half, with another one."""
    other = np.random.default_rng(0).permutation(EVERY)
    wanted, found = EXACT[name](EVERY, other), adgen.jit(EXACT[name], backend="llvm")(EVERY, other)
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_doubles_are_rounded_once() -> None:
    wide = EVERY[np.isfinite(EVERY)].astype(float)
    middle = (wide + np.nextafter(EVERY[np.isfinite(EVERY)], HALF(np.inf)).astype(float)) / 2
    near = [np.nextafter(middle, end) for end in (-np.inf, np.inf)]
    x = np.concatenate([wide, middle, *near, [65519.9999, 65520.0, 1e300, -1e300, 5e-324, 2.0**-25]])
    found = adgen.jit(lambda x: x.astype(np.float16), backend="llvm")(x)
    np.testing.assert_array_equal(found, x.astype(np.float16))
    whole = np.concatenate([np.arange(-70000, 70000), [2**40, -(2**62)]])
    found = adgen.jit(lambda x: x.astype(np.float16), backend="llvm")(whole)
    np.testing.assert_array_equal(found, whole.astype(np.float16))


def test_signatures_and_annotations() -> None:
    lowered = adgen.grad(layer).lower("f16[n,m], f16[k,n], f16[m]")
    assert "np.float16" in lowered.source
    assert "f16" in repr(adgen.f16["n"])


def test_what_numpy_refuses_is_refused() -> None:
    with pytest.raises(adgen.UserError) as info:
        adgen.jit(lambda x: np.linalg.inv(x), backend="numpy")(np.eye(2, dtype=HALF))
    assert info.value.diagnostic.code == "AG238"


def test_special_functions_widen() -> None:
    b = arguments()[2]
    found = adgen.jit(lambda b: scipy.special.erf(b), backend="numpy")(b)
    assert found.dtype == scipy.special.erf(b).dtype
    assert np.allclose(found, scipy.special.erf(b), rtol=1e-14)
