"""Containers at native entries: arguments taken apart into leaves, results put together."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.llvm_backend.layout import FIXED, ITEMS, MADE, SIZE, Shape
from adgen.llvm_backend.memory import Table
from adgen.llvm_backend.writer import Writer
from adgen.objects.containers import DICT, LIST, RECORD, TUPLE

_EXACT = {TUPLE: "type.tuple", LIST: "type.list", DICT: "type.dict"}


class Pieces:
    """What is written for one entry: its text, the table of what it refers to."""

    def __init__(self) -> None:
        self.w = Writer()
        self.table = Table()

    def _external(self, name: str) -> str:
        return self.table.load(self.w, name)

    def _held(self, k: int) -> str:
        """An object that the call form keeps alive."""
        return self._external(f"held.{k}")

    def _field(self, address: str, offset: int, type_: str) -> str:
        place = self.w.value(f"getelementptr inbounds i8, ptr {address}, i64 {offset}")
        return self.w.value(f"load {type_}, ptr {place}")

    def _item(self, items: str, k: int) -> str:
        place = self.w.value(f"getelementptr inbounds ptr, ptr {items}, i64 {k}")
        return self.w.value(f"load ptr, ptr {place}")

    def _must(self, condition: str, otherwise: str = "slow") -> None:
        """Go on only where a condition holds; else the slow path answers."""
        go_on = self.w.fresh("ok")
        self.w.branch_if(condition, go_on, otherwise)
        self.w.start_block(go_on)

    def _must_be(self, found: str, wanted: str) -> None:
        self._must(self.w.value(f"icmp eq ptr {found}, {wanted}"))

    def _must_have(self, found: str, size: int) -> None:
        self._must(self.w.value(f"icmp eq i64 {found}, {size}"))

    def _drop(self, value: str) -> None:
        self.w.emit(f"call void {self._external('py.Py_DecRef')}(ptr {value})")

    def _kept(self, value: str) -> str:
        self.w.emit(f"call void {self._external('py.Py_IncRef')}(ptr {value})")
        return value

    # -- arguments --------------------------------------------------------------------------------------
    def _leaves(self, value: str, shape: Shape | int) -> list[str]:
        """The leaves of an argument; anything that is not of its structure goes to the slow path."""
        if isinstance(shape, int):
            return [value]
        if shape.kind == FIXED:
            self._must_be(value, self._held(shape.objects[0]))
            return []
        kind = self._external(_EXACT[shape.kind]) if shape.kind in _EXACT else self._held(shape.objects[0])
        self._must_be(self._field(value, 8, "ptr"), kind)
        items = self._items(value, shape)
        return [
            leaf for item, part in zip(items, shape.parts, strict=True) for leaf in self._leaves(item, part)
        ]

    def _items(self, value: str, shape: Shape) -> list[str]:
        count = len(shape.parts)
        if shape.kind == DICT:
            return self._values(value, shape.objects)
        if shape.kind == RECORD:
            return [self._attribute(value, key) for key in shape.objects[1:]]
        self._must_have(self._field(value, SIZE, "i64"), count)
        if shape.kind == LIST:
            items = self._field(value, ITEMS, "ptr") if count else ""
        else:
            items = self.w.value(f"getelementptr inbounds i8, ptr {value}, i64 {ITEMS}")
        return [self._item(items, k) for k in range(count)]

    def _values(self, value: str, keys: Sequence[int]) -> list[str]:
        """The values of a dict with these keys, in this order."""
        w = self.w
        self._must_have(w.value(f"call i64 {self._external('py.PyDict_Size')}(ptr {value})"), len(keys))
        at, key, item = w.alloca("i64"), w.alloca("ptr"), w.alloca("ptr")
        w.emit(f"store i64 0, ptr {at}")
        found = []
        for wanted in keys:
            step = (
                f"call i32 {self._external('py.PyDict_Next')}(ptr {value}, ptr {at}, ptr {key}, ptr {item})"
            )
            self._must(w.value(f"icmp ne i32 {w.value(step)}, 0"))
            self._must_be(w.value(f"load ptr, ptr {key}"), self._held(wanted))
            found.append(w.value(f"load ptr, ptr {item}"))
        return found

    def _attribute(self, value: str, key: int) -> str:
        """A field of a record, which keeps it alive."""
        return self._looked_up(value, self._held(key))

    def _looked_up(self, value: str, key: str) -> str:
        """An attribute that something else keeps alive."""
        w, get = self.w, self._external("py.PyObject_GetAttr")
        found = w.value(f"call ptr {get}(ptr {value}, ptr {key})")
        self._must(w.value(f"icmp ne ptr {found}, null"), "problem")
        count = w.value(f"load i64, ptr {found}")
        alone, kept = w.fresh("alone"), w.fresh("kept")
        w.branch_if(w.value(f"icmp eq i64 {count}, 1"), alone, kept)
        w.start_block(alone)
        self._drop(found)
        w.branch("slow")
        w.start_block(kept)
        self._drop(found)
        return found

    # -- results ----------------------------------------------------------------------------------------
    def _put_together(self, shape: Shape, items: Sequence[str]) -> str:
        """A container of these objects, which it takes over."""
        w = self.w
        if shape.kind == FIXED:
            return self._kept(self._held(shape.objects[0]))
        if shape.kind == MADE:
            return self._made_by(self._held(shape.objects[0]), items)
        if shape.kind == DICT:
            made = w.value(f"call ptr {self._external('py.PyDict_New')}()")
            for key, item in zip(shape.objects, items, strict=True):
                name = self._held(key)
                w.emit(f"call i32 {self._external('py.PyDict_SetItem')}(ptr {made}, ptr {name}, ptr {item})")
                self._drop(item)
            return made
        kind = "Tuple" if shape.kind == TUPLE else "List"
        made = w.value(f"call ptr {self._external(f'py.Py{kind}_New')}(i64 {len(items)})")
        for k, item in enumerate(items):
            w.emit(f"call i32 {self._external(f'py.Py{kind}_SetItem')}(ptr {made}, i64 {k}, ptr {item})")
        return made

    def _made_by(self, function: str, items: Sequence[str]) -> str:
        """What a callable gives for these objects; its exception leaves the entry."""
        w, cells = self.w, self.w.alloca("ptr", max(len(items), 2))
        for k, item in enumerate(items):
            w.emit(f"store ptr {item}, ptr {w.value(f'getelementptr inbounds ptr, ptr {cells}, i64 {k}')}")
        call = f"(ptr {function}, ptr {cells}, i64 {len(items)}, ptr null)"
        made = w.value(f"call ptr {self._external('py.PyObject_Vectorcall')}{call}")
        for item in items:
            self._drop(item)
        self._must(w.value(f"icmp ne ptr {made}, null"), "raised")
        return made
