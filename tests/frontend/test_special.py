"""Special functions and densities: edges as SciPy has them, and parameters that are not differentiated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special, stats

import adgen
from adgen.diagnostics.errors import UserError

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def bessel(v: Any, x: Any) -> Any:
    return special.jv(v, x)


def incomplete(a: Any, x: Any) -> Any:
    return special.gammainc(a, x)


def degrees(df: Any, x: Any) -> Any:
    return stats.t.cdf(x, df)


def edges(x: Any) -> Any:
    terms = special.entr(x) + special.i0e(x) + special.ndtr(x) + special.expit(x) + special.erfcx(x)
    return np.sum(terms + special.rgamma(x) + special.k0(x) + special.xlogy(x, x) + special.gammainc(2.0, x))


def support(x: Any, scale: Any) -> Any:
    return stats.beta.logpdf(x, 2.0, 3.0, scale=scale) + stats.gamma.logcdf(x, 2.0)


def sinc(x: Any) -> Any:
    return np.sinc(x)


@pytest.mark.parametrize("x", [0.0, 1e-9, 1e-4, 0.095])
def test_sinc_near_zero(x: float) -> None:
    y = np.pi * x
    first = np.pi * (-y / 3 + y**3 / 30 - y**5 / 840 + y**7 / 45360)
    np.testing.assert_allclose(adgen.grad(sinc)(x), first, rtol=1e-9)
    second = np.pi**2 * (-1 / 3 + y**2 / 10 - y**4 / 168 + y**6 / 6480)
    np.testing.assert_allclose(adgen.hessian(sinc)(x), second, rtol=1e-9)


@pytest.mark.parametrize("function", [bessel, incomplete, degrees])
def test_active_parameter_is_refused(function: Any) -> None:
    with pytest.raises(UserError, match="AG309"):
        adgen.grad(function, wrt=0)(2.0, 0.7)
    assert np.isfinite(adgen.grad(function, wrt=1)(2.0, 0.7))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("x", [0.0, -1.0, 1.5, np.inf, np.nan])
def test_edges(x: float, backend: str) -> None:
    at = np.array([x])
    np.testing.assert_equal(adgen.value_and_grad(edges, backend=backend)(at)[0], edges(at))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize(("x", "scale"), [(0.3, 1.0), (-0.5, 1.0), (2.0, 1.0), (0.3, -1.0), (np.nan, 1.0)])
def test_outside_of_the_support(x: float, scale: float, backend: str) -> None:
    value, _ = adgen.value_and_grad(support, wrt=(0, 1), backend=backend)(x, scale)
    assert type(value) is np.float64
    np.testing.assert_allclose(value, support(x, scale), rtol=1e-12)
