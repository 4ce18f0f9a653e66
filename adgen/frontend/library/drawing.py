"""Random draws: the methods of ``numpy.random.Generator``.

Families of location and scale are written in terms of their standard form, so derivatives reach location
and scale: ``rng.normal(mu, sigma)`` is ``mu + sigma * rng.standard_normal()``, which is what NumPy computes,
bit for bit. All other draws are constants.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from adgen.frontend.abstract import Abstract, Array, Generator, Known, LibraryFunction
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, TRUE, Result, Table, documented
from adgen.frontend.library.slicing import take
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind, Type
from adgen.primitives.checks import fail_if
from adgen.primitives.draws import draw, new_generator
from adgen.primitives.elementwise import add, logical_not, lt, mul, sub
from adgen.primitives.exponential import exp
from adgen.primitives.literals import literal
from adgen.primitives.reductions import any_
from adgen.primitives.rounding import isfinite
from adgen.primitives.shape import full
from adgen.primitives.sizes import constant, size_value

table = Table()
_ZERO, _ONE = Known(0.0), Known(1.0)
_NEVER_NEGATIVE = frozenset({"exp", "absolute", "sqrt", "softplus", "sigmoid"})

Shape = tuple[tuple[Dim, ...], Kind]


@table.function("numpy.random.default_rng")
def default_rng(c: LibraryContext, seed: Abstract = NONE) -> Result:
    """A generator made from a seed."""
    if isinstance(seed, Generator):
        return seed
    if c.is_none(seed):
        return new_generator(c.b)
    value = c.value(seed)
    if value.type.rank or not value.type.dtype.is_integer:
        raise c.error(
            "AG205", seed, function="np.random.default_rng", reason="the seed is an integer or None"
        )
    return new_generator(c.b, value)


# -- one draw -------------------------------------------------------------------------------------------
def _generator(c: LibraryContext, rng: Abstract) -> Value:
    assert isinstance(rng, Generator)
    return rng.value


def _parameter(c: LibraryContext, x: Abstract, dtype: DType = DType.f64) -> Value:
    value = c.value(x)
    if dtype is DType.i64 and value.type.is_float:
        raise c.error("AG234", x, operation="a draw", types=f"the parameter `{value.type}`")
    return c.cast(value, dtype, None if value.type.rank else Kind.py)


def _shape(c: LibraryContext, size: Abstract, parameters: Sequence[Value] = ()) -> Shape:
    """The dims of a draw, and ``py`` where it gives one number."""
    if not c.is_none(size):
        return c.dims(size), Kind.array
    if any(p.type.rank for p in parameters):
        return c.broadcast(*parameters)[0].type.dims, Kind.array
    return (), Kind.py


def _draw(
    c: LibraryContext,
    rng: Abstract,
    name: str,
    shape: Shape,
    parameters: Sequence[Value] = (),
    dtype: DType = DType.f64,
    **attrs: Any,
) -> Value:
    dims, kind = shape
    given = {key: value for key, value in attrs.items() if value is not None}
    generator = _generator(c, rng)
    return draw(c.b, generator, *parameters, name=name, dims=dims, kind=kind, dtype=dtype, **given)


def _standard(name: str, doc: str) -> None:
    def apply(
        c: LibraryContext,
        rng: Abstract,
        size: Abstract = NONE,
        dtype: Abstract = NONE,
        out: Abstract = NONE,
    ) -> Result:
        precision = c.dtype(dtype)
        single = precision if precision is DType.f32 else None
        if isinstance(out, Array):
            value = c.value(out)
            value = _draw(c, rng, name, (value.type.dims, Kind.array), (), value.type.dtype, precision=single)
            c.store(out, value)
            return out
        shape = _shape(c, size)
        result = single if single is not None and shape[1] is Kind.array else DType.f64
        return _draw(c, rng, name, shape, (), result, precision=single)

    table.function(f"numpy.random.Generator.{name}")(documented(apply, doc))


_standard("random", "Uniform numbers in [0, 1).")
_standard("standard_normal", "Standard normal numbers.")
_standard("standard_exponential", "Standard exponential numbers.")


# -- location and scale ---------------------------------------------------------------------------------
def _fail(c: LibraryContext, bad: Value, error: str, message: str) -> None:
    if bad.type.rank:
        bad = any_(c.b, bad, axes=tuple(range(bad.type.rank)))
    c.b.emit(fail_if, (bad,), {"error": error, "message": message})


def _not_negative(c: LibraryContext, x: Abstract, value: Value, name: str) -> None:
    if isinstance(x, Known) and x.value >= 0:
        return
    op = c.b.defs.op(value)
    while op is not None and op.prim.name in ("cast", "broadcast"):
        op = c.b.defs.op(op.operands[0])
    if op is None or op.prim.name not in _NEVER_NEGATIVE:
        _fail(c, lt(c.b, value, literal(c.b, value, 0.0)), "ValueError", f"{name} < 0")


def _located(
    c: LibraryContext, rng: Abstract, standard: str, size: Abstract, loc: Value | None, scale: Value
) -> Value:
    """``loc + scale * (a standard draw)``."""
    given = (scale,) if loc is None else (loc, scale)
    drawn = _draw(c, rng, standard, _shape(c, size, given))
    parts = c.broadcast(drawn, *given)
    if parts[0].type.dims != drawn.type.dims:
        reason = "the parameters have more elements than `size` says"
        raise c.error("AG205", size, function=f"rng.{standard}", reason=reason)
    scaled = mul(c.b, parts[-1], parts[0])
    return scaled if loc is None else add(c.b, parts[1], scaled)


def _location_scale(name: str, standard: str, doc: str) -> None:
    def apply(
        c: LibraryContext, rng: Abstract, loc: Abstract = _ZERO, scale: Abstract = _ONE, size: Abstract = NONE
    ) -> Result:
        center, width = _parameter(c, loc), _parameter(c, scale)
        _not_negative(c, scale, width, "scale")
        if _known_to_be(loc, 0.0) and _known_to_be(scale, 1.0):
            return _draw(c, rng, standard, _shape(c, size))
        return _located(c, rng, standard, size, center, width)

    table.function(f"numpy.random.Generator.{name}")(documented(apply, doc))


def _known_to_be(x: Abstract, number: float) -> bool:
    return isinstance(x, Known) and x.value == number


_location_scale("normal", "standard_normal", "Normal numbers: `loc + scale * z`.")
_location_scale("laplace", "laplace", "Laplace numbers: `loc + scale * z`.")
_location_scale("gumbel", "gumbel", "Gumbel numbers: `loc + scale * z`.")
_location_scale("logistic", "logistic", "Logistic numbers: `loc + scale * z`.")


def _scaled(name: str, standard: str, doc: str) -> None:
    def apply(c: LibraryContext, rng: Abstract, scale: Abstract = _ONE, size: Abstract = NONE) -> Result:
        width = _parameter(c, scale)
        _not_negative(c, scale, width, "scale")
        return _located(c, rng, standard, size, None, width)

    table.function(f"numpy.random.Generator.{name}")(documented(apply, doc))


_scaled("exponential", "standard_exponential", "Exponential numbers: `scale * z`.")
_scaled("rayleigh", "rayleigh", "Rayleigh numbers: `scale * z`.")


@table.function("numpy.random.Generator.uniform")
def uniform(
    c: LibraryContext, rng: Abstract, low: Abstract = _ZERO, high: Abstract = _ONE, size: Abstract = NONE
) -> Result:
    """Uniform numbers: `low + (high - low) * z`."""
    if _known_to_be(low, 0.0) and _known_to_be(high, 1.0):
        return _draw(c, rng, "random", _shape(c, size))
    ends = c.broadcast(_parameter(c, low), _parameter(c, high))
    width = sub(c.b, ends[1], ends[0])
    if not (isinstance(low, Known) and isinstance(high, Known) and low.value <= high.value):
        finite = isfinite(c.b, width)
        _fail(c, logical_not(c.b, finite), "OverflowError", "high - low range exceeds valid bounds")
        _fail(c, lt(c.b, width, literal(c.b, width, 0.0)), "ValueError", "high - low < 0")
    return _located(c, rng, "random", size, ends[0], width)


@table.function("numpy.random.Generator.lognormal")
def lognormal(
    c: LibraryContext, rng: Abstract, mean: Abstract = _ZERO, sigma: Abstract = _ONE, size: Abstract = NONE
) -> Result:
    """Exponentials of normal numbers."""
    center, width = _parameter(c, mean), _parameter(c, sigma)
    _not_negative(c, sigma, width, "sigma")
    value = exp(c.b, _located(c, rng, "standard_normal", size, center, width))
    return value if value.type.rank or value.type.kind is Kind.array else c.cast(value, DType.f64, Kind.py)


@table.function("numpy.random.Generator.gamma")
def gamma(
    c: LibraryContext, rng: Abstract, shape: Abstract, scale: Abstract = _ONE, size: Abstract = NONE
) -> Result:
    """Gamma numbers: `scale` times a draw that is constant."""
    form, width = _parameter(c, shape), _parameter(c, scale)
    _not_negative(c, scale, width, "scale")
    whole = _shape(c, size, (form, width))
    drawn = _draw(c, rng, "standard_gamma", whole, (form,))
    return mul(c.b, *c.broadcast(width, drawn))


# -- constants ------------------------------------------------------------------------------------------
def _constant(name: str, parameters: str, result: DType = DType.f64) -> None:
    """A distribution by its parameters: ``a b=1.0 n:int``."""
    words = [word.partition("=") for word in parameters.split()]
    dtypes = [DType.i64 if word.endswith(":int") else DType.f64 for word, _, _ in words]

    def apply(c: LibraryContext, rng: Abstract, *given: Abstract, **named: Abstract) -> Result:
        bound = signature.bind(c, rng, *given, **named)
        bound.apply_defaults()
        *values, size = list(bound.arguments.values())[2:]
        found = [_parameter(c, x, d) for x, d in zip(values, dtypes, strict=True)]
        return _draw(c, rng, name, _shape(c, size, found), found, result)

    plain = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [
            inspect.Parameter("c", plain),
            inspect.Parameter("rng", plain),
            *(
                inspect.Parameter(
                    word.removesuffix(":int"),
                    plain,
                    default=Known(float(default)) if default else inspect.Parameter.empty,
                )
                for word, _, default in words
            ),
            inspect.Parameter("size", plain, default=NONE),
        ]
    )
    apply.__signature__ = signature  # type: ignore[attr-defined]
    doc = f"Numbers of the {name.replace('_', ' ')} distribution, constants of the derivative."
    table.function(f"numpy.random.Generator.{name}")(documented(apply, doc))


_constant("beta", "a b")
_constant("binomial", "n:int p", DType.i64)
_constant("chisquare", "df")
_constant("f", "dfnum dfden")
_constant("geometric", "p", DType.i64)
_constant("hypergeometric", "ngood:int nbad:int nsample:int", DType.i64)
_constant("logseries", "p", DType.i64)
_constant("negative_binomial", "n p", DType.i64)
_constant("noncentral_chisquare", "df nonc")
_constant("noncentral_f", "dfnum dfden nonc")
_constant("pareto", "a")
_constant("poisson", "lam=1.0", DType.i64)
_constant("power", "a")
_constant("standard_cauchy", "")
_constant("standard_gamma", "shape")
_constant("standard_t", "df")
_constant("triangular", "left mode right")
_constant("vonmises", "mu kappa")
_constant("wald", "mean scale")
_constant("weibull", "a")
_constant("zipf", "a", DType.i64)


# -- vectors --------------------------------------------------------------------------------------------
def _vectors(c: LibraryContext, size: Abstract, like: Value) -> tuple[Shape, int]:
    """The dims of samples that are vectors, and how many of them the size names."""
    dims = () if c.is_none(size) else c.dims(size)
    return ((*dims, *like.type.dims), Kind.array), len(dims)


def _vector(c: LibraryContext, x: Abstract, rank: int = 1) -> Value:
    value = c.value(x)
    if value.type.rank != rank:
        raise c.error("AG234", x, operation="a draw", types=f"the parameter `{value.type}`")
    return c.cast(value, DType.f64)


@table.function("numpy.random.Generator.multivariate_normal")
def multivariate_normal(
    c: LibraryContext,
    rng: Abstract,
    mean: Abstract,
    cov: Abstract,
    size: Abstract = NONE,
    *,
    method: Abstract = Known("svd"),  # noqa: B008
) -> Result:
    """Normal vectors: `mean` plus a draw that is constant."""
    center, spread = _vector(c, mean), _vector(c, cov, 2)
    shape, lead = _vectors(c, size, center)
    zeros = full(c.b, constant(c.b, 0.0, center.type.with_dims()), dims=center.type.dims)
    way = c.static(method, "`method`")
    option = None if way == "svd" else str(way)
    drawn = _draw(c, rng, "multivariate_normal", shape, (zeros, spread), lead=lead, method=option)
    return add(c.b, *c.broadcast(drawn, center))


@table.function("numpy.random.Generator.dirichlet")
def dirichlet(c: LibraryContext, rng: Abstract, alpha: Abstract, size: Abstract = NONE) -> Result:
    """Probability vectors, constants of the derivative."""
    given = _vector(c, alpha)
    shape, lead = _vectors(c, size, given)
    return _draw(c, rng, "dirichlet", shape, (given,), lead=lead)


@table.function("numpy.random.Generator.multinomial")
def multinomial(
    c: LibraryContext, rng: Abstract, n: Abstract, pvals: Abstract, size: Abstract = NONE
) -> Result:
    """How often each of several events happens, constants of the derivative."""
    count, given = _parameter(c, n, DType.i64), _vector(c, pvals)
    if count.type.rank:
        raise c.error("AG205", n, function="rng.multinomial", reason="the number of trials is one integer")
    shape, lead = _vectors(c, size, given)
    return _draw(c, rng, "multinomial", shape, (count, given), DType.i64, lead=lead)


# -- integers and orders --------------------------------------------------------------------------------
@table.function("numpy.random.Generator.integers")
def integers(
    c: LibraryContext,
    rng: Abstract,
    low: Abstract,
    high: Abstract = NONE,
    size: Abstract = NONE,
    dtype: Abstract = NONE,
    endpoint: Abstract = FALSE,
) -> Result:
    """Integers from a range."""
    ends = [_parameter(c, x, DType.i64) for x in (low, high) if not c.is_none(x)]
    result = c.dtype(dtype) or DType.i64
    dims, kind = _shape(c, size, ends)
    value = _draw(
        c,
        rng,
        "integers",
        (dims, Kind.np if kind is Kind.py else kind),
        ends,
        result,
        precision=None if result is DType.i64 else result,
        endpoint=True if c.static_bool(endpoint, "`endpoint`") else None,
    )
    python = isinstance(dtype, LibraryFunction) and kind is Kind.py
    return c.cast(value, result, Kind.py) if python else value


@table.function("numpy.random.Generator.choice")
def choice(
    c: LibraryContext,
    rng: Abstract,
    a: Abstract,
    size: Abstract = NONE,
    replace: Abstract = TRUE,
    p: Abstract = NONE,
    axis: Abstract = Known(0),  # noqa: B008
    shuffle: Abstract = TRUE,
) -> Result:
    """Elements chosen from an array or a range; derivatives reach those that were chosen."""
    value = c.value(a)
    rank = value.type.rank
    along = c.static_axis(axis, rank) if rank else 0
    count = size_value(c.b, value.type.dims[along]) if rank else _parameter(c, a, DType.i64)
    weights = [] if c.is_none(p) else [_parameter(c, p)]
    attrs = {
        "replace": None if c.static_bool(replace, "`replace`") else False,
        "shuffle": None if c.static_bool(shuffle, "`shuffle`") else False,
        "keywords": ("", "p") if weights else None,
    }
    chosen = _draw(c, rng, "choice", _shape(c, size), [count, *weights], DType.i64, **attrs)
    if not rank:
        return chosen
    return take(c, a if isinstance(a, Array) else c.fresh(value), c.fresh(chosen), Known(along))


@table.function("numpy.random.Generator.permutation")
def permutation(c: LibraryContext, rng: Abstract, x: Abstract, axis: Abstract = Known(0)) -> Result:  # noqa: B008
    """A range or the rows of an array in random order; derivatives follow the elements."""
    value = c.value(x)
    if not value.type.rank:
        return _order(c, rng, c.cast(_parameter(c, x, DType.i64), DType.i64, Kind.py))
    along = c.static_axis(axis, value.type.rank)
    order = _order(c, rng, size_value(c.b, value.type.dims[along]))
    return take(c, x if isinstance(x, Array) else c.fresh(value), c.fresh(order), Known(along))


@table.function("numpy.random.Generator.shuffle")
def shuffle(c: LibraryContext, rng: Abstract, x: Abstract, axis: Abstract = Known(0)) -> Result:  # noqa: B008
    """Put the rows of an array in random order, in place."""
    if not isinstance(x, Array):
        raise c.error("AG205", x, function="rng.shuffle", reason="it takes an array")
    type_: Type = c.value(x).type
    along = c.static_axis(axis, type_.rank)
    order = _order(c, rng, size_value(c.b, type_.dims[along]))
    moved = take(c, x, c.fresh(order), Known(along))
    c.store(x, moved)  # type: ignore[arg-type]
    return None


def _order(c: LibraryContext, rng: Abstract, count: Value) -> Value:
    dims = c.dims(c.fresh(count))
    return _draw(c, rng, "permutation", (dims, Kind.array), [count], DType.i64)
