"""Whole programs on disk, found by the first call of a new process.

A key says which function (its code), which derivative, which kinds of arguments, and which installation.
Under a key there may be several programs, as in memory: each comes with the guard that says when it is right,
and with fingerprints of the objects that are part of it. What is stored is enough to run a program; where it
is looked at, it is made again from the source.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adgen.diagnostics import Span
from adgen.ir.core import Func, Region
from adgen.ir.dims import Dim
from adgen.llvm_backend.running import CompiledKernel
from adgen.loops.interface import Interface
from adgen.objects import disk
from adgen.records import dataclass
from adgen.runtime.captures import Fixed, Hidden, getter
from adgen.runtime.executables import Executable, SplitExecutable
from adgen.runtime.fingerprints import Unknown, fingerprint, installation
from adgen.runtime.keys import Key
from adgen.runtime.options import Options
from adgen.runtime.plans import Plan
from adgen.runtime.programs import Raised, Run, Runnable
from adgen.runtime.specialise import Specialisation
from adgen.runtime.subject import Subject
from adgen.runtime.traced import Linearised, Traced

if TYPE_CHECKING:
    pass

_MOST = 16
"""Programs under one key; further ones are not stored."""


@dataclass(frozen=True, slots=True)
class _Kernel:
    interface: Interface
    table: tuple[str, ...]
    code: bytes


@dataclass(frozen=True, slots=True)
class _Module:
    text: str
    name: str
    attribute: str
    single: bool


@dataclass(frozen=True, slots=True)
class _Program:
    """How a program runs."""

    code: _Kernel | _Module
    checks: tuple[Raised, ...]
    place: Span | None


@dataclass(frozen=True, slots=True)
class _Record:
    """What was made for one kind of call: when it is right, what of, and its program, or both halves."""

    traced: Traced
    derived: Traced | Linearised
    refuted: frozenset[Dim]
    sizes: Mapping[str, int]
    fixed: tuple[tuple[Any, str], ...]
    programs: tuple[_Program, ...]


class Recalled(Runnable):
    """A program from the disk."""

    def __init__(self, program: _Program) -> None:
        self._program = program
        self.backend = "llvm" if isinstance(program.code, _Kernel) else "numpy"
        self._run: Run | None = None

    @property
    def run(self) -> Run:
        """The callable."""
        if self._run is None:
            self._run = self.kernel if self.backend == "llvm" else self._printed()
        return self._run

    @property
    def kernel(self) -> CompiledKernel:
        """The compiled kernel."""
        stored = self._program.code
        assert isinstance(stored, _Kernel)
        if not isinstance(self._run, CompiledKernel):
            self._run = CompiledKernel(stored.interface, stored.table, lambda: stored.code)
        return self._run

    def _printed(self) -> Run:
        from adgen.numpy_backend.execute import load_module

        stored = self._program.code
        assert isinstance(stored, _Module)
        call = getattr(load_module(stored.text, stored.name), stored.attribute)
        return (lambda leaves: (call(*leaves),)) if stored.single else (lambda leaves: call(*leaves))

    @property
    def checks(self) -> Sequence[Raised]:
        """The checks of the program."""
        return self._program.checks

    @property
    def place(self) -> Span | None:
        """Where the function is."""
        return self._program.place


class Shelf:
    """The stored programs of one plan for one function."""

    def __init__(self, subject: Subject, plan: Plan, options: Options, digest: str) -> None:
        self._subject = subject
        self._plan = plan
        self._options = options
        self._digest = digest

    @staticmethod
    def of(subject: Subject, plan: Plan, options: Options, digest: str) -> Shelf | None:
        """The shelf of a function of a file; None of others, or where nothing is stored."""
        wanted = os.environ.get("ADGEN_CACHE", "all") == "all" and not os.environ.get("ADGEN_CHECK")
        if not wanted or disk.cache_directory() is None:
            return None
        if not Path(subject.plain.__code__.co_filename).is_file():
            return None
        return Shelf(subject, plan, options, digest)

    def _folder(self, key: Key, trees: Sequence[Any]) -> Path | None:
        directory = disk.cache_directory()
        if directory is None:
            return None
        stated = ";".join(map(str, trees))
        parts = (installation(), self._digest, repr(self._plan), fingerprint(key), stated)
        return directory / "programs" / hashlib.sha256("\n".join(parts).encode()).hexdigest()

    # -- reading ----------------------------------------------------------------------------------------
    def recalled(self, key: Key, trees: Sequence[Any]) -> Iterator[Specialisation]:
        """The stored programs for a kind of call whose surroundings are as they were."""
        try:
            folder = self._folder(key, trees)
            paths = sorted(folder.glob("*.program")) if folder is not None else []
        except (Unknown, OSError):
            return
        for path in paths:
            record = _opened(path)
            if record is not None:
                found = self._specialisation(record)
                if found is not None:
                    yield found

    def _specialisation(self, record: _Record) -> Specialisation | None:
        fixed = []
        for path, expected in record.fixed:
            now = getter(self._subject.root, path)()
            try:
                if fingerprint(now) != expected:
                    return None
            except Unknown:
                return None
            fixed.append(Fixed(path, None, now))
        traced = replace(record.traced, fixed=tuple(fixed))
        found = replace(Specialisation.of(traced, record.refuted), again=(record.refuted, record.sizes))
        programs = [Recalled(program) for program in record.programs]
        derived = record.derived
        if isinstance(derived, Traced):
            found.made[self._plan] = Executable(replace(derived, fixed=tuple(fixed)), *programs)
        else:
            halves = replace(derived, traced=replace(derived.traced, fixed=tuple(fixed)))
            found.made[self._plan] = SplitExecutable(halves, self._options.borrow, *programs)
        return found

    # -- writing ----------------------------------------------------------------------------------------
    def keep(
        self, key: Key, trees: Sequence[Any], specialisation: Specialisation, sizes: Mapping[str, int]
    ) -> None:
        """Store what was made for a call, where that is possible."""
        made = specialisation.made.get(self._plan)
        if specialisation.again is not None or not isinstance(made, Executable | SplitExecutable):
            return
        try:
            folder = self._folder(key, trees)
            record = _record(specialisation, made, sizes)
            content = pickle.dumps(record, protocol=5)
        except (Unknown, pickle.PicklingError, AttributeError, TypeError, RecursionError):
            return
        if folder is None or len(list(folder.glob("*.program"))) >= _MOST:
            return
        name = hashlib.sha256(repr((record.traced.arguments, record.refuted, record.fixed)).encode())
        disk.write(folder / f"{name.hexdigest()[:32]}.program", content)


def _opened(path: Path) -> _Record | None:
    content = disk.read(path)
    if content is None:
        return None
    try:
        record = pickle.loads(content)
    except Exception:  # made by other versions of what it refers to
        disk.remove(path)
        return None
    return record if isinstance(record, _Record) else None


def _record(
    specialisation: Specialisation, made: Executable | SplitExecutable, sizes: Mapping[str, int]
) -> _Record:
    traced = specialisation.traced
    if any(map(_rooted, traced.hidden)) or any(map(_rooted, traced.fixed)):
        raise Unknown("root")
    programs: tuple[Any, ...]
    if isinstance(made, Executable):
        derived: Traced | Linearised = _thin(made.traced)
        programs = (made.program,)
    else:
        derived, programs = _thin_halves(made.linearised), (made.forward, made.backward)
    return _Record(
        _thin(traced),
        derived,
        frozenset(specialisation.guard.refuted),
        dict(sizes),
        tuple((item.path, fingerprint(item.value)) for item in traced.fixed),
        tuple(_Program(_stored(program), tuple(program.checks), program.place) for program in programs),
    )


def _rooted(item: Hidden | Fixed) -> bool:
    return item.root is not None or any(kind == "root" for kind, _ in item.path)


def _stored(program: Any) -> _Kernel | _Module:
    if program.backend == "llvm":
        kernel = program.kernel
        if program.run is not kernel:
            raise Unknown("tapes of complex numbers")
        return _Kernel(kernel.interface, kernel.table, kernel.object_code)
    from adgen.numpy_backend.execute import function_text
    from adgen.numpy_backend.names import clean

    final = program.final
    return _Module(function_text(final), final.name, clean(final.name), len(program.func.results) == 1)


def _thin(traced: Traced) -> Traced:
    """What running a program needs of it: parameters and results, but no operations."""
    return replace(
        traced,
        func=_thin_func(traced.func),
        fixed=(),
        equalities=(),
        remarks=(),
        parameter_spans={},
        defaults={},
        sources=(),
        examples=tuple(None for _ in traced.examples),
    )


def _thin_halves(halves: Linearised) -> Linearised:
    forward, backward = _thin_func(halves.forward), _thin_func(halves.backward)
    return replace(halves, traced=_thin(halves.traced), forward=forward, backward=backward)


def _thin_func(func: Func) -> Func:
    body = Region(func.params, (), func.results)
    return Func(func.name, body, func.assumptions, span=func.span, result_names=func.result_names)


Recall = Callable[[], Iterator[Specialisation]]
