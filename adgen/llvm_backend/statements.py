"""Statements of the loop program as LLVM text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from adgen.ir.types import DType
from adgen.llvm_backend.blas import emit_product
from adgen.llvm_backend.draws import emit_draw
from adgen.llvm_backend.independent import FIRST, is_independent
from adgen.llvm_backend.library import emit_library, emit_library_scalar
from adgen.llvm_backend.memory import Memory, Table
from adgen.llvm_backend.outline import emit_outlined
from adgen.llvm_backend.parallel import emit_shared, is_shared
from adgen.llvm_backend.reductions import emit_reduce
from adgen.llvm_backend.routines import emit_routine
from adgen.llvm_backend.scalar_ops import emit_scalar
from adgen.llvm_backend.writer import PLAIN_LOOP, ROLLED_LOOP, Writer, scalar_type
from adgen.loops.buffers import Lit, Ref, Slot
from adgen.loops.calls import Draw, Library, Product, Routine
from adgen.loops.core import (
    Alternate,
    BindSize,
    Branch,
    Check,
    Get,
    IndexOf,
    Kernel,
    Let,
    Load,
    Loop,
    Nest,
    Reduce,
    Reserve,
    Set,
    SetPointers,
    Stmt,
    Store,
    TapeClear,
    TapeGrow,
    TapeMove,
    TapeShrink,
    Var,
    WhileLoop,
)
from adgen.loops.scalars import is_library


class Statements:
    """Emits the statements of one kernel; `used` collects the elementary functions it calls."""

    def __init__(
        self, w: Writer, kernel: Kernel, table: Table, split_depth: int = -1, threads: int = 1
    ) -> None:
        self.w = w
        self.kernel = kernel
        self.table = table
        self.memory = Memory(w, kernel, table)
        self.used: set[tuple[str, str]] = set()
        self.slots: dict[Slot, str] = {}
        self.functions: list[str] = []
        self.domains: dict[str, str] = {}
        self.independent: list[Nest] = []
        self.split_depth = split_depth
        self.threads = threads
        self._depth = 0
        self._sticky: dict[int, str] | None = None

    def child(self) -> Statements:
        """A writer of another function of the same kernel."""
        made = Statements(Writer(), self.kernel, self.table)
        made.used = self.used
        made.independent = self.independent
        return made

    def all(self, body: Sequence[Stmt]) -> None:
        """Statements in order."""
        for stmt in body:
            self.one(stmt)

    def one(self, stmt: Stmt) -> None:
        """One statement."""
        match stmt:
            case Let() if is_library(stmt.op):
                self.w.define(stmt.result.name, emit_library_scalar(self, stmt))
            case Let():
                self.w.define(
                    stmt.result.name, emit_scalar(self.w, stmt.op, stmt.args, stmt.result, self.used)
                )
            case IndexOf():
                self.w.define(stmt.result.name, self.w.dim(stmt.index))
            case Load():
                self.memory.load(stmt)
            case Store():
                self._store(stmt)
            case Get() | Set():
                self._variable(stmt)
            case Nest() | Reduce():
                if self.threads > 1 and self._sticky is None and is_shared(stmt, self.kernel):
                    emit_shared(self, stmt, self.threads)
                elif self._depth <= self.split_depth and self._sticky is None:
                    emit_outlined(self, stmt)
                else:
                    self.emit_domain(stmt)
            case Loop():
                self._loop(stmt)
            case WhileLoop():
                self._while(stmt)
            case Branch():
                self._branch(stmt)
            case Check():
                self._check(stmt)
            case Product():
                emit_product(self, stmt)
            case Draw():
                emit_draw(self, stmt)
            case Library():
                emit_library(self, stmt)
            case Routine():
                emit_routine(self, stmt)
            case _:
                self._memory(stmt)

    def _memory(self, stmt: Stmt) -> None:
        match stmt:
            case BindSize():
                self.w.define(stmt.symbol, self.w.operand(stmt.value))
            case Reserve():
                self.memory.reserve(stmt)
            case SetPointers():
                self.memory.set_pointers(stmt)
            case Alternate():
                self.memory.alternate(stmt)
            case TapeClear():
                self.memory.clear(stmt)
            case TapeMove():
                self.memory.move(stmt)
            case TapeGrow():
                self.memory.grow(stmt)
            case TapeShrink():
                self.memory.shrink(stmt)
            case _:
                raise AssertionError(stmt)

    # -- scalars ----------------------------------------------------------------------------------------
    def _variable(self, stmt: Get | Set) -> None:
        place = self.slot(stmt.slot)
        t = scalar_type(stmt.slot.dtype)
        if isinstance(stmt, Get):
            self.w.define(stmt.result.name, self.w.value(f"load {t}, ptr {place}"))
        else:
            self.w.emit(f"store {t} {self.w.operand(stmt.value)}, ptr {place}")

    def slot(self, slot: Slot) -> str:
        """The frame variable of a slot."""
        if slot not in self.slots:
            self.slots[slot] = self.w.alloca(scalar_type(slot.dtype))
        return self.slots[slot]

    def _store(self, stmt: Store) -> None:
        value = self.w.operand(stmt.value)
        if stmt.op:
            value = self.combine(stmt.op, self.memory.read(stmt.buffer, stmt.index), value, stmt.buffer.dtype)
        self.memory.store(stmt, value)

    def combine(self, op: str, left: str, right: str, dtype: DType) -> str:
        """A scalar operation on two values that have no names in the loop program."""
        refs = [Ref(f"{side}!{op}", dtype) for side in ("left", "right")]
        with self.w.scoped():
            for ref, value in zip(refs, (left, right), strict=True):
                self.w.define(ref.name, value)
            return emit_scalar(self.w, op, refs, refs[0], self.used)

    # -- domains ----------------------------------------------------------------------------------------
    @contextmanager
    def domain(self, variables: Sequence[Var], note: int = 0) -> Iterator[None]:
        """Loops over a domain around what is emitted inside."""
        if not variables:
            yield
            return
        first, rest = variables[0], variables[1:]
        known = first.extent.value is not None
        with self.w.loop("0", self.w.dim(first.extent), note=0 if known else note) as counter:
            self.w.define(first.name, counter)
            with self.domain(rest, note):
                yield

    def emit_domain(self, stmt: Nest | Reduce) -> None:
        """A domain in this function."""
        with self._checks_afterwards():
            if isinstance(stmt, Reduce):
                emit_reduce(self, stmt)
                return
            if is_independent(stmt, self.kernel):
                self._independent(stmt)
                return
            with self.domain(stmt.vars, PLAIN_LOOP if stmt.rim else ROLLED_LOOP):
                self.all(stmt.body)

    def _independent(self, nest: Nest) -> None:
        """A small domain whose iterations need nothing of each other."""
        number = FIRST + 2 * len(self.independent)
        self.independent.append(nest)
        (var,) = nest.vars
        outer, self.memory.group = self.memory.group, f", !llvm.access.group !{number}"
        with self.w.loop("0", self.w.dim(var.extent), note=number + 1) as counter:
            self.w.define(var.name, counter)
            self.all(nest.body)
        self.memory.group = outer

    # -- checks -----------------------------------------------------------------------------------------
    @contextmanager
    def _checks_afterwards(self) -> Iterator[None]:
        """Inside a domain failed checks are noted and reported when it is done."""
        if self._sticky is not None:
            yield
            return
        self._sticky = {}
        at = len(self.w.lines)
        yield
        notes, self._sticky = self._sticky, None
        self.w.lines[at:at] = [f"  store i8 0, ptr {place}" for place in notes.values()]
        for number, place in notes.items():
            bad = self.w.value(f"load i8, ptr {place}")
            self._fail_if(self.w.value(f"icmp ne i8 {bad}, 0"), number)

    def _check(self, stmt: Check) -> None:
        if isinstance(stmt.ok, Lit) and stmt.ok.value:
            return
        ok = self.w.operand(stmt.ok)
        if self._sticky is None:
            self._fail_if(self.w.value(f"xor i1 {ok}, true"), stmt.number)
            return
        if stmt.number not in self._sticky:
            self._sticky[stmt.number] = self.w.alloca("i8")
        place = self._sticky[stmt.number]
        bad = self.w.value(f"zext i1 {self.w.value(f'xor i1 {ok}, true')} to i8")
        old = self.w.value(f"load i8, ptr {place}")
        self.w.emit(f"store i8 {self.w.value(f'or i8 {old}, {bad}')}, ptr {place}")

    def _fail_if(self, bad: str, number: int) -> None:
        fail, go_on = self.w.fresh("bad"), self.w.fresh("good")
        self.w.branch_if(bad, fail, go_on)
        self.w.start_block(fail)
        self.w.emit(f"store i64 {number}, ptr %where")
        self.w.branch("failed")
        self.w.start_block(go_on)

    # -- control ----------------------------------------------------------------------------------------
    def _loop(self, stmt: Loop) -> None:
        lo, hi = self.w.operand(stmt.lo), self.w.operand(stmt.hi)
        if isinstance(stmt.step, Lit) and stmt.step.value > 0:
            with self.w.loop(lo, hi, str(stmt.step.value)) as counter:
                self.w.define(stmt.var.name, counter)
                self._inside(stmt.body)
            return
        step = self.w.operand(stmt.step)
        with self.w.loop("0", self._trips(lo, hi, step)) as count:
            moved = self.w.value(f"mul nsw i64 {count}, {step}")
            self.w.define(stmt.var.name, self.w.value(f"add nsw i64 {lo}, {moved}"))
            self._inside(stmt.body)

    def _inside(self, body: Sequence[Stmt]) -> None:
        self._depth += 1
        self.all(body)
        self._depth -= 1

    def _trips(self, lo: str, hi: str, step: str) -> str:
        """len(range(lo, hi, step)), or something negative or zero for an empty range."""
        w = self.w
        up = w.value(f"icmp sgt i64 {step}, 0")
        forward, backward = w.value(f"sub i64 {hi}, {lo}"), w.value(f"sub i64 {lo}, {hi}")
        gap = w.value(f"select i1 {up}, i64 {forward}, i64 {backward}")
        size = w.value(f"call i64 @llvm.abs.i64(i64 {step}, i1 false)")
        safe = w.value(f"call i64 @llvm.umax.i64(i64 {size}, i64 1)")
        raised = w.value(f"add i64 {gap}, {w.value(f'sub i64 {safe}, 1')}")
        some = w.value(f"icmp sgt i64 {gap}, 0")
        return w.value(f"select i1 {some}, i64 {w.value(f'sdiv i64 {raised}, {safe}')}, i64 0")

    def _while(self, stmt: WhileLoop) -> None:
        w = self.w
        head, body, done = w.fresh("head"), w.fresh("body"), w.fresh("done")
        w.branch(head)
        w.start_block(head)
        with w.scoped():
            self.all(stmt.head)
            w.branch_if(w.operand(stmt.test), body, done)
            w.start_block(body)
            with w.scoped():
                self._inside(stmt.body)
            w.branch(head)
        w.start_block(done)

    def _branch(self, stmt: Branch) -> None:
        w = self.w
        then, orelse, join = w.fresh("then"), w.fresh("else"), w.fresh("join")
        w.branch_if(w.operand(stmt.test), then, orelse)
        for label, body in ((then, stmt.then), (orelse, stmt.orelse)):
            w.start_block(label)
            with w.scoped():
                self.all(body)
            w.branch(join)
        w.start_block(join)
