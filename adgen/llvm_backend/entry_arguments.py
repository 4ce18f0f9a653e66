"""The arguments of a native entry: checked, unpacked, their sizes compared."""

from __future__ import annotations

from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind, Type
from adgen.llvm_backend.entry_trees import Pieces
from adgen.llvm_backend.keywords import arguments
from adgen.llvm_backend.layout import (
    CELL,
    DATA,
    DESCR,
    DIMS,
    FLAGS,
    RANK,
    VALUE,
    WANTED_FLAGS,
    Conditions,
)
from adgen.llvm_backend.writer import memory_type
from adgen.loops.interface import Interface, Source, dims_of, sources


class Arguments(Pieces):
    """What happens before the call: anything unusual goes to the block `slow`."""

    def __init__(self, kernel: Interface, conditions: Conditions) -> None:
        super().__init__()
        self.kernel = kernel
        self.conditions = conditions
        self.values: list[str] = []
        self.arrays: dict[int, str] = {}
        self.elements: dict[int, str] = {}
        self.borrowed: list[str] = []
        self.written: list[tuple[str, str]] = []
        count = len(kernel.arrays) + len(kernel.results)
        self.cells = self.w.alloca("i64", max(count, 2))
        self.dims = self.w.alloca("i64", max(len(kernel.symbols), 2))
        self.where = self.w.alloca("i64")

    def _cell(self, position: int) -> str:
        return self.w.value(f"getelementptr inbounds i64, ptr {self.cells}, i64 {position}")

    # -- arguments --------------------------------------------------------------------------------------
    def enter(self) -> None:
        """Check and unpack the arguments."""
        w, kernel = self.w, self.kernel
        hidden, shapes = len(self.conditions.hidden), self.conditions.arguments
        shapes = shapes or tuple(range(len(kernel.arrays) - hidden))
        given = arguments(w, self._external, self.conditions.keywords, len(shapes))
        for position, shape in enumerate(shapes):
            found = self._leaves(self._item(given, position), shape)
            self.borrowed += [] if isinstance(shape, int) else found
            self.values += found
        at = self.conditions.captured_at
        at = len(self.values) if at is None else at
        self.values[at:at] = [self._captured(k) for k in range(hidden)]
        pairs = zip(self.values, kernel.arrays, kernel.param_types, strict=True)
        for position, (value, array, type_) in enumerate(pairs):
            assert isinstance(type_, Type)
            if array:
                self._array(position, value, type_)
            else:
                self._number(position, value, type_)
        self._sizes()

    def _captured(self, k: int) -> str:
        """An object of the surroundings, which is kept alive while the kernel runs."""
        w, holder, kind = self.w, self._external(f"hidden.holder{k}"), self.conditions.hidden[k]
        if kind == "object":
            return holder
        if kind == "cell":
            value = self._field(holder, CELL, "ptr")
        elif kind == "attribute":
            value = self._looked_up(holder, self._external(f"hidden.key{k}"))
        else:
            key = self._external(f"hidden.key{k}")
            value = w.value(f"call ptr {self._external('py.PyDict_GetItem')}(ptr {holder}, ptr {key})")
        self._must(w.value(f"icmp ne ptr {value}, null"))
        self.borrowed.append(value)
        return value

    def _number(self, position: int, value: str, type_: Type) -> None:
        w, dtype = self.w, type_.dtype
        if type_.kind is Kind.array:
            self._must_be_array(value, type_, WANTED_FLAGS)
            t, data = memory_type(dtype), self._field(value, DATA, "ptr")
            w.emit(f"store {t} {w.value(f'load {t}, ptr {data}')}, ptr {self._cell(position)}")
            return
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
        right = w.value(f"icmp eq ptr {kind}, {self._external(wanted)}")
        if dtype is DType.f64 and position in self.conditions.either:
            other = self._external("scalar.f64" if type_.is_py else "type.float")
            right = w.value(f"or i1 {right}, {w.value(f'icmp eq ptr {kind}, {other}')}")
        self._must(right)
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
        self._must_be_array(value, type_, WANTED_FLAGS)
        self.w.emit(f"store ptr {self._field(value, DATA, 'ptr')}, ptr {self._cell(position)}")
        self.arrays[position] = self._field(value, DIMS, "ptr")

    def _must_be_array(self, value: str, type_: Type, wanted: int) -> None:
        """An array of this dtype and rank, with these flags."""
        w = self.w
        self._must(w.value(f"icmp eq ptr {self._field(value, 8, 'ptr')}, {self._external('type.ndarray')}"))
        self._must(w.value(f"icmp eq i32 {self._field(value, RANK, 'i32')}, {type_.rank}"))
        descr = self._external(f"dtype.{type_.dtype.value}")
        self._must(w.value(f"icmp eq ptr {self._field(value, DESCR, 'ptr')}, {descr}"))
        flags = w.value(f"and i32 {self._field(value, FLAGS, 'i32')}, {wanted}")
        self._must(w.value(f"icmp eq i32 {flags}, {wanted}"))

    def _sizes(self) -> None:
        """Symbols from the dims and integers that give them; every other dim must agree."""
        w, sizes, count = self.w, {}, "1"
        for position, address in self.arrays.items():
            type_ = self.kernel.param_types[position]
            assert isinstance(type_, Type)
            elements = "1"
            for axis, _ in enumerate(type_.dims):
                size = sizes[position, axis] = self._field(address, 8 * axis, "i64")
                elements = w.value(f"mul i64 {elements}, {size}")
            self.elements[position] = elements
            count = w.value(f"add i64 {count}, {elements}")
        for source in sources(self.kernel):
            found = sizes.get(source.place) or self._counted(source.place[0])
            w.define(source.symbol, self._solved(source, found))
        checks = [(d, sizes[place]) for place, d in dims_of(self.kernel) if place in sizes]
        for d, size in checks:
            self._must(w.value(f"icmp eq i64 {size}, {w.dim(d)}"))
        for assumption in self.kernel.assumptions:
            relation = "eq" if assumption.exact else "sge"
            self._must(w.value(f"icmp {relation} i64 {w.dim(assumption.dim)}, 0"))
        for k, symbol in enumerate(self.kernel.symbols):
            place = w.value(f"getelementptr inbounds i64, ptr {self.dims}, i64 {k}")
            w.emit(f"store i64 {w.dim(Dim.symbol(symbol))}, ptr {place}")
        self.count = count

    def _counted(self, position: int) -> str:
        """An integer that is a size."""
        found = self.w.value(f"load i64, ptr {self._cell(position)}")
        self._must(self.w.value(f"icmp sge i64 {found}, 0"))
        return found

    def _solved(self, source: Source, size: str) -> str:
        """The symbol of which a dim has this size; what does not fit fails where dims are compared."""
        w, d = self.w, source.dim
        if d == Dim.symbol(source.symbol):
            return size
        factor = dict(d.terms)[(source.symbol,)]
        rest = w.dim(d - Dim.symbol(source.symbol) * factor)
        found = w.value(f"sdiv i64 {w.value(f'sub i64 {size}, {rest}')}, {factor}")
        self._must(w.value(f"icmp sge i64 {found}, 0"))
        return found

    def require(self) -> None:
        """Go on only for the values and surroundings the kernel was made for."""
        w, conditions = self.w, self.conditions
        for sides in conditions.alike:
            ones = [w.value(f"icmp eq i64 {w.dim(side)}, 1") for side in sides]
            self._must(w.value(f"icmp eq i1 {ones[0]}, {ones[1]}"))
        if conditions.refuted:
            some = "false"
            for d in conditions.refuted:
                some = w.value(f"or i1 {some}, {w.value(f'icmp slt i64 {w.dim(d)}, 0')}")
            self._must(some)
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
        for k in range(conditions.attributes):
            owner, key = self._external(f"condition.owner{k}"), self._external(f"condition.attribute{k}")
            self._must_be(self._looked_up(owner, key), self._external(f"condition.found{k}"))
        for k in range(conditions.types):
            kind = self._field(self._external(f"condition.object{k}"), 8, "ptr")
            self._must_be(kind, self._external(f"condition.class{k}"))
