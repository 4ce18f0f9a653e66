"""Every primitive on every sample, and every expression of the library, each in several forms.

A primitive: as its sample says; on views with gaps; in single precision; with each operand repeated along
the others (broadcasting both ways). An expression: as it stands, for any sizes; on views with gaps; in single
precision; on arrays of length one; without rows; without columns; on arguments full of ties and zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Func, Indexer, Range, Value
from adgen.ir.dims import as_dim
from adgen.ir.interpret import coerce
from adgen.ir.types import DType, Type
from adgen.primitives.indexing import read
from adgen.primitives.registry import REGISTRY
from adgen.primitives.shape import broadcast
from adgen.primitives.sizes import constant
from tests.primitives import lowering
from tests.primitives.cases import Case, all_cases, arguments, derivatives, shape_of, types_of
from tests.primitives.expressions import EXPRESSIONS, KINKED, names_in
from tests.primitives.expressions import arguments as values_of_names
from tests.primitives.facets import LeftOut, Subject


@dataclass(frozen=True)
class Form:
    """A subject that is made when it is needed; None where there is no such form.

    Forms of the same thing may share programs.
    """

    name: str
    thing: str
    make: Callable[[], Subject | LeftOut | None]


def forms() -> list[Form]:
    """All of them, in a fixed order."""
    return [*_forms_of_primitives(), *_forms_of_expressions()]


def _forms_of_primitives() -> Iterator[Form]:
    for case in all_cases():
        if any(not isinstance(t, Type) for t in types_of(case.sample)):
            continue
        for name, change in CHANGES.items():
            yield Form(f"{case.id}{name}", case.id, partial(changed, case, name, change))


def _forms_of_expressions() -> Iterator[Form]:
    for k, text in enumerate(EXPRESSIONS):
        for name, make in SETTINGS.items():
            yield Form(f"{text}{name}", text, partial(_expression, k, f"{text}{name}", make))


# -- primitives -----------------------------------------------------------------------------------------
#: parameter types, and what makes the operands of them; None where the form is the sample itself
Change = Callable[[Case], "tuple[list[Type], Callable[[Builder, list[Value]], list[Value]]] | None"]


def changed(case: Case, name: str, change: Change) -> Subject | None:
    """The program of a primitive in one of its forms; None where it has no such form."""
    found = change(case)
    if found is None:
        return None
    types, operands = found
    b = Builder()
    params = tuple(Value(t, f"x{k}") for k, t in enumerate(types))

    def body() -> tuple[Value, ...]:
        given = operands(b, list(params))
        for slot in case.prim.consumes:
            given[slot] = REGISTRY.table["copy"](b, given[slot])
        return b.emit(case.prim, given, _reached(dict(case.sample.attrs), types))

    func = Func(f"sample_{case.prim.name}", b.region(params, body))
    active = derivatives(case.prim, types_of(case.sample), case.sample) is not None
    args = [
        _fitted(a, t, backwards=change is _with_gaps) for a, t in zip(arguments(case), types, strict=True)
    ]
    smooth = case.sample.smooth and not any(a.size == 0 for a in args if isinstance(a, np.ndarray))
    smooth = smooth and (case.sample.values is None or " repeated" not in name)
    return Subject(f"{case.id}{name}", func, args, smooth, whole=not name, active=active)


def _reached(attrs: dict[str, Any], types: list[Type]) -> dict[str, Any]:
    """Attributes with a tolerance that the precision can reach: below it the last steps are rounding."""
    if "rtol" in attrs and any(t.dtype is DType.f32 for t in types):
        attrs["rtol"] = max(attrs["rtol"], 2e-5)
    return attrs


def _fitted(value: Any, type_: Type, backwards: bool) -> Any:
    """A value of a type, from one of the sample's: repeated, cut to its first row, or in its precision."""
    if np.ndim(value) == 0:
        return coerce(value, type_)
    shape = shape_of(type_)
    value = value[..., ::-1] if backwards else value
    for axis, (have, want) in enumerate(zip(value.shape, shape, strict=False)):
        if want > have:
            value = np.repeat(value, 2, axis=axis)
    if value.ndim > len(shape):
        value = value[0] if len(value) else np.ones(shape)
    cut = value[tuple(slice(0, n) for n in shape)]
    return coerce(cut, type_)


def _as_it_is(case: Case) -> Any:
    return list(types_of(case.sample)), lambda b, params: params


def _with_gaps(case: Case) -> Any:
    """Every second element, backwards along the last dim."""
    types = types_of(case.sample)
    if not any(t.rank for t in types):
        return None
    twice = [t.with_dims(*(as_dim(2 * n) for n in shape_of(t))) if t.rank else t for t in types]

    def operands(b: Builder, params: list[Value]) -> list[Value]:
        return [_every_second(b, p, shape_of(t)) if t.rank else p for p, t in zip(params, types, strict=True)]

    return twice, operands


def _every_second(b: Builder, x: Value, shape: tuple[int, ...]) -> Value:
    access = [Range(as_dim(n), 2) for n in shape]
    access[-1] = Range(as_dim(shape[-1]), -2)
    starts = [constant(b, 0) for _ in shape[:-1]] + [constant(b, max(0, 2 * shape[-1] - 1))]
    return read(b, x, *starts, index=Indexer(tuple(access)))


def _single(case: Case) -> Any:
    """Single precision, where the sample is in double."""
    types = types_of(case.sample)
    singles = {DType.f64: DType.f32, DType.c128: DType.c64}
    found = [t.with_dtype(singles.get(t.dtype, t.dtype)) if not t.is_py else t for t in types]
    doubles = [t for t in types if t.is_py and t.is_float]
    if found == list(types) or doubles or any(isinstance(v, DType) for _, v in case.sample.attrs):
        return None
    return found, lambda b, params: params


def _spread(slot: int, case: Case) -> Any:
    """One operand of an elementwise primitive repeated along the first dim."""
    types = types_of(case.sample)
    arrays = [t for t in types if t.rank]
    if not case.prim.elementwise or len(types) < 2 or len(arrays) != len(types) or slot >= len(types):
        return None
    whole, small = types[slot], types[slot].with_dims(*types[slot].dims[1:])

    def operands(b: Builder, params: list[Value]) -> list[Value]:
        wide = broadcast(b, params[slot], dims=whole.dims, axes=tuple(range(1, whole.rank)))
        return [wide if k == slot else p for k, p in enumerate(params)]

    return [small if k == slot else t for k, t in enumerate(types)], operands


CHANGES: dict[str, Change] = {
    "": _as_it_is,
    " with gaps": _with_gaps,
    " in single precision": _single,
    " with the first repeated": partial(_spread, 0),
    " with the second repeated": partial(_spread, 1),
}


# -- expressions ----------------------------------------------------------------------------------------
Setting = Callable[[dict[str, Any]], dict[str, Any]]


#: what does not take arrays without elements as Python does
NEEDS_ELEMENTS = (
    *("np.roots(", "np.polymul(", "np.hypot.reduce(", "np.logaddexp.reduce(", "np.logaddexp2.reduce("),
    *("np.resize(", "np.nanpercentile(", "np.nanquantile(", "np.sum(np.bincount(", "integrate.solve_ivp("),
    *("np.linalg.qr(x, mode", "np.squeeze(np.expand_dims(", "np.sum(np.unique(", "ndimage."),
    *("c = q.copy(); np.fill_diagonal(", "np.fft.irfft", "np.fft.hfft(", "sl.lstsq(x.T, v)[1]"),
    *("signal.fftconvolve(", "signal.convolve2d(", "signal.correlate2d(", "signal.correlate("),
    *("spatial.distance.euclidean(", "np.cov(g", "np.cov(x", "np.corrcoef(g"),
    *("signal.oaconvolve(", "np.poly(v", "np.nanmedian(np.where(", "sum(v.tolist()"),
    *("np.partition(v, 2, kind", "sl.eigh(q + q.T, subset_by_index"),
)


#: what has no derivative, or another kind of result, on whole numbers and on arrays of length one
SPECIAL = {
    " -- with ties": (
        ("np.linalg.eig", "eigenvalues that may be equal have no derivative"),
        ("sl.eig", "eigenvalues that may be equal have no derivative"),
        ("sl.polar(", "a singular matrix has many polar factors"),
        ("M=np.diag(u)", "a singular preconditioner"),
        ("sl.lstsq(x.T, v)[1]", "residuals are empty where a matrix has not the full rank"),
    ),
    " -- in single precision": (("integrate.simpson(", "SciPy's dtype depends on the number of samples"),),
    " -- of length one": (
        ("sl.lstsq(x.T, v)[1]", "residuals are empty where a matrix has no more rows than columns"),
        ("signal.detrend(", "nothing is left but rounding"),
        ("np.roots(", "no zeros, which NumPy gives as real numbers"),
        ("np.cov(x", "the number of axes that are left is not known"),
        ("np.cov(g", "the number of axes that are left is not known"),
        ("ndimage.gaussian_gradient_magnitude(", "nothing is left but rounding"),
        ("sl.lu(q, p_indices", "SciPy gives other integers for one row"),
        ("sfft.irfft2(", "SciPy takes one column that NumPy refuses"),
        ("sfft.irfftn(", "SciPy takes one column that NumPy refuses"),
        ("np.squeeze(np.expand_dims(", "the number of axes that are left is not known"),
    ),
}


def _expression(k: int, name: str, setting: Setting | None) -> Subject | LeftOut | None:
    """An expression on some arguments; None where Python does not accept them either, or nothing changed."""
    for text, reason in SPECIAL.get(name.removeprefix(EXPRESSIONS[k]), ()):
        if text in EXPRESSIONS[k]:
            return LeftOut(reason)
    empty = setting in (SETTINGS[" -- without rows"], SETTINGS[" -- without columns"])
    if setting is not None and empty and EXPRESSIONS[k].startswith(NEEDS_ELEMENTS):
        return LeftOut("no elements, which it does not take as Python does")
    names = names_in(EXPRESSIONS[k])
    samples = {n: v for n, v in values_of_names().items() if n in names}
    values = samples if setting is None else setting(samples)
    plain, gaps = setting is None, setting is _gapped
    if not plain and all(_same(values[n], samples[n]) for n in names):
        return None
    function = lowering.functions()[f"{'s' if gaps else 'e'}{k}"]
    try:
        with np.errstate(all="ignore"):
            wanted = function(*(_copied(values[n]) for n in names))
    except Exception:
        return None
    found = lowering.lowered(k, gaps, None if plain else values, "s{0}" if gaps else "e{0}")
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    smooth = (plain or gaps) and not EXPRESSIONS[k].startswith(KINKED)
    args = lowering.call(found, k, values)
    if any(not _fits(p, a) for p, a in zip(found.func.params, args, strict=True)):
        return LeftOut("sizes that are written down in the expression")
    return Subject(name, found.func, args, smooth, whole=plain, wanted=wanted)


def _fits(param: Value, arg: Any) -> bool:
    """Whether an argument has the sizes that the program found itself to be for."""
    pairs = zip(param.type.dims, np.shape(arg), strict=True)
    return all(d.symbols() or d.evaluate({}) == size for d, size in pairs)


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(one: Any, other: Any) -> bool:
    return (
        np.shape(one) == np.shape(other) and np.asarray(one).dtype == np.asarray(other).dtype and one is other
    )


def _arrays(change: Callable[[Any], Any]) -> Setting:
    return lambda values: {n: change(v) if isinstance(v, np.ndarray) else v for n, v in values.items()}


def _in_single(value: Any) -> Any:
    kinds = {"f": np.float32, "c": np.complex64}
    return value.astype(kinds[value.dtype.kind]) if value.dtype.kind in kinds else value


def _singles(values: dict[str, Any]) -> dict[str, Any]:
    """Single precision; the square matrix is well conditioned, so that second derivatives keep digits."""
    found = _arrays(_in_single)(values)
    return found | {n: v + 4 * np.eye(4, dtype=v.dtype) for n, v in found.items() if n == "q"}


def _sized(size: int, names: str) -> Setting:
    """Arrays cut to a size along the dims of some names."""

    def cut(name: str, value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return value
        dims = [str(d) for d in lowering.type_of(name).dims]
        return value[tuple(slice(0, size) if d in names else slice(None) for d in dims)].copy()

    return lambda values: {n: cut(n, v) for n, v in values.items()}


def _tied(value: Any) -> Any:
    """Whole numbers, many of them equal or zero (complex ones are not zero)."""
    match value.dtype.kind:
        case "f":
            return np.round(value).astype(value.dtype)
        case "c":
            whole = (np.round(value.real) + 1j * np.round(value.imag)).astype(value.dtype)
            return np.where(whole == 0, 1, whole).astype(
                value.dtype
            )  # what is beside a pole is not of interest
    return value


_gapped = _arrays(lowering.with_gaps)
SETTINGS: dict[str, Setting | None] = {
    "": None,
    " -- on views": _gapped,
    " -- in single precision": _singles,
    " -- of length one": _sized(1, "bnmkc"),
    " -- without rows": _sized(0, "bnc"),
    " -- without columns": _sized(0, "m"),
    " -- with ties": _arrays(_tied),
}
