"""The native entry of a kernel: a builtin function that takes the leaves of a call and gives its results.

It is a module of its own, because unlike the kernel it depends on Python and NumPy. It only handles what is
exactly as the kernel wants it (types, dtypes, contiguous arrays, sizes that agree, a workspace that is large
enough); everything else is handed, arguments untouched, to a Python callable.

``PyObject *entry(PyObject *self, PyObject **args, Py_ssize_t nargs, PyObject *kwnames)``
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.ir.types import DType, Kind, Type
from adgen.llvm_backend.entry_arguments import Arguments
from adgen.llvm_backend.layout import (
    DATA,
    DIMS,
    ENTRY,
    FLAGS,
    STATE,
    WANTED_FLAGS,
    WRITEABLE,
    Conditions,
    Template,
)
from adgen.llvm_backend.loading import TABLE
from adgen.llvm_backend.writer import memory_type
from adgen.loops.interface import ARRAY, Interface
from adgen.records import dataclass

#: Calls on at least this many elements let other threads run.
RELEASE_FROM = 8192

NO_CONDITIONS = Conditions()


@dataclass(frozen=True, slots=True)
class EntryModule:
    """The text of an entry and the names of its table."""

    text: str
    table: tuple[str, ...]


def emit_entry(kernel: Interface, template: Template, conditions: Conditions = NO_CONDITIONS) -> EntryModule:
    """The entry of a kernel whose results are put together as `template` says (numbers of results)."""
    made = _Entry(kernel, conditions)
    made.enter()
    made.require()
    made.call()
    made.leave(template)
    w = made.w
    parts = [
        f"@rt = internal global [{max(len(made.table.slots), 1)} x ptr] zeroinitializer",
        "@state = internal global [3 x i64] zeroinitializer",
        f"define ptr @{TABLE}() {{\n  ret ptr @rt\n}}",
        f"define ptr @{STATE}() {{\n  ret ptr @state\n}}",
        f"define ptr @{ENTRY}(ptr %self, ptr %args, i64 %nargs, ptr %names) nounwind {{\nstart:",
        *w.entry,
        *w.lines,
        "}",
        "!0 = !{}",
        "",
    ]
    return EntryModule("\n".join(parts), tuple(made.table.slots))


class _Entry(Arguments):
    """The call and its results."""

    # -- the call ---------------------------------------------------------------------------------------
    def call(self) -> None:
        """Make the result arrays, run the kernel."""
        w = self.w
        needed = w.value(f"call i64 {self._external('kernel.workspace')}(ptr {self.dims})")
        room = w.value("load i64, ptr getelementptr inbounds (i64, ptr @state, i64 1)")
        self._must(w.value(f"icmp sle i64 {needed}, {room}"))
        busy = w.value("load i64, ptr getelementptr inbounds (i64, ptr @state, i64 2)")
        self._must(w.value(f"icmp eq i64 {busy}, 0"))
        work = w.value("load ptr, ptr @state")
        for k, position in enumerate(self.conditions.outputs):
            self._output(k, position)
        for leaf, _ in self.conditions.written:
            self._apart(leaf)
        fresh = (k for k in range(len(self.kernel.results)) if k not in self.conditions.outputs)
        self.made = {k: self._result(k) for k in fresh}
        for value in self.borrowed:
            self._kept(value)
        given = f"(ptr {self.cells}, ptr {self.dims}, ptr {work}, ptr {self.where})"
        status = self._released(f"call i32 {self._external('kernel.run')}{given}")
        good, failed = w.fresh("good"), w.fresh("failed")
        w.branch_if(w.value(f"icmp eq i32 {status}, 0"), good, failed)
        w.start_block(failed)
        for value in (*self.borrowed, *filter(None, self.made.values())):
            self._drop(value)
        w.branch("slow")
        w.start_block(good)
        self._fill_numbers()
        for leaf, position in self.conditions.written:
            self._write_back(self.values[leaf], position)
        for value in self.borrowed:
            self._drop(value)

    def _output(self, k: int, position: int) -> None:
        """An array of the caller that takes a result: it must fit, and be apart from all others."""
        w, type_ = self.w, self.kernel.result_types[position]
        assert isinstance(type_, Type)
        value = self._external(f"output.{k}")
        self._must_be_array(value, type_, WANTED_FLAGS | WRITEABLE)
        shape, elements = self._field(value, DIMS, "ptr"), "1"
        for axis, d in enumerate(type_.dims):
            size = self._field(shape, 8 * axis, "i64")
            self._must(w.value(f"icmp eq i64 {size}, {w.dim(d)}"))
            elements = w.value(f"mul i64 {elements}, {size}")
        data = self._field(value, DATA, "ptr")
        if self.kernel.results[position] == ARRAY:
            w.emit(f"store ptr {data}, ptr {self._cell(len(self.kernel.arrays) + position)}")
        mine = self._extent(data, elements, type_)
        self._must_be_apart(mine, [*self.written, *(self._extent_of(k) for k in self._arrays())])
        self.written.append(mine)

    def _apart(self, leaf: int) -> None:
        """An argument that is written must be writeable, and share no memory with another one."""
        w, others = self.w, [self._extent_of(k) for k in self._arrays() if k != leaf]
        flags = w.value(f"and i32 {self._field(self.values[leaf], FLAGS, 'i32')}, {WRITEABLE}")
        self._must(w.value(f"icmp ne i32 {flags}, 0"))
        self._must_be_apart(self._extent_of(leaf), [*self.written, *others])

    def _write_back(self, target: str, position: int) -> None:
        """Give an array of the caller the contents it has at the end."""
        w, type_ = self.w, self.kernel.result_types[position]
        assert isinstance(type_, Type)
        if self.kernel.results[position] == ARRAY:
            copy = self._external("numpy.50")
            w.emit(f"call i32 {copy}(ptr {target}, ptr {self.made[position]})")
            self._drop(self.made[position])
            return
        t = memory_type(type_.dtype)
        value = w.value(f"load {t}, ptr {self._cell(len(self.kernel.arrays) + position)}")
        w.emit(f"store {t} {value}, ptr {self._field(target, DATA, 'ptr')}")

    def _must_be_apart(self, mine: tuple[str, str], others: Sequence[tuple[str, str]]) -> None:
        w = self.w
        for other in others:
            before = w.value(f"icmp ule i64 {mine[1]}, {other[0]}")
            after = w.value(f"icmp ule i64 {other[1]}, {mine[0]}")
            self._must(w.value(f"or i1 {before}, {after}"))

    def _arrays(self) -> list[int]:
        """The leaves that are arrays, of any rank."""
        types = enumerate(self.kernel.param_types)
        return [k for k, t in types if isinstance(t, Type) and t.kind is Kind.array]

    def _extent_of(self, leaf: int) -> tuple[str, str]:
        """First and last address of an array of the call."""
        type_ = self.kernel.param_types[leaf]
        assert isinstance(type_, Type)
        data = self._field(self.values[leaf], DATA, "ptr")
        return self._extent(data, self.elements.get(leaf, "1"), type_)

    def _extent(self, data: str, elements: str, type_: Type) -> tuple[str, str]:
        w = self.w
        start = w.value(f"ptrtoint ptr {data} to i64")
        size = w.value(f"mul i64 {elements}, {type_.dtype.itemsize}")
        return start, w.value(f"add i64 {start}, {size}")

    def _fill_numbers(self) -> None:
        """Numbers that go to arrays without axes."""
        for k, position in enumerate(self.conditions.outputs):
            if self.kernel.results[position] != ARRAY:
                type_ = self.kernel.result_types[position]
                assert isinstance(type_, Type)
                t = memory_type(type_.dtype)
                value = self.w.value(f"load {t}, ptr {self._cell(len(self.kernel.arrays) + position)}")
                data = self._field(self._external(f"output.{k}"), DATA, "ptr")
                self.w.emit(f"store {t} {value}, ptr {data}")

    def _released(self, call: str) -> str:
        """The status of the kernel, run without the interpreter's lock where that is worth its price.

        While it runs so, the workspace is marked as busy, and other calls take the slow path.
        """
        w, status = self.w, self.w.alloca("i32")
        busy_cell = "getelementptr inbounds (i64, ptr @state, i64 2)"
        large = "true" if self.kernel.loops else w.value(f"icmp sge i64 {self.count}, {RELEASE_FROM}")
        apart, here, done = w.fresh("apart"), w.fresh("here"), w.fresh("done")
        save, restore = (self._external(f"py.PyEval_{name}Thread") for name in ("Save", "Restore"))
        w.branch_if(large, apart, here)
        w.start_block(apart)
        w.emit(f"store i64 1, ptr {busy_cell}")
        thread = w.value(f"call ptr {save}()")
        w.emit(f"store i32 {w.value(call)}, ptr {status}")
        w.emit(f"call void {restore}(ptr {thread})")
        w.emit(f"store i64 0, ptr {busy_cell}")
        w.branch(done)
        w.start_block(here)
        w.emit(f"store i32 {w.value(call)}, ptr {status}")
        w.branch(done)
        w.start_block(done)
        return w.value(f"load i32, ptr {status}")

    def _result(self, position: int) -> str:
        """A new array for a result, or nothing for a number."""
        type_ = self.kernel.result_types[position]
        assert isinstance(type_, Type)
        if self.kernel.results[position] != ARRAY:
            return ""
        w = self.w
        shape = w.alloca("i64", max(type_.rank, 2))
        for axis, d in enumerate(type_.dims):
            place = w.value(f"getelementptr inbounds i64, ptr {shape}, i64 {axis}")
            w.emit(f"store i64 {w.dim(d)}, ptr {place}")
        array = self._new_array(type_, shape)
        self._must(w.value(f"icmp ne ptr {array}, null"))
        data = self._field(array, DATA, "ptr")
        w.emit(f"store ptr {data}, ptr {self._cell(len(self.kernel.arrays) + position)}")
        return array

    def _new_array(self, type_: Type, shape: str) -> str:
        w, descr = self.w, self._external(f"dtype.{type_.dtype.value}")
        w.emit(f"call void {self._external('py.Py_IncRef')}(ptr {descr})")
        make, kind = self._external("numpy.94"), self._external("type.ndarray")
        return w.value(
            f"call ptr {make}(ptr {kind}, ptr {descr}, i32 {type_.rank}, ptr {shape}, "
            "ptr null, ptr null, i32 0, ptr null)"
        )

    # -- results ----------------------------------------------------------------------------------------
    def leave(self, template: Template) -> None:
        """Put the results together; the slow path."""
        w = self.w
        w.emit(f"ret ptr {self._built(template)}")
        w.start_block("problem")
        w.emit(f"call void {self._external('py.PyErr_Clear')}()")
        w.branch("slow")
        w.start_block("slow")
        function = self._external("object.slow")
        vectorcall = self._external("py.PyObject_Vectorcall")
        answer = w.value(f"call ptr {vectorcall}(ptr {function}, ptr %args, i64 %nargs, ptr %names)")
        w.emit(f"ret ptr {answer}")
        w.start_block("raised")
        w.emit("ret ptr null")

    def _built(self, template: Template) -> str:
        if template is None:
            return self._kept(self._external("object.None"))
        if isinstance(template, int):
            return self.made[template] or self._number_object(template)
        return self._put_together(template, [self._built(part) for part in template.parts])

    def _number_object(self, position: int) -> str:
        w, type_ = self.w, self.kernel.result_types[position]
        assert isinstance(type_, Type)
        cell = self._cell(len(self.kernel.arrays) + position)
        t, dtype = memory_type(type_.dtype), type_.dtype
        value = w.value(f"load {t}, ptr {cell}")
        if type_.is_py and dtype is DType.f64:
            return w.value(f"call ptr {self._external('py.PyFloat_FromDouble')}(double {value})")
        if type_.is_py and dtype is DType.i64:
            return w.value(f"call ptr {self._external('py.PyLong_FromLongLong')}(i64 {value})")
        if type_.is_py and dtype is DType.bool:
            return w.value(
                f"call ptr {self._external('py.PyBool_FromLong')}(i64 {w.value(f'zext i8 {value} to i64')})"
            )
        if type_.kind is Kind.array:
            array = self._new_array(type_, self.dims)
            w.emit(f"store {t} {value}, ptr {self._field(array, DATA, 'ptr')}")
            return array
        descr = self._external(f"dtype.{dtype.value}")
        return w.value(f"call ptr {self._external('numpy.60')}(ptr {cell}, ptr {descr}, ptr null)")
