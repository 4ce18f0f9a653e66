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


def confluent(a: Any, x: Any) -> Any:
    return special.hyp1f1(a, 2.0, x)


def incomplete_gamma(a: Any, x: Any) -> Any:
    return special.gammainc(a, x)


def incomplete_beta(a: Any, b: Any, x: Any) -> Any:
    return special.betainc(a, b, x)


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


@pytest.mark.parametrize("function", [bessel, confluent])
def test_active_parameter_is_refused(function: Any) -> None:
    with pytest.raises(UserError, match="AG309"):
        adgen.grad(function, wrt=0)(2.0, 0.7)
    assert np.isfinite(adgen.grad(function, wrt=1)(2.0, 0.7))


#: a, x, and the first two derivatives of gammainc by a, computed with 30 digits
GAMMA = (
    (2.0, 0.7, -0.212338508139593, 0.2363117752089),
    (0.3, 2.5, -0.0554834353068205, -0.1154227406061),
    (40.0, 35.0, -0.0480011964148018, 0.006425566137504),
    (40.0, 48.0, -0.0284109635938642, -0.005189269023429),
    (0.05, 0.01, -3.35715084898599, 12.58357748128),
    (150.0, 150.0, -0.0325916061570337, 1.208423693206e-7),
)
#: a, b, x, and the derivatives of betainc by a and by b
BETA = (
    (2.0, 3.0, 0.4, -0.240869376087557, 0.156344336413599),
    (0.3, 0.2, 0.7, -0.780828564448874, 1.43188832175418),
    (30.0, 12.0, 0.7, -0.0387472371279333, 0.0943723654441911),
    (0.1, 20.0, 0.01, -1.19236477049608, 0.00375323701681657),
)
#: degrees of freedom, t, and the derivative of the distribution function by the first
DEGREES = (
    (2.0, 0.7, 0.0157724678489631),
    (1.5, -2.0, -0.051855685556878),
    (30.0, 1.2, 0.000155091228243918),
    (3.0, 0.0, 0.0),
)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_shape_of_the_incomplete_gamma_function(backend: str) -> None:
    for a, x, first, second in GAMMA:
        np.testing.assert_allclose(adgen.grad(incomplete_gamma, backend=backend)(a, x), first, rtol=1e-9)
        found = adgen.hessian(incomplete_gamma, backend=backend)(a, x)
        np.testing.assert_allclose(found, second, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_shapes_of_the_incomplete_beta_function(backend: str) -> None:
    for a, b, x, by_a, by_b in BETA:
        found = adgen.grad(incomplete_beta, wrt=(0, 1), backend=backend)(a, b, x)
        np.testing.assert_allclose(found, (by_a, by_b), rtol=1e-9)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_degrees_of_freedom(backend: str) -> None:
    for df, t, slope in DEGREES:
        np.testing.assert_allclose(adgen.grad(degrees, backend=backend)(df, t), slope, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_ends_of_the_incomplete_functions(backend: str) -> None:
    for x in (0.0, np.inf):
        assert adgen.grad(incomplete_gamma, backend=backend)(1.5, x) == 0.0
    for x in (0.0, 1.0):
        assert adgen.grad(incomplete_beta, wrt=(0, 1), backend=backend)(1.5, 0.4, x) == (0.0, 0.0)


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
