"""Expressions with the functions that are written in the accepted language, and with sorting."""

from __future__ import annotations

ORDERS = """
np.sort(v)
np.sort(x, axis=0)
np.sort(x, axis=None, kind="stable")
np.argsort(x, axis=0)
v.argsort()
c = x.copy(); c.sort(axis=0); return c * y
np.partition(v, 1)[1]
np.argpartition(v, -1)[-1]
v.argpartition(2)[2]
c = v.copy(); c.partition(3); return c[3]
np.searchsorted(np.sort(v), u)
np.sort(v).searchsorted(s, side="right")
np.searchsorted(v, u, sorter=np.argsort(v))
np.median(x)
np.median(x, axis=1, keepdims=True)
np.median(T, axis=(0, 2))
np.median(a)
np.quantile(x, p[0, 0], axis=0)
np.quantile(v, [0.2, 0.7])
np.quantile(x, 0.4, axis=1, method="hazen")
np.quantile(v, 0.4, method="lower")
np.quantile(v, 0.4, method="higher")
np.quantile(v, 0.4, method="nearest")
np.quantile(v, 0.4, method="midpoint")
np.quantile(v, 0.4, method="inverted_cdf")
np.quantile(v, 0.4, method="averaged_inverted_cdf")
np.quantile(v, 0.4, method="closest_observation")
np.quantile(v, 0.4, method="interpolated_inverted_cdf")
np.quantile(v, 0.4, method="weibull")
np.quantile(v, 0.4, method="median_unbiased")
np.quantile(v, 0.4, method="normal_unbiased")
np.percentile(x, 30, axis=1)
np.percentile(a, [10.0, 90.0])
np.nanmedian(np.where(x > 1, np.nan, x), axis=1)
np.nanquantile(np.where(x > 1, np.nan, x), 0.3, axis=1)
np.nanquantile(a, 0.3) * a
np.nanpercentile(x, [20, 50], axis=0)
np.lexsort((v, j))
"""

NUMBERS = """
np.nanprod(np.where(x > 1, np.nan, x), axis=0)
np.nanmean(np.where(x > 1, np.nan, x), axis=1)
np.nanvar(x, axis=0, ddof=1)
np.nanstd(np.where(x > 1, np.nan, x))
np.nanmax(np.where(x > 1, np.nan, x), axis=1)
np.nanmin(o)
np.nanmin(x, axis=0)
np.heaviside(o[0] - 2, v)
np.nanargmax(x, axis=1)
np.nanargmin(x)
np.nancumsum(np.where(x > 1, np.nan, x))
np.nancumprod(x, axis=1)
np.average(x, axis=1, weights=u, returned=True)
np.average(T, axis=(0, 2), keepdims=True)
np.cov(x)
np.cov(v)
np.cov(v, u, bias=True)
np.cov(x, rowvar=False, aweights=np.abs(y[:, 0]))
np.cov(x, fweights=j)
np.corrcoef(v, u)[0, 1]
np.corrcoef(v) * 2 > 1
np.sum(np.bincount(j, weights=v) ** 2)
np.bincount(j, minlength=6)
np.digitize(x, [-1.0, 0.0, 1.0])
np.histogram(v, bins=3, range=(-2.0, 2.0), weights=u)
np.histogram(v, bins=[-2.0, 0.5, 2.0])[0]
np.histogram_bin_edges(v, bins=4)
"""

DIFFERENCES = """
np.diff(x, axis=0, prepend=s)
np.diff(v, n=2, append=[0.0, s])
np.ediff1d(x, to_begin=s, to_end=v[:2])
np.gradient(v)
np.gradient(x, 0.5, axis=1, edge_order=2)
np.gradient(v, np.cumsum(u), edge_order=2)
np.gradient(x)
np.gradient(x, 2.0, np.cumsum(u))
np.gradient(a)
np.trapezoid(v, dx=0.5)
np.trapezoid(x, np.cumsum(u), axis=1)
np.trapezoid(x, np.cumsum(p, axis=0), axis=0)
np.interp(x, np.cumsum(u) - 1.0, v)
np.interp(s, [0.0, 0.5, 1.0], [r, s, 2.0])
np.interp(v, np.cumsum(u) - 1.0, u, left=s, right=r)
np.interp(v, np.cumsum(u), u, period=3.0)
np.unwrap(4 * v)
np.unwrap(4 * x, axis=0, period=3.0)
"""

SELECTIONS = """
np.select([x > 0.5, x < -0.5], [x**2, y], default=s)
np.piecewise(x, [x < 0], [lambda t: t**2, lambda t: np.sin(t)])
np.piecewise(v, [v < 0, v > 1], [s, lambda t: t**3])
np.choose(j, [v, u, v**2, 0.0])
j.choose([v, u, v**2, s])
np.choose(j + 2, [v, u], mode="wrap")
np.sum(np.compress(h, x, axis=1) ** 2)
np.sum(x.compress([True, False, True], axis=0) ** 2)
np.sum(np.extract(x > 0, y) ** 2)
np.argwhere(x > 0)
np.isclose(x, x + 1e-9)
np.isclose(s, r)
np.allclose(x, y)
np.array_equiv(x, x[:1])
np.nan_to_num(np.where(x > 0, np.nan, x), nan=2.0, posinf=1.0)
"""

ARRANGEMENTS = """
np.array_split(v, 3)[1]
np.unstack(np.stack([v, u]))
np.hsplit(x, [1, 2])[1]
np.vsplit(q, [1, 3])[1]
np.dsplit(T, [1])[0]
np.rot90(x)
np.rot90(T, -1, axes=(1, 2))
np.rollaxis(T, 2)
np.rollaxis(T, 0, 3)
np.resize(v, (2, 3))
np.insert(v, 1, s)
np.insert(v, [0, 3, 3], [s, r, 1.0])
np.insert(x, 1, s, axis=1)
np.insert(x, 0, v, axis=0)
np.delete(v, -1)
np.sum(np.delete(x, [0, 2], axis=1) ** 2)
np.sum(np.delete(v, slice(1, 3)) ** 2)
np.sum(np.delete(v, h) ** 2)
np.block([[x, y], [y, x]])
np.block([v, s])
np.pad(v, 2)
np.pad(x, ((1, 0), (0, 2)), constant_values=s)
np.pad(x, 1, mode="edge")
np.pad(v, (3, 5), mode="reflect")
np.pad(v, (2, 1), mode="symmetric")
np.pad(x, (2, 1), mode="wrap")
np.pad(v, (2, 3), mode="linear_ramp", end_values=(0.0, s))
np.pad(x, 1, mode="mean")
np.pad(v, 1, mode="maximum")
np.pad(v, 1, mode="minimum", stat_length=2)
np.pad(v, 1, mode="median")
np.r_[v, s, 0:3]
np.c_[v, u]
x[np.s_[1:, 2]]
x[np.index_exp[0, 1:]]
np.meshgrid(v, u)
np.meshgrid(v, u, indexing="ij", sparse=True)
x[np.ix_([0, 2], [1, 3])]
np.indices((2, 3))
q[np.diag_indices(4)]
q[np.diag_indices_from(q)]
np.tri(3, 4, 1)
np.sum(q[np.tril_indices(4)] ** 2)
np.sum(q[np.triu_indices(4, k=1)] ** 2)
np.sum(x[np.tril_indices_from(x)] ** 2)
np.sum(x[np.triu_indices_from(x, 1)] ** 2)
np.unravel_index(7, (3, 4))
np.ravel_multi_index((1, 2), (3, 4))
np.logspace(s, r, 5)
np.geomspace(s, r, 5)
np.apply_along_axis(lambda row: np.sum(row**2), 1, x)
np.apply_along_axis(lambda row: row * row[0], 0, x)
np.apply_over_axes(np.sum, T, [0, 2])
np.fromfunction(lambda i, j: i * s + j, (2, 3))
f = np.vectorize(lambda left, right: left * right if left > 0 else right); return f(v, s)
"""

POLYNOMIALS = """
np.polyval(v, x)
np.polyval([1.0, s, r], u)
np.vander(u, 3)
np.vander(u, increasing=True)
np.polymul(v, [1.0, s])
np.sum(np.polyadd(v, [1.0, s]) ** 2)
np.sum(np.polysub([1.0, s], v) ** 2)
np.polyder(v)
np.polyder(v, 2)
np.polyint(v, k=s)
np.bartlett(5) * s
np.hanning(5) * s
np.hamming(5) * s
np.blackman(5) * s
np.kaiser(5, r)
"""

LAID_OVER = """
np.convolve(v, [1.0, s])
np.convolve(v, u[:3], mode="valid")
np.correlate(v, u, "full")
np.correlate(v, [s, r], "same")
np.correlate(v, [s, r])
signal.convolve(x, q[:2, :2])
signal.convolve(v, [s, 1.0, r], mode="same")
signal.correlate(x, q[:2, :3], mode="same")
signal.correlate(x, q[:2, :2], mode="valid")
signal.fftconvolve(x, q[:2, :2], mode="same")
signal.oaconvolve(v, u)
np.arccosh(g) + np.gradient(g, axis=1)
signal.lfilter([1.0, s], [1.0, 0.5 * s, 0.1], v)
signal.lfilter(u, [2.0, s], x, axis=0)
signal.lfilter([s], [2.0], x)
signal.lfilter([1.0, s], [1.0, 0.3, 0.1], v, zi=u[:2])
signal.detrend(x)
signal.detrend(x, axis=0, type="constant")
signal.convolve2d(x, q[:2, :2], mode="same", fillvalue=1.0)
signal.correlate2d(x, q[:2, :2], mode="same")
"""

SMALL = """
np.cross(x[:, :3], y[:, 1:])
np.cross(x.T, y.T, axis=1)
np.kron(x, v)
np.kron(T, x)
np.vecmat(v, w)
np.matvec(x, v)
np.divmod(x, p)
np.modf(x)
np.ldexp(x, 3)
np.ldexp(a, 3)
np.cumulative_sum(v, include_initial=True)
np.cumulative_sum(v[:0], include_initial=True) * s
np.cumulative_prod(x, axis=1)
"""

SEGMENTS = """
np.add.reduceat(v, [0, 3, 1])
np.add.reduceat(x, [0, 2], axis=1)
np.multiply.reduceat(v, [0, 2])
np.maximum.reduceat(x, [0, 2])
np.minimum.reduceat(v, [1, 3])
np.subtract.reduce(x, axis=1)
np.divide.reduce(u)
np.true_divide.reduce(u)
np.logaddexp.reduce(x, axis=1, keepdims=True)
np.logaddexp2.reduce(v)
np.hypot.reduce(x)
np.fmax.reduce(x, axis=1)
np.fmin.reduce(v)
np.subtract.accumulate(x)
np.divide.accumulate(u)
np.true_divide.accumulate(u)
np.logaddexp.accumulate(x, axis=1)
np.logaddexp2.accumulate(v)
np.hypot.accumulate(x)
np.fmax.accumulate(v)
np.fmin.accumulate(x, axis=1)
np.copysign(v, [0.0, -0.0, 1.0, -1.0])
np.signbit(v)
math.copysign(s, -0.0)
math.remainder(r, s)
"""

WINDOWS = """
np.atleast_3d(v)
np.atleast_3d(x)
np.diagflat(v, 1)
np.lib.stride_tricks.sliding_window_view(v, 2)
np.lib.stride_tricks.sliding_window_view(x, (2, 3))
np.lib.stride_tricks.sliding_window_view(x, 2, axis=1)
np.polyfit(np.arange(4.0) + u, v, 2)
np.polyfit(u, v, 1, w=u)
ndimage.correlate1d(x, [s, r, 1.0])
ndimage.correlate1d(x, [s, r], axis=0, mode="constant", cval=s)
ndimage.convolve1d(v, [s, r, 1.0, 2.0], mode="wrap")
ndimage.convolve1d(v, [s, r, 1.0], mode="mirror", origin=1)
ndimage.uniform_filter1d(x, 3, mode="nearest")
ndimage.uniform_filter(x, 2)
ndimage.gaussian_filter1d(v, s)
ndimage.gaussian_filter1d(x, 0.8, axis=0, order=1)
ndimage.gaussian_filter1d(x, 0.8, order=2)
ndimage.gaussian_filter(x, (0.5, 0.8))
ndimage.map_coordinates(x, [2 * u, 3 * u], order=1)
ndimage.map_coordinates(x, [3 * v, v], order=1, mode="mirror")
ndimage.map_coordinates(x, [3 * v, v], order=1, mode="reflect")
ndimage.map_coordinates(x, [3 * v, v], order=1, mode="grid-wrap")
ndimage.map_coordinates(x, [3 * v, v], order=1, mode="constant", cval=s)
ndimage.map_coordinates(x, [u, 3 * u], order=0, mode="nearest")
special.ellipk(p)
special.ellipkm1(p)
special.ellipe(p)
special.sinc(x)
special.huber(s, x)
special.pseudo_huber(s, x)
special.huber(s, a)
special.pseudo_huber(s, a)
special.gammaincinv(1.5, p)
special.gammainccinv(1.5, p)
special.betaincinv(1.5, 2.5, p)
special.stdtrit(2.5, p)
"""

FORMS = """
np.concatenate([x, y], axis=1, dtype=np.float32)
np.vstack([x, v], dtype=np.float64)
np.hstack([v, o[0]], dtype=np.float32)
np.stack([x, y], axis=1, dtype=np.float32)
np.repeat(v, j) @ np.arange(6.0)
np.arange(3.0) @ np.repeat(x, [1, 0, 2], axis=0)
np.array(v, ndmin=3)
np.reshape(x, (4, 3), copy=True)
x.reshape(-1, copy=True)
np.einsum("...i,ij->...j", T, w)
np.einsum("i...->...", T)
np.einsum("...ij,ij", T, x)
np.einsum("ij,j->i", x, v[:1], optimize=True)
np.einsum(T, [0, ..., 1], w, [1, 2])
np.einsum(x, [0, 1], w, [1, 2], [2, 0])
np.linalg.matmul(x, w)
np.linalg.tensordot(x, w, axes=1)
np.add.reduceat(v, [0, 2], dtype=np.float32)
np.trace(w, dtype=np.float32)
np.var(x, axis=0, mean=np.mean(x, axis=0, keepdims=True))
np.std(x, axis=1, mean=s)
np.linspace(s, r, 5, retstep=True)
np.linspace(v, u, 3, axis=1)
np.linspace(v, s, 3, endpoint=False)
np.linspace(s, r, 1, retstep=True)[0]
np.geomspace(u, u + 1, 4, axis=1)
np.logspace(s, r, 3, base=u, axis=1)
np.quantile(v, 0.3, weights=u, method="inverted_cdf")
np.quantile(x, [0.3, 0.6], weights=u, axis=1, method="inverted_cdf")
np.percentile(x, 40, weights=p, method="inverted_cdf")
np.partition(v, 2, kind="introselect")
np.unique(x) @ np.arange(12.0)
np.unique(o, return_index=True, return_inverse=True, return_counts=True)
np.unique(np.where(x > 0.5, np.nan, x), equal_nan=False).size * s
np.isin(o, [1, 2])
np.isposinf(v)
np.isneginf(x)
np.array(v.tolist()) * s
sum(v.tolist())
math.fsum(v)
x.item(5)
x.item(1, 2)
x.item((1, -1)) * r
x.nbytes * s
a.itemsize * s
np.atleast_2d(v, s)[1]
np.poly(v)
np.roots(v)
np.fromiter((t * 2 for t in v), dtype=float)
np.vectorize(lambda t, k: t * k, excluded=[1])(x, s)
np.linalg.slogdet(q).logabsdet
np.linalg.eigh(q + q.T).eigenvalues
np.abs(np.linalg.eig(q).eigenvalues)
np.linalg.svd(x, full_matrices=False).S
np.linalg.qr(x.T).R
"""

FILTERS = """
ndimage.convolve(x, q[:3, :3])
ndimage.convolve(x, q[:2, :3], mode="wrap", origin=(0, 1))
ndimage.correlate(x, q[:3, :3], mode="constant", cval=s)
ndimage.correlate(x, q[:2, :2], mode="nearest")
integrate.odeint(lambda y, t: -t * y, 1.0, [0.0, 0.1])[0] * s
integrate.solve_ivp(lambda t, y: -s * y, (0.0, 0.3), v, t_eval=[0.0, 0.1, 0.3], rtol=1e-10, atol=1e-12).y
integrate.solve_ivp(lambda t, y, k: k * y - t, (0.2, -0.1), [s, r], args=(0.7,), max_step=0.05).y[:, -1]
ndimage.sobel(x, axis=0)
ndimage.prewitt(x)
ndimage.laplace(x, mode="mirror")
special.lambertw(u)
special.lambertw(-u * 0.3, -1)
special.lambertw(g)
special.lambertw(-1.0 - u * u)
special.logsumexp(x, axis=1, b=p)
special.logsumexp(x, b=y, return_sign=True)
stats.dirichlet.pdf(u / u.sum(), u + 1)
stats.multivariate_normal.pdf(x, mean=v, cov=r)
stats.multivariate_normal.logpdf(x, v, u + 1)
stats.poisson.logcdf(3, u)
stats.poisson.sf(3, u)
sl.eigh(q + q.T, q @ q.T + np.eye(4))[0]
sl.eigvalsh(q, b=q @ q.T + np.eye(4), lower=False)
sl.eigh(q + q.T, subset_by_index=[0, 1])[0]
np.abs(sl.eigvals(q))
np.abs(sl.eig(q)[0])
"""

FOLDS = """
np.logaddexp2.outer(u, v)
np.copysign.outer(u, v)
np.heaviside.outer(v, u)
np.float_power.outer(u, v)
np.power.accumulate(u)
np.pow.accumulate(p, axis=1)
np.pow.outer(u, v)
np.arctan2.accumulate(u)
np.atan2.accumulate(u)
np.fmod.reduce(u)
np.fmod.accumulate(u)
np.remainder.reduce(x, axis=1)
np.remainder.accumulate(v)
np.mod.reduce(u)
np.mod.accumulate(p)
np.subtract.reduceat(v, [0, 2])
np.divide.reduceat(u, [0, 2])
np.true_divide.reduceat(p, [1, 0], axis=1)
np.logaddexp.reduceat(v, [0, 2])
np.logaddexp2.reduceat(v, [0, 3])
np.hypot.reduceat(x, [0, 2], axis=1)
"""

PARTS = """
np.split(v, [1, 9])[1]
np.split(v, [-3, 2])[0]
np.split(v, (2,), axis=0)[1]
np.sum(np.split(v, [i, i + 7])[0])
np.array_split(x, [1, 9], axis=1)[1]
np.array_split(v, [2, 9])[2]
np.vsplit(x, [1, 7])[1]
np.insert(v, slice(1, 3), s)
np.pad(v, (6, 5), mode="reflect", reflect_type="odd")
np.pad(x, 2, mode="symmetric", reflect_type="odd")
np.pad(v, (9, 7), mode="symmetric", reflect_type="odd")
np.unique(np.round(x), axis=0).sum() * s
np.sum(np.unique(x, axis=1) * v)
f, at, n = np.unique(x, return_index=True, return_counts=True, axis=0); return np.sum(f.T * (at + n))
f, back = np.unique(x, return_inverse=True, axis=0); return np.sum(f[back] * x)
np.poly(q + np.diag(np.arange(4.0) * 5))
np.sum(np.arange(i) * s)
np.sum(np.arange(-i) * s) + s
np.sum(np.arange(2, 2 - i) * s) + s
np.sum(np.arange(i) * s + np.zeros(i))
z = np.arange(i) * s; y = np.zeros(i); y += z; return np.sum(y)
"""

LIMITS = """
out = np.zeros(()); np.sum(x, out=out); return out * s
np.vander(a)
np.polyfit(a, a * a, 1)
np.geomspace(a[0], a[1], 3)
np.astype(a, np.result_type(a, np.float64))
np.astype(v, np.result_type("float32", float, j))
np.where(h, -3, np.uint8(2)) * v
np.where(h, np.arange(4).astype(np.uint8), 300) * v
np.finfo(np.float32).max / 64 * s
np.finfo(v.dtype).eps * v
np.finfo(a.dtype).tiny * a
np.finfo(float).bits * s
np.iinfo(np.int32).max * s
np.iinfo(j.dtype).min * s
np.isscalar(s) * s + np.isscalar(v)
math.ldexp(s, i)
math.modf(r)[0]
math.modf(-r)[1] + s
math.isclose(s, r, rel_tol=0.5) * s
math.perm(4, 2) * s
math.lcm(4, 6) * s
special.cosm1(x)
special.exp10(p)
special.binom(p + 3, u)
special.factorial(p)
special.factorial(v) + special.factorial(4, exact=True)
"""

AREAS = """
integrate.trapezoid(x, dx=0.1, axis=0)
integrate.trapezoid(v, np.cumsum(u))
integrate.simpson(v)
integrate.simpson(x, axis=1, dx=s)
integrate.simpson(x, x=np.cumsum(u))
integrate.simpson(x, x=np.cumsum(p, axis=0), axis=0)
integrate.simpson(v[:2], dx=s)
integrate.cumulative_trapezoid(x, x=np.cumsum(p, axis=1))
integrate.cumulative_trapezoid(x, dx=s, axis=0, initial=0)
signal.fftconvolve(x, p, axes=1)
signal.fftconvolve(x, p, mode="same", axes=[0])
signal.fftconvolve(x, p[:2], mode="valid", axes=0)
signal.convolve2d(x, p[:2, :2], boundary="wrap", mode="same")
signal.convolve2d(x, p, boundary="symm")
signal.correlate2d(x, p[:2, :3], boundary="symm", mode="same")
signal.correlate2d(x, p[:2, :2], boundary="wrap")
ndimage.maximum_filter(x, 3)
ndimage.maximum_filter(x, (3, 2), mode="nearest")
ndimage.minimum_filter(x, 3, mode="constant", cval=s)
ndimage.gaussian_laplace(x, 1.0)
ndimage.gaussian_gradient_magnitude(x, s)
sl.logm(q @ q.T + np.eye(4))
sl.coshm(q * 0.1)
sl.sinhm(q * 0.1)
sl.tanhm(q * 0.1)
sl.cosm(q * 0.1)
sl.sinm(q * 0.1)
sl.tanm(q * 0.1)
sl.khatri_rao(x, p)
sl.companion(u + 1)
sl.eigvalsh_tridiagonal(v, u[:3])
"""

MANY_AXES = """
np.split(x, 2, axis=1)[1]
np.roll(x, 1, axis=(0, 1))
np.roll(x, (1, 2), axis=0)
np.pad(v, {0: (1, 2)})
np.pad(x, {-1: 1}, mode="edge")
np.pad(v, 2, "empty")[2:-2]
special.softmax(x, axis=(0, 1))
special.log_softmax(T, axis=(0, 2))
special.softmax(s) * r
np.add(a, a, dtype=np.float64)
np.linalg.pinv(q, hermitian=True)
np.linalg.svd(q, hermitian=True)[1]
np.linalg.svd(q, hermitian=True, compute_uv=False)
"""

COMPLEX_NUMBERS = """
np.sinc(g)
np.convolve(d, v)
np.convolve(d, d[:2], "same")
np.correlate(d, d, mode="same")
np.correlate(d[:2], d, mode="full")
np.interp(v, [-1.0, 0.0, 1.0], d[:3])
signal.fftconvolve(g, y)
signal.correlate(g, g)
signal.correlate2d(g, y)
np.cov(g)
np.corrcoef(g, x)
sl.toeplitz(d)
np.linalg.pinv(g)
np.linalg.lstsq(g.T, d)[0]
np.linalg.lstsq(g.T, d)[1].sum()
sl.solve_triangular(q + 1j * q.T, d, trans="C")
sl.solve_triangular(q + 1j * q.T, d, trans=1, lower=True, unit_diagonal=True)
sl.solve(g.T @ g.conj() + np.eye(4), d, assume_a="her")
sl.solve(q + 1j * q.T, d, assume_a="sym")
sl.lu(q + 1j * q.T)[2]
sl.lu_solve(sl.lu_factor(q + 1j * q.T), d, trans=2)
sl.cho_solve(sl.cho_factor(g.T @ g.conj() + np.eye(4)), d)
sl.expm(q + 1j * q.T)
sl.logm(g.T @ g.conj() + np.eye(4))
sl.sqrtm(g.T @ g.conj() + np.eye(4))
sl.polar(g)[0]
sl.solve_sylvester(q + 1j * q.T + 9.0 * np.eye(4), q, d[:, None] * v)
sl.solve_continuous_lyapunov(q + 1j * q.T + 9.0 * np.eye(4), q)
sl.solve_discrete_lyapunov(0.1j * q, q)
"""

OPERATORS = """
splinalg.cg(q @ q.T + np.eye(4), v, M=np.diag(u), rtol=1e-13)[0]
splinalg.cg(g.T @ g.conj() + np.eye(4), d, rtol=1e-14)[0]
splinalg.cg(splinalg.LinearOperator((4, 4), lambda t: q @ (q.T @ t) + s * t), v, rtol=1e-14)[0]
splinalg.cg(splinalg.aslinearoperator(q @ q.T + np.eye(4)), v, u, rtol=1e-13)[0]
splinalg.gmres(q + 4.0 * np.eye(4), v, M=np.diag(u), rtol=1e-13)[0]
"""

DISTANCES = """
spatial.distance.cdist(x, y)
spatial.distance.cdist(x, y, "sqeuclidean")
spatial.distance.cdist(x, y, metric="cityblock")
spatial.distance.cdist(x, y, "cosine")
spatial.distance.cdist(x, y, "chebyshev")
spatial.distance.cdist(x, y, "minkowski", p=3)
spatial.distance.cdist(x, y, "correlation")
spatial.distance.cdist(x, y, "canberra")
np.sum(spatial.distance.pdist(x) ** 2)
np.sum(spatial.distance.pdist(x, "sqeuclidean") ** 2)
np.sum(spatial.distance.squareform(spatial.distance.pdist(x)) ** 2)
np.sum(spatial.distance.squareform(v[:3]) ** 3)
spatial.distance.euclidean(v, u)
spatial.distance.sqeuclidean(v, u)
spatial.distance.cosine(v, u)
spatial.distance.cityblock(v, u)
spatial.distance.correlation(v, u)
spatial.distance.minkowski(v, u, 3)
spatial.distance.mahalanobis(v, u, q @ q.T + np.eye(4))
spatial.distance.chebyshev(v, u)
spatial.distance_matrix(x, y)
"""

POLYNOMIALS_OF_SCIPY = """
special.airy(x)
special.airy(s)[2]
special.airy(a)[1]
special.softplus(x)
special.softplus(s)
special.jvp(1, u)
special.yvp(1, u, 2)
special.ivp(1, u)
special.kvp(1.5, u)
special.eval_legendre(3, u)
special.eval_legendre(0, u)
special.eval_chebyt(3, u)
special.eval_chebyu(4, s)
special.eval_hermite(3, x)
special.eval_hermitenorm(3, u)
special.eval_laguerre(3, u)
special.eval_genlaguerre(3, 0.5, u)
special.eval_gegenbauer(3, 0.5, u)
special.chdtr(3, u)
special.chdtrc(3.5, u)
special.fdtr(3, 4, u)
special.fdtrc(3.5, 4.0, u)
special.gdtr(1.0, 2.0, u)
special.gdtrc(1.5, 2.0, u)
"""

FAMILIES = (
    *(DISTANCES, POLYNOMIALS_OF_SCIPY),
    *(MANY_AXES, COMPLEX_NUMBERS, OPERATORS),
    *(FOLDS, PARTS, LIMITS, AREAS),
    FILTERS,
    FORMS,
    *(ORDERS, NUMBERS, DIFFERENCES, SELECTIONS, ARRANGEMENTS),
    *(POLYNOMIALS, LAID_OVER, SMALL, SEGMENTS, WINDOWS),
)
