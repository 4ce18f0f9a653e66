"""Random draws: NumPy's own C functions, called once per number in the order of NumPy.

What is drawn is therefore what the generator's method gives, to the bit, and it goes on as after that method.
Where one call of a C function does not do, Python is asked for the draw.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from adgen.ir.core import Op, Value
from adgen.ir.dims import ZERO, product
from adgen.ir.types import DType, Kind
from adgen.loops.arrays import whole
from adgen.loops.buffers import Lit, Operand
from adgen.loops.calls import Draw, Strided
from adgen.loops.state import State
from adgen.primitives.draws import OPTIONS, size_dims, sized
from adgen.records import dataclass

_ONE, _NONE = Lit(1, DType.i64), Lit(0, DType.i64)


Bound = tuple[int, str, float, str]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The C function of a method: its result, arguments that are always the same, what is asked of others.

    ``bounds`` has the number of a parameter, a comparison with a number, and the text of the failure.
    """

    function: str
    result: DType = DType.f64
    fixed: tuple[float, ...] = ()
    bounds: tuple[Bound, ...] = ()


def _positive(*names: str) -> tuple[Bound, ...]:
    return tuple((k, "gt", 0.0, f"{name} <= 0") for k, name in enumerate(names))


def _not_negative(*names: str) -> tuple[Bound, ...]:
    return tuple((k, "ge", 0.0, f"{name} < 0") for k, name in enumerate(names))


_LARGEST_RATE = 9.2e18

DISTRIBUTIONS = {
    "random": Distribution("random_standard_uniform"),
    "standard_normal": Distribution("random_standard_normal"),
    "standard_exponential": Distribution("random_standard_exponential"),
    "standard_cauchy": Distribution("random_standard_cauchy"),
    "laplace": Distribution("random_laplace", fixed=(0.0, 1.0)),
    "gumbel": Distribution("random_gumbel", fixed=(0.0, 1.0)),
    "logistic": Distribution("random_logistic", fixed=(0.0, 1.0)),
    "rayleigh": Distribution("random_rayleigh", fixed=(1.0,)),
    "standard_gamma": Distribution("random_standard_gamma", bounds=_not_negative("shape")),
    "beta": Distribution("random_beta", bounds=_positive("a", "b")),
    "chisquare": Distribution("random_chisquare", bounds=_positive("df")),
    "f": Distribution("random_f", bounds=_positive("dfnum", "dfden")),
    "standard_t": Distribution("random_standard_t", bounds=_positive("df")),
    "pareto": Distribution("random_pareto", bounds=_positive("a")),
    "power": Distribution("random_power", bounds=_positive("a")),
    "weibull": Distribution("random_weibull", bounds=_not_negative("a")),
    "poisson": Distribution(
        "random_poisson",
        DType.i64,
        bounds=(*_not_negative("lam"), (0, "le", _LARGEST_RATE, "lam value too large")),
    ),
    "geometric": Distribution(
        "random_geometric", DType.i64, bounds=(*_positive("p"), (0, "le", 1.0, "p > 1"))
    ),
    "binomial": Distribution(
        "random_binomial",
        DType.i64,
        bounds=((0, "ge", 0.0, "n < 0"), (1, "ge", 0.0, "p < 0"), (1, "le", 1.0, "p > 1")),
    ),
}
_SINGLE = ("random_standard_uniform", "random_standard_normal", "random_standard_exponential")


def lower_draw(state: State, op: Op) -> None:
    """One number, or an array of them."""
    name = op.attr("name")
    if name == "permutation":
        _permutation(state, op)
    elif not _has_function(op):
        lower_host(state, op)
    elif name == "integers":
        _integers(state, op)
    elif name == "choice":
        _choice(state, op)
    else:
        _distribution(state, op, DISTRIBUTIONS[name])


def _has_function(op: Op) -> bool:
    """Whether a C function draws one number after the other."""
    if any(v.type.rank for v in op.operands):
        return False
    match op.attr("name"):
        case "integers":
            return op.result.type.dtype is DType.i64
        case "choice":
            return op.attr("replace") is not False
        case name:
            single = op.attr("precision") is DType.f32
            return name in DISTRIBUTIONS and (not single or DISTRIBUTIONS[name].function in _SINGLE)


def _scalars(state: State, op: Op) -> list[Operand]:
    return [state.scalar(v) for v in op.operands]


def _distribution(state: State, op: Op, distribution: Distribution) -> None:
    generator, *given = _scalars(state, op)
    for position, relation, number, message in distribution.bounds:
        value = given[position]
        limit = Lit(number if value.dtype.is_float else int(number), value.dtype)
        state.check(state.block.let(relation, (value, limit), DType.bool), "ValueError", message)
    fixed = [Lit(number, DType.f64) for number in distribution.fixed]
    function, dtype = distribution.function, distribution.result
    if op.attr("name") == "binomial":
        given.reverse()
    if op.attr("precision") is DType.f32:
        function, dtype = f"{function}_f", DType.f32
    _emit(state, op, function, dtype, (generator, *given, *fixed))


def _emit(state: State, op: Op, function: str, dtype: DType, args: Sequence[Operand]) -> None:
    if op.attr("kind") is not Kind.array or not op.result.type.rank:
        result = state.block.ref(dtype)
        state.block.add(Draw(function, tuple(args), result))
        wanted = op.result.type.dtype
        found = result if dtype is wanted else state.block.let("cast", (result,), wanted)
        state.env[op.result] = found
        return
    dims = op.result.type.dims
    buffer = state.buffer(dtype, product(dims))
    state.block.add(Draw(function, tuple(args), None, buffer, ZERO, product(dims)))
    state.define_view(op.result, whole(buffer, dims))


# -- integers -------------------------------------------------------------------------------------------
def _integers(state: State, op: Op) -> None:
    generator, *ends = _scalars(state, op)
    low, high = ends if len(ends) == 2 else (_NONE, ends[0])
    relation, message = ("le", "low > high") if op.attr("endpoint") else ("lt", "low >= high")
    state.check(state.block.let(relation, (low, high), DType.bool), "ValueError", message)
    last = high if op.attr("endpoint") else state.block.let("sub", (high, _ONE), DType.i64)
    _bounded(state, op, generator, low, last)


def _bounded(state: State, op: Op, generator: Operand, low: Operand, last: Operand) -> None:
    span = state.block.let("sub", (last, low), DType.i64)
    _emit(state, op, "random_bounded_uint64", DType.i64, (generator, low, span))


def _choice(state: State, op: Op) -> None:
    generator, count = _scalars(state, op)
    some = state.block.let("ge", (count, _ONE), DType.bool)
    state.check(some, "ValueError", "a must be a positive integer unless no samples are taken")
    _bounded(state, op, generator, _NONE, state.block.let("sub", (count, _ONE), DType.i64))


def _permutation(state: State, op: Op) -> None:
    generator = state.scalar(op.operands[0])
    dims = op.result.type.dims
    buffer = state.buffer(DType.i64, product(dims))
    state.block.add(Draw("permutation", (generator,), None, buffer, ZERO, product(dims)))
    state.define_view(op.result, whole(buffer, dims))


# -- by Python ------------------------------------------------------------------------------------------
def lower_host(state: State, op: Op) -> None:
    """A draw that Python is asked for, or a generator that it makes."""
    makes = op.prim.name == "new_generator"
    generator = _NONE if makes else state.scalar(op.operands[0])
    given = op.operands if makes else op.operands[1:]
    inputs = tuple(_input(state, v) for v in given)
    failed, type_ = state.block.ref(DType.bool), op.result.type
    sizes = (*type_.dims, *(d for v in given for d in v.type.dims))
    function = f"host.{json.dumps(_spec(op, given, makes), sort_keys=True)}"
    if type_.rank:
        buffer = state.buffer(type_.dtype, product(type_.dims))
        count = product(type_.dims)
        state.block.add(Draw(function, (generator,), None, buffer, ZERO, count, inputs, sizes, failed))
        state.define_view(op.result, whole(buffer, type_.dims))
    else:
        result = state.block.ref(DType.i64 if makes else type_.dtype)
        state.block.add(Draw(function, (generator,), result, None, ZERO, ZERO, inputs, sizes, failed))
        state.env[op.result] = result
    ok = state.block.let("logical_not", (failed,), DType.bool)
    state.check(ok, "ValueError", "a random draw failed")


def _input(state: State, value: Value) -> Strided | Operand:
    if not value.type.rank:
        return state.scalar(value)
    view = state.force_contiguous(state.array(value))
    return Strided(view.buffer, view.base, view.strides)


def _spec(op: Op, given: Sequence[Value], makes: bool) -> dict[str, Any]:
    """What Python has to know of a draw besides the values of its parameters."""
    keywords = op.attr("keywords") or [""] * len(given)
    options = {name: op.attr(name) for name in OPTIONS if op.attr(name) is not None}
    if op.attr("precision") is not None:
        options["dtype"] = op.attr("precision").value
    return {
        "name": "default_rng" if makes else op.attr("name"),
        "dtype": "i64" if makes else op.result.type.dtype.value,
        "rank": op.result.type.rank,
        "lead": len(size_dims(op)) if not makes and sized(op) else None,
        "parameters": [[v.type.dtype.value, v.type.rank, k] for v, k in zip(given, keywords, strict=True)],
        "options": options,
    }
