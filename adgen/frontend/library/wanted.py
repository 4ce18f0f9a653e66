"""The functions that users of automatic differentiation expect, by group; see the coverage page."""

from __future__ import annotations

_NUMPY = {
    "arithmetic": """add subtract multiply divide negative positive remainder mod power float_power reciprocal
        square sqrt cbrt fabs abs absolute hypot conj floor_divide divmod""",
    "exponentials": "exp exp2 expm1 log log2 log10 log1p logaddexp logaddexp2 sinc",
    "trigonometry": """sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh deg2rad
        rad2deg degrees radians""",
    "selection": """where clip maximum minimum fmax fmin nan_to_num select piecewise choose heaviside
        copysign""",
    "reductions": """sum mean prod var std max min amax amin ptp average nansum nanmean nanprod nanvar nanstd
        nanmax nanmin nanmedian nanquantile nanpercentile nancumsum nancumprod any all median quantile
        percentile""",
    "order": """cumsum cumprod diff ediff1d gradient trapezoid sort partition argsort argpartition unwrap
        interp lexsort searchsorted digitize bincount histogram unique""",
    "products": """dot matmul vdot vecdot inner outer tensordot einsum kron cross trace convolve correlate cov
        corrcoef polyval polyfit vander""",
    "shape": """reshape ravel squeeze expand_dims transpose swapaxes moveaxis rollaxis roll rot90 flip fliplr
        flipud repeat tile broadcast_to broadcast_arrays split array_split hsplit vsplit dsplit atleast_1d
        atleast_2d atleast_3d astype resize""",
    "building": """concatenate stack hstack vstack dstack column_stack append insert delete block pad full
        full_like zeros ones empty zeros_like ones_like empty_like eye identity arange linspace logspace
        geomspace meshgrid diag diagflat diagonal fill_diagonal tril triu tri array asarray copy r_ c_
        fromfunction""",
    "indexing": """take take_along_axis put_along_axis compress extract nonzero argmax argmin argwhere
        flatnonzero ix_ indices tril_indices triu_indices diag_indices unravel_index ravel_multi_index
        add.at subtract.at multiply.at divide.at maximum.at minimum.at add.reduceat multiply.reduceat
        maximum.reduceat minimum.reduceat logaddexp.reduce logaddexp.accumulate maximum.accumulate
        minimum.accumulate multiply.outer""",
    "complex parts": "real imag angle conjugate",
    "zero derivative": """floor ceil trunc rint round fix sign isfinite isnan isinf isclose allclose
        array_equal shape ndim size count_nonzero signbit""",
    "mapping": "apply_along_axis apply_over_axes vectorize",
}
_OTHERS = {
    "numpy.linalg": """norm solve inv pinv det slogdet eigh eigvalsh eig eigvals svd svdvals cholesky qr lstsq
        matrix_power multi_dot matrix_norm vector_norm cond tensorinv tensorsolve""",
    "numpy.fft": """fft ifft fft2 ifft2 fftn ifftn rfft irfft rfft2 irfft2 rfftn irfftn hfft ihfft fftshift
        ifftshift""",
    "scipy.special": """erf erfc erfinv erfcinv expit logit log_expit logsumexp softmax log_softmax gamma
        rgamma gammaln loggamma digamma psi polygamma multigammaln beta betaln gammainc gammaincc betainc i0
        i0e i1 i1e iv ive j0 j1 jn y0 y1 yn xlogy xlog1py entr kl_div rel_entr boxcox ndtr ndtri log_ndtr
        exprel expi exp1 sici fresnel dawsn erfcx hyp1f1 zeta spence ellipk ellipe
        lambertw sinc""",
    "scipy.linalg": """solve_triangular cho_factor cho_solve lu lu_factor lu_solve expm solve_banded
        solve_sylvester sqrtm polar block_diag toeplitz eigh_tridiagonal""",
    "scipy.stats": """norm.pdf norm.logpdf norm.cdf norm.logcdf multivariate_normal.pdf
        multivariate_normal.logpdf t.pdf t.logpdf t.cdf t.logcdf beta.pdf beta.logpdf beta.cdf gamma.pdf
        gamma.logpdf gamma.cdf chi2.pdf chi2.logpdf chi2.cdf poisson.pmf poisson.logpmf poisson.cdf
        dirichlet.pdf dirichlet.logpdf""",
    "scipy.signal": "convolve correlate fftconvolve convolve2d correlate2d",
    "scipy.integrate": "odeint solve_ivp",
    "scipy.ndimage": """map_coordinates gaussian_filter gaussian_filter1d uniform_filter1d convolve convolve1d
        correlate correlate1d""",
    "scipy.sparse.linalg": "cg gmres",
    "numpy.lib.stride_tricks": "sliding_window_view",
    "math": """sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp exp2 expm1 log log2 log10
        log1p sqrt cbrt pow hypot dist erf erfc gamma lgamma fabs fmod remainder copysign degrees radians fsum
        prod floor ceil trunc""",
}

WANTED: dict[str, tuple[str, ...]] = {
    **{group: tuple(f"numpy.{n}" for n in names.split()) for group, names in _NUMPY.items()},
    **{home: tuple(f"{home}.{n}" for n in names.split()) for home, names in _OTHERS.items()},
}
