"""Domains as functions of their own, where a kernel has many.

LLVM's time grows faster than the size of a function, so beyond a handful of domains each becomes a function
that is not inlined. What it needs from outside comes as arguments; results of reductions go through memory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adgen.ir.types import DType
from adgen.llvm_backend.writer import Writer, memory_type, scalar_type
from adgen.loops.buffers import Buffer, OnHeap, OnStack, Place, Ref
from adgen.loops.calls import Library, Product, Routine
from adgen.loops.core import BindSize, Check, Kernel, Load, Nest, Reduce, Stmt, Store, walk
from adgen.loops.fuse import names_defined, names_used

if TYPE_CHECKING:
    from adgen.llvm_backend.statements import Statements

_ALIASES = re.compile(r", !(alias\.scope|noalias) !\d+")
#: Kernels with more domains than this have some of them split off.
FEW = 8
#: Of so many domains, those in at most so many loops: the others run often, and calls would count.
MANY = ((48, 1), (96, 2))


def deepest(kernel: Kernel) -> int:
    """In how many loops a domain may be and still be split off; negative where none is."""
    count = sum(isinstance(s, Nest | Reduce) for s in walk(kernel.body))
    if count <= FEW:
        return -1
    return next((depth for most, depth in MANY if count <= most), count)


def emit_outlined(s: Statements, stmt: Nest | Reduce) -> None:
    """A call of a new function that runs one domain."""
    inner = s.child()
    params, given = operands(s, inner, stmt)
    results = [(r, s.w.alloca(memory_type(r.dtype))) for r in names_of_results(stmt)]
    for k, (_, place_of) in enumerate(results):
        params.append(f"ptr noalias %out{k}")
        given.append(f"ptr {place_of}")
    _emit(s, inner, stmt, params, given)
    for ref, place_of in results:
        s.w.define(ref.name, s.w.value(f"load {scalar_type(ref.dtype)}, ptr {place_of}"))


def operands(s: Statements, inner: Statements, stmt: Nest | Reduce) -> tuple[list[str], list[str]]:
    """Parameters and arguments for all that a domain in a function of its own needs from outside."""
    params, given = _scalars(s, inner.w, stmt)
    pointers: dict[Place | Buffer, str] = {}
    for buffer in _buffers(stmt):
        place = _memory(s.kernel, buffer)
        if place not in pointers:
            pointers[place] = f"%p{len(pointers)}"
            params.append(f"ptr {_noalias(s, buffer, stmt)}{pointers[place]}")
            given.append(f"ptr {s.memory.base(buffer)}")
        inner.memory.bases[buffer] = pointers[place]
    return params, given


def names_of_results(stmt: Nest | Reduce) -> tuple[Ref, ...]:
    """The scalars that a domain defines for what follows."""
    return stmt.results if isinstance(stmt, Reduce) else ()


def _emit(s: Statements, inner: Statements, stmt: Nest | Reduce, params: list[str], given: list[str]) -> None:
    checks = any(isinstance(x, Check) for x in walk((stmt,)))
    if checks:
        params.append("ptr noalias %where")
        given.append("ptr %where")
    inner.emit_domain(stmt)
    for k, ref in enumerate(names_of_results(stmt)):
        inner.w.emit(f"store {scalar_type(ref.dtype)} {inner.w.operand(ref)}, ptr %out{k}")
    kind = "i1" if checks else "void"
    inner.w.emit("ret i1 false" if checks else "ret void")
    if checks:
        inner.w.start_block("failed")
        inner.w.emit("ret i1 true")
    name = _function(s, kind, params, "\n".join(["start:", *inner.w.entry, *inner.w.lines, "}"]))
    call = f"call {kind} @{name}({', '.join(given)})"
    if not checks:
        s.w.emit(call)
        return
    go_on = s.w.fresh("good")
    s.w.branch_if(s.w.value(call), "failed", go_on)
    s.w.start_block(go_on)


def _function(s: Statements, kind: str, params: list[str], body: str) -> str:
    """The name of a function, a new one unless there is one like it already.

    Where nothing that comes in shares memory, the parameters say so, and what is said of buffers of the
    kernel is left out: domains that do the same with other buffers are one function then.
    """
    head = f'{kind} @{{}}({", ".join(params)}) noinline "no-builtins" nounwind {{{{\n'
    if all(p.startswith("ptr noalias") for p in params if p.startswith("ptr")):
        body = _ALIASES.sub("", body)
    name = s.domains.get(head + body)
    if name is None:
        name = s.domains[head + body] = f"domain{len(s.functions)}"
        s.functions.append(f"define internal {head.format(name)}{body}")
    return name


def _scalars(s: Statements, w: Writer, stmt: Nest | Reduce) -> tuple[list[str], list[str]]:
    """Parameters and arguments for the names that the domain uses and does not define."""
    own = {name for x in walk((stmt,)) for name in names_defined(x)}
    own |= {v.name for x in walk((stmt,)) if isinstance(x, Nest | Reduce) for v in x.vars}
    own |= {x.symbol for x in walk((stmt,)) if isinstance(x, BindSize)}
    own |= {x.var.name for x in walk((stmt,)) if hasattr(x, "var")}
    types = _types(stmt)
    params, given = [], []
    for k, name in enumerate(sorted(names_used(stmt) - own)):
        t, value = scalar_type(types.get(name, DType.i64)), s.w.scope.find(name)
        assert value is not None, name
        params.append(f"{t} %n{k}")
        given.append(f"{t} {value}")
        w.define(name, f"%n{k}")
    return params, given


def _types(stmt: Stmt) -> dict[str, DType]:
    """The dtypes of the scalars that a domain mentions."""
    found: dict[str, DType] = {}
    for x in walk((stmt,)):
        operands = [*getattr(x, "args", ()), *getattr(x, "values", ())]
        operands += [getattr(x, name, None) for name in ("value", "ok", "test", "lo", "hi", "step", "scale")]
        found |= {o.name: o.dtype for o in operands if isinstance(o, Ref)}
    return found


def _buffers(stmt: Stmt) -> list[Buffer]:
    found: dict[Buffer, None] = {}
    for x in walk((stmt,)):
        if isinstance(x, Load | Store):
            found.setdefault(x.buffer)
        elif isinstance(x, Product | Library | Routine):
            found |= dict.fromkeys((*x.reads, *x.writes))
    return list(found)


def _memory(kernel: Kernel, buffer: Buffer) -> Place | Buffer:
    """What tells the memory of a buffer: its place, or the buffer itself where each has memory of its own."""
    place = kernel.places[buffer]
    return buffer if isinstance(place, OnHeap | OnStack) else place


def _noalias(s: Statements, buffer: Buffer, stmt: Stmt) -> str:
    """Whether no other buffer of the domain can share memory with this one."""
    kernel = s.kernel
    for other in _buffers(stmt):
        if _memory(kernel, other) == _memory(kernel, buffer):
            continue
        apart = kernel.apart.get(buffer)
        if kernel.families[other] == kernel.families[buffer] and (
            apart is None or kernel.apart.get(other) != apart
        ):
            return ""
    return "noalias "
