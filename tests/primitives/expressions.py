"""Expressions over a few named arguments, one or more for every name of the library."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from tests.primitives.array_expressions import FAMILIES

TYPES = {
    "x": "f64[n,m]",
    "y": "f64[n,m]",
    "p": "f64[n,m]",
    "v": "f64[m]",
    "u": "f64[m]",
    "w": "f64[m,k]",
    "T": "f64[b,n,m]",
    "q": "f64[c,c]",
    "z": "f64[]",
    "a": "f32[m]",
    "s": "f64",
    "r": "f64",
    "i": "i64",
    "j": "i64[m]",
    "o": "i64[n,m]",
    "h": "bool[m]",
    "g": "c128[n,m]",
    "d": "c128[m]",
    "l": "c64[m]",
    "e": "c128",
}


def arguments(seed: int = 0) -> dict[str, Any]:
    """A value for every name."""
    rng = np.random.default_rng(seed)
    return {
        "x": rng.standard_normal((3, 4)),
        "y": rng.standard_normal((3, 4)),
        "p": rng.uniform(0.2, 0.9, (3, 4)),
        "v": rng.standard_normal(4),
        "u": rng.uniform(0.2, 0.9, 4),
        "w": rng.standard_normal((4, 5)),
        "T": rng.standard_normal((2, 3, 4)),
        "q": rng.standard_normal((4, 4)),
        "z": np.array(0.7),
        "a": rng.uniform(0.2, 0.9, 4).astype(np.float32),
        "s": 0.6,
        "r": 1.7,
        "i": 3,
        "j": np.array([2, 0, 3, 1]),
        "o": np.array([[1, 2, 3, 4], [0, -1, 5, 2], [3, 3, 1, 7]]),
        "h": np.array([True, False, True, True]),
        "g": rng.standard_normal((3, 4)) + 1j * rng.standard_normal((3, 4)),
        "d": rng.standard_normal(4) + 1j * rng.standard_normal(4),
        "l": (rng.uniform(0.2, 0.9, 4) + 1j * rng.uniform(0.2, 0.9, 4)).astype(np.complex64),
        "e": complex(0.6, -1.3),
    }


def names_in(expression: str) -> list[str]:
    """The arguments that an expression uses, in order of the table."""
    tree = ast.parse("def f():\n" + "".join(f"    {line}\n" for line in body(expression)))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    used = {node.id for node in nodes} - stored
    return [name for name in TYPES if name in used]


ELEMENTWISE = """
np.add(x, v)
np.subtract(x, 1)
np.multiply(x, s)
np.divide(x, p)
np.true_divide(o, 2)
np.negative(x)
np.positive(x)
np.power(p, v)
np.power(x, 2)
np.power(o, 2)
np.float_power(p, 2)
np.reciprocal(p)
np.square(x)
np.square(o)
np.sqrt(p)
np.sqrt(s)
np.sqrt(z)
np.sqrt(a)
np.sqrt(i)
np.cbrt(p)
np.hypot(x, y)
np.abs(x)
np.absolute(x)
np.fabs(x)
np.sign(x)
np.exp(x)
np.exp(a)
np.exp2(x)
np.expm1(x)
np.log(p)
np.log2(p)
np.log10(p)
np.log1p(p)
np.logaddexp(x, y)
np.logaddexp2(x, y)
np.sin(x)
np.sin(o)
np.cos(s)
np.tan(p)
np.arcsin(p)
np.arccos(p)
np.arctan(x)
np.arctan2(x, y)
np.sinh(x)
np.cosh(x)
np.tanh(a)
np.arcsinh(x)
np.arccosh(p + 1.5)
np.arctanh(p)
np.deg2rad(x)
np.rad2deg(x)
np.degrees(v)
np.radians(a)
np.sinc(x)
np.floor(x)
np.ceil(x)
np.trunc(x)
np.fix(x)
np.rint(x)
np.floor(o)
np.round(x, 2)
np.round(x)
np.around(x, 1)
x.round(1)
np.mod(x, p)
np.remainder(x, 0.7)
np.fmod(x, p)
np.floor_divide(x, p)
np.divmod(x, p)[1]
np.maximum(x, v)
np.maximum(x, 0.0)
np.maximum(x, 0)
np.minimum(x, s)
np.fmax(x, y)
np.fmin(x, y)
np.clip(x, -0.5, 0.5)
np.clip(x, 0, None)
np.clip(x, None, s)
np.clip(o, 1, 3)
x.clip(-0.3, 0.4)
np.clip(a, 0.3, 0.6)
np.where(x > 0, x, y)
np.where(x > 0.1, 1.0, v)
np.where(h, u, 0)
np.where(s > 0, s, r)
np.greater(x, y)
np.greater_equal(x, 0)
np.less(x, y)
np.less_equal(x, y)
np.equal(o, 3)
np.not_equal(o, 3)
np.logical_and(x > 0, y > 0)
np.logical_or(h, v > 0)
np.logical_xor(h, v > 0)
np.logical_not(h)
np.bitwise_and(o, 6)
np.bitwise_or(j, i)
np.bitwise_xor(h, v > 0)
np.left_shift(j, 2)
np.right_shift(o, 1)
np.invert(o)
np.bitwise_not(h)
np.bitwise_left_shift(o, 1)
np.bitwise_right_shift(o, 1)
np.bitwise_invert(j)
(o & 5) | (j ^ 3)
(i << 2) + (~i >> 1)
~h
np.isnan(x)
np.isinf(x)
np.isfinite(s)
np.nan_to_num(x)
np.heaviside(x, 0.5)
np.copysign(x, y)
np.real(x)
np.conj(x)
np.conjugate(x)
x.conj()
x.real
np.acos(p)
np.asin(p)
np.atan(x)
np.atan2(x, y)
np.acosh(p + 1.5)
np.asinh(x)
np.atanh(p)
np.pow(p, v)
"""

REDUCTIONS = """
np.sum(x)
np.sum(x, axis=0)
np.sum(x, axis=-1, keepdims=True)
np.sum(T, axis=(0, 2))
np.sum(T, (0, -1), keepdims=True)
np.sum(a)
np.sum(o)
np.sum(h)
np.sum(s)
x.sum()
x.sum(1)
T.sum(axis=(1, 2))
np.sum(x > 0, axis=1)
np.mean(x)
np.mean(x, axis=1, keepdims=True)
x.mean(0)
np.mean(o)
np.mean(a)
np.var(x)
np.var(x, axis=0, ddof=1)
x.var(axis=1, keepdims=True)
np.std(x)
np.std(x, axis=-1, ddof=1)
x.std()
np.average(x, axis=0)
np.average(x, axis=1, weights=u)
np.average(x, weights=p)
np.prod(x)
np.prod(x, axis=1)
np.prod(T, axis=(0, 1), keepdims=True)
x.prod(0)
np.prod(x.shape)
np.max(x)
np.max(x, axis=0)
np.amax(x, axis=(0, 1))
x.max(axis=1, keepdims=True)
np.min(x, 1)
np.amin(T, axis=(0, 2))
x.min()
np.ptp(x, axis=0)
np.argmax(x)
np.sum(v[np.nonzero(v > 0.0)[0]] ** 2)
np.sum(v[np.flatnonzero(v > 0.0)] ** 2)
np.sum(v[(v > 0.0).nonzero()[0]] ** 2)
np.argmax(x, axis=1)
x.argmin(0)
np.argmin(v)
np.any(x > 2)
np.all(x > -9, axis=0)
(x > 0).any(axis=1)
(x > 0).all()
np.count_nonzero(o)
np.array_equal(x, x)
np.cumsum(x)
np.cumsum(x, axis=0)
v.cumsum()
np.cumsum(o, axis=1)
np.cumprod(v)
np.cumprod(x, axis=1)
np.diff(v)
np.diff(x, axis=0)
np.diff(x, 2)
np.nansum(x, axis=0)
np.add.reduce(x)
np.multiply.reduce(x)
np.minimum.reduce(x, axis=1)
np.multiply.accumulate(v)
np.maximum.reduce(x)
np.add.accumulate(v)
"""

PRODUCTS = """
x @ w
x @ v
v @ w
v @ u
T @ w
T @ v
np.matmul(x, w)
np.dot(x, w)
np.dot(x, v)
np.dot(v, u)
np.dot(s, x)
np.dot(T, w)
x.dot(w)
np.outer(v, u)
np.multiply.outer(v, u)
np.linalg.vecdot(x, y)
np.linalg.trace(q)
np.linalg.diagonal(q)
np.linalg.diagonal(T, offset=-1)
np.linalg.trace(T, offset=1)
np.trace(x)
np.trace(x, 1)
np.trace(x, offset=-1)
np.trace(T)
np.trace(T, 1, 2, 0)
T.trace(axis1=1, axis2=2)
np.trace(o)
np.diagonal(x)
np.diagonal(x, -1)
np.diagonal(T, 0, 1, 2)
np.kron(x, v)
np.kron(T, w)
np.kron(s, v)
np.cross(x[:, :3], w[1:, 0])
np.cross(v[1:], u[:3])
np.cross(T, x, axisa=1, axisb=0, axisc=0)
np.cross(x, y, axis=0)
np.linalg.cross(x[:, :3], w[1:, 0])
np.linalg.outer(v, u)
np.linalg.vecdot(x, y, axis=0)
np.inner(v, u)
np.inner(x, y)
np.vdot(x, y)
np.vecdot(x, y)
np.tensordot(x, w, axes=1)
np.tensordot(T, x, axes=((1, 2), (0, 1)))
np.tensordot(x, y)
np.kron(v, u)
np.kron(x, q)
np.einsum("ij,jk->ik", x, w)
np.einsum("ij,ij->", x, y)
np.einsum("bij,jk->bik", T, w)
np.einsum("ij->ji", x)
np.einsum("ij->i", x)
np.einsum("ii->i", q)
np.einsum("ii", q)
np.einsum("ij,jk,k->i", x, w, w[0])
np.einsum("i,i", v, u)
np.einsum("i,j->ij", v, u)
np.trace(q)
q.trace()
np.diag(v)
np.diag(q)
np.diag(v, 1)
np.diag(q, -1)
np.diagonal(q)
np.linalg.norm(x)
np.linalg.norm(v)
np.linalg.norm(x, axis=1)
np.linalg.norm(x, axis=0, keepdims=True)
np.linalg.norm(v, 1)
np.linalg.norm(v, np.inf)
np.linalg.norm(v, ord=2)
np.linalg.norm(x, "fro")
np.linalg.norm(v, 0)
np.linalg.norm(v, -np.inf)
np.linalg.norm(v, 3)
np.linalg.norm(v, 2.5)
np.linalg.norm(v, 0.5)
np.linalg.norm(v, -1)
np.linalg.norm(x, 1)
np.linalg.norm(x, -1)
np.linalg.norm(x, np.inf)
np.linalg.norm(x, -np.inf)
np.linalg.norm(x, 2)
np.linalg.norm(x, -2)
np.linalg.norm(x, "nuc")
np.linalg.norm(x, 3, axis=1, keepdims=True)
np.linalg.norm(T, 1, axis=(0, 2))
np.linalg.norm(T, 1, axis=(2, 0), keepdims=True)
np.linalg.norm(T, "nuc", axis=(1, 2))
np.linalg.norm(T)
np.linalg.vector_norm(x, axis=1)
np.linalg.vector_norm(x, ord=1)
np.linalg.vector_norm(T, axis=(0, 1), ord=3)
np.linalg.matrix_norm(T)
np.linalg.matrix_norm(T, ord=2)
np.linalg.matrix_norm(T, ord=-np.inf, keepdims=True)
np.linalg.matrix_power(q, 3)
np.linalg.matrix_power(q, -2)
np.linalg.matrix_power(q, 0)
np.linalg.multi_dot([x, q, w])
np.linalg.multi_dot([v, q, w])
np.linalg.multi_dot((v, q, q, u))
special.erfc(x)
special.erfcx(x)
special.erfi(a)
special.dawsn(x)
special.erfinv(p)
special.erfcinv(p)
special.ndtr(x)
special.ndtri(p)
special.log_ndtr(3 * x)
math.erfc(s)
special.j0(x)
special.j1(x)
special.jv(2, x)
special.jv(0.5, p)
special.jn(3, a)
special.y0(p)
special.y1(p)
special.yn(2, p)
special.yv(1.5, p)
special.i0(x)
special.i1(x)
special.i0e(x)
special.i1e(x)
special.iv(i, p)
special.iv(0.5, p)
special.ive(2, p)
special.k0(p)
special.k1(p)
special.k0e(p)
special.k1e(p)
special.kn(2, p)
special.kv(1.5, p)
special.kve(1.5, s)
np.i0(x)
np.i0(s)
special.xlogy(x, p)
special.xlogy(a, 2)
special.xlog1py(x, p)
special.entr(p)
special.rel_entr(p, u)
special.kl_div(p, u)
special.logit(p)
special.log_expit(x)
special.exprel(x)
special.boxcox(p, x)
special.boxcox1p(p, s)
special.inv_boxcox(p, u)
special.inv_boxcox1p(p, u)
special.log1p(p)
special.expm1(x)
special.exp2(x)
special.cbrt(p)
special.hyp0f1(1.5, x)
special.hyp1f1(0.5, 1.5, x)
special.hyp2f1(0.5, 1.5, 2.5, p)
special.expi(x)
special.exp1(p)
special.expn(2, p)
special.spence(p)
special.gammainc(2.5, p)
special.gammainc(2, a)
special.gammainc(u, v * v)
special.betainc(u, s, p[0])
special.stdtr(u, v)
stats.t.cdf(v, u + 1)
stats.chi2.cdf(u, r)
special.yn(2, a)
special.expn(2.0, a)
special.gammaincc(i, p)
special.betainc(2.5, 1.5, p)
special.betaincc(2, i, p)
special.loggamma(p)
special.rgamma(x)
special.rgamma(i - 3)
special.beta(p, u)
special.betaln(p, s)
special.zeta(2, p)
special.zeta(3)
special.multigammaln(p + 2, 3)
special.poch(p, 1.5)
special.sici(p)
special.sici(s)[0]
special.shichi(x)[0]
special.fresnel(x)
special.fresnel(a)[1]
special.stdtr(2.5, x)
stats.norm.pdf(x)
stats.norm.logpdf(x, 0.5, p)
stats.norm.cdf(x, loc=s, scale=2.0)
stats.norm.logcdf(x)
stats.norm.sf(x)
stats.norm.logsf(x, scale=r)
stats.norm.ppf(p, s)
stats.t.ppf(p, 2.5)
stats.beta.ppf(p, 1.5, 2.5, s, r)
stats.gamma.ppf(p, 2.5, scale=s)
stats.chi2.ppf(p, 3)
stats.norm(s, r).logpdf(x)
stats.norm(loc=x, scale=p).cdf(v)
f = stats.gamma(2.5, scale=r); return f.logpdf(p) - f.cdf(u) + f.ppf(s)
stats.t(df=3.5).logpdf(x)
stats.poisson(p).cdf(o)
stats.multivariate_normal(v, q @ q.T + np.eye(4)).logpdf(x)
stats.multivariate_normal.logpdf(v, 0.3, r)
stats.multivariate_normal.pdf(s, 0.1, r)
stats.t.pdf(x, 2.5)
stats.t.logpdf(x, p, s, r)
stats.t.cdf(x, 3)
stats.t.logcdf(x, 2.5)
stats.t.sf(s, 2.5)
stats.t.logsf(x, 2.5)
stats.beta.pdf(p, 1.5, r)
stats.beta.logpdf(x, 2.0, 1.0)
stats.beta.cdf(x, 2.5, 2)
stats.beta.logcdf(p, 2.5, 2)
stats.beta.sf(p, 2.5, 2)
stats.beta.logsf(p, 2.5, 2)
stats.gamma.pdf(x, 2.5, scale=s)
stats.gamma.logpdf(p, r, -0.5)
stats.gamma.cdf(x, 2.5)
stats.gamma.logcdf(p, 2.5)
stats.gamma.sf(x, 2.5)
stats.gamma.logsf(p, 2.5)
stats.chi2.pdf(x, 3)
stats.chi2.logpdf(p, r)
stats.chi2.cdf(x, 3)
stats.chi2.logcdf(a, 3)
stats.chi2.sf(p, 3)
stats.chi2.logsf(p, 3)
stats.poisson.logpmf(o, p)
stats.poisson.pmf(i, p)
stats.poisson.cdf(o, r)
stats.multivariate_normal.logpdf(v, u, q @ q.T + np.eye(4))
stats.multivariate_normal.logpdf(x, None, q @ q.T + np.eye(4))
stats.multivariate_normal.pdf(T, v, q @ q.T + np.eye(4))
stats.dirichlet.logpdf(u / u.sum(), np.exp(v))
stats.dirichlet.logpdf(p / p.sum(axis=0), np.array([0.5, 2.0, r]))
special.gamma(p)
special.gammaln(p + 1)
special.digamma(p)
special.psi(a)
special.polygamma(1, p)
special.polygamma(0, v)
special.polygamma(2, a)
math.lgamma(r)
math.gamma(r)
np.linalg.solve(q, v)
np.linalg.solve(q, w)
np.linalg.inv(q)
np.linalg.slogdet(q)[1]
np.linalg.cholesky(q @ q.T + np.eye(4))
np.linalg.eigh(q @ q.T)[0]
np.linalg.eigh(q @ q.T)[1] ** 2
np.linalg.eigvalsh(q)
np.abs(np.linalg.eigvals(q))
np.linalg.eigvals(q + 1j * x[0])
np.linalg.eigvals(q).real.max()
np.abs(np.linalg.eig(q)[1]) ** 2
np.linalg.det(q)
np.linalg.det(T @ T.transpose(0, 2, 1))
np.linalg.svd(x)[1]
np.linalg.svd(x)[0] ** 2
np.linalg.svd(x.T)[2] ** 2
np.linalg.svd(T, full_matrices=False)[2] ** 2
np.linalg.svd(x, compute_uv=False)
np.linalg.svd(x @ x.T)[0] ** 2
np.linalg.svdvals(x)
np.linalg.pinv(x)
np.linalg.pinv(w, rcond=1e-10)
np.linalg.pinv(T, rtol=1e-12)
np.linalg.cond(q)
np.linalg.cond(x, -2)
np.linalg.cond(q, 1)
np.linalg.cond(q, "fro")
np.linalg.matrix_rank(x) * s
np.linalg.matrix_rank(x, tol=0.5)
np.linalg.matrix_rank(T, rtol=0.1)
np.linalg.matrix_rank(v)
np.linalg.tensorinv(q.reshape(2, 2, 4))
np.linalg.tensorinv(q.reshape(4, 2, 2), ind=1)
np.linalg.tensorsolve(q.reshape(2, 2, 2, 2), x[:2, :2])
np.linalg.tensorsolve(q.reshape(2, 2, 2, 2), x[:2, :2], axes=(0, 2))
np.linalg.cholesky(q @ q.T + np.eye(4), upper=True)
np.linalg.eigh(q, "U")[0]
np.linalg.eigh(q, UPLO="U")[1]
np.linalg.eigvalsh(q, "U")
np.linalg.qr(q)
np.linalg.qr(x)[1]
np.linalg.qr(x.T)[0]
np.linalg.qr(T.transpose(0, 2, 1), "r")
np.linalg.qr(x, mode="complete")[1]
np.linalg.lstsq(x.T, v)[0]
np.linalg.lstsq(x.T, w[:, :2], rcond=1e-10)[0]
np.linalg.lstsq(x.T, w[:, :2])[2]
np.linalg.lstsq(x.T, w[:, :2])[1].sum()
np.linalg.lstsq(w, v, rcond=-1)[0]
np.linalg.lstsq(w, v)[1].sum()
sl.det(q)
sl.inv(q, check_finite=False)
sl.norm(x)
sl.norm(v, 1)
sl.svd(x)[1]
sl.svd(x.T, full_matrices=False)[2] ** 2
sl.svdvals(x)
sl.pinv(x)
sl.pinv(w, rtol=1e-10)
sl.cholesky(q @ q.T + np.eye(4))
sl.cholesky(q @ q.T + np.eye(4), lower=True)
sl.qr(x, mode="economic")[1]
sl.qr(q)[0]
sl.qr(q, mode="r")[0]
sl.lstsq(x.T, v)[0]
sl.lstsq(x.T, v)[1]
sl.lstsq(x.T, v)[2]
sl.lstsq(x.T, w[:, :2], cond=1e-12)[1].sum()
sl.eigh(q @ q.T)[0]
sl.eigh(q @ q.T)[1] ** 2
sl.eigh(q, lower=False, eigvals_only=True)
sl.eigvalsh(q)
sl.eigh_tridiagonal(v, u[:3], eigvals_only=True)
sl.eigh_tridiagonal(v, u[:3])
sl.solve(q, v)
sl.solve(q + 4.0 * np.eye(4), w, transposed=True)
sl.solve(q @ q.T + np.eye(4), v, assume_a="pos")
sl.solve(q + q.T, v, lower=True, assume_a="sym")
sl.solve(q, v, assume_a="upper triangular")
sl.solve(q, w, assume_a="lower triangular", transposed=True)
sl.solve(np.diag(u), v, assume_a="diagonal")
sl.solve(np.diag(u + 2.0) + np.diag(v[:3], 1), v, assume_a="tridiagonal")
sl.solve_triangular(q, v)
sl.solve_triangular(q, w, lower=True)
sl.solve_triangular(q, w, trans="T", unit_diagonal=True)
sl.solve_triangular(q, v, 1, True, True)
sl.cho_factor(q @ q.T + np.eye(4))[0]
sl.cho_factor(q @ q.T + np.eye(4), lower=True)[0]
sl.cho_solve(sl.cho_factor(q @ q.T + np.eye(4)), v)
sl.cho_solve((np.linalg.cholesky(q @ q.T + np.eye(4)), True), w)
sl.lu_factor(q)[0]
sl.lu_factor(q)[1]
sl.lu_solve(sl.lu_factor(q), v)
sl.lu_solve(sl.lu_factor(q), w, trans=1)
sl.lu(q)
sl.lu(q, permute_l=True)
sl.lu(q, p_indices=True)
splinalg.cg(q @ q.T + np.eye(4), v, rtol=1e-13)
splinalg.cg(np.eye(4) * 2.0, v, u, maxiter=50, rtol=1e-12, atol=1e-14)[0]
splinalg.gmres(q + 4.0 * np.eye(4), v, rtol=1e-13)[0]
splinalg.gmres(q + 4.0 * np.eye(4), v, rtol=1e-13, restart=2, maxiter=50)[0]
sl.expm(q)
sl.sqrtm(q @ q.T + np.eye(4))
sl.polar(q + 2.0 * np.eye(4))[0]
sl.polar(w.T, "right")
sl.polar(x, side="left")
sl.orthogonal_procrustes(x.T, y.T)
sl.solve_sylvester(q, np.eye(3) * 9.0 + x @ y.T, x.T)
sl.solve_continuous_lyapunov(q + 9.0 * np.eye(4), q)
sl.solve_discrete_lyapunov(0.1 * q, q)
sl.block_diag(x, v, s, q)
sl.block_diag(a, x)
sl.toeplitz(v)
sl.toeplitz(v, u[:3])
sl.hankel(v)
sl.hankel(v, u[:3])
sl.circulant(v)
sl.solve_toeplitz(u + 2.0 * (np.arange(4) == 0), w)
sl.solve_toeplitz((u + 4.0 * (np.arange(4) == 0), v), u)
sl.solve_banded((1, 1), np.stack((v, u + 4.0, v)), w)
sl.solve_banded((1, 2), np.stack((v, u, p[0] + 5.0, v)), v)
sl.solveh_banded(np.stack((v, u + 5.0)), v)
sl.solveh_banded(np.stack((u + 6.0, v, p[0])), w, lower=True)
"""

SHAPES = """
x.reshape(12)
x.reshape(-1)
x.reshape(4, 3)
x.reshape((2, 6))
x.reshape(-1, 2)
T.reshape(2, -1)
T.reshape(T.shape[0], -1)
np.reshape(x, (4, -1))
np.reshape(v, (-1, 1))
x.ravel()
np.ravel(x)
x.flatten()
x.T
T.T
np.transpose(x)
np.transpose(T, (1, 2, 0))
T.transpose(2, 0, 1)
T.transpose((0, 2, 1))
np.swapaxes(T, 0, 2)
T.swapaxes(1, -1)
np.moveaxis(T, 0, -1)
np.permute_dims(T, (1, 2, 0))
np.matrix_transpose(T)
np.linalg.matrix_transpose(x)
np.broadcast_arrays(v, x)[0]
np.moveaxis(T, (0, 1), (2, 0))
x.mT
np.expand_dims(v, 0)
np.expand_dims(x, (0, 2))
np.squeeze(np.expand_dims(x, 1))
np.squeeze(v[None], axis=0)
np.atleast_1d(s)
np.atleast_2d(v)
np.broadcast_to(v, (3, 4))
np.broadcast_to(v, x.shape)
np.broadcast_to(s, (2,))
np.flip(v)
np.flip(x, 1)
np.flip(x)
np.fliplr(x)
np.flipud(x)
np.roll(v, 1)
np.roll(x, 1)
np.roll(x, -2, axis=1)
np.roll(x, (1, 1), axis=(0, 1))
np.concatenate([x, y])
np.concatenate((x, y), axis=1)
np.concatenate((x, o), axis=None)
np.stack([v, u])
np.stack((x, y), axis=-1)
np.vstack((x, v))
np.vstack((v, u))
np.hstack((v, u))
np.hstack((x, y))
np.column_stack((v, u))
np.dstack((x, y))
np.append(v, 1.0)
np.append(x, y, axis=0)
np.tile(v, 2)
np.tile(x, (2, 3))
np.tile(v, (2, 1))
np.repeat(v, 3)
np.repeat(x, 2, axis=0)
np.take(v, j)
np.take(x, 1, axis=0)
np.take(x, np.array([0, -1]), axis=1)
np.split(v, 2)[1]
np.tril(q)
np.triu(q, 1)
np.tril(x, -1)
"""

NEW = """
np.zeros(3) + s
np.zeros((2, 3))
np.zeros(x.shape)
np.zeros(i)
np.ones(3, dtype=np.float32)
np.ones((2, 2)) * s
np.full((2, 2), s)
np.full(3, 2)
np.full(3, 2.0, dtype=np.float32)
np.zeros_like(x)
np.ones_like(x) * v
np.full_like(x, s)
np.zeros_like(o)
np.zeros_like(x, dtype=np.float32)
np.arange(4)
np.arange(i)
np.arange(1, 7, 2)
np.arange(1, i)
np.arange(0.0, 1.0, 0.25)
np.arange(4) * s
np.arange(3.0)
np.linspace(0.0, 1.0, 5)
np.linspace(s, r, 4)
np.linspace(0, r, 3, endpoint=False)
np.eye(3)
np.eye(3, 4, k=1)
np.eye(v.shape[0]) * v
np.identity(2)
np.array([s, r, 1.0])
np.array([[s, r], [r, s]])
np.array([1, 2, 3])
np.array(x)
np.array(s)
np.asarray(x)
np.ascontiguousarray(x)
np.astype(x, np.float32)
np.zeros(2, dtype=np.result_type(a, s))
np.asarray([s, 2.0])
np.copy(x)
x.copy()
x.astype(np.float32)
o.astype(float)
x.astype("f4")
a.astype(np.float64)
x.shape[0] * s
x.size * s
x.ndim
np.shape(x)
np.size(x)
np.size(x, 1)
np.ndim(x)
v[0].item()
x[1, 2].astype(np.float32)
np.float64(s)
np.float32(s)
np.zeros(4, dtype=v.dtype)
np.pi * s
np.e * s
np.inf
"""

PYTHON = """
math.sin(s)
math.cos(s) + math.tan(s)
math.asin(s) * math.acos(s) + math.atan(s)
math.atan2(s, r)
math.sinh(s) + math.cosh(s) - math.tanh(s)
math.asinh(s) + math.acosh(r) + math.atanh(s)
math.exp(s) + math.expm1(s) + math.exp2(s)
math.log(s) + math.log2(s) + math.log10(s) + math.log1p(s)
math.log(r, 2)
math.log(r, s)
math.sqrt(s) + math.cbrt(r)
math.pow(s, r)
math.hypot(s, r)
math.hypot(s, r, 2.0)
math.fabs(-s)
math.fmod(r, s)
math.copysign(s, -1.0)
math.degrees(s)
math.radians(s)
math.floor(r) * s
math.ceil(r) * s
math.trunc(r) * s
math.pi * s
math.isnan(s)
math.isfinite(s)
math.isinf(s)
math.isqrt(17) * s
math.gcd(12, 18) * s
math.sin(v[0])
math.prod((s, r, 2.0))
math.fsum((s, r))
math.factorial(4) * s
math.comb(5, 2) * s
abs(s)
abs(-s)
abs(x)
abs(v[1])
min(s, r)
max(s, r, 2.0)
max(v)
min((s, r))
max(v[0], v[1])
min(s, 1)
sum((s, r, 1.0))
sum([s, r], 2.0)
float(i) * s
float(v[0])
float("1.5") * s
int(r) * s
round(r) * s
bool(s)
pow(s, 2)
pow(s, r)
s ** 2
s ** -1
2.0 ** s
s ** r
x ** 2
x ** 3
p ** 0.5
p ** -1
p ** -1.5
p ** v
2 ** v
o ** 2
i ** 2
s / r
i / 2
i // 2
7 % i
-x + y * v - 1
x / p
o / 2
o * s
a * 2.0
a * s
a + v
h * v
x[0] @ v
len(v) * s
"""

NEURAL = """
adgen.relu(x)
adgen.relu(s)
adgen.sigmoid(x)
adgen.sigmoid(a)
adgen.softplus(x)
adgen.silu(x)
adgen.gelu(x)
adgen.softmax(x)
adgen.softmax(x, axis=0)
adgen.log_softmax(x)
adgen.logsumexp(x)
adgen.logsumexp(x, axis=1)
adgen.logsumexp(x, axis=0, keepdims=True)
adgen.gelu(a)
adgen.stop_gradient(x) * x
special.erf(x)
special.expit(x)
special.softmax(x)
special.softmax(x, axis=1)
special.log_softmax(x, axis=0)
special.logsumexp(x, axis=1, keepdims=True)
math.erf(s)
"""

KINDS = """
np.maximum(s, r)
np.sin(i)
x.sum() + s
np.sum((s, r))
np.max([s, r, 1])
np.mean([1, 2, 3])
np.where(x > 0, 1, 0)
np.where(x > 0, 1, 0.5)
np.where(h, a, 0.0)
np.abs(i)
np.abs(-2)
np.sqrt(2)
np.float32(s) * a
a.sum()
a.mean()
a @ a
a * 2
a / 2
a - 1
np.exp(a) * s
np.power(a, 2)
a ** 0.5
a ** 2
a ** i
a + o
np.std(a)
np.linalg.norm(a)
np.arange(3) / 2
np.ones(3, int)
np.zeros((2,), dtype=int)
np.full((2, 2), i)
np.full((2, 4), v)
v[-1]
v[j]
x[:, ::-1]
x[..., None]
x[1:, 2]
x[:, None, :] - y[None, :, :]
np.stack([1, 2, 3])
np.stack([s, r])
np.concatenate([a, v])
np.array([s, i])
np.array([True, False])
np.array([x, y])
np.array([v, [1, 2, 3, 4]])
np.array([[1, 2], [3, 4]]) * s
np.linspace(0, 1, i)
np.tile(s, 3)
np.repeat(s, 3)
np.min(o)
np.prod(o)
np.sum(o, axis=0)
np.cumsum(h)
h.sum()
h.mean()
np.var(o)
~h
h & (v > 0)
h | (v > 0)
h ^ (v > 0)
h + h
h * 2
o % 3
o // 2
-o
abs(o)
7 // i
-7 % i
2 ** i
s // r
-s % r
s % 0.25
x % 0.5
x // 0.5
round(-s)
int(-r)
z * 2
z + s
z ** 2
np.sin(z)
z + v
-z
z > 0
float(z)
np.sum(z)
T @ T.swapaxes(1, 2)
T @ T[:1].swapaxes(1, 2)
T[0] @ w
x.T @ x
v @ x.T
x @ x.T @ x
(x * y).sum(axis=0) @ v
x[0] * y[:, :1]
x.sum(axis=0, keepdims=True) * x
x - x.mean(axis=1, keepdims=True)
(x - x.mean(0)) / x.std(0)
np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
s if s > r else r
1.0 if s > 0 else 0.0
(s > 0) + 1
(x > 0) * x
np.inf > s
-np.inf
np.add.outer(v, u)
np.subtract.outer(v, x)
np.divide.outer(v, u)
np.true_divide.outer(v, p)
np.power.outer(u, v)
np.arctan2.outer(v, u)
np.atan2.outer(v, u)
np.hypot.outer(v, u)
np.logaddexp.outer(v, u)
np.maximum.outer(v, u)
np.minimum.outer(v, u)
np.fmax.outer(v, u)
np.fmin.outer(v, u)
np.floor_divide.outer(o, 3)
np.remainder.outer(v, u)
np.mod.outer(v, u)
np.fmod.outer(v, u)
np.equal.outer(j, o)
np.not_equal.outer(j, o)
np.greater.outer(v, u)
np.greater_equal.outer(v, u)
np.less.outer(v, u)
np.less_equal.outer(v, u)
np.maximum.accumulate(x)
np.minimum.accumulate(x, axis=1)
np.logical_and.reduce(x > 0)
np.logical_or.reduce(x > 0, axis=1)
np.take_along_axis(x, np.argmax(x, axis=1)[:, None], axis=1)
np.imag(x)
x.imag + x
2.0 * s if isinstance(x, np.ndarray) else s
np.asanyarray(x) * s
divmod(r, s)[1]
math.dist((s, r), (1.0, 2.0))
np.sum(x, where=x > 0, initial=2.0)
np.max(x, axis=1, initial=0.1)
np.mean(x, axis=0, where=x > -5.0)
x.ravel(order="F") * 2
x.reshape((2, 6), order="F")
np.take(v, j + 2, mode="clip")
np.take(v, j + 2, mode="wrap")
"""

STATEMENTS = """
c = np.zeros(5); np.add.at(c, j, v); return c
c = np.zeros((3, 4)); np.add.at(c, (np.array([0, 2, 0]), np.array([1, 1, 1])), s); return c
c = x.copy(); np.add.at(c, 1, v); return c
c = np.empty(3); c.fill(s); return c
c = np.empty_like(x); c[:] = v; return c
c = np.empty((3, 4)); np.copyto(c, v); return c
c = x.T.copy(); c.fill(2.0); return c * s
n, m = x.shape; return np.ones((m, n)) * s
c = x.ravel(); d = c * 2; return d.reshape(x.shape)
c = np.asarray(x); return c[0] * s
return np.sum(x), s
c = np.ones(4); np.subtract.at(c, j, v); return c
c = np.ones(4); np.multiply.at(c, j, v); return c
c = np.ones(4); np.divide.at(c, j, u); return c
c = np.ones(4); np.true_divide.at(c, j, u); return c
c = np.zeros(4); np.maximum.at(c, j, v); return c
c = np.zeros(4); np.minimum.at(c, j, v); return c
c = np.full(4, 2.0); np.power.at(c, j, u); return c
c = q.copy(); np.fill_diagonal(c, v); return c
c = x.copy(); np.put(c, [1, 5], [s, r]); return c
c = x.copy(); c.put(j, v); return c
c = x.copy(); np.place(c, x > 0, [s, r]); return c
c = x.copy(); np.putmask(c, x > 0, y); return c
c = x.copy(); np.put_along_axis(c, np.argmax(x, axis=1)[:, None], s, axis=1); return c
c = np.zeros((3, 4)); np.multiply(x, y, out=c); return c
c = np.zeros((3, 4)); np.log(p, out=c, where=p > 0.5); return c
"""

COMPLEX = """
np.real(g)
np.imag(g)
np.real(x)
np.imag(e)
g.real * x
g.imag - 1
d.real
l.imag
e.real + e.imag
e.conjugate() * s
s.real * s
np.conj(g)
np.conjugate(l)
np.conjugate(e)
np.conj(x)
g.conj()
g.conjugate()
d[1].conjugate()
np.angle(g)
np.angle(e)
np.angle(d, deg=True)
np.angle(x)
np.abs(g)
np.abs(l)
np.absolute(g)
abs(e)
abs(g)
abs(d[0])
np.abs(d) ** 2
np.iscomplexobj(g)
np.iscomplex(g)
np.isreal(d)
np.isreal(x)
isinstance(e, complex)
isinstance(d[0], np.complexfloating)
np.isrealobj(x)
complex(s, r)
complex(s)
complex(e) * 2
complex(1.0, s) / e
1j * s
1j * x + v
2 * g - 1j
g * x
g / p
x / (g + 3)
s / g
e * d
a * l
a * 1j
l * 2.0
l * e
l + d
j * 1j
g ** 2
g ** 3
g ** -1
g ** 0.5
g ** d
e ** 2
e ** e
2.0 ** g
x ** 2j
np.power(p, 1j)
np.exp(1j * x)
np.exp(1j * s)
np.exp(e)
np.exp(l)
np.log(g)
np.sqrt(g)
np.sin(g) * np.cos(d)
np.tan(d)
np.sinh(g) + np.cosh(d)
np.tanh(d)
np.square(g)
np.reciprocal(g)
np.log2(d) + np.log10(d) + np.log1p(d) + np.expm1(d) + np.exp2(d)
np.arcsin(d) + np.arccos(d) + np.arctan(d)
np.arcsinh(d) + np.arctanh(d)
-g
+g
g == d
g != x
np.isnan(g)
np.isinf(g)
np.isfinite(d)
np.where(x > 0, g, x)
np.where(h, d, 0)
np.sum(g)
np.sum(g, axis=0)
g.mean(axis=1)
np.mean(l)
np.prod(d)
np.prod(g, axis=1)
np.cumsum(g, axis=0)
np.cumprod(d)
np.var(g)
np.std(d, ddof=1)
np.sum(g, where=x > 0)
np.any(g)
np.count_nonzero(d)
np.average(d, weights=u)
np.linalg.norm(d)
np.linalg.norm(g, axis=1)
np.linalg.norm(d, 1)
np.vdot(d, d + 1)
np.vdot(g, x)
np.vecdot(d, d * 1j)
np.dot(d, v)
np.inner(d, d)
np.outer(d, d.conj())
g @ d
g @ w
g.conj().T @ g
np.einsum("ij,kj->ik", g, g.conj())
np.kron(d, d)
np.tensordot(g, w, 1)
np.linalg.solve(q + 1j * np.eye(4), d)
np.linalg.inv(q + 1j * np.eye(4))
g.T
g[1]
g[:, ::2]
g[::-1, 1:].real
d[j]
np.sum(d[h])
g.reshape(-1)
g.ravel().imag
np.concatenate([d, v])
np.stack([d, l])
np.array([s, 1j, e])
np.array([[1.0, e], [e, 2.0]])
x.astype(complex)
x.astype(np.complex64)
v.astype("complex128")
l.astype(np.complex128)
np.asarray(v, dtype=complex)
np.zeros(3, dtype=complex)
np.ones((2, 2), np.complex64)
np.full(3, 1j)
np.full_like(g, 2)
np.zeros_like(g) + x
np.eye(3, dtype=complex)
np.diff(d)
np.roll(g, 1, axis=1)
np.complex128(s)
np.complex64(e)
cmath.exp(e)
cmath.exp(s)
cmath.log(e)
cmath.log(e, 2)
cmath.log10(e)
cmath.sqrt(e)
cmath.sin(e) * cmath.cos(e)
cmath.tan(e)
cmath.sinh(e) + cmath.cosh(e) + cmath.tanh(e)
cmath.asin(e) + cmath.acos(e) + cmath.atan(e)
cmath.asinh(e) + cmath.atanh(e)
cmath.phase(e)
cmath.polar(e)
cmath.rect(s, r)
cmath.isnan(e)
cmath.isinf(e)
cmath.isfinite(e)
cmath.exp(1j * cmath.pi * s)
c = g.copy(); c.real = x; return c
c = g.copy(); c.imag[1] = v; return c
c = g.copy(); c[0].real *= 2; return c
c = np.zeros(4, complex); c[1:] = v[1:]; c[0] = e; return c
c = np.zeros(4, complex); c += d; c *= 1j; return c
c = np.zeros(4, complex); np.add.at(c, j, d); return c
c = d.copy(); c.real[c.imag > 0] = 0; return c
"""

FOURIER = """
np.abs(np.linalg.det(g[:, :3]))
np.linalg.det(g[:, :3])
np.linalg.slogdet(g[:, :3])
np.linalg.cholesky(g @ g.conj().T + np.eye(3))
np.linalg.cholesky(g @ g.conj().T + np.eye(3), upper=True)
np.linalg.eigvalsh(g @ g.conj().T)
np.linalg.eigvalsh(g @ g.conj().T, UPLO="U")
w, k = np.linalg.eigh(g @ g.conj().T); return (k * np.sqrt(w)) @ k.conj().T
np.linalg.svd(g, compute_uv=False)
k, w, t = np.linalg.svd(g, full_matrices=False); return (k / (1 + w)) @ t
np.linalg.svdvals(g)
np.linalg.qr(g)
np.linalg.qr(g.T)
np.linalg.pinv(g)
np.linalg.norm(g, 2)
np.linalg.norm(g, "nuc")
np.linalg.cond(g[:, :3])
np.linalg.eigvals(g[:, :3])
np.linalg.inv(g[:, :3]) @ g
np.linalg.solve(g[:, :3], g)
np.fft.fft(d)
np.fft.fft(v)
np.fft.fft(x)
np.fft.fft(x, axis=0)
np.fft.fft(g, 6)
np.fft.fft(g, n=2, axis=0)
np.fft.fft(d, norm="ortho")
np.fft.fft(l)
np.fft.fft(a, norm="forward")
np.fft.fft(j)
np.fft.fft(d, len(v) + 1)
np.fft.ifft(d)
np.fft.ifft(g, axis=0, norm="forward")
np.fft.ifft(np.fft.fft(v) * d).real
np.fft.fft2(g)
np.fft.fft2(x, s=(4, 4))
np.fft.ifft2(T, axes=(0, 2), norm="ortho")
np.fft.fftn(T)
np.fft.fftn(T, axes=(1,))
np.fft.fftn(T, s=(3, 2), axes=(2, 0))
np.fft.ifftn(T, norm="forward")
np.fft.rfft(v)
np.fft.rfft(x, axis=0)
np.fft.rfft(v, 5, norm="ortho")
np.fft.rfft(x, n=3, norm="forward")
np.fft.rfft(a)
np.fft.irfft(d)
np.fft.irfft(d, 7)
np.fft.irfft(d, n=5, norm="ortho")
np.fft.irfft(g, axis=0, norm="forward")
np.fft.irfft(l)
np.fft.irfft(v)
np.fft.irfft(np.fft.rfft(v) * 2.0, len(v))
np.fft.irfft(np.fft.rfft(x, axis=0), n=3, axis=0)
np.fft.rfft2(x)
np.fft.irfft2(g, s=(3, 5))
np.fft.irfft2(g)
np.fft.rfftn(T, axes=(0, 1))
np.fft.irfftn(T)
np.fft.hfft(d)
np.fft.hfft(d, 5, norm="ortho")
np.fft.ihfft(v)
np.fft.ihfft(v, norm="forward")
np.fft.fftshift(v)
np.fft.fftshift(x, axes=0)
np.fft.fftshift(np.fft.fft2(x))
np.fft.ifftshift(x)
np.fft.ifftshift(v[1:])
np.fft.fftshift(v[1:], axes=(0,))
np.fft.fftfreq(8)
np.fft.fftfreq(5, 0.1)
np.fft.fftfreq(len(v), s)
np.fft.rfftfreq(7, d=s)
np.fft.rfftfreq(len(v))
sfft.fft(v) + sfft.ifft(d)
sfft.fft2(g) * sfft.ifft2(x)
sfft.fftn(T) - sfft.ifftn(T)
sfft.rfft(v, norm="ortho")
sfft.irfft(d, workers=1)
sfft.rfft2(x)
sfft.irfft2(g)
sfft.rfftn(T)
sfft.irfftn(T, s=(2, 3, 5))
sfft.hfft(d)
sfft.ihfft(v)
sfft.fftshift(v) + sfft.ifftshift(v)
sfft.fftfreq(6, 0.5)
sfft.rfftfreq(6)
sfft.fft(a)
"""

_HERE = (
    *(ELEMENTWISE, REDUCTIONS, PRODUCTS, SHAPES, NEW, PYTHON, NEURAL, KINDS, STATEMENTS),
    *(COMPLEX, FOURIER),
)
EXPRESSIONS = [line for family in (*_HERE, *FAMILIES) for line in family.strip().splitlines()]


def body(text: str) -> list[str]:
    """The statements of a case, which may be an expression."""
    parts = [part.strip() for part in text.split(";")]
    return parts if "return " in text else [f"return {text}"]


#: expressions whose derivative a difference quotient cannot see at the sample
KINKED = ("stats.beta.logpdf(x", "stats.poisson.logpmf(o", "np.nan_to_num", "adgen.stop_gradient")
