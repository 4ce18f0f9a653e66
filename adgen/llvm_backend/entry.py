"""The native entry of a kernel: a builtin function that takes the leaves of a call and gives its results.

It is a module of its own, because unlike the kernel it depends on Python and NumPy. It only handles what is
exactly as the kernel wants it (types, dtypes, contiguous arrays, sizes that agree, a workspace that is large
enough); everything else is handed, arguments untouched, to a Python callable.

``PyObject *entry(PyObject *self, PyObject **args, Py_ssize_t nargs, PyObject *kwnames)``
"""

from __future__ import annotations

from dataclasses import dataclass

from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind, Type
from adgen.llvm_backend.layout import (
    CELL,
    DATA,
    DESCR,
    DIMS,
    ENTRY,
    FLAGS,
    RANK,
    STATE,
    VALUE,
    WANTED_FLAGS,
    Conditions,
    Template,
)
from adgen.llvm_backend.loading import TABLE
from adgen.llvm_backend.memory import Table
from adgen.llvm_backend.writer import Writer, memory_type
from adgen.loops.interface import ARRAY, Interface

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
    made = _Entry(kernel)
    made.enter()
    made.require(conditions)
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


class _Entry:
    def __init__(self, kernel: Interface) -> None:
        self.kernel = kernel
        self.w = Writer()
        self.table = Table()
        self.arrays: dict[int, str] = {}
        self.elements: list[str] = []
        count = len(kernel.arrays) + len(kernel.results)
        self.cells = self.w.alloca("i64", max(count, 2))
        self.dims = self.w.alloca("i64", max(len(kernel.symbols), 2))
        self.where = self.w.alloca("i64")

    # -- small pieces -----------------------------------------------------------------------------------
    def _external(self, name: str) -> str:
        return self.table.load(self.w, name)

    def _field(self, address: str, offset: int, type_: str) -> str:
        place = self.w.value(f"getelementptr inbounds i8, ptr {address}, i64 {offset}")
        return self.w.value(f"load {type_}, ptr {place}")

    def _must(self, condition: str) -> None:
        """Go on only where a condition holds; else the slow path answers."""
        go_on = self.w.fresh("ok")
        self.w.branch_if(condition, go_on, "slow")
        self.w.start_block(go_on)

    def _cell(self, position: int) -> str:
        return self.w.value(f"getelementptr inbounds i64, ptr {self.cells}, i64 {position}")

    # -- arguments --------------------------------------------------------------------------------------
    def enter(self) -> None:
        """Check and unpack the arguments."""
        w, kernel = self.w, self.kernel
        self._must(w.value("icmp eq ptr %names, null"))
        self._must(w.value(f"icmp eq i64 %nargs, {len(kernel.arrays)}"))
        for position, (array, type_) in enumerate(zip(kernel.arrays, kernel.param_types, strict=True)):
            assert isinstance(type_, Type)
            place = w.value(f"getelementptr inbounds ptr, ptr %args, i64 {position}")
            value = w.value(f"load ptr, ptr {place}")
            if array:
                self._array(position, value, type_)
            else:
                self._number(position, value, type_)
        self._sizes()

    def _number(self, position: int, value: str, type_: Type) -> None:
        w, dtype = self.w, type_.dtype
        kind = self._field(value, 8, "ptr")
        if dtype is DType.bool and type_.is_py:
            true, false = self._external("object.True"), self._external("object.False")
            is_true, is_false = (
                w.value(f"icmp eq ptr {value}, {true}"),
                w.value(f"icmp eq ptr {value}, {false}"),
            )
            self._must(w.value(f"or i1 {is_true}, {is_false}"))
            w.emit(f"store i8 {w.value(f'zext i1 {is_true} to i8')}, ptr {self._cell(position)}")
            return
        if dtype is DType.i64 and type_.is_py:
            self._must(w.value(f"icmp eq ptr {kind}, {self._external('type.int')}"))
            self._integer(position, value)
            return
        wanted = "type.float" if type_.is_py and dtype is DType.f64 else f"scalar.{dtype.value}"
        self._must(w.value(f"icmp eq ptr {kind}, {self._external(wanted)}"))
        t = memory_type(dtype)
        w.emit(f"store {t} {self._field(value, VALUE, t)}, ptr {self._cell(position)}")

    def _integer(self, position: int, value: str) -> None:
        """A Python integer; -1 may mean that it does not fit."""
        w = self.w
        number = w.value(f"call i64 {self._external('py.PyLong_AsLongLong')}(ptr {value})")
        odd, fine = w.fresh("odd"), w.fresh("fine")
        w.branch_if(w.value(f"icmp eq i64 {number}, -1"), odd, fine)
        w.start_block(odd)
        problem = w.value(f"call ptr {self._external('py.PyErr_Occurred')}()")
        w.branch_if(w.value(f"icmp eq ptr {problem}, null"), fine, "problem")
        w.start_block(fine)
        w.emit(f"store i64 {number}, ptr {self._cell(position)}")

    def _array(self, position: int, value: str, type_: Type) -> None:
        w = self.w
        self._must(w.value(f"icmp eq ptr {self._field(value, 8, 'ptr')}, {self._external('type.ndarray')}"))
        self._must(w.value(f"icmp eq i32 {self._field(value, RANK, 'i32')}, {type_.rank}"))
        descr = self._external(f"dtype.{type_.dtype.value}")
        self._must(w.value(f"icmp eq ptr {self._field(value, DESCR, 'ptr')}, {descr}"))
        flags = w.value(f"and i32 {self._field(value, FLAGS, 'i32')}, {WANTED_FLAGS}")
        self._must(w.value(f"icmp eq i32 {flags}, {WANTED_FLAGS}"))
        w.emit(f"store ptr {self._field(value, DATA, 'ptr')}, ptr {self._cell(position)}")
        self.arrays[position] = self._field(value, DIMS, "ptr")

    def _sizes(self) -> None:
        """Symbols from the first dim that is one; every other dim must agree."""
        w, checks, count = self.w, [], "1"
        for position, address in self.arrays.items():
            type_ = self.kernel.param_types[position]
            assert isinstance(type_, Type)
            elements = "1"
            for axis, d in enumerate(type_.dims):
                size = self._field(address, 8 * axis, "i64")
                elements = w.value(f"mul i64 {elements}, {size}")
                names = d.symbols()
                if len(names) == 1 and d == Dim.symbol(names[0]) and w.scope.find(names[0]) is None:
                    w.define(names[0], size)
                else:
                    checks.append((d, size))
            count = w.value(f"add i64 {count}, {elements}")
        for d, size in checks:
            self._must(w.value(f"icmp eq i64 {size}, {w.dim(d)}"))
        for assumption in self.kernel.assumptions:
            relation = "eq" if assumption.exact else "sge"
            self._must(w.value(f"icmp {relation} i64 {w.dim(assumption.dim)}, 0"))
        for k, symbol in enumerate(self.kernel.symbols):
            place = w.value(f"getelementptr inbounds i64, ptr {self.dims}, i64 {k}")
            w.emit(f"store i64 {w.dim(Dim.symbol(symbol))}, ptr {place}")
        self.count = count

    def require(self, conditions: Conditions) -> None:
        """Go on only for the values and surroundings the kernel was made for."""
        w = self.w
        for position, value in conditions.pinned:
            dtype = self.kernel.param_types[position]
            assert isinstance(dtype, Type)
            t = memory_type(dtype.dtype)
            given = w.value(f"load {t}, ptr {self._cell(position)}")
            self._must(w.value(f"icmp eq {t} {given}, {int(value)}"))
        for k in range(conditions.names):
            table, key = self._external(f"condition.dict{k}"), self._external(f"condition.key{k}")
            found = w.value(f"call ptr {self._external('py.PyDict_GetItem')}(ptr {table}, ptr {key})")
            self._must(w.value(f"icmp eq ptr {found}, {self._external(f'condition.name{k}')}"))
        for k in range(conditions.cells):
            found = self._field(self._external(f"condition.cell{k}"), CELL, "ptr")
            self._must(w.value(f"icmp eq ptr {found}, {self._external(f'condition.content{k}')}"))

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
        self.made = [self._result(k) for k in range(len(self.kernel.results))]
        given = f"(ptr {self.cells}, ptr {self.dims}, ptr {work}, ptr {self.where})"
        status = self._released(f"call i32 {self._external('kernel.run')}{given}")
        good, failed = w.fresh("good"), w.fresh("failed")
        w.branch_if(w.value(f"icmp eq i32 {status}, 0"), good, failed)
        w.start_block(failed)
        for array in self.made:
            if array:
                w.emit(f"call void {self._external('py.Py_DecRef')}(ptr {array})")
        w.branch("slow")
        w.start_block(good)

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

    def _built(self, template: Template) -> str:
        if isinstance(template, int):
            return self.made[template] or self._number_object(template)
        w = self.w
        made = w.value(f"call ptr {self._external('py.PyTuple_New')}(i64 {len(template)})")
        for k, part in enumerate(template):
            item = self._built(part)
            w.emit(f"call i32 {self._external('py.PyTuple_SetItem')}(ptr {made}, i64 {k}, ptr {item})")
        return made

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
