"""One random program, looked at from all sides: Python, dual numbers, interpreter, both backends.

`examine` runs the program in Python, differentiates it in all the ways asked for, and says how that went.
"""

from __future__ import annotations

import copy
import linecache
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

import adgen
from adgen.diagnostics import RunError, UserError
from adgen.ir.interpret import interpret
from adgen.runtime import specialise, stages
from adgen.runtime.backends import compiled
from adgen.runtime.derive import derive
from adgen.runtime.executables import Executable
from adgen.runtime.keys import take_apart
from adgen.runtime.lanes import in_lanes
from adgen.runtime.options import Options
from adgen.runtime.traced import Traced
from adgen.transform import lanes
from tests.oracle import dual_run
from tests.oracle.compare import assert_close, leaves
from tests.props.unrolling import unrolled

Arguments = tuple[Any, ...]

#: beyond this, or closer than MARGIN to a tie, a run says nothing of the derivative
LARGE = 1e6
MARGIN = 1e-7
#: what may be taken for granted while a program is built, and is checked when it runs: that lengths that meet
#: are equal, and that powers of integers are integers
GUARDS = ("cannot reshape", "negative integer powers", "returns None for these arguments")
#: what a derivative is told, and not derived from: in a program that was changed it need not be so any more
_TOLD = ("defvjp", "defjvp", " cg(", " gmres(", "fixed_point(", "adgen.root(", "adgen.argmin(", "cotangent(")


@dataclass(frozen=True)
class Ways:
    """What a program is compared in, beside Python, dual numbers and NumPy source."""

    interpreter: bool = True
    llvm: bool = False
    unoptimised: bool = False
    unrolled: bool = False


@dataclass(frozen=True)
class Outcome:
    """How one program went: `same`, `refused`, `raises`, `rough` (no derivative to compare) or `wrong`."""

    status: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.status} {self.detail}".strip()


class Wrong(Exception):
    """Two answers that differ, or an exception that must not be."""


def defined(text: str, name: str = "program") -> Callable[..., Any]:
    """The function of a module given as text; its source can be found as that of a file."""
    file = f"<random {abs(hash(text)):x}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module = ModuleType("random_program")
    sys.modules[module.__name__] = module  # classes of records look themselves up
    space = vars(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, file, "exec"), space)
    found: Callable[..., Any] = space[name]
    return found


def flat_leaves(args: Arguments) -> list[Any]:
    """The leaves of arguments, as adgen takes them apart."""
    found: list[Any] = []
    take_apart(args, found, [])
    return found


@contextmanager
def forgotten(fun: Callable[..., Any]) -> Iterator[None]:
    """Nothing is kept of a function that is not looked at again."""
    try:
        yield
    finally:
        specialise._SHARED.clear()
        linecache.cache.pop(fun.__code__.co_filename, None)


@contextmanager
def unoptimised() -> Iterator[None]:
    """Programs as the frontend and the derivative make them, without the general transformations."""
    general, kept = stages.GENERAL, dict(specialise._SHARED)
    specialise._SHARED.clear()
    stages.GENERAL = ()
    try:
        yield
    finally:
        stages.GENERAL = general
        specialise._SHARED.clear()
        specialise._SHARED.update(kept)


class TooLong(Exception):
    """A call did not come to an end."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises TooLong where the block takes more of the processor's time; timers around it go on.

    Not the time of the clock, which says nothing of a program on a busy machine.
    """

    def stop(*_: Any) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    outer, _ = signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, before)
        signal.setitimer(signal.ITIMER_PROF, outer)


def _is_float(value: Any) -> bool:
    """One real number."""
    return isinstance(value, float | np.ndarray | np.generic) and value_kind(value) == ("f", 0)


def value_kind(value: Any) -> tuple[str, int]:
    """Kind of the dtype, and rank."""
    found = np.asarray(value)
    return found.dtype.kind, found.ndim


def _moved(x: Any) -> Any:
    """Floats moved by a rounding error, up or down."""
    if isinstance(x, float):
        return float(np.nextafter(x, np.inf))
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        signs = np.where(np.arange(x.size) % 2, 1, -1).reshape(x.shape)
        return np.nextafter(x, (signs * np.inf).astype(x.dtype))
    return x


def _is_plain(value: Any) -> bool:
    """Numbers and arrays, in tuples and lists."""
    if isinstance(value, tuple | list):
        return all(_is_plain(v) for v in value)
    return isinstance(value, float | int | np.ndarray | np.generic) and np.asarray(value).dtype.kind in "fib"


def _is_complex(value: Any) -> bool:
    """Whether there are complex numbers, which powers of negative numbers give in Python and not here."""
    if isinstance(value, tuple | list):
        return any(_is_complex(v) for v in value)
    return isinstance(value, complex | np.ndarray | np.generic) and np.asarray(value).dtype.kind == "c"


def _assert_same_kind(left: Any, right: Any) -> None:
    """The shape is the same, and the dtype one that other paths of the program may have made wider."""
    if right is None:
        return
    assert np.shape(left) == np.shape(right), f"shape {np.shape(left)} instead of {np.shape(right)}"
    wide, narrow = np.asarray(left).dtype, np.asarray(right).dtype
    joined = isinstance(right, float) and isinstance(left, np.floating)
    assert joined or np.can_cast(narrow, wide), f"{wide} instead of {narrow}"


def examine(text: str, args: Arguments, wrt: Sequence[int], ways: Ways, name: str = "program") -> Outcome:
    """Compare everything that is known of a program."""
    try:
        fun = defined(text, name)
    except Exception as error:
        return Outcome("raises", f"{type(error).__name__} on import")
    if not isinstance(fun, FunctionType):
        return Outcome("raises", "no function")
    with forgotten(fun), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return _Examination(fun, text, args, tuple(wrt), ways).outcome()
        except Wrong as problem:
            return Outcome("wrong", str(problem))


@contextmanager
def few_lanes() -> Iterator[None]:
    """Two rounds at once, for every loop that can have lanes."""
    kept = lanes.LANES, lanes._pays, lanes._may_pay
    lanes.LANES, lanes._pays, lanes._may_pay = 2, lambda wide, plan: True, bool
    try:
        yield
    finally:
        lanes.LANES, lanes._pays, lanes._may_pay = kept


@dataclass
class _Examination:
    fun: Callable[..., Any]
    text: str
    args: Arguments
    wrt: tuple[int, ...]
    ways: Ways
    seconds: float = 3.0
    exact: Any = None
    gap: str = ""
    noise: float = 1e-11

    def outcome(self) -> Outcome:
        """See :func:`examine`."""
        seen = copy.deepcopy(self.args)
        try:
            with limited(self.seconds):
                value = self.fun(*seen)
        except TooLong:
            return Outcome("endless")
        except Exception as error:
            return self.failing(error)
        if not _is_float(value):
            return self.unusable(value, seen)
        if not self.is_steady(value):
            return Outcome("rough", "rounding grows")
        refusal = self.compare(value, seen)
        if refusal is not None:
            return refusal
        return Outcome("same") if self.exact is not None else Outcome("rough", self.gap)

    def is_steady(self, value: Any) -> bool:
        """Whether the program stays finite, and keeps its digits where arguments differ in the last one."""
        moved = tuple(_moved(a) for a in copy.deepcopy(self.args))
        try:
            with np.errstate(divide="raise", invalid="raise", over="raise"):
                other = self.fun(*moved)
        except Exception:
            return False
        if np.ndim(other) != 0 or not isinstance(other, float | np.floating | np.ndarray):
            return False
        scale = max(abs(float(value)), 1e-3)
        gap = abs(float(other) - float(value))
        return not np.isfinite(value) or gap <= (1e-3 if self.single else 1e-11) * scale

    # -- what cannot be compared ---------------------------------------------------------------------------
    def failing(self, error: Exception) -> Outcome:
        """The program fails in Python: it is refused, or fails here too, or what fails is left out."""
        kind = type(error).__name__
        run = lambda: self.gradient("numpy")(*copy.deepcopy(self.args))  # noqa: E731
        try:
            found = self.guarded("a program that fails", run, error)
        except Wrong as problem:
            raise Wrong(f"{problem} (Python: {error!r})") from error
        if isinstance(found, Outcome):
            return Outcome("refused", found.detail) if found.status == "refused" else Outcome("raises", kind)
        return Outcome("lenient", kind)

    def unusable(self, value: Any, seen: Arguments) -> Outcome:
        """The program gives no single float: its value alone is compared."""
        given = copy.deepcopy(self.args)
        expected = ValueError("math domain error") if _is_complex(value) else None
        found = self.guarded("jit", lambda: adgen.jit(self.fun, backend="numpy")(*given), expected)
        if isinstance(found, Outcome):
            return found
        if _is_plain(value):
            self.check("jit, value", found, value, self.precision)
        for number, (left, right) in enumerate(zip(given, seen, strict=True)):
            self.check(f"jit, argument {number} after the call", left, right, self.precision)
        return Outcome("no number")

    def guarded(self, what: str, run: Callable[[], Any], expected: Exception | None = None) -> Any:
        """The result of a call; an Outcome where it was refused or fails as expected. Raises Wrong else."""
        try:
            return run()
        except UserError as error:
            if error.diagnostic.code == "AG902":
                raise Wrong(f"{what}: {error.diagnostic.title}") from error
            return Outcome("refused", error.diagnostic.code)
        except Exception as error:
            if expected is not None and (isinstance(error, RunError) or type(error) is type(expected)):
                return Outcome("raises")
            if isinstance(error, RunError) and any(text in str(error) for text in GUARDS):
                return Outcome("guarded")
            raise Wrong(f"{what}: {type(error).__name__}: {error}") from error

    # -- comparisons ---------------------------------------------------------------------------------------
    def gradient(self, backend: str, fun: Any = None, **options: Any) -> Any:
        """The transform."""
        return adgen.value_and_grad(fun or self.fun, wrt=self.wrt, backend=backend, **options)

    def compare(self, value: Any, seen: Arguments) -> Outcome | None:
        """All ways against Python; an Outcome where the program is refused."""
        found = self.called("numpy", lambda *args: self.gradient("numpy")(*args), value, seen)
        if isinstance(found, Outcome):
            return found
        transform = self.gradient("numpy")
        transform(*copy.deepcopy(self.args))
        self.exact = self.duals(value)
        self.check_gradient("numpy", found)
        bound = transform._dispatcher.table.latest
        assert bound is not None
        traced: Traced = bound.traced
        if self.ways.interpreter:
            self.interpreted(transform, traced, value, seen)
        if self.ways.llvm:
            self.kernel(transform, traced, value, seen)
        if self.ways.unoptimised:
            with unoptimised():
                self.again("not optimised", self.gradient("numpy"), value, seen)
        if self.ways.unrolled:
            other = unrolled(self.text)
            if other != self.text:
                fun = defined(other, self.fun.__name__)
                with forgotten(fun):
                    self.again("unrolled", self.gradient("numpy", fun, static_shapes=True), value, seen)
        return None

    def again(self, what: str, transform: Any, value: Any, seen: Arguments) -> None:
        """A further way: it may be refused, but not be wrong."""
        found = self.called(what, transform, value, seen)
        if not isinstance(found, Outcome):
            self.check_gradient(what, found)
        elif what == "not optimised":
            raise Wrong(f"{what}: refused by {found.detail}")

    def called(self, what: str, run: Callable[..., Any], value: Any, seen: Arguments) -> Any:
        """The gradients of one way, its value and what it did to the arguments compared with Python's."""
        given = copy.deepcopy(self.args)
        found = self.guarded(what, lambda: run(*given))
        if isinstance(found, Outcome):
            return found
        self.check(f"{what}, value", found[0], value, self.precision)
        for number, (left, right) in enumerate(zip(given, seen, strict=True)):
            self.check(f"{what}, argument {number} after the call", left, right, self.precision)
        return found[1]

    @property
    def single(self) -> bool:
        """Whether the program computes in single precision."""
        return "float32" in self.text or any(np.asarray(a).dtype == np.float32 for a in leaves(self.args))

    @property
    def precision(self) -> float:
        """How close values have to be."""
        return 2e-4 if self.single else 1e-11

    def check(self, what: str, found: Any, expected: Any, rtol: float, atol: float = 0.0) -> None:
        """Raises Wrong where two structures of numbers differ."""
        pairs = list(zip(leaves(found), leaves(expected), strict=False))
        try:
            for left, right in pairs:
                _assert_same_kind(left, right)
            assert_close(found, expected, rtol)
        except (AssertionError, ValueError) as error:
            if atol and all(np.allclose(left, right, 0.0, atol) for left, right in pairs):
                return
            raise Wrong(f"{what}: {error}\nfound {found}\nexpected {expected}") from None

    def duals(self, value: Any) -> Any:
        """The exact gradient; None where it says nothing."""
        if not np.isfinite(value) or abs(value) > LARGE:
            return None
        if any(_is_complex(arg) for arg in self.args):
            self.gap = "complex arguments"
            return None
        if "float('inf')" in self.text or "float('nan')" in self.text:
            self.gap = "infinite constants"  # what does not depend on 0 * inf is not told from what does
            return None
        if any(name in self.text for name in _TOLD):
            self.gap = "a rule or a solver that was changed"
            return None
        try:
            if dual_run.margin(self.fun, self.args) < (1e-4 if self.single else MARGIN):
                return None
            exact = tuple(self._along(self.args, i) for i in self.wrt)
            if self.single:
                double = copy.deepcopy(self.args)
                double = tuple(a.astype("f8") if getattr(a, "dtype", None) == "f4" else a for a in double)
                better = tuple(self._along(double, i) for i in self.wrt)
                pairs = zip(leaves(exact), leaves(better), strict=True)
                self.noise = 1e-11 + 100.0 * max(float(np.max(np.abs(a - b), initial=0.0)) for a, b in pairs)
        except Exception as error:
            self.gap = f"no oracle: {type(error).__name__}"
            return None
        sizes = [float(np.max(np.abs(leaf), initial=0.0)) for leaf in leaves(exact)]
        return exact if all(np.isfinite(s) and s < LARGE for s in sizes) else None

    def _along(self, args: Arguments, position: int) -> Any:
        return dual_run.gradient(self.fun, args, position)

    def check_gradient(self, what: str, found: Any) -> None:
        """Raises Wrong where a gradient differs from the exact one."""
        if self.exact is not None:
            rtol = 1e-3 if self.single else 1e-8
            for gradient, position in zip(found, self.wrt, strict=True):
                given = self.args[position]
                if np.asarray(gradient).dtype != np.asarray(given).dtype:
                    raise Wrong(f"{what}: a gradient of dtype {np.asarray(gradient).dtype}")
            self.check(f"{what}, gradient", found, self.exact, rtol, self.noise)

    def interpreted(self, transform: Any, traced: Traced, value: Any, seen: Arguments) -> None:
        """The program operation by operation."""
        given = transform._dispatcher.subject.bind(copy.deepcopy(self.args), {})
        flat = [*flat_leaves(given), *traced.examples]
        if any(isinstance(leaf, int) and not -(2**63) <= leaf < 2**63 for leaf in flat):
            return
        found = self.guarded("interpreter", lambda: interpret(traced.func, flat))
        self.check("interpreter, value", found[0], value, self.precision)
        after = flat_leaves(transform._dispatcher.subject.bind(seen, {}))
        written = [after[k] for k in traced.mutated]
        self.check("interpreter, arguments", list(found[1:]), written, self.precision)

    def kernel(self, transform: Any, traced: Traced, value: Any, seen: Arguments) -> None:
        """The compiled kernel of the same derivative, and that of the program with loops in lanes."""
        self.compiled_kernel("llvm", transform, traced, value, seen)
        with few_lanes():
            wide = in_lanes(traced, Options(backend="llvm"))
        if wide is not None:
            self.compiled_kernel("lanes", transform, wide.traced, value, seen)

    def compiled_kernel(self, name: str, transform: Any, traced: Traced, value: Any, seen: Arguments) -> None:
        """One kernel."""
        options = Options(backend="llvm", fast_compile=True)

        def run(*args: Any) -> Any:
            given = transform._dispatcher.subject.bind(args, {})
            derived = derive(traced, transform._dispatcher.plan)
            return Executable(derived, compiled(derived.func, options))(
                [*flat_leaves(given), *traced.examples]
            )

        found = self.called(name, run, value, seen)
        if not isinstance(found, Outcome):
            self.check_gradient(name, found)
        elif found.detail != "AG602":
            raise Wrong(f"{name}: refused by {found.detail}")
