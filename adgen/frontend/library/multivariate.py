"""Densities of scipy.stats of vectors."""

from __future__ import annotations

import math

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table
from adgen.frontend.library.operands import count_of, matched, require
from adgen.ir.core import Value
from adgen.ir.dims import ONE, Dim, product
from adgen.ir.types import DType, Kind
from adgen.primitives.elementwise import add, mul, sub
from adgen.primitives.entropy_functions import xlogy
from adgen.primitives.exponential import exp, log
from adgen.primitives.gamma_functions import gammaln
from adgen.primitives.linear_algebra import cholesky, solve
from adgen.primitives.literals import literal, literal_of, scaled
from adgen.primitives.matrices import diagonal_matrix, turned
from adgen.primitives.reduce import sum_
from adgen.primitives.shape import broadcast, reshape

table = Table()
table.module("scipy.stats.multivariate_normal")
table.module("scipy.stats.dirichlet")
_ONE = Known(1)


def _doubles(c: LibraryContext, x: Abstract) -> Value:
    return c.cast(c.value(x, kind=Kind.np), DType.f64)


@table.function("scipy.stats.multivariate_normal.logpdf")
def normal_logpdf(c: LibraryContext, x: Abstract, mean: Abstract = NONE, cov: Abstract = _ONE) -> Result:
    """The logarithm of the normal density of vectors; reads the lower triangle of a covariance matrix."""
    b, points, spread = c.b, _doubles(c, x), _doubles(c, cov)
    require(c, spread.type.rank <= 2, "multivariate_normal.logpdf", points, spread)
    centre = None if c.is_none(mean) else _doubles(c, mean)
    several = spread.type.rank or (centre is not None and centre.type.rank)
    if points.type.rank < 2 and not several:  # of one dimension: every number is a point
        points = reshape(b, points, dims=(*(points.type.dims or (ONE,)), ONE))
    require(c, points.type.rank > 0, "multivariate_normal.logpdf", points, spread)
    spread = _as_matrix(c, spread, points.type.dims[-1])
    size = matched(c, points.type.dims[-1], spread.type.dims[0], points, spread)
    outer = points.type.dims[:-1]
    points, spread = c.with_dims(points, (*outer, size)), c.with_dims(spread, (size, size))
    if centre is not None:
        points = sub(b, *c.broadcast(points, centre))
    rows = reshape(b, points, dims=(product(outer), size))
    lower = cholesky(b, spread)
    unit = diagonal_matrix(b, literal_of(b, lower.type.with_dims(size), 1), lower.type)
    white = solve(b, lower, turned(b, rows))
    distances = sum_(b, mul(b, white, white), axes=(0,))
    volume = sum_(b, log(b, sum_(b, mul(b, lower, unit), axes=(1,))), axes=(0,))
    level = add(
        b, scaled(b, math.log(2.0 * math.pi), count_of(c, (size,), DType.f64)), scaled(b, 2.0, volume)
    )
    level = broadcast(b, level, dims=distances.type.dims, axes=())
    found = scaled(b, -0.5, add(b, level, distances))
    outer = tuple(d for d in outer if not _is_one(c, d))
    return reshape(b, found, dims=outer) if outer else sum_(b, found, axes=(0,))


def _is_one(c: LibraryContext, size: Dim) -> bool:
    """Whether an axis has length one; SciPy leaves such axes out."""
    return size == ONE or (
        not c.assume(size - 2, "there are several points") and c.assume(size - 1, "there is one")
    )


def _as_matrix(c: LibraryContext, spread: Value, size: Dim) -> Value:
    """A covariance matrix, from one variance or the variances of independent variables."""
    if spread.type.rank == 2:
        return spread
    variances = spread if spread.type.rank else broadcast(c.b, spread, dims=(size,), axes=())
    size = variances.type.dims[0]
    return diagonal_matrix(c.b, variances, variances.type.with_dims(size, size))


@table.function("scipy.stats.multivariate_normal.pdf")
def normal_pdf(c: LibraryContext, x: Abstract, mean: Abstract = NONE, cov: Abstract = _ONE) -> Result:
    """The normal density of vectors."""
    return c.elementwise(exp, normal_logpdf(c, x, mean, cov))  # type: ignore[arg-type]


@table.function("scipy.stats.dirichlet.logpdf")
def dirichlet_logpdf(c: LibraryContext, x: Abstract, alpha: Abstract) -> Result:
    """The logarithm of the Dirichlet density of x, whose first axis sums to 1."""
    b, shares, counts = c.b, _doubles(c, x), _doubles(c, alpha)
    require(c, shares.type.rank in (1, 2) and counts.type.rank == 1, "dirichlet.logpdf", shares, counts)
    size = matched(c, shares.type.dims[0], counts.type.dims[0], shares, counts)
    shares, counts = c.with_dims(shares, (size, *shares.type.dims[1:])), c.with_dims(counts, (size,))
    less = sub(b, counts, literal(b, counts, 1))
    spread = broadcast(b, less, dims=shares.type.dims, axes=(0,))
    found = sum_(b, xlogy(b, spread, shares), axes=(0,))
    volume = sub(b, sum_(b, gammaln(b, counts), axes=(0,)), gammaln(b, sum_(b, counts, axes=(0,))))
    return c.elementwise(sub, found, volume)


@table.function("scipy.stats.dirichlet.pdf")
def dirichlet_pdf(c: LibraryContext, x: Abstract, alpha: Abstract) -> Result:
    """The Dirichlet density of x, whose first axis sums to 1."""
    return c.elementwise(exp, dirichlet_logpdf(c, x, alpha))  # type: ignore[arg-type]
