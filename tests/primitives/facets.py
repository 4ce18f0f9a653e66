"""What is checked of one program: values and derivatives of both modes to second order, on both backends.

The interpreter's derivatives are held against differences and against each other (forward and reverse mode
are transposes); the NumPy source and the kernel of every derivative program against the interpreter.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from adgen.ir.core import Func, Op, walk
from adgen.ir.dims import solve
from adgen.ir.types import DType, Type
from adgen.loops.lower import entry_symbols
from adgen.runtime.results import converter
from tests.oracle import dot_product, finite
from tests.oracle.compare import random_like
from tests.primitives.programs import Programs, programs_of

SINGLE = (DType.f32, DType.c64)
#: what kernels leave to NumPy, as AG602 says
NOT_IN_KERNELS = ("logm", "on_disk", "round_to")
#: or leave to it of complex numbers
NO_PARTS = ("qr",)


@dataclass(frozen=True)
class Subject:
    """One program with its arguments.

    ``whole`` asks for every derivative of second order, not one of them; ``smooth`` says that differences
    see the derivatives; ``wanted`` are the values, where something else than the interpreter knows them.
    """

    name: str
    func: Func
    args: list[Any]
    smooth: bool = True
    whole: bool = True
    active: bool = True
    wanted: tuple[Any, ...] | None = None

    @property
    def is_single(self) -> bool:
        """Whether a value of single precision takes part."""
        nodes = [v for node in walk(self.func.body) if isinstance(node, Op) for v in node.results]
        every = [*self.func.params, *self.func.results, *nodes]
        return any(isinstance(v.any_type, Type) and v.any_type.dtype in SINGLE for v in every)


@dataclass(frozen=True)
class LeftOut:
    """A form that is not checked, and why."""

    reason: str


@dataclass
class Report:
    """How many checks there were by name, how many forms were left out, and the failures."""

    counts: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, str, str]] = field(default_factory=list)

    def check(self, subject: str, name: str, run: Callable[[], bool | None]) -> None:
        """Count a check that ran; what returns False was not for this subject."""
        try:
            if run() is False:
                return
        except Exception as error:
            said = str(error).strip() or type(error).__name__
            self.failures.append((subject, name, f"{type(error).__name__}: {said}"))
        self.counts[name] = self.counts.get(name, 0) + 1

    def include(self, other: Report) -> None:
        """Add the counts and failures of another report."""
        for mine, more in ((self.counts, other.counts), (self.left_out, other.left_out)):
            for name, count in more.items():
                mine[name] = mine.get(name, 0) + count
        self.failures += other.failures


def examine(subject: Subject) -> Report:
    """All checks of a subject."""
    report, facets = Report(), Facets(subject)
    for name, run in facets.checks():
        report.check(subject.name, name, run)
    return report


Check = tuple[str, Callable[[], "bool | None"]]


class Facets:
    """The checks of one subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.eps = 2.0**-23 if subject.is_single else 2.0**-52
        self.rng = np.random.default_rng(zlib.crc32(subject.name.encode()))

    def checks(self) -> Iterator[Check]:
        """Names and runs, in order: each may need what the one before it made."""
        subject, first = self.subject, programs_of(self.subject.func)
        values = first.interpreted(subject.args)
        if subject.wanted is not None:
            yield "value, as Python", lambda: self.as_wanted(values)
        yield from self.on_backends("value", first, subject.args, values)
        if not subject.active or not first.outputs or not first.wrt:
            return
        yield from self.order("", first, subject.args, True)
        dots = [random_like(subject.args[k], self.rng) for k in first.wrt]
        bars = [random_like(values[k], self.rng) for k in first.outputs]
        for mode, extra in (("vjp", bars), ("jvp", dots)):
            if mode == "vjp" or subject.whole:
                try:
                    derived = (first.reversed if mode == "vjp" else first.pushed).simpler
                except Exception:  # already reported: it is the program of a check above
                    continue
                yield from self.order(f" of {mode}", derived, [*subject.args, *extra], subject.whole)

    def order(self, what: str, derived: Programs, args: list[Any], both: bool) -> Iterator[Check]:
        """The derivatives of one program: the slopes, their transposes, and the code for both."""
        values = derived.interpreted(args)
        dots = [random_like(args[k], self.rng) for k in derived.wrt]
        bars = [random_like(values[k], self.rng) for k in derived.outputs]
        known: list[Programs] = []
        yield f"jvp and vjp{what}, built", lambda: known.extend((derived.pushed, derived.reversed))
        if not known:
            return
        forward, reverse = known
        count = len(derived.func.results)
        pushed, pulled = forward.interpreted([*args, *dots]), reverse.interpreted([*args, *bars])
        y_dot, x_bar = pushed[count:], pulled[count:]
        if self.subject.smooth:
            yield f"transposes{what}", lambda: self.transposes(dots, y_dot, bars, x_bar)
            if not self.subject.is_single:
                yield f"differences{what}", lambda: self.differences(derived, args, dots, y_dot)
        yield from self.on_backends(f"jvp{what}", forward, [*args, *dots], pushed)
        if both:
            yield from self.on_backends(f"vjp{what}", reverse, [*args, *bars], pulled)

    # -- oracles ----------------------------------------------------------------------------------------
    def as_wanted(self, found: Sequence[Any]) -> None:
        """The values are those of the Python function."""
        wanted = self.subject.wanted
        assert wanted is not None
        for one, other in zip(found, wanted, strict=True):
            same_kind(one, other)
            rtol = 2e-6 if self.eps > 1e-10 else 1e-13
            given = max((largest(a) for a in self.subject.args), default=0.0)
            scale = max(rtol * largest(other), self.eps * given)  # what is less is rounding of the arguments
            np.testing.assert_allclose(one, other, rtol=rtol, atol=scale)

    def transposes(self, dots: Any, y_dot: Any, bars: Any, x_bar: Any) -> None:
        """Forward and reverse mode are transposes of each other."""
        found = dot_product.defect(dots, list(y_dot), bars, list(x_bar), self.eps)
        assert found <= 8.0, f"{found:.3g} times the tolerance"

    def differences(self, derived: Programs, args: list[Any], dots: list[Any], y_dot: Any) -> None:
        """Forward mode is the derivative."""
        tangents: list[Any] = [None] * len(args)
        for k, dot in zip(derived.wrt, dots, strict=True):
            tangents[k] = dot
        wanted = finite.jvp(derived.evaluate, args, tangents, rtol=1e-5)
        gap = np.max(np.abs(finite.flatten(y_dot) - wanted), initial=0.0)
        assert gap <= 1e-5 * (1.0 + np.max(np.abs(wanted), initial=0.0)), f"off by {gap:.3g}"

    # -- code -------------------------------------------------------------------------------------------
    def on_backends(
        self, what: str, programs: Programs, args: list[Any], expected: Sequence[Any]
    ) -> Iterator[Check]:
        """The source and the kernel compute what the interpreter computes."""
        for backend in ("numpy", "llvm"):
            if backend == "numpy" or not _beyond_kernels(programs.func, args):
                run = partial(self.run, backend, programs, args)
                yield f"{what}, {backend}", lambda run=run: self.agrees(expected, run())

    def run(self, backend: str, programs: Programs, args: list[Any]) -> tuple[Any, ...]:
        """The results as a backend gives them, with the kinds that a caller sees."""
        run = programs.on_numpy if backend == "numpy" else programs.in_kernels
        copies = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        with np.errstate(all="ignore"):
            found = run(copies)
        types = [r.type for r in programs.func.results]
        return tuple(converter(t)(value) for t, value in zip(types, found, strict=True))

    def agrees(self, expected: Sequence[Any], found: Sequence[Any]) -> None:
        """The same kinds, dtypes and shapes, and the same numbers to rounding of the largest of them."""
        rtol = 4e-5 if self.eps > 1e-10 else 1e-11
        for wanted, one in zip(expected, found, strict=True):
            same_kind(one, wanted)
            if np.asarray(wanted).dtype.kind not in "fc":
                np.testing.assert_array_equal(one, wanted)
                continue
            scale = max(largest(v) for v in expected if np.asarray(v).dtype.kind in "fc")
            if scale * rtol > 1.0:  # next to a pole no digit is right
                return
            one, wanted = (_without_directions(v) for v in (one, wanted))
            np.testing.assert_allclose(one, wanted, rtol=rtol, atol=rtol * max(1.0, scale))


def _beyond_kernels(func: Func, args: Sequence[Any]) -> bool:
    given = zip(func.params, args, strict=True)
    pairs = [pair for p, a in given for pair in zip(p.type.dims, np.shape(a), strict=True)]
    if not solve(pairs).keys() >= set(entry_symbols(func)):
        return True  # callers of kernels give sizes, here of a cotangent, that only the program finds
    ops = [node for node in walk(func.body) if isinstance(node, Op)]
    if any(op.prim.name in NOT_IN_KERNELS for op in ops):
        return True
    return any(op.prim.name in NO_PARTS and op.operands[0].type.is_complex for op in ops)


def _without_directions(value: Any) -> Any:
    """Complex numbers that are not finite as NaN: which part says so is a matter of rounding."""
    if np.asarray(value).dtype.kind != "c":
        return value
    return np.where(np.isfinite(value), value, np.nan)


def largest(value: Any) -> float:
    """The largest magnitude among the finite numbers of an array."""
    return float(np.max(np.abs(value), initial=0.0, where=np.isfinite(value)))


def same_kind(found: Any, wanted: Any) -> None:
    """The same type, dtype and shape."""
    assert type(found) is type(wanted), f"{type(found).__name__} instead of {type(wanted).__name__}"
    assert np.asarray(found).dtype == np.asarray(wanted).dtype, np.asarray(found).dtype
    assert np.shape(found) == np.shape(wanted), np.shape(found)
