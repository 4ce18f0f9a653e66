"""``check_grad``: reverse and forward derivatives of a function against numerical ones.

Reverse mode is compared element by element for every parameter (a fixed sample of the elements of
large ones), forward mode along random directions, both against differences of the user's own
function. The two modes are then compared with each other by the dot-product identity, which needs
no step size. Order 2 does the same to the gradient function.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.checking.numeric import Estimate, Vector, differentiate
from adgen.checking.places import Call, Place, flat, has_complex, is_complex, random_like, stepped
from adgen.checking.report import CheckReport, Row, Section
from adgen.diagnostics import GradientMismatch, refuse
from adgen.records import dataclass
from adgen.runtime.subject import subject_of, wrt_positions

Wrt = int | str | Sequence[int | str] | None

#: how wrong a derivative may be, and how uncertain a difference, in double and in single precision
_DOUBLE, _SINGLE, _HALF = (1e-6, 1e-5), (1e-3, 1e-2), (5e-2, 2e-1)
_HALVES = (np.dtype(np.float16),)
#: what is left of numbers around 1 that cancel
_NOISE = 64.0 * float(np.finfo(np.float64).eps)
_SINGLES = (np.dtype(np.float32), np.dtype(np.complex64))
_DIRECTIONS = 2


@dataclass(frozen=True, slots=True)
class _Check:
    """What stays the same during one check."""

    fun: Callable[..., Any]
    call: Call
    positions: tuple[int, ...]
    modes: tuple[str, ...]
    options: dict[str, Any]
    tolerance: tuple[float, float]
    samples: int
    rng: np.random.Generator


def check_grad(
    fun: Callable[..., Any],
    *args: Any,
    wrt: Wrt = None,
    order: int = 1,
    modes: Sequence[str] = ("rev", "fwd"),
    backend: str = "auto",
    rtol: float | None = None,
    samples: int = 32,
    seed: int = 0,
    **options: Any,
) -> CheckReport:
    """Compare the derivatives that adgen makes of ``fun`` at ``args`` with numerical ones.

    ``wrt`` are positions or names of parameters, all with floats by default; ``order=2`` checks
    second derivatives too; ``samples`` bounds the elements that are compared for each parameter.
    Returns the report; raises ``GradientMismatch``, whose text is the report, where they differ.
    """
    _check_settings(order, modes)
    call = Call(fun, args)
    positions = _positions(fun, call, wrt)
    wrong, uncertain = _tolerance_of([leaf for leaves in call.leaves for leaf in leaves])
    tolerance = (wrong if rtol is None else rtol, uncertain)
    settings = {"backend": backend, **options}
    rng = np.random.default_rng(seed)
    check = _Check(fun, call, positions, tuple(modes), settings, tolerance, samples, rng)
    sections = _sections(check, "order 1")
    if order == 2:
        gradient = _api("grad")(fun, wrt=positions, **settings)
        second = _Check(gradient, call, positions, tuple(modes), settings, tolerance, samples, rng)
        sections += _sections(second, "order 2")
    report = CheckReport(getattr(fun, "__name__", "the function"), tuple(sections))
    if not report.ok:
        raise GradientMismatch(str(report))
    return report


def _positions(fun: Callable[..., Any], call: Call, wrt: Any) -> tuple[int, ...]:
    """The parameters to check. Raises the diagnostics of ``grad`` on a bad ``wrt``."""
    subject = subject_of(fun)
    found = call.float_positions() if wrt is None else wrt_positions(subject, wrt)[0]
    if not found:
        raise refuse("AG275", subject.place(), what="not given, and no argument has a float")
    return tuple(p if isinstance(p, int) else p[0] + int(p[1]) for p in found)


def _check_settings(order: int, modes: Sequence[str]) -> None:
    if order not in (1, 2):
        raise refuse("AG274", name="order", value=repr(order))
    for mode in modes:
        if mode not in ("rev", "fwd"):
            raise refuse("AG274", name="modes", value=repr(mode))


def _api(name: str) -> Callable[..., Any]:
    """A function of the public interface, which is loaded when a check runs."""
    function: Callable[..., Any] = getattr(importlib.import_module("adgen"), name)
    return function


def _sections(check: _Check, order: str) -> list[Section]:
    out = check.fun(*check.call.arguments())
    cotangent = random_like(out, check.rng) if _is_structured(out) else _one_like(out)
    sections = []
    gradients: Any = None
    if "rev" in check.modes:
        value, gradients = _reverse(check, out, cotangent)
        rows = [_value_row(out, value), *_parameter_rows(check, gradients, cotangent)]
        sections.append(Section(f"reverse mode, {order}", tuple(rows)))
    if "fwd" in check.modes:
        rows = [row for i in range(_DIRECTIONS) for row in _direction_rows(check, i, cotangent, gradients)]
        sections.append(Section(f"forward mode, {order}", tuple(rows)))
    return sections


def _is_structured(out: Any) -> bool:
    return np.ndim(out) > 0 or is_complex(out) if not isinstance(out, tuple | list | dict) else True


def _one_like(out: Any) -> Any:
    return np.ones_like(out) if isinstance(out, np.ndarray) else type(out)(1.0)


def _reverse(check: _Check, out: Any, cotangent: Any) -> tuple[Any, tuple[Any, ...]]:
    """Value and gradients, one per checked position."""
    if not _is_structured(out):
        transform = _api("value_and_grad")(check.fun, wrt=check.positions, **check.options)
        value, gradients = transform(*check.call.arguments())
        return value, gradients
    value, pullback = _api("vjp")(check.fun, *check.call.arguments(), **check.options)
    every = pullback(cotangent)
    return value, tuple(every[i] for i in check.positions)


def _tolerance_of(leaves: Sequence[Any]) -> tuple[float, float]:
    """What is wrong, and what is uncertain, in the precision of numbers."""
    dtypes = {getattr(leaf, "dtype", None) for leaf in leaves}
    return _HALF if dtypes & {*_HALVES} else _SINGLE if dtypes & {*_SINGLES} else _DOUBLE


def _value_row(expected: Any, value: Any) -> Row:
    """The transform returns what the function returns."""
    e, v = flat(expected), flat(value)
    slack = {_DOUBLE: 1e-12, _SINGLE: 1e-5, _HALF: 1e-2}[_tolerance_of([expected, value])]
    estimate = Estimate(e, np.abs(e) * slack + 1e-300, "the function")
    if e.shape != v.shape:
        return Row("value", v.shape, 1, 0, float("inf"), (), v.size, e.size, "number of results", 1)
    return _row("value", np.shape(expected) if not isinstance(expected, tuple) else (e.size,), v, estimate)


def _parameter_rows(check: _Check, gradients: tuple[Any, ...], cotangent: Any) -> list[Row]:
    weights = flat(cotangent)
    rows = []
    for position, gradient in zip(check.positions, gradients, strict=True):
        places = check.call.places((position,))
        parts = _float_parts(gradient, places)
        for place, part in zip(places, parts, strict=True):
            rows.append(_parameter_row(check, place, part, weights))
    return rows


def _float_parts(gradient: Any, places: Sequence[Place]) -> list[Vector]:
    whole = flat(gradient)
    sizes = [place.size for place in places]
    if whole.size != sum(sizes):
        raise GradientMismatch(f"the gradient has {whole.size} numbers where its parameter has {sum(sizes)}")
    return np.split(whole, np.cumsum(sizes)[:-1]) if sizes else []


def _parameter_row(check: _Check, place: Place, gradient: Vector, weights: Vector) -> Row:
    picked = _sample(place.size, gradient, check)
    estimates = [_element(check, place, int(i), weights) for i in picked]
    joined = Estimate(
        np.array([e.value[0] for e in estimates]),
        np.array([e.error[0] for e in estimates]),
        "differences" if any(e.method != "complex step" for e in estimates) else "complex step",
    )
    indices = [tuple(int(k) for k in np.unravel_index(int(i), place.shape)) for i in picked]
    return _row(place.path, place.shape, gradient[picked], joined, check.tolerance, indices)


def _sample(size: int, gradient: Vector, check: _Check) -> Any:
    """Which elements are compared: all of a small parameter, else a sample with the largest in it."""
    if size <= check.samples:
        return np.arange(size)
    chosen = check.rng.choice(size, check.samples - 1, replace=False)
    return np.unique(np.append(chosen, np.argmax(np.abs(gradient))))


def _element(check: _Check, place: Place, index: int, weights: Vector) -> Estimate:
    direction = np.zeros(place.size)
    direction[index] = 1.0
    moves = [(place, direction.reshape(place.shape))]
    return _numeric(check, moves, lambda numbers: np.atleast_1d(np.dot(weights, numbers)))


def _numeric(check: _Check, moves: Sequence[tuple[Place, Any]], read: Callable[[Any], Any]) -> Estimate:
    """Differences of what ``read`` makes of the numbers of the result; where all are real, a complex step."""

    def at(h: float) -> Vector:
        found: Vector = read(flat(check.fun(*check.call.moved(moves, h))))
        return found

    def on_complex(h: complex) -> Any:
        return read(stepped(check.fun(*check.call.moved(moves, h))))

    out = check.fun(*check.call.arguments())
    real = not has_complex(out) and not has_complex(check.call.arguments())
    return differentiate(at, on_complex if real else None)


def _direction_rows(check: _Check, number: int, cotangent: Any, gradients: Any) -> list[Row]:
    places = check.call.places(check.positions)
    moves = [(place, check.rng.standard_normal(place.shape)) for place in places]
    out_dot = _api("jvp")(
        check.fun, tuple(check.call.arguments()), check.call.tangents(moves), **check.options
    )[1]
    tangent = flat(out_dot)
    estimate = _numeric(check, moves, lambda numbers: numbers)
    rows = [_row(f"direction {number + 1}", tangent.shape, tangent, estimate, check.tolerance)]
    if gradients is not None:
        directions = np.concatenate([np.ravel(d) for _, d in moves]) if moves else np.zeros(0)
        rows.append(_identity_row(flat(gradients), directions, flat(cotangent), tangent, check))
    return rows


def _identity_row(x_bar: Vector, x_dot: Vector, y_bar: Vector, y_dot: Vector, check: _Check) -> Row:
    """The dot-product identity between the two modes."""
    left, right = np.atleast_1d(np.dot(y_bar, y_dot)), np.atleast_1d(np.dot(x_bar, x_dot))
    wrong = check.tolerance[0]
    dtype = np.float16 if wrong >= _HALF[0] else np.float32 if wrong >= _SINGLE[0] else np.float64
    eps = float(np.finfo(dtype).eps)
    norms = max(np.linalg.norm(y_bar) * np.linalg.norm(y_dot), np.linalg.norm(x_bar) * np.linalg.norm(x_dot))
    slack = 1024.0 * eps * float(np.sqrt(max(x_dot.size, y_dot.size, 1))) * norms
    estimate = Estimate(right, np.atleast_1d(slack), "reverse mode")
    return _row("  against reverse", (), left, estimate, (0.0, float("inf")))


def _row(
    name: str,
    shape: tuple[int, ...],
    analytical: Vector,
    numerical: Estimate,
    tolerance: tuple[float, float] = (0.0, float("inf")),
    indices: Sequence[tuple[int, ...]] | None = None,
) -> Row:
    """Compare; what is uncertain by more than its share of the largest number is not judged."""
    if analytical.size == 0:
        return Row(name, shape, 0, 0, 0.0, (), 0.0, 0.0, numerical.method)
    wrong, uncertain = tolerance
    with np.errstate(all="ignore"):
        gap, size = np.abs(analytical - numerical.value), np.abs(analytical) + np.abs(numerical.value)
        relative = np.where(gap == 0, 0.0, gap / size)
        scale = max(
            float(np.max(np.abs(numerical.value), initial=0.0, where=np.isfinite(numerical.value))), 1.0
        )
        judged = numerical.error <= uncertain * scale
        bad = judged & ~(gap <= wrong * size + 4.0 * numerical.error + _NOISE * scale)
    # The row shows the worst element: a wrong one first, else the largest relative error.
    rank = np.where(bad, 2.0, np.where(judged, 0.0, -1.0)) + np.nan_to_num(relative, nan=1.0)
    worst = int(np.argmax(rank))
    index = indices[worst] if indices is not None else (() if not shape else (worst,))
    return Row(
        name, shape, analytical.size, int(np.sum(~judged)), float(relative[worst]), index,
        float(analytical[worst]), float(numerical.value[worst]), numerical.method, int(np.sum(bad)),
    )  # fmt: skip
