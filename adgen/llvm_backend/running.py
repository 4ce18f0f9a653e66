"""Compiled code as a Python callable: arrays and scalars in, arrays and scalars out."""

from __future__ import annotations

import builtins
import ctypes
import hashlib
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from adgen.diagnostics.errors import RunError, run_error
from adgen.ir.dims import Dim, solve
from adgen.ir.interpret import coerce
from adgen.ir.types import GENERATOR, AnyType, Kind, StackType, Type
from adgen.llvm_backend import generators
from adgen.llvm_backend.layout import Shape
from adgen.llvm_backend.loading import KERNEL, WORKSPACE, Loaded, load
from adgen.llvm_backend.native import CallForm, NativeEntry, native_entry
from adgen.llvm_backend.workspace import Workspace, taken
from adgen.loops.interface import ARRAY, HEAP, Failure, Interface
from adgen.objects.containers import TUPLE


def _failed(failure: Failure) -> RunError:
    """The exception of a check that did not hold."""
    builtin: type[Exception] = getattr(builtins, failure.kind, RuntimeError)
    kind = np.linalg.LinAlgError if failure.kind == "LinAlgError" else builtin
    return run_error(kind, failure.message, failure.span)


class CompiledKernel:
    """Code with its interface and the externals of its pointer table.

    Instances are safe to call from several threads at once; `code` gives the object when it is loaded.
    """

    def __init__(self, interface: Interface, table: Sequence[str], code: Callable[[], bytes]) -> None:
        self.interface = interface
        self.table = tuple(table)
        self._code = code
        self._heap = [k for k, kind in enumerate(interface.results) if kind == HEAP]
        self._generators = [k for k, t in enumerate(interface.param_types) if t == GENERATOR]
        self._loaded: Loaded | None = None
        self.digest = ""
        self._lock = threading.Lock()
        self._local = threading.local()
        self._slow: Callable[..., tuple[Any, ...]] = self._answer
        self._native: NativeEntry | None = None
        self._entries: weakref.WeakSet[NativeEntry] = weakref.WeakSet()
        self._calls = 0
        self._largest = 0

    def load(self) -> Loaded:
        """Compile and load, once."""
        with self._lock:
            if self._loaded is None:
                code = self._code()
                self.digest = hashlib.sha256(code).hexdigest()
                self._loaded = load(code, (KERNEL, WORKSPACE), self.table)
            return self._loaded

    # -- calling ----------------------------------------------------------------------------------------
    def __call__(self, args: Sequence[Any], outputs: Sequence[Any] | None = None) -> tuple[Any, ...]:
        """Results for these arguments; arrays may be given to write results into (None: a new one).

        Raises ValueError where shapes do not fit and RunError where a check of the program does not hold.
        """
        if outputs is None:
            return self.native(*args)
        return self._called(args, outputs)

    @property
    def native(self) -> Callable[..., tuple[Any, ...]]:
        """A function of the leaves that gives the tuple of results: native from the second call on."""
        if self._native is not None:
            return self._native.function
        self._calls += 1
        if self._calls == 2:
            self.prepare()
        return self._slow if self._native is None else self._native.function

    def prepare(self) -> None:
        """Make the native function of the leaves, where there is one."""
        if self._native is None:
            self._calls = max(self._calls, 2)
            count = len(self.interface.results)
            self._native = self.entry(self._slow, CallForm(Shape(TUPLE, tuple(range(count)))))

    def entry(
        self, slow: Callable[..., Any], form: CallForm, workspace: Workspace | None = None
    ) -> NativeEntry | None:
        """A native function of the leaves, or None where there can be none.

        Results are put together as `form` says; whatever is not exactly as the kernel wants it goes to
        `slow`. The function keeps everything it needs alive, and works where slow calls before it did.
        """
        workspace = workspace or vars(self._local).pop("work", None)
        made = native_entry(self.interface, self.load(), slow, form, self.digest, workspace)
        if made is not None:
            self._entries.add(made)
            made.reserve(self._largest)
        return made

    def workspace(self, args: Sequence[Any]) -> Workspace:
        """A workspace of the size that these arguments need."""
        given = [_argument(a, t) for a, t in zip(args, self.interface.param_types, strict=True)]
        sizes = _sizes(self.interface, given)
        dims = np.array([sizes[s] for s in self.interface.symbols] or [0], np.int64)
        made = Workspace(self.interface.pieces)
        made.at_least(_workspace_type(self.load().addresses[WORKSPACE])(dims.ctypes.data))
        return made

    def _answer(self, *args: Any) -> tuple[Any, ...]:
        return self._called(args, None)

    def _called(self, args: Sequence[Any], outputs: Sequence[Any] | None) -> tuple[Any, ...]:
        kernel = self.interface
        given = [_argument(a, t) for a, t in zip(args, kernel.param_types[: len(args)], strict=True)]
        tapes = zip(given, kernel.param_types, strict=False)
        given += [np.int64(a.size) for a, t in tapes if isinstance(t, StackType)]
        sizes = _sizes(kernel, given)
        made = self._outputs(sizes, outputs)
        given_generators = [args[k] for k in self._generators]
        with generators.running(given_generators) if self.interface.draws else nullcontext():
            status, where, cells = self._run(given, made, sizes)
        if status == 2:
            raise run_error(MemoryError, "out of memory in a kernel")
        if status:
            error = generators.raised() if self.interface.draws else None
            if error is not None:
                raise run_error(type(error), str(error), kernel.failures[where].span) from error
            raise _failed(kernel.failures[where])
        return self._collect(made, cells)

    def _outputs(self, sizes: dict[str, int], outputs: Sequence[Any] | None) -> list[Any]:
        made: list[Any] = []
        for k, (result, type_) in enumerate(
            zip(self.interface.results, self.interface.result_types, strict=True)
        ):
            given = outputs[k] if outputs is not None else None
            if result != ARRAY or not isinstance(type_, Type):
                made.append(None)
            elif given is not None:
                made.append(given)
            else:
                made.append(np.empty(tuple(d.evaluate(sizes) for d in type_.dims), type_.dtype.numpy))
        return made

    def _run(
        self, given: Sequence[Any], made: Sequence[Any], sizes: dict[str, int]
    ) -> tuple[int, int, np.ndarray[Any, Any]]:
        loaded = self._loaded or self.load()
        kernel = self.interface
        extra = sum(_rank(kernel.result_types[k]) for k in self._heap)
        cells = np.zeros(max(len(given) + len(made) + extra, 1), np.int64)
        for k, (value, param) in enumerate(zip(given, kernel.arrays, strict=True)):
            if param:
                cells[k] = value.ctypes.data if value.size else _NOTHING.ctypes.data
            else:
                cells[k : k + 1].view(value.dtype)[0] = value
        for k, array in enumerate(made):
            if array is not None:
                cells[len(given) + k] = array.ctypes.data if array.size else _NOTHING.ctypes.data
        dims = np.array([sizes[s] for s in kernel.symbols] or [0], np.int64)
        where = ctypes.c_int64(-1)
        with self._workspace(loaded, dims) as work:
            status = _kernel_type(loaded.addresses[KERNEL])(
                cells.ctypes.data, dims.ctypes.data, work, ctypes.addressof(where)
            )
        return int(status), where.value, cells

    @contextmanager
    def _workspace(self, loaded: Loaded, dims: np.ndarray[Any, Any]) -> Iterator[int]:
        """The address of a workspace, grown where it is too small: of a native entry that no call is working
        in, so that there are no two of them, or else this thread's own."""
        size = _workspace_type(loaded.addresses[WORKSPACE])(dims.ctypes.data)
        self._largest = max(self._largest, size)
        entries = sorted(self._entries, key=lambda entry: entry is self._native)  # whose caller comes first
        for entry in entries:
            entry.reserve(size)
        lent = next((entry for entry in entries if entry.take()), None)
        if lent is not None:
            try:
                yield lent.address
            finally:
                lent.give_back()
            return
        held: Workspace | None = getattr(self._local, "work", None)
        if held is None:
            held = self._local.work = Workspace(self.interface.pieces)
        yield held.at_least(size)

    def _collect(self, made: Sequence[Any], cells: np.ndarray[Any, Any]) -> tuple[Any, ...]:
        kernel, results = self.interface, []
        first, extra = len(kernel.arrays), len(kernel.arrays) + len(kernel.results)
        for k, (result, type_) in enumerate(zip(kernel.results, kernel.result_types, strict=True)):
            if k in self._heap:
                shape = tuple(int(n) for n in cells[extra : extra + _rank(type_)])
                extra += _rank(type_)
                results.append(taken(int(cells[first + k]), shape, _element(type_).dtype.numpy))
                continue
            assert isinstance(type_, Type)
            if result == ARRAY:
                results.append(made[k] if type_.rank else _number(made[k], type_))
            else:
                results.append(_scalar(cells[first + k : first + k + 1], type_))
        return tuple(results)


_NOTHING = np.zeros(16)
_kernel_type = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 4)
_workspace_type = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)


def _rank(type_: AnyType) -> int:
    """The rank of an array; a tape is one row of elements."""
    return 1 if isinstance(type_, StackType) else len(type_.dims)


def _element(type_: AnyType) -> Type:
    element = type_.element if isinstance(type_, StackType) else type_
    assert isinstance(element, Type)
    return element


def _argument(value: Any, type_: AnyType) -> Any:
    element = _element(type_)
    if isinstance(type_, StackType):
        return _tape(value, element)
    if type_ == GENERATOR:
        return np.int64(generators.address_of(value))
    if element.is_complex and not element.rank:
        return np.array(value, element.dtype.numpy)
    if element.rank:
        return np.ascontiguousarray(value, dtype=element.dtype.numpy)
    return np.asarray(value, dtype=element.dtype.numpy)[()]


def _tape(value: Any, element: Type) -> np.ndarray[Any, Any]:
    """The elements of a tape one after the other: as a kernel gives them, or from a list of values."""
    dtype = element.dtype.numpy
    if isinstance(value, np.ndarray) or not element.rank:
        return np.ascontiguousarray(value, dtype=dtype)
    return np.concatenate([np.empty(0, dtype), *(np.ravel(np.asarray(item, dtype)) for item in value)])


def _sizes(kernel: Interface, given: Sequence[Any]) -> dict[str, int]:
    """Sizes of the symbols. Raises ValueError where shapes contradict the parameter types."""
    pairs = [
        (d, size)
        for t, a in zip(kernel.param_types, given, strict=True)
        if isinstance(t, Type)
        for d, size in zip(t.dims, np.shape(a), strict=True)
    ]
    pairs += [(Dim.symbol(name), int(given[position])) for name, position in kernel.bound]
    sizes = solve(pairs)
    for d, size in pairs:
        if all(name in sizes for name in d.symbols()) and d.evaluate(sizes) != size:
            raise ValueError(f"a dimension is {size}, expected {d} = {d.evaluate(sizes)}")
    return sizes


def _number(array: np.ndarray[Any, Any], type_: Type) -> Any:
    """A complex number, which a kernel stores like an array."""
    return array if type_.kind is Kind.array else coerce(array[()], type_)


def _scalar(cell: np.ndarray[Any, Any], type_: Type) -> Any:
    value = cell.view(type_.dtype.numpy)[0]
    if type_.kind is Kind.array:
        return np.array(value)
    return coerce(value, type_)
